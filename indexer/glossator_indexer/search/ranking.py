"""Own the signals that lift and lower a candidate beyond the lists it was found in.

It must not look anything up: pure functions of a place, a query and the weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from glossator_indexer.records import EntityKind, Trust
from glossator_indexer.search.analysis import AnalysedQuery
from glossator_indexer.search.candidates import Place
from glossator_indexer.search.weights import RankingWeights

WordsOf = Callable[[str], Sequence[str]]


def add_signals(
    places: Sequence[Place], query: AnalysedQuery, weights: RankingWeights, words_of: WordsOf
) -> None:
    """Give each place what its name, path, kind and trust are worth for a query."""
    asked = frozenset(query.words)
    files = Counter(place.spot.number for place in places[: weights.graph_seeds * 2])
    for place in places:
        candidate = place.candidate
        if weights.name_coverage and (entity := place.spot.entity) is not None:
            candidate.parts["name"] = weights.name_coverage * _coverage(
                words_of(entity.name), asked
            )
        if weights.path_coverage:
            stem = place.spot.record.path.rpartition(".")[0] or place.spot.record.path
            candidate.parts["path"] = weights.path_coverage * _coverage(words_of(stem), asked)
        if weights.same_file and files[place.spot.number] > 1:
            candidate.parts["same file"] = weights.same_file * min(files[place.spot.number] - 1, 4)
        candidate.factors.update(_factors(place, weights))


def _coverage(words: Sequence[str], asked: frozenset[str]) -> float:
    """Return the share of words that were asked for."""
    return sum(it in asked for it in words) / len(words) if words else 0.0


def _factors(place: Place, weights: RankingWeights) -> dict[str, float]:
    factors: dict[str, float] = {}
    entity = place.spot.entity
    kind = place.spot.chunk.kind
    if kind is EntityKind.FILE:
        factors["file head"] = weights.file_head
    elif kind is EntityKind.MACRO:
        factors["macro"] = weights.macro
    elif kind is EntityKind.VARIABLE:
        factors["variable"] = weights.variable
    if kind is EntityKind.PROTOTYPE or (entity is not None and not entity.is_definition):
        factors["declaration"] = weights.declaration
    elif entity is not None:
        factors["definition"] = weights.definition
        if entity.is_documented:
            factors["documented"] = weights.documented
    trust = place.spot.record.trust
    if trust is not Trust.PROJECT:
        factors[trust.value] = {
            Trust.TEST: weights.test,
            Trust.VENDORED: weights.vendored,
            Trust.GENERATED: weights.generated,
            Trust.TEAM: weights.team,
        }[trust]
    return factors
