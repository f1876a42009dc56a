"""Own the reading of a command's one argument object, and of the place that it names.

Wrong arguments end in one sentence; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lsprotocol import types

from glossator_indexer.symbols import find_symbols, symbol_at
from glossator_indexer.types import Symbol
from glossator_server.edits import lines_of_span
from glossator_server.errors import StaleDocumentError, SymbolNotFoundError, UsageError
from glossator_server.lsp.convert import selected_lines
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.structure import StructureError, structure
from glossator_server.lsp.uris import path_of
from glossator_server.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Target:
    """What a command is to work on; `version` is the one that `range` was made for.

    `only` is "drifted" where comments that are missing are left out.
    """

    uri: str
    version: int | None
    range: types.Range | None
    symbol: str | None
    only: str | None = None


def read_object(arguments: Sequence[object], known: frozenset[str]) -> Mapping[str, object]:
    """Return the one argument object; raises `UsageError` for anything else."""
    keys = ", ".join(sorted(known)) or "nothing in it"
    if len(arguments) > 1 or not all(isinstance(it, Mapping) for it in arguments):
        raise UsageError(f"The command takes one argument, an object with {keys}.")
    argument = next((it for it in arguments if isinstance(it, Mapping)), {})
    unknown = [str(key)[:40] for key in argument if key not in known]
    if unknown:
        raise UsageError(f"The command knows no argument {unknown[0]!r}; it takes {keys}.")
    return argument


_TARGET_KEYS = frozenset({"uri", "version", "range", "symbol", "text", "only"})


def read_target(arguments: Sequence[object], known: frozenset[str] = _TARGET_KEYS) -> Target:
    """Return the target that a command's arguments name; `known` are the keys that it takes."""
    argument = read_object(arguments, known)
    uri, version = argument.get("uri"), argument.get("version")
    symbol, where = argument.get("symbol"), argument.get("range")
    if not isinstance(uri, str):
        raise UsageError("The command needs `uri`, the document's URI as a string.")
    if version is not None and type(version) is not int:
        raise UsageError("`version` must be the document's version, an integer, or null.")
    if symbol is not None and not isinstance(symbol, str):
        raise UsageError("`symbol` must be the symbol's name, a string.")
    try:
        found = None if where is None else structure(where, types.Range)
    except StructureError as trouble:
        raise UsageError(f"`range` is wrong: {trouble}.") from None
    only = argument.get("only")
    if only not in (None, "drifted"):
        raise UsageError('`only` can be "drifted", or be left out.')
    return Target(uri, version, found, symbol, None if only is None else "drifted")


def snapshot_of(ls: GlossatorServer, target: Target) -> Snapshot:
    """Return the document as it is now; raises `UsageError` where it cannot be had."""
    return ls.session.snapshot(target.uri, path_of(target.uri))


def symbol_of(ls: GlossatorServer, target: Target, snapshot: Snapshot) -> Symbol:
    """Return the symbol that is named, the one nearest to the range, or the one at the range.

    Raises `StaleDocumentError` where only a range of an older version is given.
    """
    positions = ls.documents.positions(snapshot.uri, snapshot.text)
    offset = positions.offset(target.range.start) if target.range is not None else 0
    if target.symbol is not None:
        named = find_symbols(snapshot.source, target.symbol)
        if not named:
            raise SymbolNotFoundError(f"There is no {target.symbol} in {snapshot.uri} any more.")
        return min(named, key=lambda it: _distance(it, offset))
    if target.range is None:
        raise UsageError("The command needs `symbol`, a name, or `range`, a place in the document.")
    if is_stale(target, snapshot):
        raise StaleDocumentError("The document has changed meanwhile; run the command again.")
    symbol = symbol_at(snapshot.source, offset)
    if symbol is None or not symbol.name:
        raise SymbolNotFoundError("There is no symbol here; put the cursor on a declaration.")
    return symbol


def is_stale(target: Target, snapshot: Snapshot) -> bool:
    """Tell whether a range was made for another version than the document's."""
    return target.version is not None and target.version != snapshot.version


def lines_of(target: Target, snapshot: Snapshot) -> range | None:
    """Return the lines (from 1) of the symbol or the range that is named, None for the whole file.

    Raises `StaleDocumentError` where only a range of an older version is given.
    """
    if target.symbol is not None:
        named = find_symbols(snapshot.source, target.symbol)
        if not named:
            raise SymbolNotFoundError(f"There is no {target.symbol} in {snapshot.uri} any more.")
        symbol = next((it for it in named if it.body is not None), named[0])
        return lines_of_span(snapshot.text, symbol.extent)
    if target.range is None:
        return None
    if is_stale(target, snapshot):
        raise StaleDocumentError("The document has changed meanwhile; run the command again.")
    return selected_lines(target.range)


def _distance(symbol: Symbol, offset: int) -> int:
    start = symbol.comment.span.start if symbol.comment else symbol.insertion
    if start <= offset <= symbol.extent.end:
        return 0
    return min(abs(start - offset), abs(symbol.extent.end - offset))
