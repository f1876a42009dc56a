"""What holds of the plugin's files: its own tests, its help, its lint, its layout, its start-up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing_part

pytestmark = [pytest.mark.neovim]

PLUGIN = Path(__file__).parents[2] / "neovim-plugin"


def ran(*words: str) -> str:
    done = subprocess.run(
        words, cwd=PLUGIN, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_all_that_decides_passes_its_tests_without_an_editor(nvim: str) -> None:
    assert ran(nvim, "-l", "tests/run.lua").endswith(" passed, 0 failed\n")


def test_the_help_is_what_the_code_and_its_source_say(nvim: str) -> None:
    ran(nvim, "-l", "scripts/help.lua", "--check")


def test_no_line_of_the_help_is_wider_than_a_terminal() -> None:
    lines = (PLUGIN / "doc" / "glossator.txt").read_text("utf-8").splitlines()
    assert [it for it in lines if len(it) > 90] == []


def test_the_lua_is_linted() -> None:
    program = shutil.which("luacheck")
    if program is None:
        missing_part("luacheck", "no luacheck: install lua-check")
    ran(program, "--quiet", "--no-color", "lsp", "lua", "plugin", "scripts", "tests")


def test_the_lua_is_laid_out() -> None:
    node = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if node is None or not (PLUGIN / "node_modules").is_dir():
        missing_part("stylua", "no StyLua: run `npm ci` in neovim-plugin")
    ran(node, "scripts/format.mjs")


def test_each_module_says_first_what_it_owns_and_what_it_must_not_do() -> None:
    for path in sorted(PLUGIN.joinpath("lua").rglob("*.lua")):
        head = path.read_text("utf-8").split("\n\n")[0]
        assert "-- Owns " in head, path
        assert "must not" in head or "is ever run" in head, path


def test_what_decides_does_not_touch_the_editor() -> None:
    deciding = ("review/state", "review/words", "answers/text", "command_line", "evidence_text")
    for name in (*deciding, "hover_text", "restarts", "status_text"):
        text = PLUGIN.joinpath("lua", "glossator", f"{name}.lua").read_text("utf-8")
        for word in ("vim.api", "vim.lsp", "vim.cmd", "vim.ui", "vim.bo", "vim.schedule"):
            assert word not in text, (name, word)


def test_plugin_and_configuration_load_nothing_and_are_quick(nvim: str) -> None:
    told = ran(
        nvim,
        "--clean",
        "--headless",
        "--cmd",
        f"set runtimepath^={PLUGIN}",
        "-c",
        'lua vim.lsp.enable("glossator")',
        "-c",
        "lua io.stdout:write(vim.iter(package.loaded):filter(function(it) return"
        ' vim.startswith(it, "glossator") end):fold("", function(all, it) return all .. it end))',
        "-c",
        "qall!",
    )
    assert told == ""
