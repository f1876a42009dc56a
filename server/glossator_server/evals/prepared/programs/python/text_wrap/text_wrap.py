"""Breaking, filling and aligning plain text in lines of a fixed width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


def pieces(word: str, width: int) -> Iterator[str]:
    """Yield `word` in parts of at most `width` characters."""
    start = 0
    while start < len(word):
        yield word[start : start + width]
        start += width


def wrap(text: str, width: int) -> list[str]:
    """Break `text` into lines of at most `width` characters, at spaces where possible."""
    if width < 1:
        raise ValueError("a line has room for one character or more")
    lines: list[str] = []
    line = ""
    for word in text.split():
        for part in pieces(word, width):
            if not line:
                line = part
            elif len(line) + 1 + len(part) <= width:
                line = f"{line} {part}"
            else:
                lines.append(line)
                line = part
    if line:
        lines.append(line)
    return lines


def justified(line: str, width: int) -> str:
    """Widen the gaps of `line`, from the left, until it is `width` characters long."""
    words = line.split()
    if len(words) < 2:
        return line
    gaps = len(words) - 1
    spaces = width - sum(len(word) for word in words)
    each, more = divmod(spaces, gaps)
    result = words[0]
    for index, word in enumerate(words[1:]):
        result += " " * (each + (1 if index < more else 0)) + word
    return result


def paragraphs(text: str) -> list[str]:
    """Return the parts of `text` between blank lines, without those that are empty."""
    return [part.strip() for part in BLANK_LINES.split(text) if part.strip()]


def common_indent(text: str) -> str:
    """Return the white space that all lines of `text` that are not blank begin with."""
    indent: str | None = None
    for line in text.splitlines():
        if not line.strip():
            continue
        own = line[: len(line) - len(line.lstrip())]
        if indent is None:
            indent = own
        while not own.startswith(indent):
            indent = indent[:-1]
    return indent or ""


@dataclass(frozen=True)
class Wrapper:
    """How text is laid out."""

    width: int = 72
    first_prefix: str = ""
    prefix: str = ""
    justify: bool = False

    def fill(self, text: str) -> str:
        """Lay out one paragraph."""
        room = self.width - max(len(self.first_prefix), len(self.prefix))
        lines = wrap(text, room)
        if self.justify:
            lines = [*(justified(line, room) for line in lines[:-1]), *lines[-1:]]
        prefixes = [self.first_prefix] + [self.prefix] * len(lines)
        return "\n".join(before + line for before, line in zip(prefixes, lines))

    def fill_all(self, text: str) -> str:
        """Lay out all paragraphs with a blank line between them."""
        return "\n\n".join(self.fill(each) for each in paragraphs(text))


def shorten(text: str, width: int, mark: str = "...") -> str:
    """Return the first words of `text` that fit `width`, with `mark` if any were left out."""
    words = text.split()
    whole = " ".join(words)
    if len(whole) <= width:
        return whole
    while words and len(" ".join(words)) + len(mark) > width:
        words.pop()
    return " ".join(words) + mark
