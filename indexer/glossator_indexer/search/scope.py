"""Own which files a search may see: a session's own buffers over the disk, and the filters.

It must not score anything.
"""

from __future__ import annotations

import fnmatch
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glossator_indexer.chunking import entities_of_chunk
from glossator_indexer.errors import QueryError
from glossator_indexer.ports import Catalog
from glossator_indexer.records import (
    DISK,
    FileRecord,
    SearchFilters,
    SearchQuery,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Editors ask with the same few filters again and again.
_FILTERS_KEPT = 16
# A pattern that is longer was not written by a person.
_MOST_GLOB_CHARACTERS = 1000
# Up to so many files a clause of the lexical query names them; more of them are most of the index.
MOST_FILES_IN_A_CLAUSE = 20_000


@dataclass(frozen=True, slots=True)
class Visible:
    """What one search may see.

    `mask` says by number which files count, None says all but `hidden`; `numbers` are the files of
    the mask, None where they are too many to be named.
    """

    session: int
    hidden: frozenset[int]
    filters: SearchFilters
    mask: NDArray[np.bool_] | None = None
    numbers: tuple[int, ...] | None = None

    def sees(self, number: int, session: int) -> bool:
        """Say whether a file of a session counts."""
        if session not in (DISK, self.session) or number in self.hidden:
            return False
        return self.mask is None or (number < len(self.mask) and bool(self.mask[number]))

    def takes(self, record: FileRecord, ordinal: int) -> bool:
        """Say whether the filters let a chunk of a file that is seen through."""
        filters = self.filters
        chunk = record.chunks[ordinal]
        kinds = filters.kinds
        if kinds and chunk.kind not in kinds:
            inside = entities_of_chunk(record, ordinal)
            if all(entity.kind not in kinds for entity in inside):
                return False
        if filters.languages and record.language not in filters.languages:
            return False
        if filters.symbol is None:
            return True
        return any(
            _is_symbol(filters.symbol, entity.name, entity.container)
            for entity in entities_of_chunk(record, ordinal)
        )


class Scopes:
    """Finds what searches may see, and remembers which files a filter names."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept: OrderedDict[object, tuple[tuple[int, int], frozenset[int]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, query: SearchQuery) -> Visible:
        """Return what a query may see; raises `QueryError` where a glob cannot be understood."""
        import numpy as np

        own = self._catalog.numbers(query.session) if query.session != DISK else {}
        disk = self._catalog.numbers(DISK)
        hidden = frozenset(disk[path] for path in own if path in disk)
        filters = query.filters
        if not (filters.paths or filters.folder) and filters.changed_since is None:
            if not hidden:
                return Visible(query.session, hidden, filters)
            mask = np.ones(_highest(disk, own) + 1, np.bool_)
            mask[list(hidden)] = False
            return Visible(query.session, hidden, filters, mask)
        chosen = set(self._chosen(filters, disk)) - hidden
        chosen.update(self._named(filters, own))
        mask = np.zeros(max(chosen, default=0) + 1, np.bool_)
        mask[list(chosen)] = True
        numbers = tuple(chosen) if len(chosen) <= MOST_FILES_IN_A_CLAUSE else None
        return Visible(query.session, hidden, filters, mask, numbers)

    def _chosen(self, filters: SearchFilters, disk: Mapping[str, int]) -> frozenset[int]:
        # A changed file has a higher number than all before, so this tells one state from another.
        state = (len(disk), max(disk.values(), default=0))
        key = (filters.paths, filters.folder, filters.changed_since)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == state:
                self._kept.move_to_end(key)
                return kept[1]
        chosen = frozenset(self._named(filters, disk))
        with self._lock:
            self._kept[key] = (state, chosen)
            if len(self._kept) > _FILTERS_KEPT:
                self._kept.popitem(last=False)
        return chosen

    def _named(self, filters: SearchFilters, numbers: Mapping[str, int]) -> list[int]:
        matches = path_matcher(filters.paths) if filters.paths else None
        since = filters.changed_since
        below = f"{filters.folder}/" if filters.folder else ""
        return [
            number
            for path, number in numbers.items()
            if path.startswith(below)
            and (matches is None or matches(path))
            and (since is None or self._catalog.modified(number) >= since)
        ]


def path_matcher(globs: tuple[str, ...]) -> Callable[[str], bool]:
    """Return what says whether a path is named by globs as in `.gitignore`, the last word counts.

    Globs that all begin with `!` name everything but what they name.
    """
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    rules: list[tuple[re.Pattern[str], bool]] = []
    for glob in globs:
        if len(glob) > _MOST_GLOB_CHARACTERS:
            raise QueryError("The path filter is too long; name a folder or a pattern.")
        try:
            expression, include = GitIgnoreSpecPattern.pattern_to_regex(glob)
            if expression is not None and include is not None:
                rules.append((re.compile(expression), include))
        except ValueError as error:
            raise QueryError(
                f"The path filter {glob!r} is no pattern as in .gitignore; correct it."
            ) from error
    by_default = bool(rules) and not any(include for _, include in rules)
    rules.reverse()

    def matches(path: str) -> bool:
        for expression, include in rules:
            if expression.match(path):
                return include
        return by_default

    return matches


def _is_symbol(wanted: str, name: str, container: str) -> bool:
    """Say whether an entity is meant by a filter: its name, a qualified one, or a glob of it."""
    if "*" in wanted or "?" in wanted:
        return fnmatch.fnmatchcase(name, wanted)
    *before, last = re.split(r"::|\.", wanted)
    return last == name and (not before or re.split(r"::|\.", container)[-len(before) :] == before)


def _highest(*mappings: Mapping[str, int]) -> int:
    return max((number for it in mappings for number in it.values()), default=0)
