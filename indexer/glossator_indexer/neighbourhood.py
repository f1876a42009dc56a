"""Own the documented symbols of a file and of those beside it: the nearest library of examples.

Only the comments and the declarations under them are cut out and parsed, which is quick enough to
do when a comment is asked for. It must not look into other folders, follow links or rank.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from glossator_gate.redaction.unread import is_never_read
from glossator_indexer.languages import Language, language_for_path, language_of_file
from glossator_indexer.languages.c import C
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.retrieval import DocumentedSymbol
from glossator_indexer.styles import Style, styles_of
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Severity, SymbolKind

# A second's worth of reading; the files nearest in name order around the file come first.
MOST_BYTES = 3_000_000
MOST_FILES = 150
# A few files show how all are commented.
MOST_FILES_FOR_HABITS = 12
MOST_BYTES_FOR_HABITS = 400_000
# Longer signatures teach nothing more and crowd out the code that is asked about.
MOST_SIGNATURE_CHARACTERS = 700
_OPENING = re.compile(r"^[ \t]*/\*\*[ \t]*\r?\n", re.MULTILINE)
# What follows a doc comment, up to its first brace or semicolon.
_CODE_BELOW = re.compile(r"[ \t]*\r?\n(?P<code>[^;{}]{1,1500})(?P<end>[;{])")
_TOLD_BY_MEMBERS = frozenset({SymbolKind.STRUCT, SymbolKind.UNION, SymbolKind.ENUM})


@dataclass(frozen=True, slots=True)
class _FileStamp:
    path: Path
    size: int
    modified_ns: int


def documented_symbols(source: ParsedSource, style: Style) -> tuple[DocumentedSymbol, ...]:
    """Return the symbols of a text whose comments are an example: complete and not drifted."""
    key = f"{__name__}.{style.id}"
    known = source.overview.get(key)
    if not isinstance(known, tuple):
        # Every symbol of the text that is to be commented asks for them.
        known = source.overview[key] = tuple(_documented(source, style))
    return known


def _documented(source: ParsedSource, style: Style) -> Iterator[DocumentedSymbol]:
    for symbol in all_symbols(source):
        comment = symbol.comment
        parsed = None if comment is None else style.parse(comment.text)
        if comment is None or parsed is None:
            continue
        # The members of a type are in its body, the parameters of a function are not.
        end = symbol.extent.end if symbol.kind in _TOLD_BY_MEMBERS else symbol.signature.end
        signature = source.text[symbol.extent.start : end]
        if (
            parsed.fields.summary
            and len(signature) <= MOST_SIGNATURE_CHARACTERS
            and not any(it.severity is Severity.ERROR for it in style.check(comment.text, symbol))
        ):
            yield DocumentedSymbol(symbol, signature, parsed.fields)


def documented_beside(
    path: Path, style: Style, may_read: Callable[[Path], bool]
) -> list[DocumentedSymbol]:
    """Return the documented functions of the other source files of the file's folder.

    Only of those that `may_read` lets pass. Reads at most `MOST_FILES` files and `MOST_BYTES`; what
    cannot be read is passed over.
    """
    found: list[DocumentedSymbol] = []
    left = MOST_BYTES
    for stamp in _siblings(path)[:MOST_FILES]:
        if stamp.size <= left and may_read(stamp.path):
            left -= stamp.size
            found.extend(_documented_in(stamp, style))
    return found


def comments_beside(path: Path, may_read: Callable[[Path], bool]) -> list[str]:
    """Return the comments of the files beside a file that are in its language, nearest names first.

    Of at most `MOST_FILES_FOR_HABITS` files, because each is parsed as a whole.
    """
    found: list[str] = []
    left = MOST_BYTES_FOR_HABITS
    for stamp in _siblings(path)[:MOST_FILES_FOR_HABITS]:
        if stamp.size <= left and may_read(stamp.path):
            left -= stamp.size
            found.extend(_comments_in(stamp))
    return found


@lru_cache(maxsize=4 * MOST_FILES)
def _comments_in(stamp: _FileStamp) -> tuple[str, ...]:
    read = _text_and_language(stamp)
    return () if read is None else comments_of(parse(*read))


def comments_of(source: ParsedSource) -> tuple[str, ...]:
    """Return the comments of all symbols of a text, in order."""
    return tuple(it.comment.text for it in all_symbols(source) if it.comment is not None)


def _text_and_language(stamp: _FileStamp) -> tuple[str, Language] | None:
    try:
        text = stamp.path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    language = language_of_file(stamp.path, text)
    return None if language is None or "\0" in text else (text, language)


def _siblings(path: Path) -> list[_FileStamp]:
    stamps: list[_FileStamp] = []
    language = language_for_path(path)
    try:
        entries = list(os.scandir(path.parent))
    except OSError:
        return []
    for entry in entries:
        if entry.name == path.name or language_for_path(Path(entry.name)) is not language:
            continue
        if is_never_read(entry.name):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode):
            stamps.append(_FileStamp(Path(entry.path), status.st_size, status.st_mtime_ns))
    return sorted(stamps, key=lambda it: (-shared_beginning(it.path.name, path.name), it.path))


def shared_beginning(one: str, other: str) -> int:
    """Count the characters that two names begin with: ring.c and ring_buffer.c are related."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


@lru_cache(maxsize=4 * MOST_FILES)
def _documented_in(stamp: _FileStamp, style: Style) -> tuple[DocumentedSymbol, ...]:
    read = _text_and_language(stamp)
    if read is None or style not in styles_of(read[1].id):
        return ()
    text, language = read
    # Of C only the comments and what follows them are cut out, which takes a tenth of the time.
    parts = _snippets(text) if language.id == C.id else iter((text,))
    return tuple(it for part in parts for it in documented_symbols(parse(part, language), style))


def _snippets(text: str) -> Iterator[str]:
    position = 0
    while (opening := _OPENING.search(text, position)) is not None:
        close = text.find("*/", opening.end())
        if close < 0:
            return
        position = close + 2
        below = _CODE_BELOW.match(text, position)
        # A struct's members are behind the brace: only what is called is cut out whole.
        if below is not None and "(" in below["code"]:
            position = below.end()
            yield text[opening.start() : position] + ("}\n" if below["end"] == "{" else "\n")


__all__ = ["comments_beside", "comments_of", "documented_beside", "documented_symbols"]
