"""A cache that forgets what was used least recently, and what is too old."""

from __future__ import annotations

import functools
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass
class Counts:
    """How often the cache had what it was asked for."""

    hits: int = 0
    misses: int = 0
    dropped: int = 0

    def ratio(self) -> float:
        """Return the share of hits, 0.0 before the first question."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0


class LruCache(Generic[K, V]):
    """Keep at most `capacity` values, each for at most `ttl` seconds if that is given."""

    def __init__(
        self,
        capacity: int,
        ttl: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if capacity < 1:
            raise ValueError("a cache keeps one value or more")
        self.capacity = capacity
        self.ttl = ttl
        self.counts = Counts()
        self._clock = clock
        self._entries: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return key in self._entries and not self._is_old(key)

    def get(self, key: K, default: V | None = None) -> V | None:
        """Return the value of `key` and mark it as used, or `default`."""
        if key in self._entries and self._is_old(key):
            del self._entries[key]
        if key not in self._entries:
            self.counts.misses += 1
            return default
        self.counts.hits += 1
        self._entries.move_to_end(key)
        return self._entries[key][0]

    def put(self, key: K, value: V) -> None:
        """Keep `value`, dropping the value that was not used for longest if there is no room."""
        if key in self._entries:
            self._entries.move_to_end(key)
        self._entries[key] = (value, self._clock())
        while len(self._entries) > self.capacity:
            self._entries.popitem(last=False)
            self.counts.dropped += 1

    def keys(self) -> list[K]:
        """Return the keys, the one used least recently first."""
        return list(self._entries)

    def purge(self) -> int:
        """Forget all values that are too old and return how many those were."""
        old = [key for key in self._entries if self._is_old(key)]
        for key in old:
            del self._entries[key]
        return len(old)

    def _is_old(self, key: K) -> bool:
        if self.ttl is None:
            return False
        _, stored = self._entries[key]
        return self._clock() - stored > self.ttl


def cached(capacity: int) -> Callable[[Callable[..., V]], Callable[..., V]]:
    """Decorate a function of hashable arguments so that it remembers its last results."""

    def decorate(function: Callable[..., V]) -> Callable[..., V]:
        cache: LruCache[Hashable, tuple[V]] = LruCache(capacity)

        @functools.wraps(function)
        def wrapper(*args: Hashable, **kwargs: Hashable) -> V:
            key = (args, tuple(sorted(kwargs.items())))
            found = cache.get(key)
            if found is None:
                found = (function(*args, **kwargs),)
                cache.put(key, found)
            return found[0]

        return wrapper

    return decorate
