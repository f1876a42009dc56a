"""Own how a configuration file of git is read: its keys and values in order, as git-config(1) says.

It must not touch the disk or say what a value means.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

_BLANK = re.compile(r"(?:[ \t\r\n]|[#;][^\n]*)*")
_SECTION = re.compile(r'\[([\w.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?\]', re.ASCII)
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*(=?)")
# A value goes on over what stands in quotes and behind a backslash.
_PIECE = re.compile(r'\\\n|\\[tbn"\\]|"|[^\\"\n]')
_ESCAPED = {"\\t": "\t", "\\b": "\b", "\\n": "\n", '\\"': '"', "\\\\": "\\", "\\\n": ""}


@lru_cache(maxsize=32)
def settings_in(content: bytes) -> tuple[tuple[str, str], ...]:
    """Return key and value in the order of the file, up to the first line that is none.

    Keys are lower case but for the middle part of `section.Part.key`. A key without a value, which
    means true, has "true".
    """
    text = os.fsdecode(content.removeprefix(b"\xef\xbb\xbf")).replace("\r\n", "\n")
    return tuple(_settings(text))


def _settings(text: str) -> Iterator[tuple[str, str]]:
    at, section = 0, ""
    while (at := _end_of_blank(text, at)) < len(text):
        if head := _SECTION.match(text, at):
            section = head[1].lower()
            if head[2] is not None:
                section += "." + re.sub(r"\\(.)", r"\1", head[2])
            at = head.end()
            continue
        key = _KEY.match(text, at)
        if key is None or not section:
            return
        value = "true"
        at = key.end()
        if key[2]:
            read = _value(text, at)
            if read is None:
                return
            value, at = read
        elif at < len(text) and text[at] != "\n":
            return
        yield f"{section}.{key[1].lower()}", value


def _end_of_blank(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _value(text: str, at: int) -> tuple[str, int] | None:
    """Return a value and where it ends; None where its quotes or backslashes are wrong."""
    value: list[str] = []
    spaces = ""
    quoted = False
    while at < len(text) and text[at] != "\n":
        piece = _PIECE.match(text, at)
        if piece is None:
            return None
        at = piece.end()
        if not quoted and piece[0] in "#;":
            end = text.find("\n", at)
            return "".join(value), len(text) if end < 0 else end
        if not quoted and piece[0] in " \t\r":
            # They count where something stands before and behind them.
            spaces += piece[0] if value else ""
            continue
        value += [it for it in (spaces, _said_by(piece[0])) if it]
        spaces = ""
        quoted ^= piece[0] == '"'
    return None if quoted else ("".join(value), at)


def _said_by(piece: str) -> str:
    return "" if piece == '"' else _ESCAPED.get(piece, piece)
