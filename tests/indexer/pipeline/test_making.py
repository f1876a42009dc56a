"""What becomes of one file within its time, however long its words and vectors would take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glossator_indexer import static_embedder
from glossator_indexer.pipeline import Job, Made, make, making
from glossator_indexer.record_codec import decode_record

if TYPE_CHECKING:
    from glossator_indexer.ports import Embedder

JOB = Job("a.c", 0, 0, 0, 0, "c", "project", b"", force=False, embed=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with a file of some hundred chunks."""
    functions = (f"int f{at}(void)\n{{\n\treturn {at};\n}}\n\n" for at in range(300))
    (tmp_path / "a.c").write_text("".join(functions))
    return tmp_path


@dataclass(frozen=True)
class Case:
    """Whether vectors are made, and how long the words and vectors of a file may take."""

    embedder: Embedder | None
    seconds: float


def _made(root: Path, case: Case, monkeypatch: pytest.MonkeyPatch) -> tuple[Made, str | None]:
    monkeypatch.setattr(making, "_SECONDS", case.seconds)
    made = make(str(root), JOB, case.embedder)
    record = decode_record(made.record)
    assert made.chunks == len(record.chunks) == len(made.documents)
    assert made.trouble == (record.trouble is not None)
    return made, record.trouble


@pytest.mark.parametrize("embeds", [True, False])
def test_a_file_whose_time_is_up_keeps_its_start(
    root: Path, monkeypatch: pytest.MonkeyPatch, *, embeds: bool
) -> None:
    embedder = static_embedder.load() if embeds else None
    whole, trouble = _made(root, Case(embedder, 60.0), monkeypatch)
    assert (whole.chunks, trouble) == (300, None)
    start, trouble = _made(root, Case(embedder, -60.0), monkeypatch)
    assert 0 < start.chunks < 100
    assert trouble is not None
    assert "took too long" in trouble
    assert start.documents == whole.documents[: start.chunks]
    if embedder is None:
        assert start.vectors is None
    else:
        assert whole.vectors is not None
        assert start.vectors == whole.vectors[: start.chunks * embedder.dim]


def test_nothing_is_read_of_a_file_that_has_no_words(tmp_path: Path) -> None:
    (tmp_path / "a.c").touch()
    made = make(str(tmp_path), JOB, static_embedder.load())
    assert (made.outcome, made.chunks, made.documents, made.trouble) == ("made", 0, (), 0)
