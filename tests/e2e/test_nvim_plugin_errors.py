"""A person with our plugin in Neovim mends what other servers show, and has code reviewed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.conftest import WriteScript
from tests.e2e.fixing import (
    APPROVAL,
    CURE,
    FAULT,
    FAULTY,
    WriteModels,
    block,
    lay_out_many,
    models,
    store_file,
)
from tests.e2e.neovim_plugin import Scene, play, set_up_of

__all__ = ["models"]

pytestmark = [pytest.mark.neovim, pytest.mark.sandbox, pytest.mark.timeout(300)]

BROKEN, MENDED = store_file(FAULTY, FAULT), store_file(FAULTY)
LINE = next(it for it in BROKEN.split("\n") if FAULT in it)
RIGHT = block(LINE, LINE.replace(FAULT, CURE))
FINDINGS = {
    "findings": [
        {
            "severity": "warning",
            "line": 9,
            "quote": "\treturn sum;",
            "problem": "`sum` can overflow.",
        }
    ]
}


@pytest.fixture
def store(tmp_path: Path, nvim: str) -> Scene:
    path = lay_out_many(tmp_path / "store", FAULTY + 1)
    return Scene(nvim, path, path.parent.parent)


def text(lines: str) -> str:
    return lines.rstrip("\n")


def test_the_error_that_another_server_shows_on_the_line_is_mended(
    store: Scene, models: WriteModels
) -> None:
    models(RIGHT)
    played = play(
        store,
        f"""
    nvim.go_to("{FAULT}")
    nvim.complain({{ {{ range = {{ start = {{ line = 6, character = 24 }},
      ["end"] = {{ line = 6, character = 30 }} }}, severity = 1, source = "clang",
      message = "No member named 'length' in 'struct store'" }} }})
    vim.cmd("Glossator fix")
    local list = nvim.enter("/list")
    nvim.press("ZZ")
    nvim.wait("the end of the review", function() return #vim.api.nvim_list_tabpages() == 1 end)
    local mended = nvim.text()
    vim.cmd.normal({{ "u", bang = true }})
    return {{ list = list, mended = mended, undone = nvim.text() }}
    """,
    )
    seen = played.result
    assert seen["list"].startswith("Fix ")
    assert "has no member named" in seen["list"]
    assert "gcc ok" in seen["list"]
    assert seen["mended"] == text(MENDED)
    assert seen["undone"] == text(BROKEN)
    assert played.said == []


def test_a_change_that_comes_while_one_types_does_not_take_the_cursor(
    store: Scene, models: WriteModels
) -> None:
    models(RIGHT)
    played = play(
        store,
        f"""
    nvim.go_to("{FAULT}")
    local modes, buffers = {{}}, {{}}
    vim.notify = function(words)
      table.insert(nvim.notified, {{ text = words }})
      table.insert(modes, vim.api.nvim_get_mode().mode)
      table.insert(buffers, vim.api.nvim_buf_get_name(0))
    end
    vim.cmd("Glossator fix")
    nvim.wait_for_progress("report", "round 1")
    -- Whoever types stays in Insert mode: the wait happens below a mapping of that mode.
    vim.keymap.set("i", "<F2>", function() nvim.wait_for_words("waits: `:Glossator show`") end)
    vim.api.nvim_feedkeys(vim.keycode("O<F2>/* typed */<Esc>"), "mx", false)
    local typed = nvim.text()
    local tabs = #vim.api.nvim_list_tabpages()
    vim.cmd("Glossator apply")
    nvim.wait("the mended text", function() return not nvim.text():find("{FAULT}", 1, true) end)
    return {{ modes = modes, buffers = buffers, tabs = tabs, typed = typed, text = nvim.text() }}
    """,
    )
    seen = played.result
    assert seen["modes"] == ["i"]
    assert seen["buffers"] == [str(store.path)]
    assert seen["tabs"] == 1
    assert "/* typed */" in seen["typed"]
    assert "/* typed */" in seen["text"]


def test_a_review_of_the_file_shows_findings_as_diagnostics(
    store: Scene, models: WriteModels
) -> None:
    store.path.write_text(MENDED, "utf-8")
    models(critic=({"when": "Review", "text": json.dumps(FINDINGS)}, APPROVAL))
    played = play(
        store,
        """
    vim.cmd("Glossator! review")
    nvim.wait_for_progress("end", "1 finding")
    nvim.wait("findings", function() return #vim.diagnostic.get(0) == 1 end)
    return vim.tbl_map(function(it) return { it.lnum, it.message, it.source } end,
      vim.diagnostic.get(0))
    """,
    )
    assert played.result == [[8, "`sum` can overflow.", "glossator"]]
    assert played.said == []


def test_what_is_found_is_chosen_from_or_listed_and_the_index_waits(
    tmp_path: Path, nvim: str, script: WriteScript, own_home: Path
) -> None:
    script()
    config = own_home / "config" / "glossator" / "config.toml"
    config.write_text(config.read_text().replace("enabled = false", "enabled = true"))
    root = tmp_path / "found"
    (root / ".git").mkdir(parents=True)
    (root / "one.c").write_text("int append_record(int left)\n{\n\treturn left;\n}\n")
    (root / "two.c").write_text("int other(int left)\n{\n\treturn append_record(left);\n}\n")
    played = play(
        Scene(nvim, root / "two.c", root),
        """
    local client = nvim.client()
    local function wait_for_index(phase)
      nvim.wait("the index: " .. phase, function()
        local params = { command = "glossator.status", arguments = { vim.empty_dict() } }
        local told = client:request_sync("workspace/executeCommand", params, nvim.patience_ms)
        return (told.result.index[1] or {}).phase == phase
      end)
    end
    wait_for_index("ready")
    vim.cmd("Glossator search append_record")
    local question = nvim.question()
    question.answer("one.c:1  append_record")
    local at = { vim.fs.basename(vim.api.nvim_buf_get_name(0)), vim.api.nvim_win_get_cursor(0)[1] }
    vim.cmd("Glossator! search append_record")
    nvim.wait("the list", function() return vim.bo.buftype == "quickfix" end)
    vim.cmd("Glossator index pause")
    wait_for_index("paused")
    vim.cmd("Glossator status")
    local float
    nvim.wait("the status", function()
      float = vim.iter(vim.api.nvim_list_wins()):find(function(it)
        return vim.api.nvim_win_get_config(it).relative ~= ""
      end)
      return float
    end)
    local words = nvim.text_of(float)
    vim.cmd("Glossator index resume")
    return { words = words, at = at, listed = vim.tbl_map(function(it) return it.text end,
      vim.fn.getqflist()) }
    """,
    )
    seen = played.result
    assert seen["at"] == ["one.c", 1]
    assert "append_record" in seen["listed"]
    assert f"index      {root}: paused" in seen["words"]
    assert "document   scripted, on this machine (" in seen["words"]


def test_what_a_person_set_up_for_all_servers_stays(store: Scene, models: WriteModels) -> None:
    models(RIGHT)
    more = """
vim.lsp.config("*", { on_init = function() vim.g.my_init = 1 end })
vim.lsp.config("glossator", { on_attach = function() vim.g.my_attach = 1 end })
"""
    played = play(
        replace(store, set_up=more + set_up_of()),
        """
    return { vim.g.my_init, vim.g.my_attach, vim.fn.maparg("<Plug>(glossator-fix)", "n") ~= "" }
    """,
    )
    assert played.result == [1, 1, True]
