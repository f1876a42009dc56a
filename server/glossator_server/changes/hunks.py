"""Own the parts of a set of changes that a person takes or leaves: files, and hunks of a file.

Pure. What is not taken is, to the last byte, the text as it was.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.errors import UsageError

# As a diff has them: what is nearer than both contexts together is one hunk.
CONTEXT = 3
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")


@dataclass(frozen=True, slots=True)
class Hunk:
    """A part of a file's change; `number` counts from 1.

    `before` and `after` are the lines (from 0) that differ, with what is equal between them; `text`
    is the hunk as a unified diff has it.
    """

    number: int
    before: range
    after: range
    text: str

    @property
    def added(self) -> int:
        """Return how many lines it writes."""
        return sum(it.startswith("+") for it in self.text.split("\n"))

    @property
    def deleted(self) -> int:
        """Return how many lines it takes away."""
        return sum(it.startswith("-") for it in self.text.split("\n"))


def hunks_of(change: FileChange) -> tuple[Hunk, ...]:
    """Return the hunks of a file's change in order, none for one that is only renamed."""
    old, new = _lines(change.before or ""), _lines(change.after or "")
    groups = _groups(old, new)
    return tuple(_hunk(number, group, old, new) for number, group in enumerate(groups, 1))


def chosen(changes: ChangeSet, keep: Mapping[str, frozenset[int] | None]) -> ChangeSet:
    """Return the part of a set that is kept: files by path, None for all hunks of one.

    A new file and one that goes are taken whole. Raises `UsageError` for a file or a hunk that is
    not in the set.
    """
    known = {it.path: it for it in changes.files}
    for path in keep:
        if path not in known:
            raise UsageError(f"The change has no file {path}; it has {', '.join(known)}.")
    kept = (_part(known[path], numbers) for path, numbers in keep.items())
    found = (it for it in kept if it is not None)
    return replace(changes, files=tuple(sorted(found, key=lambda it: it.path)))


def _part(change: FileChange, numbers: frozenset[int] | None) -> FileChange | None:
    if numbers is None:
        return change
    hunks = hunks_of(change)
    known = {it.number for it in hunks}
    if not numbers <= known:
        unknown = min(numbers - known)
        raise UsageError(f"{change.path} has no hunk {unknown}; it has {len(hunks)}.")
    is_whole = change.before is None or change.after is None
    if numbers == known:
        return change
    if is_whole:
        if numbers:
            raise UsageError(f"{change.path} is taken whole or not at all.")
        return None
    after = "".join(_with_hunks(change, [it for it in hunks if it.number in numbers]))
    part = replace(change, after=after)
    return part if part.before != part.after or part.moved_from is not None else None


def _with_hunks(change: FileChange, hunks: Sequence[Hunk]) -> Iterator[str]:
    old, new = _lines(change.before or ""), _lines(change.after or "")
    at = 0
    for it in hunks:
        yield from old[at : it.before.start]
        yield from new[it.after.start : it.after.stop]
        at = it.before.stop
    yield from old[at:]


_Opcode = tuple[str, int, int, int, int]


def _groups(old: Sequence[str], new: Sequence[str]) -> Iterator[list[_Opcode]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if any(tag != "equal" for tag, *_ in group):
            yield list(group)


def _hunk(number: int, group: Sequence[_Opcode], old: Sequence[str], new: Sequence[str]) -> Hunk:
    differing = [it for it in group if it[0] != "equal"]
    first, last = differing[0], differing[-1]
    head = f"@@ -{_place(group[0][1], group[-1][2])} +{_place(group[0][3], group[-1][4])} @@\n"
    return Hunk(
        number,
        range(first[1], last[2]),
        range(first[3], last[4]),
        head + "".join(_marked(group, old, new)),
    )


def _marked(group: Sequence[_Opcode], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for tag, old_start, old_end, start, end in group:
        if tag == "equal":
            yield from (_ended(f" {it}") for it in old[old_start:old_end])
            continue
        yield from (_ended(f"-{it}") for it in old[old_start:old_end])
        yield from (_ended(f"+{it}") for it in new[start:end])


def _place(start: int, stop: int) -> str:
    # As diff counts: from 1, and a place without lines is the one before it.
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    # Only "\n" ends a line in a diff.
    return _LINE.findall(text)
