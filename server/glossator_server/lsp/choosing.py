"""Own how a person takes a change in part in any editor: file by file, and hunk by hunk.

It must not check what was chosen, nor apply it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.hunks import Hunk, chosen, hunks_of
from glossator_server.lsp.asking import ask, show_file, where_to_read
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.proposals import OfferedChange
from glossator_server.lsp.shown_files import write_shown

# Of each file that is taken the numbers of its hunks, None for all of them.
Taken = Mapping[str, frozenset[int] | None]

TAKE, LEAVE, BY_HUNK = "Take", "Leave", "By hunk"


async def picked(ls: GlossatorServer, offered: OfferedChange) -> ChangeSet | None:
    """Return the part of a change that a person picks, None where a question is left open."""
    asked = [it for it in offered.changes.files if it.path not in offered.along]
    taken: dict[str, frozenset[int] | None] = {}
    for index, it in enumerate(asked):
        hunks = hunks_of(it)
        answers = (TAKE, LEAVE, BY_HUNK) if len(hunks) > 1 else (TAKE, LEAVE)
        question = f"{_named(it)} ({index + 1} of {len(asked)}): {in_lines(it)}"
        answer = await ask(ls, question, answers)
        if answer is None:
            return None
        if answer == TAKE:
            taken[it.path] = None
        elif answer == BY_HUNK:
            numbers = await _by_hunk(ls, it, hunks)
            if numbers is None:
                return None
            if numbers:
                taken[it.path] = numbers
    return part_of(offered, taken)


def part_of(offered: OfferedChange, taken: Taken) -> ChangeSet:
    """Return the files that are taken, whole or (by numbers) in hunks, with what goes along."""
    if not taken:
        return ChangeSet(offered.changes.root)
    along = {it.path: None for it in offered.changes.files if it.path in offered.along}
    return chosen(offered.changes, {**along, **taken})


def rest_of(offered: OfferedChange, taken: Taken) -> ChangeSet:
    """Return what is left to do of a change after a part of it was applied.

    Empty where only what goes along is left.
    """
    part = {it.path: it for it in part_of(offered, taken).files}
    left = []
    for it in offered.changes.files:
        done = part.get(it.path)
        if done is None:
            left.append(it)
        elif done.after != it.after:
            left.append(replace(it, before=done.after, moved_from=None))
    return _worth_it(offered, tuple(left))


def without(offered: OfferedChange, taken: Taken) -> ChangeSet:
    """Return what a change is without a part of it that was let go."""
    kept: dict[str, frozenset[int] | None] = {}
    for it in offered.changes.files:
        numbers = taken.get(it.path, frozenset())
        if it.path not in taken:
            kept[it.path] = None
        elif numbers is not None:
            others = frozenset(one.number for one in hunks_of(it)) - numbers
            kept |= {it.path: others} if others else {}
    return _worth_it(offered, part_of(offered, kept).files)


def _worth_it(offered: OfferedChange, files: tuple[FileChange, ...]) -> ChangeSet:
    is_more = any(it.path not in offered.along for it in files)
    return replace(offered.changes, files=files if is_more else ())


def in_lines(change: FileChange) -> str:
    """Return the size of a change of one file, such as `+3 -1`."""
    hunks = hunks_of(change)
    size = f"+{sum(it.added for it in hunks)} -{sum(it.deleted for it in hunks)}"
    if change.before is None:
        return f"new, {size}"
    return f"deleted, {size}" if change.after is None else size


async def _by_hunk(
    ls: GlossatorServer, change: FileChange, hunks: tuple[Hunk, ...]
) -> frozenset[int] | None:
    taken = set()
    for index, it in enumerate(hunks):
        name = f"{os.getpid()}-{Path(change.path).name}-{it.number}.diff"
        path = write_shown("hunks", name, f"--- a/{change.path}\n+++ b/{change.path}\n{it.text}")
        await show_file(ls, path)
        where = where_to_read(ls, path)
        place = f"{change.path}:{it.before.start + 1} (hunk {index + 1} of {len(hunks)})"
        answer = await ask(ls, f"{place}: +{it.added} -{it.deleted}{where}", (TAKE, LEAVE))
        if answer is None:
            return None
        if answer == TAKE:
            taken.add(it.number)
    return frozenset(taken)


def _named(change: FileChange) -> str:
    return f"{change.moved_from} -> {change.path}" if change.moved_from else change.path
