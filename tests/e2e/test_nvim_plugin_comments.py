"""A person with our plugin in Neovim has code documented: set-up, command, undo, words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import WriteScript
from tests.e2e.neovim_plugin import Scene, play

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]

REPLY: dict[str, object] = {
    "json": {
        "summary": "Count the words of a text",
        "parameters": {"text": "what to count in"},
        "returns": "how many there are",
    },
    "repeat": True,
}
COUNT = '''def count(text):
    """Count."""
    return len(text.split())


def words(text):
    return len(text.split())
'''


@pytest.fixture
def scene(tmp_path: Path, nvim: str, script: WriteScript) -> Scene:
    script(REPLY)
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    path = root / "count.py"
    path.write_text(COUNT, "utf-8")
    return Scene(nvim, path, root)


def test_three_lines_and_a_command_document_a_function_and_undo_is_one_step(scene: Scene) -> None:
    played = play(
        scene,
        """
    nvim.go_to("def words")
    vim.cmd("Glossator document")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local documented = nvim.text()
    vim.cmd.normal({ "u", bang = true })
    return { documented = documented, undone = nvim.text() }
    """,
    )
    assert "Count the words of a text" in played.result["documented"]
    assert played.result["undone"] == COUNT.rstrip("\n")
    assert played.said == []
