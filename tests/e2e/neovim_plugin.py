"""Own how tests run a scenario in a real Neovim that has our plugin, set up in three lines.

A scenario is Lua in which `nvim` is the driver, `path` the open file and `root` its project. It
must not know what the scenarios are about.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.command_line import COMMAND

PLUGIN = Path(__file__).parents[2] / "neovim-plugin"
DRIVER = Path(__file__).with_name("neovim_plugin.lua")
PATIENCE_S = 120
FRAME = """\
vim.o.columns, vim.o.lines = 100, 32
local nvim = dofile({driver})
local path, root = {path}, {root}
local function scenario()
{head}
{scenario}
end
-- A person comes when the start is over.
vim.api.nvim_create_autocmd("VimEnter", {{ callback = vim.schedule_wrap(function()
  nvim.run(scenario, {report})
end) }})
"""


@dataclass(frozen=True, slots=True)
class Played:
    """What a scenario returned, and what a person was told meanwhile."""

    result: Any
    said: list[str]
    progress: list[dict[str, Any]]
    vim: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A Neovim, a file of a project, and how the plugin is set up there."""

    nvim: str
    path: Path
    root: Path
    set_up: str | None = None
    environment: Mapping[str, str] | None = None
    opens: bool = True


def set_up_of(plugin: Path = PLUGIN) -> str:
    """Return what init.lua says: the three lines of the how-to."""
    command = ", ".join(_lua(it) for it in (*COMMAND, "server"))
    return (
        f"vim.opt.runtimepath:prepend({_lua(str(plugin))})\n"
        f"vim.g.glossator_cmd = {{ {command} }}\n"
        'vim.lsp.enable("glossator")\n'
    )


def play(scene: Scene, scenario: str) -> Played:
    """Run a scenario; fails with Lua's own words where it raises an error."""
    # Beside the project: what lies in it is the project's.
    beside = scene.root.parent / "scene"
    beside.mkdir(exist_ok=True)
    report, script, init = beside / "report.json", beside / "scenario.lua", beside / "init.lua"
    # To Neovim every header is C++ otherwise.
    set_up = set_up_of() if scene.set_up is None else scene.set_up
    init.write_text(f"vim.g.c_syntax_for_h = 1\n{set_up}", "utf-8")
    script.write_text(
        FRAME.format(
            driver=_lua(str(DRIVER)),
            path=_lua(str(scene.path)),
            root=_lua(str(scene.root)),
            head="nvim.keep_questions()\nnvim.open(path)" if scene.opens else "",
            scenario=scenario,
            report=_lua(str(report)),
        ),
        "utf-8",
    )
    done = subprocess.run(
        [scene.nvim, "-u", str(init), "-i", "NONE", "-n", "--headless", "-S", str(script)],
        cwd=scene.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **(scene.environment or {})},
        timeout=PATIENCE_S,
        check=False,
    )
    errors = done.stderr.decode("utf-8", "replace")
    assert report.is_file(), errors
    told = json.loads(report.read_text("utf-8"))
    assert told["ok"], (told, errors)
    # An empty table of Lua's is an object to JSON.
    said = [it["text"] for it in told["notified"]]
    return Played(told.get("result"), said, list(told["progress"]), told["vim"])


def _lua(text: str) -> str:
    # Lua reads JSON's escapes but for \\u, which no path of a test needs.
    return json.dumps(text, ensure_ascii=False)
