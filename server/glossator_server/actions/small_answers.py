"""Own answers where the words of a model could not be trusted: what the code says of itself.

Pure. It must not ask a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import parse
from glossator_indexer.records import Trust
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Span
from glossator_server.actions.questions import Citation, Link, Piece
from glossator_server.actions.safe_markdown import as_code, safe_line
from glossator_server.actions.support import content_words
from glossator_server.edits import lines_of_span

_TRUSTED = frozenset({Trust.PROJECT, Trust.TEAM})
# Who points to a place, or says a name, means it.
_MEANT = frozenset({"place", "name"})
OWN_WORDS = "In the code's own words:"
MOST_QUOTED = 3
MOST_OUTLINED = 40
_MOST_CHARACTERS = 240
_COMMENT = re.compile(r"^\s*(?:/\*+!?<?|\*+/|\*(?=\s|$)|//[/!]?<?|#+|--|;+)\s?|\*+/\s*$")
_DOCSTRING = re.compile(r"^[rRbBuUfF]{0,2}(?:\"{3}|'{3})")
_SENTENCE = re.compile(r"^.+?[.!?](?=\s|$)")
_DIRECTIVE = re.compile(
    r"^\s*#(?:!|\s*(?:if|ifdef|ifndef|elif|else|endif|include|define|undef|pragma|error|line)\b)"
)
_HEAD = re.compile(r"^\s*[@#]|^\s*$")


@dataclass(frozen=True, slots=True)
class SmallAnswer:
    """What can be said, where it stands, and the pieces that say it."""

    markdown: str
    citations: tuple[Citation, ...]
    quoted: tuple[Piece, ...]


def quotation(pieces: Sequence[Piece], question: str, link: Link) -> SmallAnswer:
    """Return what the best pieces say of themselves: their comment, or else how they begin."""
    asked = content_words(question)
    lines, citations = [OWN_WORDS, ""], []
    # What a test is called says little of what it tests.
    ordered = sorted(pieces, key=lambda it: it.trust not in _TRUSTED and it.why not in _MEANT)
    quoted = tuple(ordered[:MOST_QUOTED])
    for piece in quoted:
        said = safe_line(first_sentence(piece))
        name = as_code(piece.symbol) + ": " if piece.symbol else ""
        at = best_line(piece, asked, said)
        lines.append(f"- {name}{said or as_code(head(piece))} {link(piece.citation)}".rstrip())
        if at is not None:
            place = Citation(piece.path, piece.start_line + at, piece.start_line + at)
            lines.append(f"  {as_code(piece.lines[at])} {link(place)}")
        citations.append(piece.citation)
    return SmallAnswer("\n".join(lines), tuple(citations), quoted)


def outline(parts: Sequence[Piece], link: Link) -> SmallAnswer:
    """Return what each symbol of some code says of itself, in the order of the file."""
    lines = [OWN_WORDS, ""]
    symbols = tuple(symbol for part in parts for symbol in symbols_of(part))
    for piece in symbols:
        said = safe_line(first_sentence(piece))
        lines.append(
            f"- {as_code(head(piece))}{': ' + said if said else ''} {link(piece.citation)}"
        )
    return SmallAnswer("\n".join(lines), tuple(it.citation for it in symbols), symbols)


def symbols_of(piece: Piece) -> list[Piece]:
    """Return the symbols of some code with their comments, the code itself where it has none."""
    text = piece.text
    language = language_of_file(Path(piece.path), text)
    found: list[Piece] = []
    for it in () if language is None else all_symbols(parse(text, language)):
        start = it.extent.start if it.comment is None else it.comment.span.start
        lines = lines_of_span(text, Span(min(start, it.extent.start), it.extent.end))
        inside = piece.lines[lines.start - 1 : lines.stop - 1]
        first = piece.start_line + lines.start - 1
        if it.name and inside:
            found.append(replace(piece, start_line=first, lines=inside, symbol=it.name))
    found.sort(key=lambda it: (it.start_line, -it.end_line))
    return found[:MOST_OUTLINED] or [piece]


def first_sentence(piece: Piece) -> str:
    """Return the first sentence of a piece's comment or docstring, nothing where it has none."""
    text = " ".join(_commented(piece.lines))
    text = re.sub(
        r"^(?:(?:struct|union|enum|typedef)\s+)?[\w.]+(?:\(\))? - ", "", " ".join(text.split())
    )
    match = _SENTENCE.match(text)
    said = match.group() if match else text
    if len(said) <= _MOST_CHARACTERS:
        return said
    return f"{said[:_MOST_CHARACTERS].rpartition(' ')[0]} …"


def head(piece: Piece) -> str:
    """Return the first line that is code: a signature, mostly."""
    for line in piece.lines:
        if not _HEAD.match(line) and not _COMMENT.match(line):
            return " ".join(line.split()).removesuffix("{").strip()[:_MOST_CHARACTERS]
    return " ".join(piece.lines[0].split())[:_MOST_CHARACTERS] if piece.lines else ""


def best_line(piece: Piece, words: Sequence[str], said: str) -> int | None:
    """Return the index of the line with most of some words, None where no line has two.

    What is said already is left out.
    """
    known = set(content_words(f"{said} {head(piece)}"))
    found = [set(content_words(it)) for it in piece.lines]
    counts = [0 if it <= known else len(it & set(words)) for it in found]
    most = max(counts, default=0)
    return counts.index(most) if most >= 2 else None


def _commented(lines: Sequence[str]) -> Iterator[str]:
    """Yield the words of the comment above the code, or of the docstring below its head.

    What stands further in is about a line, not about the whole.
    """
    found = is_code = False
    for at, line in enumerate(lines):
        plain = line.strip()
        if is_code or not _is_comment(line):
            if found:
                return
            if _DOCSTRING.match(plain):
                yield from _docstring(lines[at:])
                return
            is_code = is_code or not _HEAD.match(line)
            continue
        inner = _COMMENT.sub("", _COMMENT.sub("", line)).strip().removeprefix("@brief")
        if found and (not inner or inner.startswith(("@", ":", "\\"))):
            return
        found = found or bool(inner)
        yield inner


def _is_comment(line: str) -> bool:
    return bool(_COMMENT.match(line)) and not _DIRECTIVE.match(line)


def _docstring(lines: Sequence[str]) -> Iterator[str]:
    quote = '"""' if '"""' in lines[0] else "'''"
    for at, line in enumerate(lines):
        text = line.strip()
        text = _DOCSTRING.sub("", text) if at == 0 else text
        body, end, _ = text.partition(quote)
        if at and not body.strip() and not end:
            return
        yield body.strip()
        if end:
            return
