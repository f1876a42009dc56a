"""A Bloom filter: a small set that may say yes too often, but never no."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator


def best_size(items: int, error: float) -> tuple[int, int]:
    """Return how many bits and hashes keep the share of wrong answers at `error`."""
    if items < 1 or not 0.0 < error < 1.0:
        raise ValueError("one item or more, and an error between 0 and 1")
    bits = math.ceil(-items * math.log(error) / math.log(2) ** 2)
    hashes = max(1, round(bits / items * math.log(2)))
    return bits, hashes


class BitArray:
    """A fixed number of bits, all clear at first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._bytes = bytearray((size + 7) // 8)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> bool:
        self._check(index)
        return bool(self._bytes[index // 8] & (1 << index % 8))

    def set(self, index: int) -> None:
        """Set the bit at `index`."""
        self._check(index)
        self._bytes[index // 8] |= 1 << index % 8

    def count(self) -> int:
        """Return the number of bits that are set."""
        return sum(byte.bit_count() for byte in self._bytes)

    def merge(self, other: BitArray) -> None:
        """Set every bit that is set in `other`, which is of the same size."""
        for index, byte in enumerate(other._bytes):
            self._bytes[index] |= byte

    def _check(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise IndexError(f"no bit {index} among {self.size}")


class BloomFilter:
    """Remember texts without keeping them."""

    def __init__(self, bits: int, hashes: int) -> None:
        self.hashes = hashes
        self._bits = BitArray(bits)

    @classmethod
    def for_items(cls, items: int, error: float = 0.01) -> BloomFilter:
        """Return a filter with room for `items` at the given share of wrong answers."""
        return cls(*best_size(items, error))

    def add(self, text: str) -> bool:
        """Remember `text`; say whether it was certainly new."""
        new = False
        for position in self._positions(text):
            if not self._bits[position]:
                new = True
                self._bits.set(position)
        return new

    def update(self, texts: Iterable[str]) -> int:
        """Remember all `texts` and return how many were certainly new."""
        return sum(self.add(text) for text in texts)

    def __contains__(self, text: str) -> bool:
        return all(self._bits[position] for position in self._positions(text))

    def __or__(self, other: BloomFilter) -> BloomFilter:
        if (len(self._bits), self.hashes) != (len(other._bits), other.hashes):
            raise ValueError("filters of different sizes cannot be joined")
        joined = BloomFilter(len(self._bits), self.hashes)
        joined._bits.merge(self._bits)
        joined._bits.merge(other._bits)
        return joined

    def load(self) -> float:
        """Return the share of bits that are set."""
        return self._bits.count() / len(self._bits)

    def estimated_count(self) -> int:
        """Guess how many different texts were added."""
        if self.load() >= 1.0:
            return len(self._bits)
        return round(-len(self._bits) / self.hashes * math.log(1 - self.load()))

    def _positions(self, text: str) -> Iterator[int]:
        digest = hashlib.sha256(text.encode("utf-8")).digest()
        first = int.from_bytes(digest[:8], "big")
        # An odd step reaches every position of a table of any power of two.
        step = int.from_bytes(digest[8:16], "big") | 1
        for turn in range(self.hashes):
            yield (first + turn * step) % len(self._bits)
