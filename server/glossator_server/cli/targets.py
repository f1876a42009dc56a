"""Own the meaning of a TARGET on the command line: FILE, FILE:LINE, FILE::SYMBOL or a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from glossator_indexer.symbols import find_symbols, symbol_at
from glossator_indexer.types import Symbol
from glossator_server.actions.states import symbols_to_document
from glossator_server.edits import lines_of_span, offset_of_line
from glossator_server.errors import SymbolNotFoundError, UsageError
from glossator_server.snapshot import Snapshot

_LINE = re.compile(r"(?P<path>.+):(?P<line>[0-9]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """One file, and the part of it that is meant: everything where line and symbol are None."""

    path: Path
    line: int | None = None
    symbol: str | None = None


def read_target(word: str) -> Target:
    """Return what a word of the command line means; raises `UsageError` where it is incomplete."""
    if not word:
        raise UsageError("A target is empty; name a file or a folder.")
    path, colons, symbol = word.partition("::")
    if colons:
        if not symbol:
            raise UsageError(f"{word} names no symbol; write FILE::SYMBOL.")
        return Target(Path(path), symbol=symbol)
    match = _LINE.fullmatch(word)
    if match and not Path(word).exists():
        return Target(Path(match["path"]), line=int(match["line"]))
    return Target(Path(word))


def workspace_of(path: Path) -> Path | None:
    """Return the nearest folder above a file that holds a workspace file or a `.git`."""
    folders = path.absolute().parents
    return next(
        (it for it in folders if (it / ".glossator.toml").is_file() or (it / ".git").exists()), None
    )


def lines_of(target: Target, snapshot: Snapshot) -> range | None:
    """Return the lines (from 1) that a target means in its file, None for all of them.

    Raises `SymbolNotFoundError` where a named line or symbol is not there.
    """
    if target.line is not None:
        if offset_of_line(snapshot.text, target.line) is None:
            raise SymbolNotFoundError(f"{target.path} has no line {target.line}; name another one.")
        return range(target.line, target.line + 1)
    if target.symbol is None:
        return None
    (symbol,) = symbols_of(target, snapshot)
    return lines_of_span(snapshot.text, symbol.extent)


def symbols_of(target: Target, snapshot: Snapshot) -> tuple[Symbol, ...]:
    """Return the symbols that a target means in its file, in order.

    Raises `SymbolNotFoundError` where a named line or symbol is not there.
    """
    if target.symbol is not None:
        found = find_symbols(snapshot.source, target.symbol)
        if not found:
            raise SymbolNotFoundError(
                f"{target.path} has no symbol {target.symbol}; check the name."
            )
        # A definition says more than the prototypes before it.
        return tuple(sorted(found, key=lambda it: it.body is None))[:1]
    if target.line is not None:
        offset = offset_of_line(snapshot.text, target.line)
        symbol = symbol_at(snapshot.source, offset) if offset is not None else None
        if symbol is None:
            raise SymbolNotFoundError(
                f"{target.path} has nothing to document at line {target.line}; name another line."
            )
        return (symbol,)
    return symbols_to_document(snapshot)
