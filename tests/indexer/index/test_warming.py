"""What an index makes ready for quality mode while nobody asks: in which order and how far."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from glossator_indexer.errors import EmbedderError
from glossator_indexer.records import Hit, SearchFilters, SearchMode, SearchQuery, Trust
from tests.indexer.index.conftest import Repository


class _Remembering:
    """A re-ranker that remembers what it was shown, in order, up to a number of texts."""

    name = "remembering"

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.shown: dict[bytes, str] = {}

    def score(
        self,
        query: str,  # noqa: ARG002
        keys: Sequence[bytes],
        text_of: Callable[[int], str | None],
    ) -> NDArray[np.float32]:
        self._read(keys, text_of)
        return np.ones(len(keys), np.float32)

    def warm(self, keys: Sequence[bytes], text_of: Callable[[int], str | None]) -> int:
        if self.room < 0:
            raise EmbedderError("The model is damaged; fetch it.")
        self._read(keys[: self.room - len(self.shown)], text_of)
        return self.room - len(self.shown)

    def _read(self, keys: Sequence[bytes], text_of: Callable[[int], str | None]) -> None:
        for at, key in enumerate(keys):
            if key not in self.shown and (text := text_of(at)) is not None:
                self.shown[key] = text


def _names(reranker: _Remembering) -> list[str]:
    return [it.split("(")[0].removeprefix("int ") for it in reranker.shown.values()]


def _warmed(repository: Repository, reranker: _Remembering, *opened: str) -> bool:
    """Index a repository of three folders, look at files, and warm."""
    for folder in ("lib", "mm", "vendor"):
        repository.write(f"{folder}/a.c", f"{folder}one", f"{folder}two")
    repository.open(reranker=reranker)
    index = repository.refresh()
    if opened:
        index.search(SearchQuery("nothing of it", open_paths=opened))
    return index.warm(lambda _seconds: True)


def test_the_whole_project_is_warmed_without_the_code_of_others(repository: Repository) -> None:
    reranker = _Remembering()
    assert _warmed(repository, reranker)
    assert sorted(_names(reranker)) == ["libone", "libtwo", "mmone", "mmtwo"]
    assert Trust.VENDORED in {it.trust for it in _hits(repository)}


def test_a_question_finds_what_was_warmed(repository: Repository) -> None:
    reranker = _Remembering()
    _warmed(repository, reranker)
    warmed = set(reranker.shown)
    assert repository.index is not None
    for name in ("libone", "mmtwo"):
        repository.index.search(
            SearchQuery(name, mode=SearchMode.QUALITY, filters=SearchFilters(paths=("lib/", "mm/")))
        )
    assert set(reranker.shown) == warmed


def test_folders_that_people_look_at_come_first(repository: Repository) -> None:
    reranker = _Remembering()
    _warmed(repository, reranker, "mm/other.c")
    assert _names(reranker)[:2] == ["mmone", "mmtwo"]


def test_warming_ends_where_there_is_no_more_room(repository: Repository) -> None:
    reranker = _Remembering(room=3)
    assert _warmed(repository, reranker)
    assert len(reranker.shown) == 3


def test_warming_stops_where_it_is_told_to_and_goes_on_later(repository: Repository) -> None:
    paths = [repository.write(f"f{at}.c", f"name{at}") for at in range(20)]
    reranker = _Remembering()
    repository.open(reranker=reranker)
    index = repository.refresh()
    assert not index.warm(lambda _seconds: False)
    assert 0 < len(reranker.shown) < len(paths)
    assert index.warm(lambda _seconds: True)
    assert len(reranker.shown) == len(paths)


def test_a_model_that_cannot_be_used_ends_the_warming(repository: Repository) -> None:
    assert _warmed(repository, _Remembering(room=-1))


def test_without_a_model_there_is_nothing_to_warm(repository: Repository) -> None:
    repository.write("a.c", "alone")
    assert repository.refresh().warm(lambda _seconds: False)


def _hits(repository: Repository) -> list[Hit]:
    assert repository.index is not None
    return repository.index.search(SearchQuery("vendorone"))
