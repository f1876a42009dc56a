"""A real Neovim, the real embedded model and real code: the whole way, once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.plain_lexer import code_words
from tests.e2e.neovim import run_in_neovim

pytestmark = [pytest.mark.neovim, pytest.mark.model, pytest.mark.timeout(300)]

RINGLOG = Path(__file__).parents[2] / "examples/ringlog"


@pytest.mark.usefixtures("fetched_model")
def test_the_embedded_model_documents_a_function(tmp_path: Path, nvim: str) -> None:
    folder = tmp_path / "ringlog"
    shutil.copytree(RINGLOG, folder)
    path = folder / "list.h"
    before = path.read_text("utf-8")
    told = run_in_neovim(
        nvim,
        path,
        """
    -- A header is C here, as it is in every kernel tree.
    vim.g.c_syntax_for_h = 1
    nvim.patience_ms = 200000
    nvim.open(server, path)
    nvim.document("list_replace")
    nvim.wait_for_progress("end")
    vim.cmd.write()
    return true
    """,
    )
    after = path.read_text("utf-8")
    assert told.messages == []
    assert " * list_replace() - " in after
    assert after.index("@old: ") < after.index("@new: ") < after.index("void list_replace")
    assert code_words(after) == code_words(before)
    assert "smollm2" in told.progress[-1]["message"]
