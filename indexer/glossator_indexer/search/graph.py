"""Own one hop through calls: what the best hits call, and what calls them, joins the pool.

It must not rank beyond the damped share that it gives.
"""

from __future__ import annotations

from collections.abc import Sequence

from glossator_indexer.lexical import LexicalStore
from glossator_indexer.records import EntityKind
from glossator_indexer.search.candidates import Candidate, Place, Pool
from glossator_indexer.search.weights import RankingWeights

# What is called all over says nothing of who calls it.
_MOST_CALLEES = 24
_MOST_JOINED = 50
_CALLABLE = (EntityKind.FUNCTION, EntityKind.METHOD, EntityKind.MACRO)


def add_graph(
    places: Sequence[Place], pool: Pool, lexical: LexicalStore, weights: RankingWeights
) -> list[Candidate]:
    """Give what the best places call or are called by its damped share; return who got one.

    The share of a neighbour is that of its best neighbour's score, and grows with each further one.
    """
    seeds = places[: weights.graph_seeds]
    if not seeds or seeds[0].candidate.score <= 0:
        return []
    top = seeds[0].candidate.score
    callees: dict[str, float] = {}
    callers: dict[str, float] = {}
    for place in seeds:
        share = place.candidate.score / top
        for name in place.spot.chunk.calls[:_MOST_CALLEES]:
            callees[name] = callees.get(name, 0.0) + share
        entity = place.spot.entity
        if entity is not None and entity.kind in _CALLABLE:
            callers[entity.name] = callers.get(entity.name, 0.0) + share
    joined: dict[int, Candidate] = {}
    for name, weight, look_up, names in (
        ("called by hits", weights.callees, lexical.defining, callees),
        ("calls hits", weights.callers, lexical.calling, callers),
    ):
        for key, share in look_up(names, _MOST_JOINED) if weight else ():
            candidate = pool.at(key)
            candidate.parts[name] = weight * min(share, 3.0) / 3.0
            joined[key] = candidate
    return list(joined.values())
