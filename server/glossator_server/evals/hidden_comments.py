"""Own the hiding of a person's comment: from its file, from the files beside it, from the index.

What is measured must not see what it is compared with. It must not write anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from glossator_indexer.parsing import reparse
from glossator_indexer.styles import Style
from glossator_indexer.symbols import all_symbols, find_symbols, own_code
from glossator_indexer.types import Comment, DocFields, Span, Symbol, TextChange
from glossator_server.edits import apply_to_source
from glossator_server.errors import UsageError
from glossator_server.files import read_source
from glossator_server.snapshot import Snapshot, lends_nothing

_WORD = re.compile(r"\w+")
# Shorter ones stand above many functions and tell nothing of this one.
_FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Hidden:
    """A document without the comment of one symbol, and what that comment says.

    `line` is that of the symbol's declaration, from 1, in the file as it is.
    """

    snapshot: Snapshot
    symbol: Symbol
    comment: str
    fields: DocFields
    line: int


def hidden(snapshot: Snapshot, symbol: Symbol, style: Style) -> Hidden | None:
    """Return a document without the comment of a symbol; None where the symbol goes with it.

    No other file that tells the same words of a symbol of that name lends any example.
    """
    comment = symbol.comment
    parsed = None if comment is None else style.parse(comment.text)
    if comment is None or parsed is None:
        return None
    change = TextChange(_whole_lines(snapshot.text, comment), "")
    bare = replace(snapshot, source=reparse(snapshot.source, [change]))
    code = own_code(snapshot.text, symbol).rstrip()
    at = symbol.extent.start
    same = [
        it
        for it in find_symbols(bare.source, symbol.qualified_name)
        if it.comment is None and _same_code(own_code(bare.text, it), code)
    ]
    if not same:
        return None
    nearest = min(same, key=lambda it: abs(it.extent.start - at))
    bare = replace(bare, lends=_keeping(snapshot.lends, symbol.name, parsed.fields))
    line = snapshot.text.count("\n", 0, symbol.name_span.start) + 1
    return Hidden(bare, nearest, _at_margin(comment.text, symbol.indent), parsed.fields, line)


def without_neighbours(found: Hidden, style: Style) -> Hidden:
    """Return the document without any comment to learn from, and with no other beside it."""
    snapshot = found.snapshot
    changes = [
        TextChange(_whole_lines(snapshot.text, it.comment), "")
        for it in all_symbols(snapshot.source)
        if it.comment is not None and style.recognises(it.comment.text)
    ]
    source = apply_to_source(snapshot.source, changes)
    alone = replace(snapshot, source=source, lends=lends_nothing, examples=(), callers=())
    code = own_code(snapshot.text, found.symbol)
    same = [
        it
        for it in find_symbols(source, found.symbol.qualified_name)
        if _same_code(own_code(source.text, it), code)
    ]
    # Where the text cannot be read without them, what is in the file stays.
    if not same:
        return replace(found, snapshot=replace(snapshot, lends=lends_nothing))
    return replace(found, snapshot=alone, symbol=same[0])


def _keeping(lends: Callable[[Path], bool], name: str, fields: DocFields) -> Callable[[Path], bool]:
    def lends_without(path: Path) -> bool:
        return lends(path) and not _tells(_text_of(path), name, fields)

    return lends_without


def _tells(text: str, name: str, fields: DocFields) -> bool:
    """Say whether a text of a file names a symbol and holds the summary of its comment."""
    if name not in text:
        return False
    said = _words(fields.summary)
    return said.count(" ") + 1 >= _FEWEST_WORDS and said in _words(text)


# The files of one folder are looked at again for each of its functions.
@lru_cache(maxsize=256)
def _text_of(path: Path) -> str:
    try:
        return read_source(path)
    except UsageError:
        return ""


def _at_margin(comment: str, indent: str) -> str:
    """Return a comment without the indentation of its lines; the first one comes without."""
    return comment.replace(f"\n{indent}", "\n")


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _same_code(one: str, other: str) -> bool:
    return one.split() == other.split()


def _whole_lines(text: str, comment: Comment) -> Span:
    """Return the span of a comment, with its lines where nothing else stands on them."""
    start, end = comment.span.start, comment.span.end
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop + 1
    if text[begin:start].strip() or text[end:stop].strip():
        return comment.span
    return Span(begin, stop)
