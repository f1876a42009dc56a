"""Own which texts are nearly the same: MinHash signatures, and the bands in which equals meet.

After Broder, "On the resemblance and containment of documents" (1997). Pure; it must not know
records.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Signature = npt.NDArray[np.uint32]

# 16 bands of 4: two texts that share half of their shingles meet in a band two times in three,
# those that share 80 % of them always.
_BANDS = 16
_ROWS = 4
_PERMUTATIONS = _BANDS * _ROWS
# Of a pair that is counted as the same; driver families copy whole functions and change names.
LIKENESS = 0.8
_SHINGLE = 4
_TOKEN = re.compile(r"\w+|[^\w\s]")
_PRIME = np.uint64((1 << 61) - 1)
_random = np.random.default_rng(20_261_128)
_FACTORS = _random.integers(1, 1 << 31, _PERMUTATIONS, np.uint64)[:, None]
_OFFSETS = _random.integers(0, 1 << 31, _PERMUTATIONS, np.uint64)[:, None]


def signature_of(text: str) -> Signature:
    """Return the MinHash signature of a text's shingles of four tokens."""
    tokens = _TOKEN.findall(text.lower())
    count = max(1, len(tokens) - _SHINGLE + 1)
    hashes = {zlib.crc32(" ".join(tokens[at : at + _SHINGLE]).encode()) for at in range(count)}
    row = np.fromiter(hashes, np.uint64, len(hashes))
    # 32 bits times 31 bits never overflow 64.
    return ((row * _FACTORS + _OFFSETS) % _PRIME).min(axis=1).astype(np.uint32)


def likeness(one: Signature, other: Signature) -> float:
    """Return the estimated share of shingles that two texts have in common."""
    return float(np.count_nonzero(one == other)) / _PERMUTATIONS


@dataclass(slots=True)
class NearDuplicates:
    """Signatures by a key each, found again by those that are nearly the same."""

    _signatures: dict[Hashable, Signature] = field(default_factory=dict)
    _bands: list[dict[bytes, list[Hashable]]] = field(
        default_factory=lambda: [{} for _ in range(_BANDS)]
    )

    def add(self, key: Hashable, signature: Signature) -> None:
        """Remember a signature."""
        self._signatures[key] = signature
        for band, part in zip(self._bands, _parts(signature), strict=True):
            band.setdefault(part, []).append(key)

    def like(self, signature: Signature) -> Iterator[Hashable]:
        """Yield the keys of what is nearly the same, each once."""
        seen: set[Hashable] = set()
        for band, part in zip(self._bands, _parts(signature), strict=True):
            for key in band.get(part, ()):
                if key in seen:
                    continue
                seen.add(key)
                if likeness(signature, self._signatures[key]) >= LIKENESS:
                    yield key


def _parts(signature: Signature) -> Iterator[bytes]:
    return (signature[at : at + _ROWS].tobytes() for at in range(0, _PERMUTATIONS, _ROWS))
