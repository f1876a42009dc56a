"""Own the way from a key of a TOML text to its line.

The text is one that `tomllib` has read: what is not TOML is not found out here. No library of our
world tells lines: `tomllib` and `tomlkit` forget them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]

# What a line of TOML can hold that hides brackets, equals signs and line ends. Each alternative is
# told by its first characters, and none can be read in two ways.
_TOKEN = re.compile(
    r"""
    (?P<text>\"\"\"(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3,5}
           | '''(?:[^']|'{1,2}(?!'))*'{3,5}
           | "(?:[^"\\\n]|\\.)*"
           | '[^'\n]*')
  | (?P<comment>\#[^\n]*)
  | (?P<end>\n)
  | (?P<open>[\[{])
  | (?P<close>[\]}])
  | (?P<equals>=)
  | (?P<dot>\.)
  | (?P<comma>,)
  | (?P<space>[ \t\r]+)
  | (?P<bare>[^\s\[\]{}=.,"'#]+)
    """,
    re.VERBOSE | re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line, from 1, on which each table and key begins; the first time counts.

    Keys of inline tables are on the line of the key that holds them.
    """
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for line, statement in _statements(text):
        if statement[0] == ("open", "["):
            table = _header(statement, counts)
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], line)
        else:
            key = _key(statement)
            for length in range(1, len(key) + 1):
                lines.setdefault((*table, *key[:length]), line)
    return lines


def _statements(text: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield each statement's line and tokens up to its value, without blanks and comments."""
    statement: list[tuple[str, str]] = []
    line = first = 1
    depth = 0
    has_value = False
    for match in _TOKEN.finditer(text):
        kind, token = str(match.lastgroup), match.group()
        if kind == "end" and (depth == 0 or not has_value):
            if statement:
                yield first, statement
            statement, depth, has_value = [], 0, False
        elif kind in {"open", "close"}:
            depth += 1 if kind == "open" else -1
        if kind == "equals" and depth == 0:
            has_value = True
        if kind not in {"space", "comment", "end"} and not has_value:
            if not statement:
                first = line
            statement.append((kind, token))
        line += token.count("\n")
    if statement:
        yield first, statement


def _header(statement: list[tuple[str, str]], counts: dict[KeyPath, int]) -> KeyPath:
    """Return the place of `[a.b]` or `[[a.b]]`, with the numbers of the lists on the way."""
    names = _key(statement)
    place: KeyPath = ()
    for position, name in enumerate(names):
        place = (*place, name)
        is_entry = position == len(names) - 1 and statement[1] == ("open", "[")
        if is_entry:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _key(statement: list[tuple[str, str]]) -> tuple[str, ...]:
    """Return the names of a dotted key, unquoted."""
    return tuple(_unquoted(token) for kind, token in statement if kind in {"bare", "text"})


def _unquoted(token: str) -> str:
    if token[0] not in "\"'":
        return token
    value = tomllib.loads(f"x = {token}")["x"]
    return str(value)
