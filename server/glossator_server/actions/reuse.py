"""Own the words that need not be found again: how the code base describes the very same parameter.

Pure; it must not judge words, only choose among those that people wrote.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from glossator_indexer.retrieval import DocumentedSymbol
from glossator_indexer.styles import Wanted
from glossator_indexer.types import Parameter, Symbol

# What one function says of a parameter may be about that function alone.
_FEWEST = 2
# Longer ones tell of the one function that they stand above.
_LONGEST = 120
_REFERENCE = re.compile(r"@(\w+)|`(\w+)`|\b(\w+)\(\)")


def reused_descriptions(
    symbol: Symbol, wanted: Wanted, documented: Iterable[DocumentedSymbol]
) -> tuple[tuple[str, str], ...]:
    """Return the descriptions of those wanted names that others of the same type have, in order.

    The wording that stands most often counts, of equals the first. What speaks of another name of
    its own function is left where it is.
    """
    types = {it.name: it.type for it in symbol.parameters}
    wordings: dict[str, Counter[str]] = {}
    for other in documented:
        for parameter, words in _described(other):
            if types.get(parameter.name) == parameter.type and _is_general(words, symbol):
                wordings.setdefault(parameter.name, Counter())[words] += 1
    found: list[tuple[str, str]] = []
    for name in (it.path for it in wanted.names):
        if name not in wordings:
            continue
        words, count = wordings[name].most_common(1)[0]
        if count >= _FEWEST:
            found.append((name, words))
    return tuple(found)


def without_names(wanted: Wanted, known: Sequence[str]) -> Wanted:
    """Return what is still wanted where the descriptions of some names are known."""
    return replace(wanted, names=tuple(it for it in wanted.names if it.path not in known))


def _described(other: DocumentedSymbol) -> Iterator[tuple[Parameter, str]]:
    told = dict(other.fields.parameters)
    for parameter in other.symbol.parameters:
        if words := told.get(parameter.name, "").strip():
            yield parameter, " ".join(words.split())


def _is_general(words: str, symbol: Symbol) -> bool:
    """Say whether a description can be true of a parameter of another function."""
    own = {it.name for it in symbol.parameters}
    named = (next(filter(None, it)) for it in _REFERENCE.findall(words))
    return len(words) <= _LONGEST and all(it in own for it in named)
