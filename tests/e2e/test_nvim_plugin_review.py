"""A person with our plugin in Neovim takes changes in parts: by hunk, by file, now or later."""

from __future__ import annotations

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
from tests.e2e.fixing import WriteModels, block, models
from tests.e2e.neovim_plugin import Scene, play

__all__ = ["edit_models", "models"]

pytestmark = [pytest.mark.neovim, pytest.mark.sandbox, pytest.mark.timeout(300)]

SUMS = """int sum(const int *values, int count)
{
\tint total = 0;

\tfor (int at = 0; at < length; at++)
\t\ttotal += values[at];
\treturn total;
}

/*
 * What follows is far enough away
 * from what stands above
 * that a diff shows both
 * in hunks of their own.
 */
int first(const int *values)
{
\tint unused = 0;

\treturn values[0];
}
"""
MENDED = SUMS.replace("length", "count")
TIDY = MENDED.replace("\tint unused = 0;\n\n", "")
BOTH = block(
    "\tfor (int at = 0; at < length; at++)", "\tfor (int at = 0; at < count; at++)"
) + block("\tint unused = 0;\n\n\treturn values[0];", "\treturn values[0];")


@pytest.fixture
def sums(tmp_path: Path, nvim: str, models: WriteModels) -> Scene:
    models(BOTH)
    root = tmp_path / "sums"
    (root / ".git").mkdir(parents=True)
    path = root / "sums.c"
    path.write_text(SUMS, "utf-8")
    return Scene(nvim, path, root)


def text(lines: str) -> str:
    return lines.rstrip("\n")


def test_one_hunk_is_taken_and_another_left_out(sums: Scene) -> None:
    played = play(
        sums,
        """
    nvim.go_to("at < length")
    vim.cmd("Glossator! fix")
    local after = nvim.enter("/after")
    local screen = nvim.screen()
    nvim.press("a")
    local half = nvim.screen()
    nvim.press("x")
    nvim.wait("the end of the review", function() return #vim.api.nvim_list_tabpages() == 1 end)
    local changed = nvim.text()
    vim.cmd.normal({ "u", bang = true })
    return { after = after, screen = screen, half = half, changed = changed, undone = nvim.text(),
      where = vim.api.nvim_buf_get_name(0), questions = #nvim.questions }
    """,
    )
    seen = played.result
    assert seen["after"] == text(TIDY)
    assert seen["changed"] == text(MENDED)
    assert seen["undone"] == text(SUMS)
    assert seen["where"] == str(sums.path)
    assert seen["questions"] == 0


USAGE = 'const char *usage = "connect(host)";\n'
NEW_USAGE = USAGE.replace("host", "host, timeout_ms")
FILES = ("client.c", "net.h", "usage.c")


@pytest.fixture
def net(tmp_path: Path, nvim: str) -> Scene:
    texts = {it: BEFORE[it] for it in ("client.c", "net.h", "notes.txt")}
    root = lay_out_net(tmp_path / "net", texts | {"usage.c": USAGE})
    return Scene(nvim, root / "client.c", root)


def turns() -> list[Action]:
    """Return what the model does: all that was planned first, and one file that nobody wants."""
    notes = act("edit_file", path="notes.txt", search="connect(host)", replace="connect")
    usage = replace_in("usage.c", USAGE, NEW_USAGE)
    return [notes, *usage, *edits_of("net.h", "client.c")]


SEEN = """
    local function seen()
      return vim.tbl_map(function(it) return nvim.seen(root .. "/" .. it).text end,
        { "client.c", "net.h", "usage.c", "notes.txt" })
    end
"""


def test_a_plan_is_changed_and_its_files_are_taken_one_by_one(
    net: Scene, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*FILES, "notes.txt")], turns())
    played = play(
        net,
        f"""
    {SEEN}
    nvim.type_when_asked("{WANTED}")
    vim.cmd("Glossator edit")
    local plan = nvim.enter("/plan/1/1")
    local screen = nvim.screen()
    vim.cmd("global/notes.txt/delete")
    vim.cmd.write()
    local after = nvim.enter("/after")
    local review = nvim.screen()
    local meanwhile = seen()
    vim.api.nvim_set_current_win(nvim.window("/list"))
    nvim.go_to("net.h")
    nvim.press("a")
    nvim.go_to("usage.c")
    nvim.press("x")
    local half = nvim.screen()
    nvim.go_to("client.c")
    nvim.press("<CR>")
    nvim.press("A")
    nvim.wait("the end of the review", function() return #vim.api.nvim_list_tabpages() == 1 end)
    local changed = seen()
    local undone = {{}}
    for _, name in ipairs({{ "client.c", "net.h" }}) do
      vim.cmd.buffer(vim.fn.bufnr(root .. "/" .. name))
      vim.cmd.normal({{ "u", bang = true }})
      table.insert(undone, nvim.text())
    end
    return {{ plan = plan, screen = screen, review = review, half = half, meanwhile = meanwhile,
      changed = changed, undone = undone, asked_for = nvim.asked_for }}
    """,
    )
    seen = played.result
    assert "- `notes.txt`" in seen["plan"]
    assert seen["meanwhile"][:2] == [text(BEFORE["client.c"]), text(BEFORE["net.h"])]
    after = [AFTER["client.c"], AFTER["net.h"], USAGE, BEFORE["notes.txt"]]
    assert seen["changed"] == [text(it) for it in after]
    assert seen["undone"] == [text(BEFORE["client.c"]), text(BEFORE["net.h"])]
    assert played.said == []


def test_a_review_can_wait_and_a_second_proposal_does_not_disturb_it(
    sums: Scene, models: WriteModels
) -> None:
    models(BOTH, BOTH, BOTH)
    played = play(
        sums,
        """
    nvim.go_to("at < length")
    vim.cmd("Glossator! fix")
    nvim.enter("/after")
    nvim.press("a")
    local first = vim.fn.bufnr("%")
    -- The person asks for another one from beside the review.
    vim.cmd.tabprevious()
    vim.cmd("Glossator! fix make it right")
    nvim.wait_for_words("waits: `:Glossator show` opens it.")
    local tabs = #vim.api.nvim_list_tabpages()
    vim.cmd.tabnext()
    local still = nvim.text_of(nvim.window("/list"))
    nvim.press("q")
    nvim.wait("the review to close", function() return #vim.api.nvim_list_tabpages() == 1 end)
    local waiting = vim.fn.getcompletion("Glossator show ", "cmdline")
    vim.cmd("Glossator show")
    local question = nvim.question()
    question.answer(nil)
    -- The newest first: let it go by its number, and open the other.
    vim.cmd("Glossator discard " .. waiting[1])
    nvim.wait("it to be gone", function()
      return #vim.fn.getcompletion("Glossator show ", "cmdline") == 1
    end)
    vim.cmd("Glossator show")
    nvim.enter("/after")
    local again = nvim.text_of(nvim.window("/list"))
    vim.cmd.normal({ "gg", bang = true })
    nvim.press("x")
    nvim.press("ZZ")
    local undecided = nvim.question()
    undecided.answer("Go back")
    local kept = nvim.text_of(nvim.window("/list"))
    nvim.press("ggu")
    vim.cmd("Glossator accept")
    nvim.press("ZZ")
    nvim.question().answer("Leave them out")
    nvim.wait("the end of the review", function() return #vim.api.nvim_list_tabpages() == 1 end)
    return { tabs = tabs, still = still, again = again, waiting = waiting, titles = question.titles,
      prompt = undecided.prompt, kept = kept, text = nvim.seen(path).text }
    """,
    )
    seen = played.result
    assert seen["tabs"] == 2
    assert "(1 taken, 1 not decided)" in seen["still"]
    assert "(1 taken, 1 not decided)" in seen["again"]
    assert len(seen["waiting"]) == len(seen["titles"]) == 2
    assert seen["prompt"] == "1 change is not decided:"
    assert "(1 left out, 1 not decided)" in seen["kept"]
    assert seen["text"] == text(MENDED)


def test_what_is_typed_there_meanwhile_wins_and_the_proposal_waits_on(sums: Scene) -> None:
    played = play(
        sums,
        """
    nvim.go_to("at < length")
    vim.cmd("Glossator! fix")
    nvim.enter("/after")
    vim.cmd.tabprevious()
    nvim.go_to("at < length")
    vim.cmd.normal({ "wwcwused", bang = true })
    local typed = nvim.text()
    vim.cmd.tabnext()
    nvim.press("A")
    nvim.wait("the refusal", function()
      return #nvim.notified > 0 and nvim.text_of(nvim.window("/list")):find("(2 taken)", 1, true)
    end)
    local bar = vim.wo[nvim.window("/list")].winbar
    nvim.press("D")
    nvim.wait("the end of the review", function() return #vim.api.nvim_list_tabpages() == 1 end)
    return { typed = typed, text = nvim.seen(path).text, bar = bar }
    """,
    )
    assert played.result["text"] == played.result["typed"]
    (sentence,) = played.said
    assert sentence.startswith("Glossator: ")
    assert "\n" not in sentence


def test_files_are_made_renamed_and_deleted_and_asked_about(
    net: Scene, edit_models: WriteEdits
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
    played = play(
        net,
        f"""
    vim.cmd("Glossator edit {WANTED}")
    nvim.enter("/plan/1/1")
    nvim.press("ZZ")
    nvim.enter("/after")
    local list = nvim.text_of(nvim.window("/list"))
    local shown = {{}}
    for _ = 1, 3 do
      local before, after = nvim.window("/before"), nvim.window("/after")
      table.insert(shown, {{ nvim.text_of(before), nvim.text_of(after) }})
      nvim.press("]f")
    end
    nvim.press("ZZ")
    local question = nvim.question()
    question.answer("Take")
    nvim.wait("the end of the review", function() return #vim.api.nvim_list_tabpages() == 1 end)
    vim.cmd("silent wall")
    return {{ list = list, shown = shown, prompt = question.prompt }}
    """,
    )
    seen = played.result
    moved = BEFORE["client.c"].replace('"net.h"', '"../net.h"')
    assert "client.c -> src/user.c  renamed +1 -1" in seen["list"]
    assert "doc/limits.txt  created +2 -0" in seen["list"]
    assert "notes.txt  deleted +0 -1  (1 not decided, asked for again)" in seen["list"]
    assert sorted(seen["shown"]) == sorted(
        [
            ["", "Limits are in ms.\nAll of them."],
            [text(BEFORE["notes.txt"]), ""],
            [text(BEFORE["client.c"]), text(moved)],
        ]
    )
    assert "notes.txt" in seen["prompt"]
    there = {
        it.relative_to(net.root).as_posix(): it.read_text()
        for it in net.root.rglob("*")
        if it.is_file()
    }
    assert there == {
        "src/user.c": moved,
        "net.h": BEFORE["net.h"],
        "usage.c": USAGE,
        "doc/limits.txt": "Limits are in ms.\nAll of them.\n",
    }
    assert played.said == []


def test_closing_it_in_any_way_puts_it_off(sums: Scene) -> None:
    played = play(
        sums,
        """
    vim.cmd("Glossator! fix")
    nvim.enter("/after")
    nvim.press("a")
    local function closed()
      nvim.wait("the review to close, and nothing to be left of it", function()
        return not vim.iter(vim.api.nvim_list_bufs()):any(function(it)
          return vim.startswith(vim.api.nvim_buf_get_name(it), "glossator://review")
        end)
      end)
      local tabs = #vim.api.nvim_list_tabpages()
      vim.cmd("Glossator show")
      return { tabs, (nvim.enter("/list"):match("%(([^()]-)%)$")) }
    end
    local ways = {}
    for _, way in ipairs({ "quit", "tabclose", "only", "wincmd p | close" }) do
      vim.cmd(way)
      ways[way] = closed()
    end
    -- The review is the only tab.
    vim.cmd.tabonly()
    nvim.enter("/list")
    nvim.press("q")
    nvim.wait("another tab", function() return not nvim.window("/list") end)
    return { ways = ways, text = nvim.seen(path).text }
    """,
    )
    half = [1, "1 taken, 1 not decided"]
    assert played.result["ways"] == dict.fromkeys(
        ("quit", "tabclose", "only", "wincmd p | close"), half
    )
    assert played.result["text"] == text(SUMS)
