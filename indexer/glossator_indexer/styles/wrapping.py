"""Own how prose is broken into lines: paragraphs, lists and literal blocks, within a width.

It must not know what a comment looks like, only which words may not begin one of its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# A word that a reader of the comment (the kernel's script, or reStructuredText) takes for a label,
# a bullet, a heading or a comment's star when it stands first on a line.
LABEL_WORD = re.compile(r"@[.\w]*:.*|\w+:(?!:).*|DOC:.*", re.ASCII)
BULLET = re.compile(r"(?:[-+*•‣◦·–—]|\(?\d{1,2}[.)])\s+(?=\S)")
_BULLETS = re.compile(rf"(?:{BULLET.pattern})+")
_MARK = re.compile(r"[-+*#•|>=~^]+|\(?\d{1,2}[.)]|\*.*|\.{1,2}|:.*")
_CHUNK_GAP = re.compile(r"\n(?:[^\S\n]*\n)+")


@dataclass(frozen=True, slots=True)
class Measure:
    """How wide lines are: the first has `used` columns taken, the rest begin with `hang` spaces."""

    width: int
    used: int = 0
    hang: int = 0


def wrap(text: str, measure: Measure) -> list[str]:
    """Break `text` into lines; a word wider than a line stands alone on its own.

    The first line comes without the columns that are taken, the rest with their hanging indent.
    """
    lines: list[str] = []
    line, room = "", measure.width - measure.used
    for unit in _units(text.split()):
        if line and len(line) + 1 + len(unit) > room:
            lines.append(line)
            line, room = " " * measure.hang + unit, measure.width
        else:
            line = f"{line} {unit}" if line else unit
    return [*lines, line] if line else lines


def may_begin_line(word: str) -> bool:
    """Say whether a line of prose may begin with `word` without being read as something else."""
    return not (LABEL_WORD.fullmatch(word) or _MARK.fullmatch(word))


def flow(text: str, width: int) -> list[str]:
    """Lay out paragraphs, lists and literal blocks with one empty line between them.

    What fits keeps its line breaks; literal blocks keep them always.
    """
    lines: list[str] = []
    for chunk in chunks(text):
        lines += [""] if lines else []
        lines += _chunk_lines(chunk, width)
    return lines


def unbulleted(text: str) -> str:
    """Return a text without the bullets and numbers that it begins with."""
    bullets = _BULLETS.match(text)
    return text[bullets.end() :] if bullets else text


def chunks(text: str) -> list[str]:
    """Split a text at its empty lines."""
    return [chunk for chunk in _CHUNK_GAP.split(text.strip("\n")) if chunk.strip()]


def is_literal(chunk: str) -> bool:
    """Say whether every line of a chunk is set in, as code and drawings are."""
    return all(line.startswith("  ") for line in chunk.split("\n"))


def pieces(lines: Iterable[str]) -> list[str]:
    """Join the lines of a chunk into paragraphs and list items."""
    joined: list[str] = []
    for line in lines:
        if joined and not BULLET.match(line.lstrip()):
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line.strip())
    return joined


def _chunk_lines(chunk: str, width: int) -> list[str]:
    lines = [line.rstrip() for line in chunk.split("\n")]
    if is_literal(chunk):
        return lines
    if len(lines) > 1 and all(len(line) <= width for line in lines):
        return lines
    wrapped: list[str] = []
    for piece in pieces(lines):
        bullet = BULLET.match(piece)
        mark = bullet[0].rstrip() + " " if bullet else ""
        body = piece[bullet.end() :] if bullet else piece
        first, *rest = wrap(body, Measure(width, len(mark), len(mark))) or [""]
        wrapped += [mark + first, *rest]
    return wrapped


def _units(words: list[str]) -> list[str]:
    """Tie each word that may not begin a line to the word before it."""
    units: list[str] = []
    for index, word in enumerate(words):
        label_ahead = index + 1 < len(words) and words[index + 1].startswith(":")
        if units and (label_ahead or not may_begin_line(word)):
            units[-1] += f" {word}"
        else:
            units.append(word)
    return units
