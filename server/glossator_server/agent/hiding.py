"""Own the checks of an agent's changes as they see a workspace: without what it may not read.

A model can have a compiler quote a file, or a test print it; so each such file is empty there. It
must not judge what is found.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from glossator_gate.redaction.unread import is_never_entered, is_never_read
from glossator_server.agent.access import Access
from glossator_server.verify.checker import Checker, Subject, Suggestion
from glossator_server.verify.problems import CheckOutcome, Stage

# Of the files that one run in the sandbox takes; the others are those that were changed.
MOST_HIDDEN = 300
# What has more files is looked at no further, and no words of its checks are told.
MOST_LOOKED_AT = 200_000
# Of a tool's own folder, where its settings lie: objects and packages below are nobody's keys, but
# a submodule's settings lie there too.
_DEPTH = 2
_DEEP_SETTINGS = ("config", "config.worktree")


@dataclass(frozen=True, slots=True)
class Hidden:
    """The files that are empty for checks; where `is_all` is false, there are more of them."""

    paths: tuple[Path, ...]
    is_all: bool


class HidingChecker:
    """A checker for which the files that may not be read are empty; they are looked for once."""

    def __init__(self, checker: Checker, access: Access) -> None:
        self._checker = checker
        self._access = access
        self._hidden: Hidden | None = None

    async def check(
        self, subject: Subject, files: Mapping[Path, str | None], stage: Stage
    ) -> tuple[CheckOutcome, ...]:
        """Return what the tools say without those files.

        Where there are too many of them, only the rules and places are told. Raises
        `SandboxUnavailableError` where nothing can be run.
        """
        if stage is Stage.PARSE:
            return await self._checker.check(subject, files, stage)
        if self._hidden is None:
            self._hidden = await asyncio.to_thread(hidden_from, self._access)
        empty: dict[Path, str | None] = dict.fromkeys(self._hidden.paths, "")
        found = await self._checker.check(subject, {**empty, **files}, stage)
        return found if self._hidden.is_all else tuple(map(_untold, found))

    async def suggestions(self, subject: Subject, text: str) -> tuple[Suggestion, ...]:
        """Return the changes that tools suggest, each alone."""
        return await self._checker.suggestions(subject, text)


def hidden_from(access: Access) -> Hidden:
    """Return the files of a workspace that may not be read, as far as one run can hide them."""
    looked_at = 0

    def found() -> Iterator[Path]:
        nonlocal looked_at
        for path in _files(access.root):
            looked_at += 1
            if looked_at > MOST_LOOKED_AT:
                return
            if _may_hide(path, access):
                yield path

    paths = tuple(islice(found(), MOST_HIDDEN + 1))
    return Hidden(paths[:MOST_HIDDEN], len(paths) <= MOST_HIDDEN and looked_at <= MOST_LOOKED_AT)


def _files(root: Path) -> Iterator[Path]:
    for top, _, names in os.walk(root):
        folder = Path(top)
        parts = folder.relative_to(root).parts
        own = next((at for at, it in enumerate(parts) if is_never_entered(it)), len(parts))
        is_deep = len(parts) - own > _DEPTH
        for name in names:
            if not is_deep or name in _DEEP_SETTINGS or is_never_read(name):
                yield folder / name


def _may_hide(path: Path, access: Access) -> bool:
    inner = path.relative_to(access.root)
    if any(map(is_never_entered, inner.parts[:-1])) or is_never_read(path.name):
        return path.is_file() and not path.is_symlink()
    is_ruled = bool(access.policy.policy.deny_paths) or not access.policy.policy.classes.are_one
    if not is_ruled or path.is_symlink() or not path.is_file():
        return False
    return access.why_unread(inner.as_posix()) is not None


def _untold(outcome: CheckOutcome) -> CheckOutcome:
    """Return an outcome without a word of its tools; each problem keeps its place and a name."""

    def named(message: str) -> str:
        return f"problem {hashlib.sha256(message.encode()).hexdigest()[:8]}"

    problems = tuple(replace(it, message=named(it.message)) for it in outcome.problems)
    trouble = "it failed in words that are not told" if outcome.trouble else ""
    return replace(outcome, problems=problems, excerpt="", trouble=trouble)
