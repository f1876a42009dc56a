"""Own the context of a place: definitions it needs, callers, neighbours, examples, hits.

It must not rank hits of its own: questions in words are put to the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from glossator_indexer.errors import StoreCorruptError
from glossator_indexer.lexical import LexicalStore, Scope
from glossator_indexer.ports import Catalog
from glossator_indexer.records import (
    ContextPiece,
    EntityKind,
    Hit,
    PieceRole,
    PiecesQuery,
    SearchQuery,
    Trust,
    key_of,
)
from glossator_indexer.search.importance import importance
from glossator_indexer.search.places import Spot, View
from glossator_indexer.search.weights import RankingWeights

_Read = Callable[[str, int, int, int], str | None]

# A function that refers to more than this is about nothing in particular.
_MOST_NAMES = 80
# A name may be defined once for each architecture; further homonyms say nothing.
_MOST_DEFINITIONS = 400
_MOST_CALLERS = 60
_MOST_EXAMPLES = 60


@dataclass(frozen=True, slots=True)
class _Found:
    spot: Spot
    score: float


class PieceSearch:
    """Finds context, role by role."""

    def __init__(
        self,
        catalog: Catalog,
        lexical: LexicalStore | None,
        read_text: _Read,
        weights: RankingWeights,
        search: Callable[[SearchQuery], list[Hit]],
    ) -> None:
        self._catalog = catalog
        self._lexical = lexical
        self._read_text = read_text
        self._weights = weights
        self._search = search

    def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a place or a question, role by role in the order asked, best first.

        Nothing is said twice: what one role has is not in a later one, nor is the place itself.
        """
        view = View(self._catalog, query.session)
        spot = None
        if query.path is not None and query.line is not None:
            spot = view.spot_at(query.path, query.line)
        shown: set[object] = set() if spot is None else {_mark(spot)}
        pieces: list[ContextPiece] = []
        for role in query.roles:
            kept = 0
            for found in self._of_role(role, query, view, spot):
                if kept >= query.limit_per_role:
                    break
                mark = _mark(found.spot)
                if mark in shown or not (piece := self._piece(role, found)):
                    continue
                shown.add(mark)
                pieces.append(piece)
                kept += 1
        return pieces

    def _of_role(
        self, role: PieceRole, query: PiecesQuery, view: View, spot: Spot | None
    ) -> Sequence[_Found]:
        if role is PieceRole.HIT:
            return self._hits(query, view) if query.text else ()
        if spot is None:
            return ()
        if role is PieceRole.NEIGHBOUR:
            return _neighbours(spot)
        if self._lexical is None:
            return ()
        try:
            if role is PieceRole.DEFINITION:
                return self._definitions(self._lexical, query, view, spot)
            if role is PieceRole.CALLER:
                return self._callers(self._lexical, view, spot)
            return self._examples(self._lexical, view, spot)
        except StoreCorruptError:
            return ()

    def _definitions(
        self, lexical: LexicalStore, query: PiecesQuery, view: View, spot: Spot
    ) -> list[_Found]:
        """Return what the place calls and uses, by how much of it the open files are about.

        Names that are used all over (a log call, a lock) tell a model nothing new.
        """
        wanted: dict[str, float] = {}
        for field, names in (("types", _types(spot)), ("calls", _calls(spot))):
            for name in names[:_MOST_NAMES]:
                wanted[name] = 1.0 / (8 + lexical.frequency(field, name)) ** 0.5
        spots = view.spots(key for key, _ in lexical.defining(wanted, _MOST_DEFINITIONS))
        nearest: dict[str, Spot] = {}
        for it in spots:
            entity = it.entity
            if entity is not None and entity.name in wanted:
                best = nearest.get(entity.name)
                if best is None or _distance(spot, it) < _distance(spot, best):
                    nearest[entity.name] = it
        ranks = importance(nearest, wanted, query.open_paths)
        return _ordered(_Found(it, ranks[name]) for name, it in nearest.items())

    def _callers(self, lexical: LexicalStore, view: View, spot: Spot) -> list[_Found]:
        if (entity := spot.entity) is None:
            return []
        keys = [key for key, _ in lexical.calling({entity.name: 1.0}, _MOST_CALLERS)]
        if not keys:
            keys = [key for key, _ in lexical.using({entity.name: 1.0}, _MOST_CALLERS)]
        return _ordered(
            _Found(it, 1.0 / (1 + sum(_distance(spot, it))))
            for it in view.spots(keys)
            if it.chunk.kind is not EntityKind.PROTOTYPE
        )

    def _examples(self, lexical: LexicalStore, view: View, spot: Spot) -> list[_Found]:
        """Return documented things of the same kind with the most words of name and header."""
        if (entity := spot.entity) is None:
            return []
        kinds = (EntityKind.FUNCTION, EntityKind.METHOD)
        scope = Scope(kinds if entity.kind in kinds else (entity.kind,), (spot.record.language,))
        words = lexical.words_of(f"{entity.name} {entity.signature}")
        hits = lexical.search(
            dict.fromkeys(words, 1.0), self._weights.example_fields, _MOST_EXAMPLES, scope
        )
        scores = dict(hits)
        found = []
        for it in view.spots(scores):
            documented = it.entity is not None and it.entity.is_documented
            if documented and it.record.trust is Trust.PROJECT:
                nearby = self._weights.example_nearby if _distance(spot, it)[1] == 0 else 1.0
                found.append(_Found(it, scores[key_of(it.number, it.ordinal)] * nearby))
        return _ordered(found)

    def _hits(self, query: PiecesQuery, view: View) -> list[_Found]:
        asked = SearchQuery(
            query.text,
            limit=query.limit_per_role * 3,
            session=query.session,
            open_paths=query.open_paths,
        )
        found = []
        for hit in self._search(asked):
            spot = view.spot_at(hit.path, hit.start_line)
            if spot is not None:
                found.append(_Found(spot, hit.score))
        return found

    def _piece(self, role: PieceRole, found: _Found) -> ContextPiece | None:
        """Return the piece with its text, None where the text is gone."""
        spot = found.spot
        chunk = spot.chunk
        text = self._read_text(spot.record.path, chunk.start_line, chunk.end_line, spot.session)
        if not text:
            return None
        return ContextPiece(
            role,
            spot.record.path,
            chunk.start_line,
            chunk.end_line,
            spot.symbol,
            chunk.kind,
            spot.record.trust,
            found.score,
            text,
        )


def _mark(spot: Spot) -> object:
    return (spot.number, spot.chunk.entity if spot.chunk.entity >= 0 else ~spot.ordinal)


def _calls(spot: Spot) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in spot.parts for name in part.calls))


def _types(spot: Spot) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in spot.parts for name in part.types))


def _neighbours(spot: Spot) -> list[_Found]:
    """Return the other entities of a file, nearest first."""
    found = []
    for ordinal, chunk in enumerate(spot.record.chunks):
        if chunk.entity < 0 or chunk.entity == spot.chunk.entity:
            continue
        lines = max(
            chunk.start_line - spot.chunk.end_line, spot.chunk.start_line - chunk.end_line, 0
        )
        other = Spot(spot.number, ordinal, spot.session, spot.record)
        found.append(_Found(other, 1.0 / (1 + lines)))
    return _ordered(found)


# How far another definition of the same name is likely to be the one that is meant.
_FROM_TRUST = {
    Trust.PROJECT: 0,
    Trust.TEAM: 0,
    Trust.TEST: 2,
    Trust.VENDORED: 3,
    Trust.GENERATED: 3,
}


def _distance(spot: Spot, other: Spot) -> tuple[int, int]:
    """Return how far two places are: what the trust adds, and the folders between their files."""
    here, there = spot.record.path.split("/"), other.record.path.split("/")
    if here == there:
        return (0, 0)
    shared = 0
    for a, b in zip(here[:-1], there[:-1], strict=False):
        if a != b:
            break
        shared += 1
    trust = 0 if other.record.trust is spot.record.trust else _FROM_TRUST[other.record.trust]
    return (trust, 1 + len(here) + len(there) - 2 - 2 * shared)


def _ordered(found: Iterable[_Found]) -> list[_Found]:
    return sorted(found, key=lambda it: (-it.score, it.spot.record.path, it.spot.ordinal))
