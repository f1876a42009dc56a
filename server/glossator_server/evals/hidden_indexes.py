"""Own the indexes that suites search: of private copies, or the user's own as it is.

Trees without their comments are private copies, and so are the prepared programs: made once for all
cases, removed at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from glossator_indexer.owner_client import IndexClient
from glossator_server.errors import UsageError
from glossator_server.evals.hidden_trees import ReadTree, WantedTree, prepared_policy, read_tree
from glossator_server.evals.indexing import WholeIndexes
from glossator_server.evals.types import Case, Subject
from glossator_server.evals.workspaces import (
    PROGRAMS,
    Original,
    PrivateCopy,
    open_copy,
    prepared_files,
)
from glossator_server.policies import WorkspacePolicy


@dataclass(frozen=True, slots=True)
class Searched:
    """What a case is searched in: a tree at a real path, its index, and what holds for its files.

    Paths of cases lie `prefix` below the root of the index.
    """

    root: Path
    index: IndexClient
    policy: WorkspacePolicy
    prefix: str = ""


class SearchedTrees:
    """The trees of a run, opened when they are first asked for; lives on one loop."""

    def __init__(self) -> None:
        self._copies: dict[tuple[Path, int | None], PrivateCopy] = {}
        self._read: dict[tuple[Path, int], ReadTree] = {}
        self._whole = WholeIndexes()

    async def open(self, cases: Sequence[Case], subject: Subject) -> None:
        """Open what the cases are searched in, before the first of them is timed."""
        for it in {(it.root, it.data.get("hidden")): it for it in cases}.values():
            await self.of(it, subject)

    async def of(self, case: Case, subject: Subject) -> Searched:
        """Return what a case is searched in.

        Raises `UsageError` where the user wants no index, `IndexUnavailableError` where there can
        be none.
        """
        if case.root == PROGRAMS or "hidden" in case.data:
            return await self._copied(case, subject)
        root = await asyncio.to_thread(case.root.resolve)
        place = await self._whole.of(root, subject)
        if place is None:
            raise UsageError(
                "There is no index to search; switch index.enabled on, or use --prepared."
            )
        return Searched(root, place.client, subject.policy, place.prefix)

    def keep(self, root: Path, seed: int, tree: ReadTree) -> None:
        """Remember a tree that was read."""
        self._read[root, seed] = tree

    async def tree(self, case: Case, subject: Subject) -> ReadTree:
        """Return the files that a case is about, read once."""
        seed = int(case.data.get("hidden", 0))
        key = case.root, seed
        if key not in self._read:
            holds = _holds(case, subject)
            wanted, stopped = WantedTree(case.root, holds, seed), Event()
            try:
                tree = await asyncio.to_thread(read_tree, wanted, subject.settings, stopped)
            except asyncio.CancelledError:
                # The process waits for the thread.
                stopped.set()
                raise
            self._read[key] = tree
        return self._read[key]

    async def close(self) -> None:
        """Remove the copies and their indexes."""
        await self._whole.close()
        while self._copies:
            await self._copies.popitem()[1].close()

    async def _copied(self, case: Case, subject: Subject) -> Searched:
        key = case.root, case.data.get("hidden")
        if key not in self._copies:
            files = prepared_files()
            if key[1] is not None:
                files = (await self.tree(case, subject)).without_comments()
            self._copies[key] = await open_copy(
                files,
                Original(case.root, _holds(case, subject)),
                subject.settings.index,
                subject.means.open_index,
            )
        copy = self._copies[key]
        return Searched(copy.root, copy.index, copy.policy)


def _holds(case: Case, subject: Subject) -> WorkspacePolicy:
    return prepared_policy() if case.root == PROGRAMS else subject.policy
