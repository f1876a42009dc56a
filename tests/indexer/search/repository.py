"""Own a small repository in memory with both stores filled from real extraction, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from glossator_indexer import static_embedder
from glossator_indexer.chunking import contextual_text
from glossator_indexer.extraction import extract
from glossator_indexer.lexical import LexicalStore, documents_of
from glossator_indexer.records import DISK, FileRecord, FoundFile, IndexedFile, Trust
from glossator_indexer.search import Searcher
from glossator_indexer.vectors import ExactVectors

_LANGUAGES = {"c": "c", "h": "c", "py": "python", "cpp": "cpp"}


@dataclass
class Repository:
    """Files by path, as a catalog and in both stores."""

    folder: Path
    files: dict[int, tuple[int, FileRecord]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    paths: dict[int, dict[str, int]] = field(default_factory=dict)
    times: dict[int, float] = field(default_factory=dict)
    trust: Mapping[str, Trust] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.embedder = static_embedder.load()
        self.lexical = LexicalStore(self.folder / "lexical")
        self.vectors = ExactVectors(self.folder / "vectors", self.embedder.dim)

    def write(self, path: str, text: str, session: int = DISK) -> None:
        """Put a file, or a session's unsaved text of one, into the index; it is searchable then."""
        self.put(path, text, session)
        self.commit()

    def commit(self) -> None:
        """Make what was put searchable."""
        for store in (self.lexical, self.vectors):
            store.commit(max(self.files))

    def put(self, path: str, text: str, session: int = DISK) -> None:
        """Take a file in."""
        number = max(self.files, default=0) + 1
        found = FoundFile(
            path,
            len(text),
            0,
            0,
            _LANGUAGES[path.rpartition(".")[2]],
            self.trust.get(path.split("/", maxsplit=1)[0], Trust.PROJECT),
        )
        made = extract(found, text.encode())
        vectors = self.embedder.encode(
            [contextual_text(made.record, at, it) for at, it in enumerate(made.texts)]
        )
        rows = np.rint(vectors * 127).astype(np.int8).tobytes()
        gone = self.paths.setdefault(session, {}).get(path)
        self.paths[session] = {**self.paths[session], path: number}
        if gone is not None:
            self.forget(gone)
        self.files[number] = (session, made.record)
        self.texts[number] = text
        self.times[number] = float(number)
        indexed = IndexedFile(
            number,
            session,
            path,
            len(made.texts),
            documents_of(made.record, made.texts),
            rows,
        )
        for store in (self.lexical, self.vectors):
            store.replace([indexed])

    def forget(self, number: int) -> None:
        """Take a file out of the truth and the stores."""
        del self.files[number]
        for store in (self.lexical, self.vectors):
            store.remove([number])

    def file(self, number: int) -> tuple[int, FileRecord] | None:
        return self.files.get(number)

    def numbers(self, session: int) -> Mapping[str, int]:
        return self.paths.get(session, {})

    def modified(self, number: int) -> float:
        return self.times.get(number, 0.0)

    def read(self, path: str, start_line: int, end_line: int, session: int) -> str | None:
        number = self.paths.get(session, {}).get(path)
        if number is None:
            return None
        return "\n".join(self.texts[number].split("\n")[start_line - 1 : end_line])

    def searcher(self) -> Searcher:
        """Return a search over all of it."""
        return Searcher(self, self.lexical, self.vectors, self.embedder, self.read)


def repository(
    folder: Path, files: Mapping[str, str], trust: Mapping[str, Trust] | None = None
) -> Repository:
    """Return a repository of these files; `trust` goes by their first folder."""
    made = Repository(folder, trust=trust or {})
    for path, text in files.items():
        made.put(path, text)
    made.commit()
    return made


def symbols(hits: Sequence[object]) -> list[str]:
    """Return the symbols of hits or pieces."""
    return [str(getattr(it, "symbol", "")) for it in hits]
