"""Every code block of the README and the docs is run, loaded or parsed: what they say works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from glossator_gate.policy import load_policy
from glossator_gate.types import PolicyPlaces

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / it for it in ("README.md", "CONTRIBUTING.md", "neovim-plugin/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^```(?P<head>[^\n`]*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
# Targets that call this test or install; CI runs them itself.
MAKE = re.compile(r"^make \w+")
# What lazy.nvim does with plugins: the folder of each is on the path, then it is configured.
LAZY = """
for _, it in ipairs((function()
{code}
end)()) do
  local dir = it.dir and it.dir:gsub("^~/src/glossator", "{root}") or "{root}"
  vim.opt.runtimepath:append(dir)
  it.config({{ dir = dir }})
end
assert(vim.lsp.config.glossator.init_options.panels)
"""
# One reply for all symbols of the pages: descriptions of names that a symbol lacks are dropped.
PARAMETERS = "log level text capacity record length format visit data stack item list entry"
REPLY = {
    "summary": "Add an item on top",
    "parameters": {name: f"what the page says of the {name}" for name in PARAMETERS.split()},
    "returns": "0, or -1 when there is no room",
}


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    note: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in BLOCK.finditer(text):
            language, _, note = match["head"].partition(" ")
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(page, line, language, note, match["code"]))
    return [it for it in found if it.language in languages]


def test_no_block_escapes() -> None:
    # The Python ones are run by test_store_example.py, the YAML ones by test_ci_examples.py.
    known = blocks("sh", "c", "toml", "json", "lua", "elisp", "text", "python", "yaml")
    every = sum(len(BLOCK.findall(page.read_text("utf-8"))) for page in PAGES)
    assert len(known) == every


@pytest.fixture
def desk(tmp_path: Path, own_home: Path) -> Path:
    """Return a folder with the files that the pages speak of, and a scripted model for them."""
    script = tmp_path / "replies.json"
    replies = [{"json": REPLY, "repeat": True}]
    script.write_text(json.dumps({"schema": 1, "replies": replies}), "utf-8")
    config = own_home / "config" / "glossator"
    config.mkdir()
    (config / "config.toml").write_text(
        f'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\nscript = "{script}"\n'
        '[roles]\ndocument = ["scripted"]\n',
        "utf-8",
    )
    folder = tmp_path / "desk"
    shutil.copytree(ROOT / "examples/ringlog", folder)
    for block in blocks("c"):
        (folder / block.note.removeprefix("file=")).write_text(block.code, "utf-8")
    return folder


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_commands_run(block: Block, desk: Path) -> None:
    lines = [it for it in block.code.splitlines() if it and not MAKE.match(it)]
    if block.note == "no-run" or not lines:
        # Installing is what CI and `make demo` do; the targets must exist at least.
        makefile = (ROOT / "Makefile").read_text("utf-8")
        for target in re.findall(r"^make (\w[\w-]*)", block.code, re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE)
        return
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    result = subprocess.run(
        ["sh", "-eu", "-c", "\n".join(lines)],
        cwd=desk,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("block", blocks("c"), ids=str)
def test_c_compiles(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "block.c"
    file.write_text(block.code, "utf-8")
    command = ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", str(file)]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml_means_what_the_page_says(block: Block, tmp_path: Path) -> None:
    table = tomllib.loads(block.code)
    if "schema" not in table:
        return
    file = tmp_path / "config.toml"
    file.write_text(block.code, "utf-8")
    policy = load_policy(PolicyPlaces(managed=tmp_path / "none.toml", user=file))
    assert policy.warnings == ()
    usable = {it.id for it in (*policy.models, *policy.index_servers)}
    listed = [*table.get("model", ()), *table.get("index_server", ())]
    assert {it["id"] for it in listed} <= usable


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_parses(block: Block) -> None:
    assert json.loads(block.code)


@pytest.mark.neovim
@pytest.mark.parametrize("block", blocks("lua"), ids=str)
def test_lua_runs_in_neovim(block: Block, tmp_path: Path, nvim: str) -> None:
    file = tmp_path / "init.lua"
    code = LAZY.format(code=block.code, root=ROOT) if block.note == "lazy" else block.code
    file.write_text(code + '\nassert(vim.lsp.is_enabled("glossator"))\n', "utf-8")
    command = [nvim, "--clean", "--headless", "-l", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("block", blocks("elisp"), ids=str)
def test_elisp_is_balanced(block: Block) -> None:
    assert block.code.count("(") == block.code.count(")")
