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


def test_an_instructions_line_goes_with_the_change_in_one_step_of_undo(
    project: Path, edit_models: WriteEdits, nvim: str
) -> None:
    edit_models([plan_of("client.c", "net.h")], edits_of("net.h", "client.c"))
    told = played(
        nvim,
        project,
        f"""
    nvim.go_to("int client_start")
    vim.api.nvim_put({{ "// glossator: {WANTED}" }}, "l", false, false)
    vim.cmd("let &undolevels = &undolevels")
    local before = nvim.text()
    nvim.fix("Do: ")
    nvim.answer({{ "Go on", "Apply all" }})
    nvim.wait_for_progress("end")
    local after = nvim.text()
    vim.cmd.normal({{ "u", bang = true }})
    return {{ before = before, after = after, undone = nvim.text() }}
    """,
    )
    assert told.result["after"] == text(AFTER["client.c"])
    assert told.result["undone"] == told.result["before"] != text(BEFORE["client.c"])
    assert told.messages == []


def test_a_parameter_is_asked_for_by_a_line_that_is_filled_in(
    project: Path, edit_models: WriteEdits, nvim: str
) -> None:
    edit_models([plan_of("client.c", "net.h")], edits_of("net.h", "client.c"))
    told = played(
        nvim,
        project,
        """
    vim.cmd.edit(root .. "/net.h")
    nvim.wait("the server", function() return nvim.client() end)
    nvim.go_to("connect")
    local menu = nvim.menu()
    nvim.act("Add a parameter to `connect`...")
    nvim.wait("the line", function() return nvim.text():find("NAME of type TYPE") end)
    local offered = nvim.text()
    nvim.go_to("NAME")
    vim.cmd.normal({ "ciwtimeout_ms", bang = true })
    nvim.go_to("TYPE")
    vim.cmd.normal({ "ciwint", bang = true })
    nvim.fix("Do: ")
    nvim.answer({ "Go on", "Apply all" })
    nvim.wait_for_progress("end")
    return { menu = menu, offered = offered, after = seen() }
    """,
    )
    titles = [it["title"] for it in told.result["menu"]]
    assert "Add error handling to `connect`" in titles
    assert "Write a test for `connect`" in titles
    assert "// glossator: add a parameter NAME of type TYPE to connect" in told.result["offered"]
    assert [it["text"] for it in told.result["after"][:2]] == [
        text(AFTER["client.c"]),
        text(AFTER["net.h"]),
    ]
    assert told.messages == []


def test_files_are_made_renamed_and_deleted(
    project: Path, edit_models: WriteEdits, nvim: str
) -> None:
    shuffled = [
        act("rename_file", path="client.c", to="src/user.c"),
        act(
            "edit_file", path="src/user.c", search='#include "net.h"', replace='#include "../net.h"'
        ),
        act("create_file", path="doc/limits.txt", text="Limits are in ms.\nAll of them.\n"),
        act("delete_file", path="notes.txt"),
        act("finish", summary="moved"),
    ]
    edit_models([plan_of("client.c", "src/user.c", "doc/limits.txt", "notes.txt")], shuffled)
    told = played(
        nvim,
        project,
        """
    edit({ symbol = "client_start" })
    nvim.answer({ "Go on", "Apply all" })
    nvim.wait_for_progress("end")
    vim.cmd("silent wall")
    return { name = vim.api.nvim_buf_get_name(0), text = nvim.text() }
    """,
    )
    moved = BEFORE["client.c"].replace('"net.h"', '"../net.h"')
    assert told.messages == []
    assert told.result == {"name": str(project / "src/user.c"), "text": text(moved)}
    there = {
        it.relative_to(project).as_posix(): it.read_text()
        for it in project.rglob("*")
        if it.is_file()
    }
    assert there == {
        "src/user.c": moved,
        "net.h": BEFORE["net.h"],
        "usage.c": USAGE,
        "doc/limits.txt": "Limits are in ms.\nAll of them.\n",
    }


def test_what_is_typed_elsewhere_is_kept_and_what_is_typed_there_wins(
    project: Path, edit_models: WriteEdits, nvim: str
) -> None:
    both = edits_of("net.h", "client.c")
    edit_models([plan_of("client.c", "net.h")] * 2, [*both, *both])
    told = played(
        nvim,
        project,
        """
    edit({ symbol = "client_start" })
    nvim.answer({ "Go on" })
    local question = nvim.question()
    nvim.go_to("return connect(host);")
    vim.cmd.normal({ "cc\\treturn !connect(host);", bang = true })
    local typed = nvim.text()
    question.answer("Apply all")
    nvim.wait_for_progress("end", "failed")
    local refused = nvim.seen(root .. "/net.h").text
    vim.cmd.normal({ "u", bang = true })
    nvim.progress = {}
    edit({ symbol = "client_start" })
    nvim.answer({ "Go on" })
    question = nvim.question()
    vim.cmd.normal({ "ggO/* typed meanwhile */", bang = true })
    vim.cmd("let &undolevels = &undolevels")
    question.answer("Apply all")
    nvim.wait_for_progress("end")
    local changed = nvim.text()
    vim.cmd.normal({ "u", bang = true })
    return { refused = refused, changed = changed, undone = nvim.text() }
    """,
    )
    assert told.result["refused"] == text(BEFORE["net.h"])
    assert told.result["changed"] == "/* typed meanwhile */\n" + text(AFTER["client.c"])
    assert told.result["undone"] == "/* typed meanwhile */\n" + text(BEFORE["client.c"])
    (sentence,) = told.messages
    assert "ask for the edit again" in sentence


@pytest.mark.parametrize("moment", ["the plan", "the change"])
def test_cancel_ends_it(moment: str, project: Path, edit_models: WriteEdits, nvim: str) -> None:
    edit_models([plan_of("client.c", "net.h")], edits_of("net.h", "client.c"))
    told = played(
        nvim,
        project,
        f"""
    edit({{ symbol = "client_start" }})
    local question = nvim.question()
    if "{moment}" == "the change" then
      question.answer("Go on")
      question = nvim.question()
    end
    nvim.client():exec_cmd({{ title = "Cancel", command = "glossator.cancel" }})
    nvim.wait_for_progress("end", "cancelled")
    question.answer("{"Go on" if moment == "the plan" else "Apply all"}")
    nvim.command("glossator.status", {{}})
    return seen()
    """,
    )
    assert [it["text"] for it in told.result[:2]] == [
        text(BEFORE["client.c"]),
        text(BEFORE["net.h"]),
    ]
    assert told.messages == []
