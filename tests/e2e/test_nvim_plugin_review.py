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
