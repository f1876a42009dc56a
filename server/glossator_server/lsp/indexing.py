"""Own how the editor's indexes come and go: connected behind its back, shown as progress.

Nothing that the user types waits for it; trouble is a line in the log. It must not search.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from glossator_gate.errors import GlossatorError
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.records import IndexPhase, IndexProgress
from glossator_server.errors import UsageError
from glossator_server.lsp.jobs import JobReport, create_token
from glossator_server.lsp.registering import register_for_index

if TYPE_CHECKING:
    from glossator_indexer.owner_client import IndexClient
    from glossator_server.indexes import Indexes
    from glossator_server.lsp.language_server import GlossatorServer

# What is done sooner needs no progress: a look at the disk, a handful of files.
SHOWN_AFTER_SECONDS = 1.0
_SECONDS_BETWEEN_REPORTS = 0.5
_RETRY_SECONDS = 30.0
_MOST_RETRY_SECONDS = 600.0
# A branch switch or a build comes as a burst of events, which is one update.
_GATHER_SECONDS = 0.1
# What a question waits at most for what was saved just before it.
_SAVE_SECONDS = 2.0
# An editor that never tells its settings is not waited for any longer.
_READY_SECONDS = 2.0
_IDLE = frozenset({IndexPhase.READY, IndexPhase.PAUSED})

_log = logging.getLogger(__name__)


class Indexing:
    """The background work for one editor's indexes."""

    def __init__(self, ls: GlossatorServer, indexes: Indexes) -> None:
        self._ls = ls
        self._indexes = indexes
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: dict[IndexClient, asyncio.Task[None]] = {}
        self._changed: set[Path] = set()
        self._gathering = False
        self._saved: set[Path] = set()
        self._saving: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None

    @property
    def indexes(self) -> Indexes:
        """Return the indexes as they are now."""
        return self._indexes

    def follow(self) -> None:
        """Have indexes for the folders and settings as they are now."""
        self._following = self._spawn(self._follow())

    async def settled(self) -> Indexes:
        """Return the indexes once they follow the folders and settings."""
        if self._following is not None:
            await asyncio.wait([self._following])
        return self._indexes

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Have files taken in soon that were changed, created or deleted outside the editor."""
        self._changed.update(paths)
        if self._changed and not self._gathering:
            self._gathering = True
            self._spawn(self._take_in())

    def file_saved(self, path: Path) -> None:
        """Have a file taken in at once that the user saved; a question waits for it."""
        self._saved.add(path)
        if self._saving is None or self._saving.done():
            self._saving = self._spawn(self._take_in_saved())

    async def saves_taken_in(self) -> None:
        """Return when what was saved is taken in, or takes too long."""
        if self._saving is not None:
            await asyncio.wait([self._saving], timeout=_SAVE_SECONDS)

    def refresh(self) -> None:
        """Have everything looked at again: what belongs into an index has changed."""
        for client in self._indexes.clients:
            self._spawn(client.refresh())

    def buffers_changed(self) -> None:
        """Have unsaved texts forgotten that are closed."""
        if self._indexes.clients:
            self._spawn(self._indexes.send_buffers(list(self._ls.session.documents.values())))

    async def end(self) -> None:
        """Let go of everything; the index goes on without this editor."""
        tasks = [*self._tasks, *self._watching.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._indexes.close()

    async def _follow(self) -> None:
        options = self._ls.session.settings.index
        folders = self._ls.session.folders.values() if options.enabled else ()
        new = await self._indexes.use(list(folders), options)
        for client in set(self._watching) - set(self._indexes.clients):
            self._watching.pop(client).cancel()
        for client in new:
            self._watching[client] = asyncio.create_task(self._watch(client))
        await register_for_index(self._ls)

    async def _watch(self, client: IndexClient) -> None:
        """Stay connected to an index and show what it does."""
        pause, last = _RETRY_SECONDS, ""
        while True:
            shown = _Shown(self._ls, client)
            try:
                await client.open()
                pause = _RETRY_SECONDS
                # What the user looks at comes first.
                documents = list(self._ls.session.documents.values())
                await client.update_files(self._indexes.open_paths(client, documents))
                async for progress in client.watch():
                    await shown.show(progress)
            except GlossatorError as trouble:
                if str(trouble) != last:
                    last = str(trouble)
                    self._ls.note(last)
            except Exception as trouble:  # noqa: BLE001 -- a background job: nobody else would tell
                _log.error("watching an index failed with %s", type(trouble).__name__)
                _log.debug("watching failed", exc_info=trouble)
            finally:
                shown.end("is not watched any more")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _MOST_RETRY_SECONDS)

    async def _take_in(self) -> None:
        await asyncio.sleep(_GATHER_SECONDS)
        self._gathering = False
        paths, self._changed = self._changed, set()
        await self._indexes.update_files(paths)

    async def _take_in_saved(self) -> None:
        while self._saved:
            paths, self._saved = self._saved, set()
            await self._indexes.update_files(paths)
        # Only now, so that there is no moment in which neither text is found.
        await self._indexes.send_buffers(list(self._ls.session.documents.values()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (trouble := task.exception()) is not None:
            _log.warning("the index: %s", trouble)


class _Shown:
    """The progress of one index in the editor, from when it is worth showing to its end."""

    def __init__(self, ls: GlossatorServer, client: IndexClient) -> None:
        self._ls = ls
        self._client = client
        self._title = f"Index {client.root.name}"
        self._since: float | None = None
        self._report: JobReport | None = None
        self._token: str | None = None
        self._said = 0.0

    async def show(self, progress: IndexProgress) -> None:
        """Take a progress in."""
        now = time.monotonic()
        if progress.phase in _IDLE:
            self.end("ready" if progress.phase is IndexPhase.READY else "paused")
            return
        if self._since is None:
            self._since = now
        if self._report is None:
            if now - self._since < SHOWN_AFTER_SECONDS or not progress.files_total:
                return
            self._token = await create_token(self._ls, self._pause)
            self._report = JobReport(self._ls, self._title, self._token)
            self._report.begin()
        # An editor without progress gets the beginning and the end in its log.
        if self._token is not None and now - self._said >= _SECONDS_BETWEEN_REPORTS:
            self._said = now
            done, total = progress.files_done, progress.files_total
            self._report.at(100 * done // total if total else None, in_words(progress))

    def end(self, words: str) -> None:
        """Say that it is over, where a beginning was said."""
        self._since = None
        if self._report is not None:
            self._report.end(words)
            self._report = None
        if self._token is not None:
            self._ls.untie_token(self._token)
            self._token = None

    def _pause(self) -> None:
        task = asyncio.create_task(self._client.pause(), name="pause the index")
        task.add_done_callback(_log_trouble)


def in_words(progress: IndexProgress) -> str:
    """Return how far an index has come: files, rate and time left."""
    if not progress.files_total:
        return str(progress.phase)
    words = [f"{progress.files_done:,} of {progress.files_total:,} files"]
    if progress.files_per_second >= 1:
        words.append(f"{progress.files_per_second:,.0f} a second")
    if progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        words.append(f"{minutes} min {seconds} s left" if minutes else f"{seconds} s left")
    return ", ".join(words)


def _log_trouble(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (trouble := task.exception()) is not None:
        _log.warning("the index: %s", trouble)


def start_indexing(ls: GlossatorServer) -> None:
    """Begin to index the editor's folders, as far as there are any and the settings want it."""
    # What an index client is made of is imported here, when the editor has its answer already.
    from glossator_server.indexes import Indexes

    if ls.session.open_index is None or ls.indexing is not None:
        return
    ls.indexing = Indexing(ls, Indexes(ls.session.open_index))
    ls.indexing.follow()


async def searchable(ls: GlossatorServer) -> Indexes:
    """Return the editor's indexes, which know of every unsaved text.

    Raises `UsageError` where the editor has none.
    """
    with contextlib.suppress(TimeoutError):
        # Who asks at once, while the editor still tells its settings, means the index to come.
        async with asyncio.timeout(_READY_SECONDS):
            await ls.got_ready.wait()
    indexes = None if ls.indexing is None else await ls.indexing.settled()
    if indexes is None or not indexes.clients:
        raise UsageError("Nothing is indexed; open a folder, and leave index.enabled as true.")
    if ls.indexing is not None:
        await ls.indexing.saves_taken_in()
    try:
        await indexes.send_buffers(list(ls.session.documents.values()))
    except IndexUnavailableError as trouble:
        # What is saved can still be found in the other repositories.
        _log.warning("unsaved texts are left out: %s", trouble)
    return indexes


def lines_of(start_line: int, end_line: int) -> types.Range:
    """Return the range of whole lines, counted from 1 with both ends."""
    return types.Range(types.Position(start_line - 1, 0), types.Position(end_line, 0))
