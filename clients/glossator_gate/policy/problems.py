"""Own what is wrong with a policy file, and the line of the file on which it is.

It must not know which keys there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from glossator_gate.policy.lines import KeyPath, key_lines

_TOML_LINE = re.compile(r"at line (\d+)")


class ProblemKind(StrEnum):
    """What sort of problem it is; stable, for programs."""

    BROKEN_FILE = "broken-file"
    UNKNOWN_KEY = "unknown-key"
    WRONG_VALUE = "wrong-value"
    IGNORED_KEY = "ignored-key"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing that is wrong, as a sentence; `line` counts from 1, None for the whole file.

    `place` is the way to the key: names of tables and keys, and numbers (from 0) in lists.
    """

    sentence: str
    kind: ProblemKind
    place: KeyPath = ()
    line: int | None = None


def with_lines(problems: Iterable[FileProblem], text: str) -> tuple[FileProblem, ...]:
    """Return the problems of a file that is TOML with the lines of their keys."""
    found = tuple(problems)
    if not found:
        # The usual case costs nothing.
        return ()
    lines = key_lines(text)

    def line(place: KeyPath) -> int | None:
        # A key that is missing is told where its table begins.
        return next((lines[it] for it in _upwards(place) if it in lines), None)

    return tuple(replace(it, line=line(it.place)) for it in found)


def broken_file(sentence: str, text: str = "") -> FileProblem:
    """Return the problem of a file that cannot be read at all, with the line that TOML names."""
    match = _TOML_LINE.search(sentence)
    line = int(match[1]) if match else None
    if "at end of document" in sentence:
        line = text.rstrip().count("\n") + 1
    return FileProblem(sentence, ProblemKind.BROKEN_FILE, line=line)


def _upwards(place: KeyPath) -> Iterable[KeyPath]:
    return (place[:length] for length in range(len(place), 0, -1))
