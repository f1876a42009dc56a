"""Own what checks have found out already, and how long it holds.

It must not run a check itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_server.verify.problems import CheckOutcome

# A baseline and the candidates of a few fixes.
MOST_REMEMBERED = 128
# Who installs a package expects the next check to know it.
MOST_SECONDS = 120.0
# To look at each of more files takes longer than most checks.
MOST_STAMPED = 10_000
# Of what is installed the folder itself counts, of what every look at a repository changes nothing.
_NOT_ENTERED = frozenset({"node_modules", ".venv", "venv"})
_NOT_STAMPED = frozenset(
    {".git", ".hg", ".svn", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
)

Outcomes = tuple[CheckOutcome, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """One answer, or the run that will give it, and when it was asked for."""

    task: asyncio.Task[Outcomes]
    since: float


class CheckMemory:
    """The answers of checks by all that they depend on; who asks the same meanwhile waits, too.

    One may serve several checkers of a workspace, all on one event loop.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # By path and time of a tool: what it says of itself.
        self.versions: dict[tuple[str, int], str] = {}
        self._known: OrderedDict[str, _Kept] = OrderedDict()
        self._waiting: Counter[asyncio.Task[Outcomes]] = Counter()

    async def answer(
        self, key: str, check: Callable[[], Coroutine[Any, Any, Outcomes]]
    ) -> Outcomes:
        """Return what is known under a key, else what the check says."""
        known = self._known.get(key)
        if known is None or (known.task.done() and self._is_old(known)):
            known = _Kept(asyncio.create_task(check(), name="check"), self._clock())
            self._known[key] = known
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        task = known.task
        try:
            return await self._waited_for(task)
        except BaseException:
            if task.done() or not self._waiting[task]:
                task.cancel()
                if self._known.get(key) is known:
                    del self._known[key]
            raise

    def _is_old(self, known: _Kept) -> bool:
        """Tell whether an answer has to be asked for again; that a tool hung is not kept."""
        came_to_nothing = any(it.trouble for it in known.task.result())
        return came_to_nothing or self._clock() - known.since > MOST_SECONDS

    async def _waited_for(self, task: asyncio.Task[Outcomes]) -> Outcomes:
        """Wait for a run that others may wait for, too: who gives up does not take it from them."""
        self._waiting[task] += 1
        try:
            return await asyncio.shield(task)
        finally:
            self._waiting[task] -= 1
            if not self._waiting[task]:
                del self._waiting[task]


def stamp_of(root: Path) -> str | None:
    """Return what changes whenever a file of a workspace does, None where there are too many.

    A file counts by its time and size. What lies in `.git`, caches and `node_modules` does not.
    """
    digest = hashlib.sha256()
    for number, (path, status) in enumerate(_entries(root)):
        if number >= MOST_STAMPED:
            return None
        digest.update(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\0".encode(errors="replace"))
    return digest.hexdigest()


def _entries(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    folders = [str(root)]
    while folders:
        try:
            entries = sorted(os.scandir(folders.pop()), key=lambda it: it.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name in _NOT_STAMPED:
                continue
            try:
                status = entry.stat(follow_symlinks=False)
                is_folder = entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if is_folder and entry.name not in _NOT_ENTERED:
                folders.append(entry.path)
            else:
                yield entry.path, status
