"""Own the pool of what a search considers, and how lists of keys with scores become one score.

It must not look anything up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from glossator_indexer.search.places import Spot

Scored = Sequence[tuple[int, float]]
Signal = tuple[str, float | str]

# What a hit that only the team's index knows a vector for says of its vector store.
TEAM_STORE = "team"


@dataclass(slots=True)
class Candidate:
    """A chunk that may become a hit; one search owns it and adds to it.

    Its score is the sum of `parts` times the product of `factors`; `facts` explain both.
    """

    key: int
    parts: dict[str, float] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)
    facts: dict[str, float | str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Return the sum of the parts times the product of the factors."""
        score = sum(self.parts.values())
        for factor in self.factors.values():
            score *= factor
        return score

    @property
    def is_of_team(self) -> bool:
        """Tell whether nothing but the team's index found it."""
        others = sum(it for name, it in self.parts.items() if name != "vectors")
        return self.facts.get("vector store") == TEAM_STORE and not others

    def signals(self) -> tuple[Signal, ...]:
        """Return parts as `+name`, factors as `*name` and facts, in this order, largest first."""
        parts = sorted(self.parts.items(), key=lambda it: -abs(it[1]))
        factors = sorted(self.factors.items(), key=lambda it: -abs(it[1] - 1))
        return (
            *((f"+{name}", value) for name, value in parts if value),
            *((f"*{name}", value) for name, value in factors if value != 1),
            *self.facts.items(),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate with what the truth says of it."""

    candidate: Candidate
    spot: Spot


class Pool:
    """The candidates of one search, by key."""

    def __init__(self) -> None:
        self._candidates: dict[int, Candidate] = {}

    def add_list(self, name: str, hits: Scored, weight: float, floor: float) -> None:
        """Take in a list, best first, by scores.

        The best is worth `weight`; what has `floor` times the last one's score is worth nothing.
        Fusion by scores keeps how far one hit is before the next, which ranks throw away: it
        measured higher than reciprocal ranks on every project.
        """
        if not hits:
            return
        lowest = hits[-1][1] * floor
        span = max(hits[0][1] - lowest, 1e-9)
        for rank, (key, score) in enumerate(hits, 1):
            candidate = self.at(key)
            candidate.parts[name] = weight * (score - lowest) / span
            candidate.facts[f"{name} rank"] = float(rank)
            candidate.facts[f"{name} score"] = score

    def at(self, key: int) -> Candidate:
        """Return the candidate of a key, a new one where there is none yet."""
        if (found := self._candidates.get(key)) is None:
            found = self._candidates[key] = Candidate(key)
        return found

    def best(self) -> list[Candidate]:
        """Return the candidates, those with the best scores so far first, ties by key."""
        return sorted(self._candidates.values(), key=lambda it: (-it.score, it.key))


def collapsed(places: Iterable[Place]) -> list[Place]:
    """Return places, best first, without copies of a text and other pieces of the same thing."""
    seen: set[object] = set()
    kept: list[Place] = []
    for place in places:
        chunk = place.spot.chunk
        marks: list[object] = [chunk.hash]
        if chunk.entity >= 0:
            marks.append((place.spot.number, chunk.entity))
        if seen.isdisjoint(marks):
            kept.append(place)
        seen.update(marks)
    return kept
