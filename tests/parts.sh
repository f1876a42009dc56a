#!/bin/sh
# Unpack the part of Debian's linux-source-6.1 that tests and benchmarks read, once, into the user's cache folder.
set -eu
cache="${XDG_CACHE_HOME:-$HOME/.cache}/glossator-parts"
archive=/usr/src/linux-source-6.1.tar.xz
if [ -f "$cache/linux-source-6.1/scripts/kernel-doc" ]; then
    exit 0
fi
if [ ! -f "$archive" ]; then
    echo "no $archive: apt-get install linux-source-6.1 universal-ctags" >&2
    exit 0
fi
mkdir -p "$cache"
# Into a folder of its own first: an interrupted run must not look like a finished one.
partial=$(mktemp -d "$cache/unpacking.XXXXXX")
trap 'rm -rf "$partial"' EXIT
echo "unpacking $archive (about a minute)"
tar -C "$partial" -xJf "$archive" \
    linux-source-6.1/mm linux-source-6.1/lib linux-source-6.1/kernel linux-source-6.1/fs \
    linux-source-6.1/include linux-source-6.1/scripts linux-source-6.1/block \
    linux-source-6.1/drivers/base linux-source-6.1/net/core
mv "$partial/linux-source-6.1" "$cache/"
