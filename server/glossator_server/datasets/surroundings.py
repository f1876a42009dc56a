"""Own what stands around a record in its repository, as the product would find it there.

Pure: the records at hand are all there is; it must not rank beyond the retrieval's own likeness.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from glossator_indexer.languages.c import C
from glossator_indexer.neighbourhood import MOST_FILES, shared_beginning
from glossator_indexer.retrieval import words_of
from glossator_indexer.styles.judging import is_callable
from glossator_server.datasets.records import Record

# As many as an index gives a prompt.
_MOST_ELSEWHERE = 4
# What so many names have says nothing of any.
_MOST_WITH_A_WORD = 400


@dataclass(slots=True)
class Surroundings:
    """The records of some repositories, by file, by folder and by the words of their names."""

    _by_file: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    _files: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _by_word: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    _by_name: dict[str, list[Record]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Record]) -> Surroundings:
        """Return the surroundings that records make."""
        by_file: dict[tuple[str, str], list[Record]] = defaultdict(list)
        files: dict[tuple[str, str], list[str]] = defaultdict(list)
        by_word: dict[tuple[str, str], list[Record]] = defaultdict(list)
        by_name: dict[str, list[Record]] = defaultdict(list)
        for it in records:
            by_name[it.symbol.name].append(it)
            if (it.project, it.path) not in by_file:
                files[it.project, it.folder].append(it.path)
            by_file[it.project, it.path].append(it)
            for word in words_of(it.symbol.name):
                by_word[it.project, word].append(it)
        return cls(dict(by_file), dict(files), dict(by_word), dict(by_name))

    def around(self, record: Record, may_lend: Callable[[Record], bool]) -> list[Record]:
        """Return the others of the file, then of its folder, then some of the project.

        Only those in the record's style, and which `may_lend` lets pass.
        """
        found = [
            it
            for it in self._candidates(record)
            if it.style == record.style and it.id != record.id and may_lend(it)
        ]
        known = {it.id for it in found}
        elsewhere = (it for it in self._elsewhere(record) if it.id not in known and may_lend(it))
        for it, _ in zip(elsewhere, range(_MOST_ELSEWHERE), strict=False):
            found.append(it)
        return found

    def named(self, name: str) -> list[Record]:
        """Return the records of all symbols of a name."""
        return list(self._by_name.get(name, ()))

    def _candidates(self, record: Record) -> Iterator[Record]:
        yield from self._by_file.get((record.project, record.path), ())
        beside = self._files.get((record.project, record.folder), ())
        others = [it for it in beside if it != record.path]
        others.sort(key=lambda it: (-shared_beginning(it, record.path), it))
        for path in others[:MOST_FILES]:
            for it in self._by_file[record.project, path]:
                # Of the C beside a file only what is called is looked at.
                if record.language != C.id or is_callable(it.symbol):
                    yield it

    def _elsewhere(self, record: Record) -> list[Record]:
        """Return records of other folders whose names share the rarest words, most like first."""
        scores: Counter[str] = Counter()
        found: dict[str, Record] = {}
        for word in words_of(record.symbol.name):
            having = self._by_word.get((record.project, word), ())
            if len(having) > _MOST_WITH_A_WORD:
                continue
            for it in having:
                if it.folder != record.folder and it.style == record.style:
                    scores[it.id] += round(1000 / math.log(2 + len(having)))
                    found[it.id] = it
        ranked = sorted(scores.items(), key=lambda it: (-it[1], it[0]))
        return [found[id_] for id_, _ in ranked[: 4 * _MOST_ELSEWHERE]]
