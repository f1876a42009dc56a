"""Own the look-up of named things: exact, qualified, by their beginning, by their words.

It must not search texts.
"""

from __future__ import annotations

import re

from glossator_indexer.chunking import entities_of_chunk
from glossator_indexer.lexical import FieldWeights, LexicalStore
from glossator_indexer.ports import Catalog
from glossator_indexer.records import (
    EntityKind,
    EntityRecord,
    FileRecord,
    FoundEntity,
    Trust,
)
from glossator_indexer.search.places import View

_MOST_CHARACTERS = 200
_MOST_PREFIXED = 60
# How well a name fits, in steps that no other signal crosses.
_EXACT, _EXACT_BUT_CASE, _PREFIX, _WORDS = 8.0, 6.0, 4.0, 2.0
_TRUST = {
    Trust.PROJECT: 0.8,
    Trust.TEAM: 0.7,
    Trust.TEST: 0.5,
    Trust.VENDORED: 0.4,
    Trust.GENERATED: 0.2,
}
_ONLY_NAMES = FieldWeights(name_words=1.0, path_words=0.0, header=0.0, body=0.0)


class NameSearch:
    """Finds entities by their names."""

    def __init__(self, catalog: Catalog, lexical: LexicalStore | None) -> None:
        self._catalog = catalog
        self._lexical = lexical

    def entities(self, name: str, limit: int, session: int) -> list[FoundEntity]:
        """Return named things whose name is, begins with, or holds the words of `name`.

        Definitions come before declarations, the project's own before tests' and others'.
        """
        name = name[:_MOST_CHARACTERS].encode("utf-8", "replace").decode()
        name = name.strip().removesuffix("()")
        *before, last = re.split(r"::|->|\.|#", name) if name else ("",)
        if self._lexical is None or not last or limit < 1:
            return []
        found: dict[tuple[int, EntityRecord], FoundEntity] = {}
        for spot in View(self._catalog, session).spots(self._keys(last, limit)):
            record = spot.record
            for entity in entities_of_chunk(record, spot.ordinal):
                score = self._score(entity, record, last, before)
                if score > 0:
                    at = (spot.number, entity)
                    found[at] = FoundEntity(record.path, entity, score, record.trust)
        ordered = sorted(found.values(), key=lambda it: (-it.score, len(it.entity.name), it.path))
        return ordered[:limit]

    def _keys(self, name: str, limit: int) -> list[int]:
        """Return keys of chunks that may tell of such an entity, each once."""
        lexical = self._lexical
        if lexical is None:
            return []
        most = max(limit * 4, 100)
        keys: dict[int, None] = {}
        for look_up in (lexical.defining, lexical.declaring):
            keys.update((key, None) for key, _ in look_up({name: 1.0}, most))
        if len(keys) < limit:
            prefixed = dict.fromkeys(lexical.names_with_prefix(name, _MOST_PREFIXED), 1.0)
            for look_up in (lexical.defining, lexical.declaring):
                keys.update((key, None) for key, _ in look_up(prefixed, most))
        if len(keys) < limit:
            words = dict.fromkeys(lexical.words_of(name), 1.0)
            keys.update((key, None) for key, _ in lexical.search(words, _ONLY_NAMES, most))
        return list(keys)

    def _score(
        self, entity: EntityRecord, record: FileRecord, name: str, before: list[str]
    ) -> float:
        """Return how well an entity fits, 0 where it does not."""
        fit = self._fit(entity.name, name)
        if not fit:
            return 0.0
        if before:
            container = re.split(r"::|\.", entity.container)
            if container[-len(before) :] != before:
                return 0.0
        score = fit + _TRUST[record.trust]
        if entity.is_definition and entity.kind is not EntityKind.PROTOTYPE:
            score += 1.0
        return score

    def _fit(self, name: str, wanted: str) -> float:
        if name == wanted:
            return _EXACT
        lowered, wanted_lowered = name.lower(), wanted.lower()
        if lowered == wanted_lowered:
            return _EXACT_BUT_CASE
        if lowered.startswith(wanted_lowered):
            return _PREFIX
        if self._lexical is None:
            return 0.0
        words = self._lexical.words_of(name)
        asked = self._lexical.words_of(wanted)
        if asked and all(any(word.startswith(it) for word in words) for it in asked):
            return _WORDS
        return 0.0
