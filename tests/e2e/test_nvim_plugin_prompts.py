"""Prompts in Neovim with the plugin: opened by name, tried, and tried again in the same window."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import WriteScript
from tests.e2e.neovim_plugin import Scene, play
from tests.e2e.test_lsp_prompts import MARK, PROMPT, write_prompt

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]

CODE = "int add(int a, int b)\n{\n\treturn a + b;\n}\n"
PLAIN = {"summary": "Add both", "parameters": {"a": "one", "b": "other"}, "returns": "the sum"}


def test_a_prompt_is_tried_and_tried_again_beside_it(
    tmp_path: Path, nvim: str, script: WriteScript
) -> None:
    script(
        {"when": MARK, "json": PLAIN | {"summary": "Heave both"}, "repeat": True},
        {"json": PLAIN, "repeat": True},
    )
    write_prompt(PROMPT.replace(MARK, "Like a clerk."))
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    path = root / "sum.c"
    path.write_text(CODE)
    played = play(
        Scene(nvim, path, root),
        """
    local function result()
      local win = vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(it)
        local name = vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(it))
        return name:match("/trials/sailor%.md$")
      end)
      return win and nvim.text_of(win) or ""
    end
    local function shows(words)
      nvim.wait(words, function() return result():find(words, 1, true) end)
    end
    nvim.go_to("add(int")
    vim.cmd("Glossator prompt")
    vim.cmd("Glossator document")
    nvim.wait_for_change()
    vim.cmd("Glossator prompt sailor")
    nvim.wait("the prompt", function()
      return vim.api.nvim_buf_get_name(0):match("/prompts/sailor%.md$")
    end)
    vim.cmd("Glossator prompt")
    shows("Add both")
    local windows = #vim.api.nvim_tabpage_list_wins(0)
    vim.fn.search("Like a clerk")
    vim.api.nvim_set_current_line("In the words of a sailor.")
    vim.cmd("Glossator prompt")
    shows("Heave both")
    vim.cmd("Glossator! prompt")
    shows("product:document")
    return { windows, #vim.api.nvim_tabpage_list_wins(0) }
    """,
    )
    assert played.result == [2, 2]
    assert any("no prompt of yours" in it for it in played.said)
