"""A repair that cannot come to its end leaves nothing behind, and is tried again."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from glossator_indexer.disk import NO_SPACE
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.records import IndexedFile
from glossator_indexer.store import FILE_NAME
from glossator_indexer.vectors import ExactVectors
from tests.indexer.index.conftest import Repository


class CrampedVectors(ExactVectors):
    """Vectors on a disk that may be full."""

    fails_at = ""

    def replace(self, files: Sequence[IndexedFile]) -> None:
        self._fail_at("replace")
        super().replace(files)

    def commit(self, position: int) -> None:
        self._fail_at("commit")
        super().commit(position)

    def _fail_at(self, step: str) -> None:
        if step == CrampedVectors.fails_at:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


@pytest.mark.parametrize("step", ["replace", "commit"])
def test_a_repair_without_room_holds_no_file_open(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    repository.write("a.c", "counted_entry")
    repository.open(open_vectors=lambda folder, dim, _truth: CrampedVectors(folder, dim))
    index = repository.refresh()
    shutil.rmtree(repository.folder / "vectors")
    index._stores.note_damage("The vectors are gone.")
    monkeypatch.setattr(CrampedVectors, "fails_at", step)
    held = []
    for _ in range(4):
        with pytest.raises(IndexUnavailableError, match=NO_SPACE):
            repository.said("counted entry")
        held.append(_open_files_in(repository.folder))
    assert max(held) == held[0]
    monkeypatch.setattr(CrampedVectors, "fails_at", "")
    with contextlib.suppress(IndexUnavailableError):
        repository.said("counted entry")
    assert repository.said("counted entry") == ["counted_entry"]


def _open_files_in(folder: Path) -> int:
    """Return how many files in the folder this process has open; others come and go meanwhile."""
    found = psutil.Process().open_files()
    return sum(Path(it.path).is_relative_to(folder) for it in found)


def test_a_refresh_that_meets_damage_goes_on_once_it_is_repaired(repository: Repository) -> None:
    repository.write("a.c", "still_there")
    repository.write("b.c", "soon_gone")
    index = repository.refresh()
    # What SQLite calls malformed, below an index that is open and was found sound.
    with contextlib.closing(sqlite3.connect(repository.folder / FILE_NAME)) as other, other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute("UPDATE sqlite_master SET rootpage = 999999 WHERE name = 'records'")
        other.execute("PRAGMA schema_version = 4711")
    (repository.root / "b.c").unlink()
    index.refresh(repository.progress.append, lambda: False)
    assert repository.where("still_there") == ["a.c"]
    assert repository.where("soon_gone") == []
