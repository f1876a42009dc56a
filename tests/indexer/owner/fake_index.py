"""Own a `RepositoryIndex` that reads the folder anew for each answer, and says what it was asked.

Run as a program it is the owner of such an index: `fake_index.py PLACES OPTIONS` with both as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError, QueryError
from glossator_indexer.owner import OwnerOptions, serve
from glossator_indexer.owner_client import OwnerPlaces
from glossator_indexer.records import (
    ContextPiece,
    EntityKind,
    EntityRecord,
    FoundEntity,
    Hit,
    IndexPhase,
    IndexProgress,
    IndexStatus,
    PieceRole,
    PiecesQuery,
    SearchQuery,
    Trust,
)


@dataclass(frozen=True, slots=True)
class FakeOptions:
    """How the index behaves: the files of a refresh, and the seconds that things take."""

    files: int = 3
    file_seconds: float = 0.0
    search_seconds: float = 0.0
    open_seconds: float = 0.0
    warm_seconds: float = 0.0
    open_error: str | None = None
    refresh_error: str | None = None


@dataclass(slots=True)
class FakeIndex:
    """Finds the lines that hold a word; files count as taken in by a refresh or an update."""

    root: Path
    options: FakeOptions = field(default_factory=FakeOptions)
    journal: Path | None = None
    known: dict[str, str] = field(default_factory=dict)
    buffers: dict[int, dict[str, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, report: Callable[[IndexProgress], None], stop: Callable[[], bool]) -> None:
        """Pretend to read a number of files."""
        if self.options.refresh_error is not None:
            raise IndexUnavailableError(self.options.refresh_error)
        self._note("refresh begins")
        for done in range(self.options.files):
            if stop():
                self._note("refresh stopped")
                return
            report(IndexProgress(IndexPhase.READING, done, self.options.files, 10.0, 1.0))
            time.sleep(self.options.file_seconds)
        paths = [it.name for it in self.root.iterdir() if it.is_file()]
        self.known = {}
        self.update_files(paths)
        self._note("refresh ends")

    def warm(self, rest: Callable[[float], bool]) -> bool:
        """Warm for as long as the options say, in hundredths of a second."""
        for _ in range(int(self.options.warm_seconds * 100)):
            if not rest(0.01):
                self._note("warming stopped")
                return False
        self._note("warm")
        return True

    def update_files(self, paths: Sequence[str]) -> None:
        """Read the files."""
        for path in paths:
            try:
                self.known[path] = (self.root / path).read_text("utf-8", "replace")
            except OSError:
                self.known.pop(path, None)

    def update_buffers(self, session: int, buffers: Mapping[str, str | None]) -> None:
        """Keep the texts."""
        with self.lock:
            own = self.buffers.setdefault(session, {})
            for path, text in buffers.items():
                own.pop(path, None)
                if text is not None:
                    own[path] = text

    def end_session(self, session: int) -> None:
        """Forget the texts."""
        with self.lock:
            self.buffers.pop(session, None)
        self._note("session ends")

    def search(self, query: SearchQuery) -> list[Hit]:
        """Return every line that holds the query's text."""
        time.sleep(self.options.search_seconds)
        if not query.text:
            raise QueryError("The query is empty; say what to look for.")
        if query.text == "break":
            raise ZeroDivisionError
        texts = self.known | self.buffers.get(query.session, {})
        found = [
            Hit(path, at, at, "", EntityKind.FILE, 1.0, (("fake", 1.0),))
            for path, text in sorted(texts.items())
            for at, line in enumerate(text.splitlines(), 1)
            if query.text in line
        ]
        return found[: query.limit]

    def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return the whole files that hold the text."""
        return [
            ContextPiece(
                PieceRole.HIT, path, 1, 1, "", EntityKind.FILE, Trust.PROJECT, 1.0, self.known[path]
            )
            for path in sorted(self.known)
            if query.text in self.known[path]
        ]

    def entities(self, name: str, limit: int, session: int) -> list[FoundEntity]:
        """Return an entity for each file of that name."""
        known = self.known | self.buffers.get(session, {})
        entity = EntityRecord(name, EntityKind.FILE, "", 1, 1, name)
        return [FoundEntity(path, entity, 1.0) for path in known if path.startswith(name)][:limit]

    def status(self) -> IndexStatus:
        """Return how many files are known."""
        progress = IndexProgress(IndexPhase.READY)
        buffers = sum(map(len, self.buffers.values()))
        count = len(self.known)
        return IndexStatus(
            str(self.root), progress, count, 0, 0, 0, "exact", "fake", 0, None, buffers
        )

    def close(self) -> None:
        """Say so."""
        self._note("closed")

    def _note(self, what: str) -> None:
        if self.journal is not None:
            with self.journal.open("a") as file:
                file.write(f"{what}\n")


def main(places: Mapping[str, str], options: Mapping[str, object]) -> int:
    """Own an index at the places; options are those of the fake and of the owner."""
    own = OwnerPlaces(*(Path(places[it]) for it in ("root", "folder", "run")), places["version"])
    mine = {key: it for key, it in options.items() if key in FakeOptions.__slots__}
    others = {key: it for key, it in options.items() if key in OwnerOptions.__slots__}
    fake = FakeOptions(**mine)  # type: ignore[arg-type]  # the tests write them

    def open_index(at: OwnerPlaces) -> FakeIndex:
        time.sleep(fake.open_seconds)
        if fake.open_error is not None:
            raise IndexUnavailableError(fake.open_error)
        return FakeIndex(at.root, fake, at.folder / "journal")

    return serve(own, open_index, OwnerOptions(**others))  # type: ignore[arg-type]  # as above


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), json.loads(sys.argv[2])))
