"""The embedded model as it is fetched, a real index and real code: a question answered, once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.e2e.command_line import glossator

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

RINGLOG = Path(__file__).parents[2] / "examples/ringlog"


@pytest.fixture
def _asked_here(fetched_model: None, own_home: Path) -> Iterator[None]:  # noqa: ARG001 -- it is there
    """Let the test have the model, and end the index that it started."""
    yield
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            cache = process.environ().get("XDG_CACHE_HOME")
            if "index-owner" in process.cmdline() and cache == str(own_home / "cache"):
                process.kill()


@pytest.mark.usefixtures("_asked_here")
def test_in_the_embedded_models_place_the_code_answers_at_once(
    tmp_path: Path, own_home: Path
) -> None:
    folder = tmp_path / "ringlog"
    shutil.copytree(RINGLOG, folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    ended = glossator("ask", "--json", "How is an entry replaced by another in a list?", cwd=folder)
    assert ended.status == 0, ended
    found = json.loads(ended.output)
    assert (found["model"], found["quoted"]) == (None, True)
    assert not list((own_home / "run" / "glossator").glob("engine-*"))
    assert found["citations"]
    for it in found["citations"]:
        lines = (folder / it["path"]).read_text("utf-8").split("\n")
        assert 1 <= it["start_line"] <= it["end_line"] <= len(lines)
    assert any(it["path"] == "list.h" for it in found["citations"])
    ended = glossator("ask", "--json", "Which Kafka topic holds the invoices?", cwd=folder)
    assert (ended.status, json.loads(ended.output)["found"]) == (1, False)
