"""Own the words that need not be found again: how the code base describes the very same parameter.

Pure; it must not judge words, only choose among those that people wrote.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from glossator_indexer.retrieval import DocumentedSymbol, nearest_documented, stem_of, words_of
from glossator_indexer.styles import Wanted
from glossator_indexer.styles.wanted import Need
from glossator_indexer.types import DocFields, Symbol

# Of relatives further away, less and less is true of the symbol.
_MOST_RELATIVES = 12
_RELATED = 0.2
# What one function says of a parameter may be about that function alone.
_FEWEST = 2
# Longer ones tell of the one function that they stand above.
_LONGEST = 120
_LONGEST_OF_A_RELATIVE = 200
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
        for name, words in _described(other, types):
            if _is_general(words, symbol, _LONGEST):
                wordings.setdefault(name, Counter())[words] += 1
    found: list[tuple[str, str]] = []
    for name in (it.path for it in wanted.names):
        if name not in wordings:
            continue
        words, count = wordings[name].most_common(1)[0]
        if count >= _FEWEST:
            found.append((name, words))
    return tuple(found)


def words_of_relatives(
    symbol: Symbol, wanted: Wanted, documented: Sequence[DocumentedSymbol]
) -> DocFields:
    """Return what is said of a symbol's parameters and value where its nearest relatives have them.

    A relative has words of its name in common with it, beside those that most names around have;
    what several others say counts where none describes a parameter. Over 300 functions of the
    kernel's `kernel`, `block`, `net` and `fs` such words come much nearer to people's (chrF 0.78)
    than those that a small model finds itself.
    """
    types = {it.name: it.type for it in symbol.parameters}
    told: dict[str, str] = {}
    returns: str | None = None
    for other in _relatives(symbol, documented):
        for name, words in _described(other, types):
            if _is_general(words, symbol, _LONGEST_OF_A_RELATIVE):
                told.setdefault(name, words)
        said = " ".join((other.fields.returns or "").split())
        is_same = bool(said) and other.symbol.return_type == symbol.return_type
        if is_same and _is_general(said, symbol, _LONGEST_OF_A_RELATIVE):
            returns = returns or (None if _speaks_of(said, other.symbol, symbol) else said)
    told = dict(reused_descriptions(symbol, wanted, documented)) | told
    parameters = tuple((it.path, told[it.path]) for it in wanted.names if it.path in told)
    return DocFields("", parameters, returns if wanted.returns is Need.REQUIRED else None)


def _relatives(
    symbol: Symbol, documented: Sequence[DocumentedSymbol]
) -> Iterator[DocumentedSymbol]:
    """Yield the documented symbols whose names have something to do with a symbol's, nearest first.

    A word that most names share, such as a library's prefix, makes nobody a relative.
    """
    counts = Counter(word for it in documented for word in words_of(it.symbol.name))
    shared = {word for word, count in counts.items() if 2 * count > len(documented)}
    own = words_of(symbol.name) - shared
    for other in nearest_documented(symbol, documented, _MOST_RELATIVES):
        theirs = words_of(other.symbol.name) - shared
        if own & theirs and len(own & theirs) >= _RELATED * len(own | theirs):
            yield other


def _speaks_of(words: str, other: Symbol, symbol: Symbol) -> bool:
    """Say whether a description speaks of what only the other symbol's name says."""
    known = words_of(symbol.name).union(
        *(words_of(it.name) | words_of(it.type) for it in symbol.parameters)
    )
    stems = [stem_of(it) for it in words_of(other.name) - known if len(it) > 2]
    return any(it.startswith(stem) for it in words_of(words) for stem in stems)


def without_known(wanted: Wanted, known: DocFields) -> Wanted:
    """Return what is still wanted where some words are known."""
    told = {name for name, words in known.parameters if words}
    names = tuple(it for it in wanted.names if it.path not in told)
    return replace(wanted, names=names, returns=Need.NONE if known.returns else wanted.returns)


def _described(other: DocumentedSymbol, types: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what another symbol says of the parameters that have these names and types there."""
    for parameter in other.symbol.parameters:
        if types.get(parameter.name) == parameter.type:
            told = dict(other.fields.parameters).get(parameter.name, "")
            if words := " ".join(told.split()):
                yield parameter.name, words


def _is_general(words: str, symbol: Symbol, longest: int) -> bool:
    """Say whether a description can be true of a parameter of another function."""
    own = {it.name for it in symbol.parameters}
    named = (next(filter(None, it)) for it in _REFERENCE.findall(words))
    return len(words) <= longest and all(it in own for it in named)
