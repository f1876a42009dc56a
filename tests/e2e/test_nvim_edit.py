"""A real headless Neovim has several files changed: the plan, the diff, a part of it, the undo."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.editing import (
    AFTER,
    BEFORE,
    WANTED,
    Action,
    WriteEdits,
    act,
    edit_models,
    edits_of,
    lay_out_net,
    plan_of,
    replace_in,
)
from tests.e2e.neovim import Told, run_in_project

__all__ = ["edit_models"]

pytestmark = [pytest.mark.neovim, pytest.mark.sandbox, pytest.mark.timeout(300)]

USAGE = 'const char *usage = "connect(host)";\n'
NEW_USAGE = USAGE.replace("host", "host, timeout_ms")
FILES = ("client.c", "net.h", "usage.c")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    texts = {it: BEFORE[it] for it in ("client.c", "net.h", "notes.txt")}
    return lay_out_net(tmp_path / "net", texts | {"usage.c": USAGE})


def turns() -> list[Action]:
    """Return what the model does: all that was planned first, and one file that nobody wants."""
    notes = act("edit_file", path="notes.txt", search="connect(host)", replace="connect")
    usage = replace_in("usage.c", USAGE, NEW_USAGE)
    return [notes, *usage, *edits_of("net.h", "client.c")]


def played(nvim: str, project: Path, scenario: str) -> Told:
    return run_in_project(
        nvim,
        project / "client.c",
        project,
        f"""
    local function edit(argument)
      argument.text = "{WANTED}"
      argument.uri = vim.uri_from_bufnr(0)
      assert(nvim.command("glossator.edit", argument).result)
    end
    local function seen()
      return vim.tbl_map(function(it) return nvim.seen(root .. "/" .. it) end,
        {{ "client.c", "net.h", "usage.c", "notes.txt" }})
    end
    {scenario}
    """,
    )


def text(lines: str) -> str:
    return lines.rstrip("\n")


def test_a_change_of_three_files_is_planned_read_taken_in_part_and_undone(
    project: Path, edit_models: WriteEdits, nvim: str
) -> None:
    edit_models([plan_of(*FILES, "notes.txt")], turns())
    told = played(
        nvim,
        project,
        """
    edit({ symbol = "client_start" })
    local plan = nvim.question()
    local read = nvim.seen(nvim.shown[1]).text
    -- The person strikes one file from the plan, in the window that the plan stands in.
    local window = vim.fn.win_findbuf(vim.fn.bufnr(nvim.shown[1]))[1]
    vim.api.nvim_win_call(window, function()
      vim.cmd("global/notes.txt/delete")
      vim.cmd.write()
    end)
    plan.answer("Go on")
    local review = nvim.question()
    local diff = nvim.seen(nvim.shown[2]).text
    local meanwhile = seen()
    review.answer("Choose...")
    local asked = nvim.answer({ "Take", "Take", "Leave" })
    nvim.wait_for_progress("end")
    local changed = seen()
    local undone, redone = {}, {}
    for _, name in ipairs({ "client.c", "net.h" }) do
      vim.cmd.buffer(vim.fn.bufnr(root .. "/" .. name))
      vim.cmd.normal({ "u", bang = true })
      table.insert(undone, nvim.text())
      vim.cmd.redo()
      table.insert(redone, nvim.text())
    end
    vim.cmd("silent wall")
    return { read = read, prompts = { plan.prompt, review.prompt }, titles = review.titles,
      diff = diff, asked = asked, meanwhile = meanwhile, changed = changed, undone = undone,
      redone = redone }
    """,
    )
    result = told.result
    assert "- `notes.txt`" in result["read"]
    assert result["titles"] == ["Apply all", "Choose...", "Discard"]
    assert "notes.txt" not in result["diff"]
    assert "gcc" in result["prompts"][1]
    assert [it["text"] for it in result["meanwhile"][:2]] == [
        text(BEFORE["client.c"]),
        text(BEFORE["net.h"]),
    ]
    assert [it.partition(":")[0] for it in result["asked"]] == [
        f"{it} ({at} of 3)" for at, it in enumerate(FILES, 1)
    ]
    after = [AFTER["client.c"], AFTER["net.h"], USAGE, BEFORE["notes.txt"]]
    assert [it["text"] for it in result["changed"]] == [text(it) for it in after]
    assert result["undone"] == [text(BEFORE["client.c"]), text(BEFORE["net.h"])]
    assert result["redone"] == [text(AFTER["client.c"]), text(AFTER["net.h"])]
    assert told.messages == []
    assert told.progress[-1]["message"].startswith("2 files: gcc ok")
    # What is on the disk now builds.
    compiler = shutil.which("gcc")
    assert compiler is not None
    for name in ("client.c", "usage.c"):
        assert project.joinpath(name).read_text() in (AFTER["client.c"], USAGE)
        subprocess.run(
            [compiler, "-Wall", "-Werror", "-fsyntax-only", name], cwd=project, check=True
        )
