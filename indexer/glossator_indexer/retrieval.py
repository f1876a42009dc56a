"""Own the choice of documented neighbours that show a model how this code base speaks.

Pure ranking over symbols at hand; it must not read files or ask a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from glossator_indexer.types import DocFields, Symbol

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


# Letters; longer endings are rare in code.
_STEM = 5


@dataclass(frozen=True, slots=True)
class DocumentedSymbol:
    """A symbol with the words that a person wrote about it; `signature` is its code."""

    symbol: Symbol
    signature: str
    fields: DocFields


@dataclass(frozen=True, slots=True)
class NeighbourWeights:
    """What each kind of likeness counts.

    A shared word in the name says most about a shared purpose; the kind and whether something is
    returned decide which sections the example shows.
    """

    name_words: float = 3.0
    parameter_names: float = 2.0
    type_words: float = 1.0
    same_kind: float = 1.0
    same_returning: float = 0.5


def nearest_documented(
    target: Symbol,
    candidates: Iterable[DocumentedSymbol],
    count: int,
    weights: NeighbourWeights = NeighbourWeights(),
) -> list[DocumentedSymbol]:
    """Return the `count` candidates most like the target, nearest first, equals in given order."""
    others = [it for it in candidates if it.symbol.name != target.name]
    others.sort(key=lambda it: _likeness(target, it.symbol, weights), reverse=True)
    return others[:count]


# The same names are asked for again with each symbol of a file; so many fill a few megabytes.
@lru_cache(maxsize=32_768)
def words_of(identifier: str) -> frozenset[str]:
    """Split an identifier at underscores, digits and camel humps, in lower case."""
    return frozenset(word.lower() for word in _WORD.findall(identifier))


def stem_of(word: str) -> str:
    """Return the beginning by which a word is the same as its other forms: `walk` and `walked`."""
    return word[:_STEM]


def _likeness(one: Symbol, other: Symbol, weights: NeighbourWeights) -> float:
    return (
        weights.name_words * _overlap(words_of(one.name), words_of(other.name))
        + weights.parameter_names * _overlap(_names(one), _names(other))
        + weights.type_words * _overlap(_type_words(one), _type_words(other))
        + weights.same_kind * (one.kind == other.kind)
        + weights.same_returning * (_returns(one) == _returns(other))
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    union = one | other
    return len(one & other) / len(union) if union else 0.0


def _names(symbol: Symbol) -> frozenset[str]:
    return frozenset(parameter.name for parameter in symbol.parameters)


def _type_words(symbol: Symbol) -> frozenset[str]:
    types: Sequence[str] = [parameter.type for parameter in symbol.parameters]
    return frozenset().union(*(words_of(it) for it in (*types, symbol.return_type or "")))


def _returns(symbol: Symbol) -> bool:
    return symbol.return_type not in (None, "void")
