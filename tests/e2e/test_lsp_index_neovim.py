"""A real headless Neovim sees its repository indexed, and searches it with a plain command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.neovim import run_in_neovim

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]

FILES = 800
SEARCH = """
    nvim.open(server, path)
    nvim.wait_for_progress("end", "ready")
    local function search(text)
        local found = nvim.client():request_sync("workspace/executeCommand", {
            command = "glossator.search", arguments = { { text = text, limit = 3 } },
        }, 30000)
        return found.result[1]
    end
    local saved = search("number_7_of_file_42")
    vim.api.nvim_buf_set_lines(0, 0, 0, false, { "int typed_but_not_saved(void);", "" })
    local typed = search("typed_but_not_saved")
    vim.lsp.util.show_document(saved.location, nvim.client().offset_encoding, { focus = true })
    return {
        saved = saved.path, symbol = saved.symbol, typed = typed.path,
        at = vim.api.nvim_get_current_line(),
    }
"""


def test_a_repository_is_indexed_searched_and_gone_to(tmp_path: Path, nvim: str) -> None:
    folder = tmp_path / "big"
    folder.mkdir()
    # As many as no machine takes in before progress is shown.
    for file in range(FILES):
        functions = (
            f"int number_{at}_of_file_{file}(int left)\n{{\n\treturn left + {at};\n}}\n\n"
            for at in range(150)
        )
        (folder / f"file{file}.c").write_text("".join(functions))
    told = run_in_neovim(nvim, folder / "file0.c", SEARCH)
    assert told.result == {
        "saved": "file42.c",
        "symbol": "number_7_of_file_42",
        "typed": "file0.c",
        "at": "int number_7_of_file_42(int left)",
    }
    assert told.messages == []
    assert told.progress[0]["title"] == "Index big"
    assert any(f" of {FILES} files" in it.get("message", "") for it in told.progress), told.progress
