"""Own which files an agent can find: those that git would list, and what it has staged.

It must not read a file's text.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from glossator_indexer.errors import IndexUnavailableError, QueryError
from glossator_indexer.search.scope import path_matcher
from glossator_indexer.walking import RepositoryWalker
from glossator_server.agent.access import Access
from glossator_server.agent.errors import ToolError
from glossator_server.agent.staging import Staging

# What is more is searched through the index.
MOST_FILES = 50_000
# Builds and assets lie beside sources; their size tells them.
MOST_BYTES = 2_000_000
# Who waits longer asks for less.
LOOK_SECONDS = 30.0
T = TypeVar("T")


class Patience:
    """How long a look through all files may take; `was_short` tells that it was not enough."""

    def __init__(self, seconds: float = LOOK_SECONDS) -> None:
        self._until = time.monotonic() + seconds
        self.was_short = False

    @property
    def seconds_left(self) -> float:
        """Return how long it lasts, zero or less where it is over."""
        return self._until - time.monotonic()

    @property
    def is_over(self) -> bool:
        """Tell whether the time is used up; from then on, what is looked at is not all."""
        if self.seconds_left <= 0:
            self.was_short = True
        return self.seconds_left <= 0

    def give_up(self) -> None:
        """Have the look end where it is: nobody waits for it any more."""
        self._until = 0.0


async def patiently(look: Callable[[], T], patience: Patience) -> T:
    """Return what a look in a thread finds; it ends soon where nobody waits for it any more."""
    try:
        return await asyncio.to_thread(look)
    except asyncio.CancelledError:
        patience.give_up()
        raise


class SeenFiles:
    """The files of a workspace that may be read, found once."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._found: tuple[str, ...] | None = None
        self._is_all = True

    def paths(self, staging: Staging, glob: str = "") -> list[str]:
        """Return the paths as they are now, sorted; `glob` is as in `.gitignore`.

        Raises `ToolError` for a pattern that cannot be read.
        """
        if self._found is None:
            self._found = tuple(self._find())
        changed = staging.changes
        gone = {it.moved_from or it.path for it in changed.files if it.moved_from or not it.after}
        now = {it.path for it in changed.files if it.after is not None}
        known = sorted((set(self._found) - gone) | now)
        if not glob:
            return known
        try:
            matches = path_matcher((glob,))
        except QueryError as trouble:
            raise ToolError(str(trouble)) from trouble
        return [it for it in known if matches(it)]

    def holding(
        self, staging: Staging, words: Sequence[str], patience: Patience, glob: str = ""
    ) -> Iterator[tuple[str, str]]:
        """Yield paths and texts that hold one of some words, any text for none, by path.

        Raises `ToolError` for a pattern that cannot be read.
        """
        paths = self.paths(staging, glob)
        patience.was_short = patience.was_short or not self._is_all
        for path in paths:
            if patience.is_over:
                return
            text = staging.text_holding(path, words)
            if text is not None:
                yield path, text

    def _find(self) -> Iterator[str]:
        root = self._access.root
        try:
            found = [it.path for it in RepositoryWalker(root).walk()]
        except IndexUnavailableError as trouble:
            raise ToolError(str(trouble)) from trouble
        sources, self._is_all = found[:MOST_FILES], len(found) <= MOST_FILES
        folders = sorted({"", *(path.rpartition("/")[0] for path in sources)})
        beside = (it for folder in folders for it in _plain_files(root, folder))
        for path in dict.fromkeys([*sources, *beside]):
            if self._access.why_unread(path) is None:
                yield path


def _plain_files(root: Path, folder: str) -> Iterator[str]:
    """Yield what lies beside the sources: documents, build files, data."""
    try:
        entries = sorted(os.scandir(root / folder), key=lambda it: it.name)
    except OSError:
        return
    for it in entries:
        # What goes away meanwhile is no file any more.
        with contextlib.suppress(OSError):
            is_file = it.is_file(follow_symlinks=False)
            if is_file and it.stat(follow_symlinks=False).st_size <= MOST_BYTES:
                yield f"{folder}/{it.name}" if folder else it.name
