"""The embedded model as it is fetched, a real index and real code: a question answered, once."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.e2e.command_line import glossator

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

RINGLOG = Path(__file__).parents[2] / "examples/ringlog"


@pytest.fixture
def _fetched_model(model_file: Path, own_home: Path) -> Iterator[None]:
    """Put the model where this test's user has it, and end what it started."""
    pytest.importorskip("xllamacpp", reason="the engine is not installed")
    folder = own_home / "data" / "glossator" / "models"
    folder.mkdir(parents=True)
    for file in model_file.parent.glob(f"{model_file.stem}.*"):
        (folder / file.name).symlink_to(file)
    yield
    for state in (own_home / "run" / "glossator").glob("engine-*.json"):
        with suppress(ProcessLookupError):
            os.kill(json.loads(state.read_text("utf-8"))["pid"], signal.SIGKILL)
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            cache = process.environ().get("XDG_CACHE_HOME")
            if "index-owner" in process.cmdline() and cache == str(own_home / "cache"):
                process.kill()


@pytest.mark.usefixtures("_fetched_model")
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
