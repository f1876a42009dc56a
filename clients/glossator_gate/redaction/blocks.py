"""Own keys of many lines: PEM and PGP private keys, PuTTY's files, in whatever carries them.

Lines stay as they are: what a file, a diff or a string has around a key's characters is kept.
"""

from __future__ import annotations

import re

from glossator_gate.redaction.joined import Spans

# The longest keys in use have about 12,000 characters.
MOST_KEY_CHARACTERS = 20_000
LITERALS = ("-----begin", "putty-user-key-file")


def key_block(text: str, at: int) -> Spans:
    """Return where the characters of a key stand that begins at `at`; nothing if none does."""
    begin = _BEGIN.match(text, at)
    if begin is not None:
        # No key holds the beginning of another one: each character is looked at once.
        limit = min(len(text), begin.end() + MOST_KEY_CHARACTERS)
        other = text.find("-----BEGIN", begin.end(), limit)
        limit = other if other >= 0 else limit
        close = text.find("-----END", begin.end(), limit)
        after = close if close >= 0 else _end_of_lines_like_a_key(text, begin.end(), limit)
        return _characters(text, begin.end(), after)
    header = _PUTTY.match(text, at)
    if header is None:
        return ()
    after = _end_of_lines_like_a_key(text, header.end(), header.end() + MOST_KEY_CHARACTERS)
    return _characters(text, header.end(), after)


def _characters(text: str, start: int, end: int) -> Spans:
    if not _LINE.search(text, start, end):
        return ()
    return tuple(it.span("key") for it in _PARTS.finditer(text, start, end) if it["key"])


def _end_of_lines_like_a_key(text: str, start: int, limit: int) -> int:
    """Return where a key ends whose end is missing: at the first line that is none of its own."""
    limit = min(limit, len(text))
    at = text.find("\n", start, limit)
    while at >= 0:
        following = text.find("\n", at + 1, limit)
        line_end = limit if following < 0 else following
        # The last line of a key may be short.
        if not _LINE.search(text, at, line_end):
            return line_end if _SHORT_LINE.fullmatch(text, at + 1, line_end) else at
        at = following
    return limit


_BEGIN = re.compile(
    r"-----BEGIN(?:[A-Z0-9 +]|%20){0,40}PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?-----"
)
_PUTTY = re.compile(r"PuTTY-User-Key-File-\d[\s\S]{0,2000}?Private-Lines(?::|%3A)(?: |%20)\d+")
_SIGN = r"[A-Za-z0-9+/]|%2[BbFf]|\\/"
_LINE = re.compile(rf"(?:{_SIGN}){{40}}")
_SHORT_LINE = re.compile(rf"[\s+*#/\"']*(?:{_SIGN}){{2,}}={{0,2}}[\s\"'\\n+.;]*")
_PARTS = re.compile(
    r"<redacted: private key>|<secret:[a-z0-9-]{1,40}:\d{1,6}>|\\+[nr]|%0[AaDd]|&\#1[03];|%5Cn"
    rf"|(?P<key>(?:{_SIGN}|=(?=[A-Za-z0-9+/]{{4}}(?![A-Za-z0-9+/]))){{4,}}(?:=|%3D){{0,2}})"
)
