"""Own what is shown to a model beside the code that it works on: what it uses, and who uses it.

The index knows best; without one, the file and the files that it includes are read. It must not
read what the policy keeps from this text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.records import ContextPiece, PieceRole
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Span, Symbol
from glossator_server.errors import UsageError
from glossator_server.files import read_source
from glossator_server.prompts.fix import Background
from glossator_server.snapshot import Snapshot

# A definition that is longer says what it is in its first lines.
MOST_CHARACTERS = 1_500
MOST_PIECES = 12
MOST_INCLUDES = 20
_WORD = re.compile(r"[A-Za-z_]\w{2,}")
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"(?P<name>[^"\n]+)"', re.MULTILINE)
_TITLES = {
    PieceRole.DEFINITION: "what it uses",
    PieceRole.CALLER: "code that calls it",
    PieceRole.HIT: "code that may be about the same",
    PieceRole.EXAMPLE: "similar code",
    PieceRole.NEIGHBOUR: "similar code",
}
# In the order of use: what a name means, then how it is used, then what looks alike.
_ORDER = tuple(_TITLES)


def background_of(
    snapshot: Snapshot, shown: Sequence[Span], pieces: Sequence[ContextPiece], root: Path
) -> tuple[Background, ...]:
    """Return what helps to know beside the shown spans of a text, the most useful first."""
    found = [*_from_index(pieces)]
    known = "\n".join(it.text for it in found)
    near = [it for it in _from_files(snapshot, shown, root) if it.text not in known]
    return (*near[:MOST_PIECES], *found[:MOST_PIECES])[: 2 * MOST_PIECES]


def _from_index(pieces: Sequence[ContextPiece]) -> Iterator[Background]:
    for piece in sorted(pieces, key=lambda it: _ORDER.index(it.role)):
        where = f"{piece.path}:{piece.start_line}"
        yield Background(f"{where}, {_TITLES[piece.role]}", _bounded(piece.text))


def _from_files(snapshot: Snapshot, shown: Sequence[Span], root: Path) -> Iterator[Background]:
    """Yield the declarations of what the shown code names, its own file's before its headers'."""
    words = {it for span in shown for it in _WORD.findall(snapshot.text[span.start : span.end])}
    yield from _named(snapshot.source, words, shown, "this file")
    for path in _included(snapshot, root):
        try:
            text = read_source(path)
        except UsageError:
            continue
        language = language_of_file(path, text)
        if language is not None:
            where = path.relative_to(root).as_posix()
            yield from _named(parse(text, language), words, (), where)


def _named(
    source: ParsedSource, words: set[str], shown: Sequence[Span], where: str
) -> Iterator[Background]:
    for symbol in all_symbols(source):
        if symbol.name in words and not any(_meet(symbol, it) for it in shown):
            yield Background(f"{where}, what it uses", _declaration(source.text, symbol))


def _declaration(text: str, symbol: Symbol) -> str:
    """Return a symbol's comment and declaration; what a function does inside is its own affair."""
    comment = f"{symbol.comment.text}\n" if symbol.comment is not None else ""
    # Members are what a type is; of a function, callers see the head.
    has_members = symbol.return_type is None
    span = symbol.extent if has_members or symbol.body is None else symbol.signature
    return _bounded(comment + text[span.start : span.end])


def _included(snapshot: Snapshot, root: Path) -> Iterator[Path]:
    if snapshot.path is None:
        return
    folder = snapshot.path.resolve().parent
    names = list(dict.fromkeys(it["name"] for it in _INCLUDE.finditer(snapshot.text)))
    for name in names[:MOST_INCLUDES]:
        places = (folder / name, root / "include" / name, root / name, root / "src" / name)
        for place in places:
            path = place.resolve()
            if path.is_file() and path.is_relative_to(root) and snapshot.lends(path):
                yield path
                break


def _meet(symbol: Symbol, span: Span) -> bool:
    return symbol.extent.start < span.end and span.start < symbol.extent.end


def _bounded(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[:MOST_CHARACTERS].rsplit("\n", 1)[0] + "\n[...]"
