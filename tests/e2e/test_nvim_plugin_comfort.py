"""What the plugin adds around the code in Neovim: hover, lenses, statusline, health, help."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.command_line import COMMAND
from tests.e2e.conftest import WriteScript
from tests.e2e.neovim_plugin import PLUGIN, Scene, play, set_up_of

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]

CODE = 'def words(text):\n    return len(text.split())\n\n\ndef other(text):\n    """Say."""\n'
REPLY: dict[str, object] = {
    "json": {
        "summary": "Count the words",
        "parameters": {"text": "what to count in"},
        "returns": "how many there are",
    },
    "repeat": True,
}


@pytest.fixture
def scene(tmp_path: Path, nvim: str, script: WriteScript) -> Scene:
    script(REPLY)
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    path = root / "count.py"
    path.write_text(CODE, "utf-8")
    return Scene(nvim, path, root)


def test_the_hover_ends_with_numbers_that_run_actions_and_others_hovers_stay(scene: Scene) -> None:
    played = play(
        scene,
        """
    -- Another server, which has a hover of its own.
    vim.lsp.start({ name = "other", cmd = function(dispatchers)
      local function answer(method)
        if method == "initialize" then return { capabilities = { hoverProvider = true } } end
        return method == "textDocument/hover" and { contents = "What the other says." } or vim.NIL
      end
      return {
        request = function(it, _, callback) callback(nil, answer(it)) return true, 1 end,
        notify = function() end,
        is_closing = function() return false end,
        terminate = function() dispatchers.on_exit(0, 0) end,
      }
    end })
    local function float()
      return vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(it)
        return vim.api.nvim_win_get_config(it).relative ~= ""
      end)
    end
    local function hover()
      nvim.go_to("def words")
      nvim.press("wK")
      nvim.wait("the hover", float)
      return nvim.text_of(float())
    end
    local text = hover()
    nvim.press("K")
    nvim.wait("the cursor in it", function() return vim.api.nvim_get_current_win() == float() end)
    nvim.press(text:match("(%d)%. Document `words`"))
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local documented = nvim.text()
    local closed = float() == nil
    -- The text has changed since the hover.
    vim.api.nvim_feedkeys(vim.keycode("<Plug>(glossator-hover-1)"), "mx", false)
    vim.cmd.normal({ "u", bang = true })
    hover()
    vim.keymap.set("n", "<Space>h", "<Plug>(glossator-hover)", { remap = true })
    nvim.progress = {}
    nvim.press("1<Space>h")
    nvim.wait_for_progress("end")
    return { text = text, documented = documented, closed = closed,
      again = nvim.text() }
    """,
    )
    seen = played.result
    assert "What the other says." in seen["text"]
    assert "1. Document `words`" in seen["text"]
    assert "Explain `words`" in seen["text"]
    assert "Count the words" in seen["documented"]
    assert seen["closed"]
    assert "Count the words" in seen["again"]
    assert played.said == [
        "Glossator: the text has changed since the hover was shown: hover again."
    ]


def test_code_lenses_come_when_they_are_turned_on_and_run(scene: Scene) -> None:
    settings = """
vim.lsp.config("glossator", { settings = { glossator = { code_lens = true } } })
"""
    played = play(
        replace(scene, set_up=set_up_of() + settings),
        """
    vim.lsp.codelens.refresh({ bufnr = 0 })
    nvim.wait("the lenses", function() return #vim.lsp.codelens.get(0) > 0 end)
    local titles = vim.tbl_map(function(it) return it.command.title end, vim.lsp.codelens.get(0))
    nvim.go_to("def words")
    vim.lsp.codelens.run()
    local question = nvim.question()
    question.answer("Document")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    -- Turned off again, they go without being asked for.
    nvim.client().settings = { glossator = { code_lens = false } }
    nvim.client():notify("workspace/didChangeConfiguration", { settings = nvim.client().settings })
    nvim.wait("the lenses to go", function() return #vim.lsp.codelens.get(0) == 0 end)
    return { titles = titles, text = nvim.text() }
    """,
    )
    assert played.result["titles"] == ["Document", "Explain", "Explain"]
    assert "Count the words" in played.result["text"]


def test_health_says_each_thing_on_a_line_with_its_mend(scene: Scene) -> None:
    wrong = 'vim.g.glossator = { answers = "hologram" }\n'
    played = play(
        replace(scene, set_up=wrong + set_up_of()),
        """
    nvim.wait_for_words("must be one of")
    vim.cmd("checkhealth glossator")
    return { text = nvim.text(), options = require("glossator.options").now().answers }
    """,
    )
    text = played.result["text"]
    assert "OK Neovim 0.11" in text
    assert f"OK glossator 0.1.0: {COMMAND[0]} (vim.g.glossator_cmd)" in text
    assert "OK the server is enabled" in text
    assert "document: scripted, on this machine" in text
    assert "language python: tree-sitter-python" in text
    assert "options: `answers` must be one of split, vsplit, float." in text
    assert played.result["options"] == "split"
    assert played.said == ["Glossator: `answers` must be one of split, vsplit, float."]


def test_health_without_a_program_says_how_to_get_it(scene: Scene) -> None:
    set_up = f"vim.opt.rtp:prepend({json.dumps(str(PLUGIN))})\n"
    played = play(
        replace(scene, set_up=set_up, environment={"PATH": "/nowhere"}, opens=False),
        """
    vim.cmd("checkhealth glossator")
    return nvim.text()
    """,
    )
    assert "ERROR there is no program `glossator`" in played.result
    assert "Install it: pip install 'glossator[embedded]'" in played.result
    assert "ERROR the server is not enabled" in played.result


def test_the_help_has_tags_for_the_command_the_options_and_the_keys(scene: Scene) -> None:
    copy = scene.root.parent / "site" / "pack" / "any" / "start" / "glossator"
    shutil.copytree(PLUGIN, copy, ignore=shutil.ignore_patterns("node_modules"))
    site = json.dumps(str(scene.root.parent / "site"))
    played = play(
        replace(scene, set_up=f"vim.opt.packpath:prepend({site})\n", opens=False),
        """
    vim.cmd("helptags ALL")
    local found = {}
    for _, tag in ipairs({ "glossator", ":Glossator", "glossator-options", "glossator-review",
      "glossator-answers", "glossator-plan", "glossator.status()", "vim.g.glossator_cmd" }) do
      vim.cmd.help(tag)
      local line = vim.api.nvim_get_current_line()
      table.insert(found, line:find("*" .. tag .. "*", 1, true) and tag or line)
    end
    return found
    """,
    )
    assert played.result == [
        "glossator",
        ":Glossator",
        "glossator-options",
        "glossator-review",
        "glossator-answers",
        "glossator-plan",
        "glossator.status()",
        "vim.g.glossator_cmd",
    ]
