"""Own which names of a symbol its comment describes, and how kernel-doc spells them.

It must not look at any comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from glossator_indexer.styles.wanted import DocumentedName, Need, Wanted
from glossator_indexer.types import Parameter, Symbol, SymbolKind

VARIADIC = "..."
_SPELLABLE = re.compile(r"\w+(?:\.\w+)*|\.\.\.", re.ASCII)
_RETURNS_NOTHING = re.compile(r"\bvoid\s*$")

MEMBER_KINDS = frozenset({SymbolKind.STRUCT, SymbolKind.UNION, SymbolKind.ENUM})


def wanted(symbol: Symbol) -> Wanted:
    """Return what a complete kernel-doc comment of a symbol describes."""
    returns = Need.WELCOME
    if demands_return(symbol):
        returns = Need.REQUIRED
    elif returns_nothing(symbol):
        returns = Need.NONE
    return Wanted(documented_names(symbol), returns)


def documented_names(symbol: Symbol) -> tuple[DocumentedName, ...]:
    """Return what a comment of `symbol` may describe, each once, in order of declaration.

    Members of a nested struct or union follow it as `outer.inner`; those of an anonymous one
    stand for themselves.
    """
    found: dict[str, DocumentedName] = {}
    for path, parameter in _paths(symbol.parameters, ""):
        found.setdefault(path, DocumentedName(path, _need(path, parameter)))
    return tuple(found.values())


def unnameable_parameters(symbol: Symbol) -> tuple[int, ...]:
    """Return the positions, from 1, of the parameters that kernel-doc has no way to describe."""
    if symbol.kind in MEMBER_KINDS:
        return ()
    return tuple(
        position
        for position, parameter in enumerate(symbol.parameters, start=1)
        if not _SPELLABLE.fullmatch(_spelling(parameter))
    )


def demands_return(symbol: Symbol) -> bool:
    """Say whether a comment without a `Return:` section is incomplete."""
    if symbol.kind not in {SymbolKind.FUNCTION, SymbolKind.PROTOTYPE}:
        return False
    return symbol.return_type is not None and not returns_nothing(symbol)


def returns_nothing(symbol: Symbol) -> bool:
    """Say whether the symbol is known to have no value that a `Return:` section could describe."""
    if symbol.kind in MEMBER_KINDS:
        return True
    if symbol.return_type is None:
        # A macro may have a value, and so may what a typedef of a function type stands for.
        return symbol.kind is not SymbolKind.MACRO and not symbol.parameters
    return _RETURNS_NOTHING.search(symbol.return_type) is not None


def _need(path: str, parameter: Parameter) -> Need:
    if parameter.described_inside:
        return Need.TOLD
    # The kernel's script supplies "variable arguments" itself and lets nested members pass.
    return Need.WELCOME if path == VARIADIC or "." in path else Need.REQUIRED


def _paths(parameters: Iterable[Parameter], prefix: str) -> Iterator[tuple[str, Parameter]]:
    for parameter in parameters:
        spelling = _spelling(parameter)
        if spelling and not _SPELLABLE.fullmatch(spelling):
            continue
        path = prefix + spelling
        if spelling:
            yield path, parameter
        yield from _paths(parameter.members, f"{path}." if spelling else prefix)


def _spelling(parameter: Parameter) -> str:
    """Return the bare name; a named variadic parameter (`args...`) is described as `@args`."""
    name = parameter.name
    return name if name == VARIADIC else name.removesuffix(VARIADIC)
