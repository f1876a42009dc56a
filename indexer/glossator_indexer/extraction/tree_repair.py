"""Own how a text that breaks off is read as if somebody had closed its brackets.

It must not know a language; whether the closed text reads better is decided by who reads it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

# Strings and comments as most languages write them: a guess, which is dropped where it is no help.
_TOKEN = re.compile(
    rb"//[^\n]*|/\*.*?(?:\*/|(?P<comment>\Z))|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.){1,4}'"
    rb"|`(?:[^`\\]|\\.)*(?:`|(?P<template>\Z))|(?P<open>[({\[])|(?P<close>[)}\]])",
    re.DOTALL,
)
_CLOSERS = {b"(": b")", b"{": b"}", b"[": b"]"}
# What stands in these is not indented by custom.
_FLAT = re.compile(rb"\s*(?:inline\s+)?(?:namespace|extern|mod|module)\b")
_MOST_STATEMENT_LINES = 12
# After these a statement begins.
_ENDS = (b";", b"{", b"}", b"*/", b":")
_LINE = re.compile(rb"^([ \t]*)([^\s#][^\n]*)", re.MULTILINE)


def closed(source: bytes) -> bytes | None:
    """Return the text with the brackets closed that are open at its end.

    None where nothing is open, or where the code goes on after what is open: there a bracket is
    missing in the middle, and closing it at the end would put all that follows into it.
    """
    unclosed: list[tuple[bytes, int]] = []
    unfinished = b""
    for match in _TOKEN.finditer(source):
        if match["open"]:
            unclosed.append((match["open"], match.start()))
        elif match["close"]:
            if unclosed and _CLOSERS[unclosed[-1][0]] == match["close"]:
                unclosed.pop()
        elif match["comment"] is not None:
            unfinished = b"*/"
        elif match["template"] is not None:
            unfinished = b"`"
    if not unclosed or not _breaks_off(source, [at for _, at in unclosed]):
        return None
    return source + unfinished + b"\n" + b"".join(_CLOSERS[it] for it, _ in reversed(unclosed))


def _breaks_off(source: bytes, unclosed: list[int]) -> bool:
    """Tell whether all lines after each of these brackets are indented more than its own."""
    lines = list(_LINE.finditer(source))
    starts = [it.start() for it in lines]
    # The least indent of the lines from one to the end.
    least = list(accumulate((_indent(it) for it in reversed(lines)), min))[::-1]
    for at in unclosed:
        own = bisect_right(starts, at) - 1
        if own < 0 or own + 1 >= len(lines):
            continue
        first = _statement(lines, own)
        indent = min(_indent(it) for it in lines[first : own + 1])
        if least[own + 1] <= indent and not _FLAT.match(lines[first][2]):
            return False
    return True


def _statement(lines: list[re.Match[bytes]], at: int) -> int:
    """Return the index of the line in which the statement of a line begins."""
    for index in range(at, max(0, at - _MOST_STATEMENT_LINES), -1):
        above = lines[index - 1]
        if above[2].rstrip().endswith(_ENDS) or lines[index].start() > above.end() + 1:
            return index
    return max(0, at - _MOST_STATEMENT_LINES)


def _indent(line: re.Match[bytes]) -> int:
    return len(line[1].expandtabs(8))
