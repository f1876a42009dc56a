"""Own how a file is cut into chunks: where each starts and ends, and to which entity it belongs.

Chunks are whole lines and share none; every line that is not blank is in one. It must not know a
language: entities come in an outline, lines as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import accumulate
from typing import NamedTuple

from glossator_indexer.extraction.outline import OutlineEntity
from glossator_indexer.records import MOST_CHUNKS_IN_A_FILE, EntityKind

# Small neighbours become one chunk up to this size: about as many tokens as an embedder takes in.
MERGED_CHARACTERS = 1200
# A function up to this size stays whole, for it is found and read as one.
WHOLE_CHARACTERS = 6000
# Parts of what is longer are about this long, cut where a blank line stands.
PART_CHARACTERS = 4000
# Lines such as `EXPORT_SYMBOL(name);` or `#endif` stay with the code that they stand next to.
_LEFTOVER_CHARACTERS = 240
_LEFTOVER_LINES = 4

_MERGED_KINDS = frozenset(
    {
        EntityKind.MACRO,
        EntityKind.PROTOTYPE,
        EntityKind.VARIABLE,
        EntityKind.TYPE,
        EntityKind.FILE,
    }
)
# `static inline void f(void) { }` says no more than a prototype.
_STUB_CHARACTERS = 100
# What a comment describes at more length than this is found by its comment, and stays alone.
_DESCRIBED_CHARACTERS = 200
# What stands in one of these is a chunk of its own where the whole is long.
_OUTER_KINDS = frozenset(
    {
        EntityKind.CLASS,
        EntityKind.STRUCT,
        EntityKind.ENUM,
        EntityKind.INTERFACE,
        EntityKind.TRAIT,
        EntityKind.MODULE,
    }
)


class Cut(NamedTuple):
    """A chunk to be: its lines, the index of its entity or -1, its kind."""

    first_line: int
    last_line: int
    entity: int
    kind: EntityKind


@dataclass(frozen=True, slots=True)
class Lines:
    """A text by lines; `starts` ends with one entry more than there are lines."""

    text: str
    starts: Sequence[int]

    def characters(self, first_line: int, last_line: int) -> int:
        """Return how many characters these lines have."""
        return self.starts[last_line] - self.starts[first_line - 1]

    def text_of(self, first_line: int, last_line: int) -> str:
        """Return these lines without the line end of the last."""
        return self.text[self.starts[first_line - 1] : self.starts[last_line] - 1]

    def is_long(self, first_line: int, last_line: int) -> bool:
        """Say whether these lines are too long for one chunk, and more than one."""
        return first_line < last_line and self.characters(first_line, last_line) > WHOLE_CHARACTERS

    def opening(self, first_line: int, last_line: int) -> int:
        """Return the first of these few lines that speaks of those behind them, 0 where none does.

        A comment and an `#ifdef` do, an `#endif` and all above it do not.
        """
        opening = 0
        for line in range(first_line, last_line + 1):
            start = self.starts[line - 1]
            if self.text.startswith(("#if", "/*", "//"), start):
                opening = opening or line
            elif self.text.startswith(("#e", "}"), start):
                opening = 0
        return opening

    def last_filled(self, first_line: int, last_line: int) -> int:
        """Return the last of these lines that is not blank; the first is none."""
        return first_line + self.text_of(first_line, last_line).rstrip().count("\n")

    @property
    def count(self) -> int:
        """Return how many lines there are."""
        return len(self.starts) - 1


def lines_of(text: str) -> Lines:
    """Return where each line of a text starts; only a newline ends a line."""
    # A last line without newline counts as if it had one.
    lines = StringIO(text, newline="\n").readlines() if text else [""]
    starts = list(accumulate(map(len, lines), initial=0))
    if text.endswith("\n"):
        starts.append(starts[-1])
    starts[-1] += 1
    return Lines(text, starts)


def cuts_of(lines: Lines, entities: Sequence[OutlineEntity]) -> list[Cut]:
    """Return the chunks of a file in order; the last of too many takes in the rest."""
    units: list[_Unit] = []
    _region(lines, entities, range(len(entities)), _Extent(1, lines.count, -1), units)
    cuts = _split(lines, _merged(lines, units))
    if len(cuts) >= MOST_CHUNKS_IN_A_FILE:
        last = cuts[-1].last_line
        del cuts[MOST_CHUNKS_IN_A_FILE - 1 :]
        cuts[-1] = Cut(cuts[-1].first_line, last, -1, EntityKind.FILE)
    return cuts


def packed(lines: Lines, kind: EntityKind) -> list[Cut]:
    """Return the chunks of a text of which nothing but its lines is known."""
    units: list[_Unit] = []
    _region(lines, (), range(0), _Extent(1, lines.count, -1), units)
    return _split(lines, [Cut(it.first_line, it.last_line, -1, kind) for it in units])


class _Unit(NamedTuple):
    """An entity, or the lines between two, before small ones are merged and long ones split."""

    first_line: int
    last_line: int
    entity: int
    kind: EntityKind
    stays_alone: bool
    is_gap: bool = False


class _Extent(NamedTuple):
    """Lines in the entity `owner`, -1 for none, which stands in `depth` others."""

    first_line: int
    last_line: int
    owner: int
    depth: int = 0


# No program nests named things deeper; hostile text that does is cut no further.
_DEEPEST = 50


def _region(
    lines: Lines,
    entities: Sequence[OutlineEntity],
    inside: range,
    extent: _Extent,
    units: list[_Unit],
) -> None:
    """Append the units of `extent`, given which entities stand inside."""
    next_line, last_line, owner, depth = extent
    at = inside.start
    while at < inside.stop:
        entity = entities[at]
        following = at + 1
        while following < inside.stop and entities[following].start_line <= entity.end_line:
            following += 1
        first, last = max(entity.first_line, next_line), min(entity.end_line, last_line)
        if first <= last:
            if first > next_line:
                _gap(lines, entities, _Extent(next_line, first - 1, owner), units)
            long = following > at + 1 and lines.characters(first, last) > MERGED_CHARACTERS
            if (
                depth < _DEEPEST
                and long
                and (entity.kind in _OUTER_KINDS or lines.is_long(first, last))
            ):
                _region(
                    lines,
                    entities,
                    range(at + 1, following),
                    _Extent(first, last, at, depth + 1),
                    units,
                )
            else:
                size = lines.characters(first, last)
                alone = not (first == last and size < _STUB_CHARACTERS) and (
                    entity.kind not in _MERGED_KINDS
                    or (entity.is_documented and size > _DESCRIBED_CHARACTERS)
                )
                units.append(_Unit(first, last, at, entity.kind, alone))
            next_line = last + 1
        at = following
    if next_line <= last_line:
        _gap(lines, entities, _Extent(next_line, last_line, owner), units)


def _gap(
    lines: Lines,
    entities: Sequence[OutlineEntity],
    extent: _Extent,
    units: list[_Unit],
) -> None:
    """Append the lines that no inner entity covers, less blank ones at both ends."""
    first, last, owner, _ = extent
    text = lines.text_of(first, last)
    stripped = text.strip()
    if not stripped:
        return
    first += text.count("\n", 0, len(text) - len(text.lstrip()))
    last = first + stripped.count("\n")
    if owner < 0:
        units.append(_Unit(first, last, -1, EntityKind.FILE, stays_alone=False, is_gap=True))
        return
    # The head of a class names it, and stands for it; what is left between its methods does not.
    is_head = extent.first_line <= entities[owner].start_line
    units.append(
        _Unit(first, last, owner, entities[owner].kind, stays_alone=True, is_gap=not is_head)
    )


def _merged(lines: Lines, units: Sequence[_Unit]) -> list[Cut]:
    """Return the units, small neighbours merged and leftovers put to what they stand next to."""
    cuts: list[Cut] = []
    grows = False
    opened = 0
    for number, unit in enumerate(units):
        first, last, entity, kind, alone, is_gap = unit
        if opened:
            first, opened = opened, 0
        if is_gap and _is_leftover(lines, first, last):
            if number + 1 < len(units):
                opened = lines.opening(first, last)
            if opened == first:
                continue
            if cuts:
                cuts[-1] = cuts[-1]._replace(
                    last_line=lines.last_filled(first, opened - 1) if opened else last
                )
                continue
            opened = 0
        if grows and not alone:
            previous = cuts[-1]
            if lines.characters(previous.first_line, last) <= MERGED_CHARACTERS:
                shared = kind if previous.kind is kind else EntityKind.FILE
                cuts[-1] = Cut(previous.first_line, last, -1, shared)
                continue
        cuts.append(Cut(first, last, entity, kind))
        grows = not alone
    return cuts


def _is_leftover(lines: Lines, first: int, last: int) -> bool:
    few = last - first < _LEFTOVER_LINES
    return few and lines.characters(first, last) <= _LEFTOVER_CHARACTERS


def _split(lines: Lines, cuts: Sequence[Cut]) -> list[Cut]:
    """Return the chunks with long ones in parts."""
    parts: list[Cut] = []
    for cut in cuts:
        first = cut.first_line
        while lines.is_long(first, cut.last_line):
            last = _end_of_part(lines, first, cut.last_line)
            parts.append(cut._replace(first_line=first, last_line=last))
            first = last + 1
        parts.append(cut._replace(first_line=first) if first > cut.first_line else cut)
    return parts


def _end_of_part(lines: Lines, first: int, last: int) -> int:
    """Return the last line of a part: before a blank line, else before the least indented one."""
    begin = lines.starts[first - 1]
    limit = max(first, bisect_right(lines.starts, begin + PART_CHARACTERS) - 1)
    if limit >= last:
        return max(first, last - 1)
    middle = max(first, bisect_right(lines.starts, begin + PART_CHARACTERS // 2) - 1)
    best, best_indent = limit, len(lines.text)
    for line in range(limit, middle, -1):
        text = lines.text_of(line, line)
        stripped = text.strip()
        if not stripped:
            return line
        indent = len(text) - len(text.lstrip())
        if indent < best_indent:
            best, best_indent = line - 1, indent
    return max(first, best)
