"""Own how tests run a scenario in a real, headless Neovim.

A scenario is Lua in which `nvim` is the driver beside this file, `path` the file to open and
`server` the command of the server; what it returns comes back.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.command_line import COMMAND

DRIVER = Path(__file__).with_name("neovim_driver.lua")
PATIENCE_S = 240
# The driver waits for everything by itself; the frame only names what it works on.
FRAME = """\
local nvim = dofile({driver})
local path, server = {path}, {server}
nvim.run(function()
{scenario}
end, {report})
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What a scenario returned, and what the user saw; `shown` are documents that were opened."""

    result: Any
    messages: list[str]
    progress: list[dict[str, Any]]
    log: list[str]
    shown: list[str]


def run_in_neovim(nvim: str, path: Path, scenario: str, beside: Path | None = None) -> Told:
    """Run a scenario on a file; fails with Lua's own words where it raises an error.

    `beside` is the folder of the scenario and its report, where it is not the file's own.
    """
    folder = beside or path.parent
    report = folder / "report.json"
    script = folder / "scenario.lua"
    script.write_text(
        FRAME.format(
            driver=_lua(str(DRIVER)),
            path=_lua(str(path)),
            server="{" + ", ".join(_lua(it) for it in (*COMMAND, "server")) + "}",
            scenario=scenario,
            report=_lua(str(report)),
        ),
        "utf-8",
    )
    done = subprocess.run(
        [nvim, "--clean", "--headless", "-S", str(script)],
        cwd=path.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert report.is_file(), done.stderr.decode("utf-8", "replace")
    told = json.loads(report.read_text("utf-8"))
    assert told["ok"], (told, done.stderr.decode("utf-8", "replace"))
    # An empty table of Lua's is an object to JSON.
    seen = (list(told[it]) for it in ("messages", "progress", "log", "shown"))
    return Told(told.get("result"), *seen)


def run_in_project(nvim: str, path: Path, root: Path, scenario: str) -> Told:
    """Run a scenario on a file of a project, whose questions are kept until they are answered."""
    # Beside the project: what lies in it is the project's.
    beside = root.parent / "scene"
    beside.mkdir(exist_ok=True)
    # To Neovim every header is C++ otherwise, and has no server.
    head = (
        f"local root = {_lua(str(root))}\nvim.g.c_syntax_for_h = 1\n"
        "nvim.keep_questions()\nnvim.open(server, path, root)\n"
    )
    return run_in_neovim(nvim, path, head + scenario, beside)


def _lua(text: str) -> str:
    # Lua reads JSON's escapes but for \\u, which no path of a test needs.
    return json.dumps(text, ensure_ascii=False)
