"""Own the frame of a comment: delimiters, stars and margins, and the words within, by lines.

It must not know what the words mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glossator_indexer.types import Span

_BLOCK = re.compile(r"(?P<opening>/\*(?:\*(?!/)|!)?<?)(?P<body>.*)\*/\s*\Z", re.DOTALL)
_STAR = re.compile(r"[ \t]*\*(?!/)[ ]?")
_LINE = re.compile(r"[ \t]*(?P<opening>//[/!]?(?!/)<?)[ ]?")
_WHITE = re.compile(r"[ \t]*")
_DOCSTRING = re.compile(
    r"(?P<opening>(?P<prefix>[rRuU]*)(?P<quotes>\"\"\"|'''|\"|'))(?P<body>.*)(?P=quotes)\Z",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Framed:
    """A comment's words: `lines[n]` is what line n of the comment says, from column `columns[n]`.

    `opening` is what it begins with (`/**`, `///`, a prefix and quotes). `closes_alone` says that
    the delimiter at the end has its line to itself; line comments have none. `lengths` are those of
    the comment's whole lines.
    """

    opening: str
    lines: tuple[str, ...]
    columns: tuple[int, ...]
    closes_alone: bool
    lengths: tuple[int, ...]

    def span(self, line: int, start: int, end: int) -> Span:
        """Return where in the comment a stretch of a line's words stands."""
        begin = sum(self.lengths[:line]) + line + self.columns[line]
        return Span(begin + start, begin + end)


def framed(comment: str) -> Framed | None:
    """Return a comment of slashes taken apart, None where it is none."""
    block = _BLOCK.match(comment)
    if block is not None:
        return _framed_block(comment, block)
    return _framed_lines(comment)


def framed_docstring(literal: str) -> Framed | None:
    """Return a Python docstring as it stands in its source, None where it is no plain literal."""
    match = _DOCSTRING.match(literal)
    if match is None:
        return None
    raw = literal.split("\n")
    columns = [0] * len(raw)
    columns[0] = match.end("opening")
    lines = [raw[0][columns[0] :], *raw[1:]]
    lines[-1] = lines[-1].removesuffix(match["quotes"])
    filled = [it for it in lines[1:] if it.strip()]
    margin = min((len(it) - len(it.lstrip(" \t")) for it in filled), default=0)
    for at in range(1, len(lines)):
        columns[at] = min(margin, len(lines[at]) - len(lines[at].lstrip(" \t")))
        lines[at] = lines[at][columns[at] :]
    return Framed(
        match["opening"],
        tuple(it.rstrip() for it in lines),
        tuple(columns),
        closes_alone=len(lines) > 1 and not lines[-1].strip(),
        lengths=tuple(len(it) for it in raw),
    )


def spread(comment: str, indent: str) -> str:
    """Return a comment whose delimiters have lines to themselves; its words stay as they are."""
    docstring = _DOCSTRING.match(comment)
    if docstring is not None:
        return _spread_docstring(docstring, indent)
    block = _BLOCK.match(comment)
    if block is None:
        return comment
    lines = block["body"].split("\n")
    first, *rest = lines
    star = " * "
    if rest and (below := next((it for it in rest[:-1] if it.strip()), None)) is not None:
        # Where the other lines have no stars, one would be a word.
        star = " * " if _STAR.match(below) else below[: len(below) - len(below.lstrip())]
        star = star.removeprefix(indent)
    if first.strip() and not rest:
        lines = ["", f"{indent} * {first.strip()}", f"{indent} "]
    elif lines[-1].strip():
        lines[-1] = lines[-1].rstrip()
        lines.append(f"{indent} ")
    if lines[0].strip():
        lines[0:1] = ["", f"{indent}{star}{lines[0].strip()}"]
    return block["opening"] + "\n".join(lines) + "*/"


def last_filled(lines: tuple[str, ...], first: int, end: int) -> int:
    """Return where a stretch of lines ends, without the empty ones at its end."""
    while end > first + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def text_of(head: str, more: tuple[str, ...]) -> str:
    """Return what a line and those below it say, without the indentation that those share."""
    margin = min((len(it) - len(it.lstrip()) for it in more if it.strip()), default=0)
    return "\n".join([head.strip(), *(it[margin:].rstrip() for it in more)]).strip("\n")


def _spread_docstring(match: re.Match[str], indent: str) -> str:
    body = match["body"]
    quotes = match["quotes"]
    if len(quotes) == 1:
        # A literal in single quotes ends with its line.
        return match[0]
    lines = body.split("\n")
    if lines[-1].strip():
        lines.append(indent)
    return match["opening"] + "\n".join(lines) + quotes


def _framed_block(comment: str, block: re.Match[str]) -> Framed:
    raw = comment.split("\n")
    columns = [len(block["opening"])]
    has_stars = all(_STAR.match(it) or not it.strip() for it in raw[1:-1]) and len(raw) > 1
    for line in raw[1:]:
        star = _STAR.match(line) if has_stars else None
        white = _WHITE.match(line)
        columns.append(star.end() if star else white.end() if white else 0)
    lines = [line[column:] for line, column in zip(raw, columns, strict=True)]
    last = raw[-1].rstrip()
    lines[-1] = (
        last.removesuffix("*/")[columns[-1] :].rstrip("*")
        if len(raw) > 1
        else (last.removesuffix("*/")[columns[0] :])
    )
    if lines[0][:1] == " ":
        lines[0], columns[0] = lines[0][1:], columns[0] + 1
    return Framed(
        block["opening"],
        tuple(it.rstrip() for it in lines),
        tuple(columns),
        closes_alone=len(raw) > 1 and not lines[-1].strip(),
        lengths=tuple(len(it) for it in raw),
    )


def _framed_lines(comment: str) -> Framed | None:
    raw = comment.split("\n")
    matches = [_LINE.match(it) for it in raw]
    first = matches[0]
    if first is None:
        return None
    columns: list[int] = []
    for match in matches:
        if match is None or match["opening"] != first["opening"]:
            return None
        columns.append(match.end())
    lines = tuple(line[column:].rstrip() for line, column in zip(raw, columns, strict=True))
    return Framed(
        first["opening"], lines, tuple(columns), closes_alone=True, lengths=tuple(map(len, raw))
    )
