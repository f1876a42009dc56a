"""Own how much of a place each of its definitions is: a personalised PageRank over calls and types.

It must not look anything up: the names and the places are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from glossator_indexer.search.places import Spot

# The usual share of a walk that goes on along a reference (Page and others, 1999).
_DAMPING = 0.85
# Ranks of so few places settle to three digits in so many rounds.
_ROUNDS = 15
# A walk that starts anew starts at the place itself; open files get this share of its starts.
_OPEN_SHARE = 0.3


def importance(
    definitions: Mapping[str, Spot], wanted: Mapping[str, float], open_paths: Sequence[str]
) -> dict[str, float]:
    """Return a rank for each name: how often a walk from the place and the open files comes by.

    `wanted` says how much a reference from the place to a name counts.
    """
    names = list(definitions)
    if not names:
        return {}
    starts = _shares({name: wanted.get(name, 0.0) for name in names})
    opened = _shares(
        {
            name: wanted.get(name, 0.0)
            for name in names
            if definitions[name].record.path in open_paths
        }
    )
    if opened:
        starts = {
            name: (1 - _OPEN_SHARE) * starts[name] + _OPEN_SHARE * opened.get(name, 0.0)
            for name in names
        }
    links = {
        name: _shares(
            {it: 1.0 for it in _references(definitions[name]) if it in definitions and it != name}
        )
        for name in names
    }
    ranks = dict(starts)
    for _ in range(_ROUNDS):
        fresh = dict.fromkeys(names, 0.0)
        lost = 0.0
        for name, rank in ranks.items():
            if not links[name]:
                lost += rank
            for other, share in links[name].items():
                fresh[other] += _DAMPING * rank * share
        again = 1 - _DAMPING + _DAMPING * lost
        ranks = {name: fresh[name] + again * starts[name] for name in names}
    return ranks


def _references(spot: Spot) -> set[str]:
    return {name for part in spot.parts for name in (*part.calls, *part.types)}


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if total else {}
