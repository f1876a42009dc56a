#!/bin/sh
# Fetch the parsers that our extents are compared with, the tools that judge our comments and code to compare them on,
# once, into the user's cache folder.
# Packages are unpacked there, not installed. What cannot be had is said, and its language is not compared.
set -u
here=$(cd "$(dirname "$0")" && pwd)
parts="${XDG_CACHE_HOME:-$HOME/.cache}/glossator-parts/oracles"
root="$parts/root"
mkdir -p "$parts/debs" "$root"

unpack() {
    for package in "$@"; do
        [ -e "$parts/debs/$package.done" ] && continue
        (cd "$parts/debs" && apt-get download -q "$package" >/dev/null && dpkg -x "$package"_*.deb "$root" \
            && rm "$package"_*.deb && touch "$package.done") || echo "no package $package" >&2
    done
}

go_oracle() {
    unpack golang-1.19-go golang-1.19-src go-staticcheck
    [ -x "$parts/go_extents" ] || GOROOT="$root/usr/lib/go-1.19" GOFLAGS=-mod=mod GO111MODULE=off \
        "$root/usr/lib/go-1.19/bin/go" build -o "$parts/go_extents" "$here/go_extents.go"
}

rust_oracle() {
    unpack rust-src librust-syn-dev librust-proc-macro2-dev librust-quote-dev librust-unicode-ident-dev
    [ -x "$parts/rust_extents" ] && return
    printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "%s"\n' \
        "$root/usr/share/cargo/registry" >"$parts/cargo.toml"
    # Cargo writes beside what it builds; the checkout stays as it is.
    rm -rf "$parts/rust_source" && cp -r "$here/rust_extents" "$parts/rust_source"
    (cd "$parts/rust_source" && CARGO_TARGET_DIR="$parts/rust_target" \
        cargo build --quiet --offline --release --config "$parts/cargo.toml") \
        && cp "$parts/rust_target/release/rust_extents" "$parts/rust_extents"
}

java_oracle() {
    unpack openjdk-17-source
    [ -d "$parts/java" ] || javac -d "$parts/java" "$here/JavaExtents.java"
    [ -d "$parts/java_source" ] && return
    mkdir "$parts/java_source" && cd "$parts/java_source" \
        && jar xf "$root/usr/lib/jvm/openjdk-17/lib/src.zip" java.base/java java.desktop/javax jdk.compiler/com
}

# Into an environment that they share.
install() {
    [ -x "$parts/venv/bin/python" ] || python3 -m venv "$parts/venv"
    "$parts/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

cpp_oracle() {
    unpack googletest libfmt-dev libspdlog-dev nlohmann-json3-dev rapidjson-dev libeigen3-dev catch2
    install libclang
}

python_oracle() {
    install pydoclint
}

node_oracle() {
    [ -d "$parts/node_modules/@microsoft/tsdoc" ] && return
    cd "$parts" && npm init --yes >/dev/null && npm install --silent --no-audit --no-fund --ignore-scripts \
        typescript@5 acorn rxjs zod lodash express vue @angular/core three react-dom undici typeorm type-fest \
        date-fns ts-morph prettier eslint eslint-plugin-jsdoc @microsoft/tsdoc
}

for oracle in ${*:-go rust java cpp python node}; do
    ("${oracle}_oracle") || echo "no parser of its own for $oracle" >&2
done
