"""Own what the tests of the index share: a small repository whose index is opened at will."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from glossator_indexer import static_embedder
from glossator_indexer.index import Index, IndexParts, open_index
from glossator_indexer.records import DISK, IndexProgress, SearchQuery
from glossator_indexer.walking import RepositoryWalker, WalkOptions


@dataclass
class Repository:
    """A repository with its index. Functions are written and found by their names."""

    root: Path
    folder: Path
    parts: IndexParts
    index: Index | None = None
    progress: list[IndexProgress] = field(default_factory=list)

    def write(self, path: str, *names: str) -> Path:
        """Write a C file that defines functions."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(f"int {it}(void)\n{{\n\treturn 1;\n}}\n\n" for it in names))
        return target

    def open(self, **changed: object) -> Index:
        """Open the index anew, with other parts where some are named."""
        self.close()
        self.parts = replace(self.parts, **changed)  # type: ignore[arg-type]
        self.index = open_index(self.folder, self.root, self.parts)
        return self.index

    def refresh(self) -> Index:
        """Open the index where it is not open, and bring it up to date."""
        index = self.index or self.open()
        index.refresh(self.progress.append, lambda: False)
        return index

    def close(self) -> None:
        """Close the index where it is open."""
        if self.index is not None:
            self.index.close()
            self.index = None

    def where(self, name: str, session: int = DISK) -> list[str]:
        """Return the paths in which a function of exactly this name is found."""
        assert self.index is not None
        return [it.path for it in self.index.entities(name, 5, session) if it.entity.name == name]

    def said(self, words: str, session: int = DISK) -> list[str]:
        """Return the symbols that a search finds."""
        assert self.index is not None
        return [it.symbol for it in self.index.search(SearchQuery(words, session=session))]


@pytest.fixture(scope="session")
def embedder() -> static_embedder.StaticEmbedder:
    return static_embedder.load()


@pytest.fixture
def repository(tmp_path: Path, embedder: static_embedder.StaticEmbedder) -> Iterator[Repository]:
    root = tmp_path / "root"
    root.mkdir()
    parts = IndexParts(RepositoryWalker(root, WalkOptions()), embedder, static_embedder.load)
    repository = Repository(root, tmp_path / "index", parts)
    yield repository
    repository.close()
