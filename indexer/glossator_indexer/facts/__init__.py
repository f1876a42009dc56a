"""Own what the syntax tree of a function proves: what it returns and raises, whom it calls.

It must not guess: what is not in the tree is not a fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from glossator_indexer.facts import c_functions, tree_functions
from glossator_indexer.facts.uses import uses_of
from glossator_indexer.languages.c import C
from glossator_indexer.parsing import ParsedSource
from glossator_indexer.types import Facts, Symbol, SymbolKind

_FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})


def facts_of(source: ParsedSource, symbol: Symbol) -> Facts:
    """Return what a function's own tree proves; of anything else nothing is proved."""
    if symbol.kind not in _FUNCTIONS or symbol.body is None:
        return Facts()
    if source.language.id != C.id:
        return tree_functions.facts_of(source, symbol)
    return c_functions.facts_of(source, symbol)


def has_uses(source: ParsedSource) -> bool:
    """Say whether what callers do with a result can be told in the language of a text."""
    return source.language.id == C.id


def with_uses(facts: Facts, source: ParsedSource, symbol: Symbol, callers: Sequence[str]) -> Facts:
    """Return the facts with what callers of a function do with its result, where it can be told.

    `callers` are texts of functions in other files that call it; those of its own are found here.
    """
    if not has_uses(source) or symbol.kind not in _FUNCTIONS:
        return facts
    return replace(facts, uses=uses_of(source, symbol, callers))
