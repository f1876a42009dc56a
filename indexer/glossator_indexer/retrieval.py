"""Own the choice of documented neighbours that show a model how this code base speaks.

Pure ranking over symbols at hand; it must not read files or ask a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from glossator_indexer.types import DocFields, Symbol, SymbolKind

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
    own = _traits_of(target)
    others.sort(key=lambda it: _likeness(own, _traits_of(it.symbol), weights), reverse=True)
    return others[:count]


# The same names are asked for again with each symbol of a file; so many fill a few megabytes.
@lru_cache(maxsize=32_768)
def words_of(identifier: str) -> frozenset[str]:
    """Split an identifier at underscores, digits and camel humps, in lower case."""
    return frozenset(word.lower() for word in _WORD.findall(identifier))


def stem_of(word: str) -> str:
    """Return the beginning by which a word is the same as its other forms: `walk` and `walked`."""
    return word[:_STEM]


@dataclass(frozen=True, slots=True)
class _Traits:
    """What of a symbol is compared with another's."""

    name_words: frozenset[str]
    parameter_names: frozenset[str]
    type_words: frozenset[str]
    kind: SymbolKind
    returns: bool


def _traits_of(symbol: Symbol) -> _Traits:
    return _traits(
        symbol.name,
        tuple([(it.name, it.type) for it in symbol.parameters]),
        symbol.return_type,
        symbol.kind,
    )


# The symbols of a folder are compared with each symbol of a file.
@lru_cache(maxsize=32_768)
def _traits(
    name: str,
    parameters: tuple[tuple[str, str], ...],
    return_type: str | None,
    kind: SymbolKind,
) -> _Traits:
    types = (*(type_text for _, type_text in parameters), return_type or "")
    return _Traits(
        words_of(name),
        frozenset(it for it, _ in parameters),
        frozenset().union(*map(words_of, types)),
        kind,
        return_type not in (None, "void"),
    )


def _likeness(one: _Traits, other: _Traits, weights: NeighbourWeights) -> float:
    return (
        weights.name_words * _overlap(one.name_words, other.name_words)
        + weights.parameter_names * _overlap(one.parameter_names, other.parameter_names)
        + weights.type_words * _overlap(one.type_words, other.type_words)
        + weights.same_kind * (one.kind == other.kind)
        + weights.same_returning * (one.returns == other.returns)
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0
