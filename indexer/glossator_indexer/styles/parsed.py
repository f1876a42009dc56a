"""Own `ParsedDoc`, what a comment says once it is taken apart, and where in it that stands.

Plain data; nothing in here reads or writes a comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from glossator_indexer.types import DocFields, Span


class Part(StrEnum):
    """What a stretch of lines of a comment is."""

    SUMMARY = "summary"
    DETAILS = "details"
    HEADING = "heading"  # opens a list of entries: `Args:`, `Parameters` and its line of dashes
    PARAMETER = "parameter"
    RETURNS = "returns"
    RAISES = "raises"
    SECTION = "section"


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of whole lines of a comment, `[first, end)` from 0, without empty lines around it.

    `label` is the name that a PARAMETER describes, the exception of a RAISES, the title of a
    SECTION or HEADING (a heading's as `parameters`, `returns` or `raises`, however it is written);
    else "". `name` is where in the whole comment that label is written, None where it is not. A
    heading and the one entry that it opens may be one stretch: then it is that entry. A SECTION
    that only adds to another entry (the type of a parameter, of the value) `goes_with` its part and
    label; `name` is then where that label is written.
    """

    part: Part
    label: str
    first: int
    end: int
    name: Span | None = None
    goes_with: tuple[Part, str] | None = None


@dataclass(frozen=True, slots=True)
class ParsedDoc:
    """What a comment says.

    `name` is what the comment itself calls its symbol (kernel-doc, Go), "" where the style does
    not. `kind_word` is kernel-doc's struct, union, enum or typedef. `entries` are in order and do
    not overlap; empty where the comment stands on one line or cannot be changed by lines.
    """

    name: str
    kind_word: str | None
    fields: DocFields
    entries: tuple[Entry, ...] = ()
