"""Roads between places: shortest ways, reachability and cheapest networks."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable

Edge = tuple[str, str, float]


class NoWay(LookupError):
    """Two places that no road connects."""


class RoadMap:
    """Places and the roads between them, which have a length."""

    def __init__(self, edges: Iterable[Edge] = (), one_way: bool = False) -> None:
        self.one_way = one_way
        self._roads: dict[str, dict[str, float]] = {}
        for start, end, length in edges:
            self.add(start, end, length)

    def add(self, start: str, end: str, length: float) -> None:
        """Add a road; of two roads between the same places the shorter one counts."""
        if length < 0:
            raise ValueError("a road has no negative length")
        pairs = [(start, end)] if self.one_way else [(start, end), (end, start)]
        for here, there in pairs:
            known = self._roads.setdefault(here, {}).get(there)
            if known is None or length < known:
                self._roads[here][there] = length
        self._roads.setdefault(end, {})

    def places(self) -> list[str]:
        """Return the names of all places, sorted."""
        return sorted(self._roads)

    def neighbours(self, place: str) -> dict[str, float]:
        """Return where the roads of `place` lead and how long they are."""
        return dict(self._roads[place])

    def distances(self, start: str) -> tuple[dict[str, float], dict[str, str]]:
        """Return how far each place is, and the place before it on the way from `start`."""
        far = {start: 0.0}
        before: dict[str, str] = {}
        queue = [(0.0, start)]
        while queue:
            length, here = heapq.heappop(queue)
            if length > far[here]:
                continue
            for there, road in self._roads[here].items():
                total = length + road
                if there not in far or total < far[there]:
                    far[there] = total
                    before[there] = here
                    heapq.heappush(queue, (total, there))
        return far, before

    def shortest(self, start: str, end: str) -> tuple[float, list[str]]:
        """Return the length of the shortest way and the places on it, both ends included."""
        far, before = self.distances(start)
        if end not in far:
            raise NoWay(f"{start} to {end}")
        way = [end]
        while way[-1] != start:
            way.append(before[way[-1]])
        return far[end], way[::-1]

    def fewest_roads(self, start: str, end: str) -> int:
        """Return how many roads lead from `start` to `end` at least."""
        steps = {start: 0}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            if here == end:
                return steps[here]
            for there in self._roads[here]:
                if there not in steps:
                    steps[there] = steps[here] + 1
                    queue.append(there)
        raise NoWay(f"{start} to {end}")

    def network(self) -> list[Edge]:
        """Return the shortest roads that connect all places of a map without one-way roads."""
        group = {place: place for place in self._roads}

        def leader(place: str) -> str:
            while group[place] != place:
                group[place] = group[group[place]]
                place = group[place]
            return place

        edges = sorted(
            (length, here, there)
            for here, roads in self._roads.items()
            for there, length in roads.items()
            if here < there
        )
        chosen: list[Edge] = []
        for length, here, there in edges:
            one, other = leader(here), leader(there)
            if one != other:
                group[one] = other
                chosen.append((here, there, length))
        return chosen
