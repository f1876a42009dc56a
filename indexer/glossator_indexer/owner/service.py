"""Own what the owner does for its clients: the index, its threads, who is there, when to end.

It must not touch locks, folders or the process; `conversation` speaks with each client.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from glossator_gate.errors import GlossatorError
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner.conversation import Conversation
from glossator_indexer.owner.lodging import Lodging
from glossator_indexer.owner.quiet import reason_to_be_quiet
from glossator_indexer.owner.refreshing import Refresher
from glossator_indexer.owner_client.places import OwnerPlaces, is_own_user
from glossator_indexer.ports import RepositoryIndex
from glossator_indexer.records import (
    ContextPiece,
    FoundEntity,
    Hit,
    IndexProgress,
    IndexStatus,
    PiecesQuery,
    SearchQuery,
)

# A person opens a few editors; a thousand connections are a mistake that must not cost memory.
MOST_CLIENTS = 200
MOST_HITS = 1_000
# An index that cannot be opened says so to who asks, for as long as an editor needs to start.
FAILED_SECONDS = 20.0
_CLOSE_SECONDS = 20.0
_TICK_SECONDS = 1.0
_QUIET_CHECK_TICKS = 5
# What a refresh failed of may be mended by now; one that fails at once costs a walk.
_RETRY_SECONDS = 30.0

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Service:
    """The owner's side of every conversation; lives on the loop.

    Questions run on threads of their own, so that none waits for files that are taken in.
    """

    def __init__(
        self,
        lodging: Lodging,
        open_index: Callable[[OwnerPlaces], RepositoryIndex],
        idle_seconds: float,
        walk_seconds: float,
    ) -> None:
        self.places = lodging.places
        self._notice = lodging.notice
        self._open_index = open_index
        self._idle_seconds = idle_seconds
        self._walk_seconds = walk_seconds
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[RepositoryIndex] = self._loop.create_future()
        self._questions = ThreadPoolExecutor(4, "question")
        self._updates = ThreadPoolExecutor(3, "update")
        # One thread: the last of an editor's unsaved texts must be the one that counts.
        self._buffers = ThreadPoolExecutor(1, "buffers")
        self._quiet_reason: str | None = None
        self.refresher = Refresher(self._publish, lambda: self._quiet_reason is not None)
        self._conversations: set[Conversation] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sessions = itertools.count(1)
        self._last_left = time.monotonic()
        self._end_at: float | None = None
        self._ending = asyncio.Event()

    # The life.

    async def run(self) -> None:
        """Open the index and serve until idle, or until `end`."""
        opening = asyncio.create_task(self._open(), name="open the index")
        ticking = asyncio.create_task(self._tick(), name="tick")
        try:
            await self._ending.wait()
        finally:
            for task in (opening, ticking):
                task.cancel()
            await asyncio.gather(opening, ticking, return_exceptions=True)

    @property
    def is_ending(self) -> bool:
        """Tell whether the owner takes no more clients: they find or start the next one."""
        return self._ending.is_set()

    def end(self) -> None:
        """Have `run` return soon."""
        self._ending.set()

    async def close(self) -> None:
        """Let go of clients and of the index; nothing acknowledged is lost."""
        # First, because who is told nothing asks the next owner, and gets its answer there.
        for conversation in list(self._conversations):
            conversation.hang_up()
        await self.refresher.end()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)
        for pool in (self._questions, self._updates, self._buffers):
            pool.shutdown(wait=False, cancel_futures=True)
        if not self._opened.done() or self._opened.cancelled() or self._opened.exception():
            return
        closing = asyncio.to_thread(self._opened.result().close)
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await closing
        except (TimeoutError, GlossatorError) as trouble:
            # It is opened again as after a kill.
            _log.warning("the index did not close: %s", str(trouble) or "it took too long")

    async def on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with one client until it leaves."""
        task = asyncio.current_task()
        if len(self._conversations) >= MOST_CLIENTS or not is_own_user(
            writer.get_extra_info("socket")
        ):
            writer.close()
            return
        conversation = Conversation(self, reader, writer, next(self._sessions))
        self._conversations.add(conversation)
        if task is not None:
            self._tasks.add(task)
        try:
            await conversation.run()
        except asyncio.CancelledError:
            # The loop ends: the streams' own callback would call it a failure.
            return
        finally:
            self._conversations.discard(conversation)
            self._last_left = time.monotonic()
            if task is not None:
                self._tasks.discard(task)
            if conversation.has_buffers:
                self._forget(conversation.session)

    def makes_room_for(self, conversation: Conversation, version: str) -> bool:
        """Tell whether to end for a client of another version: a newer one, or the only one."""
        others = [it for it in self._conversations if it is not conversation and it.is_greeted]
        return not others or _order(version) > _order(self.places.version)

    def came(self) -> None:
        """Note that a client was greeted."""
        self._spawn(self.refresher.want_for_newcomer())

    # What can be asked.

    async def search(self, session: int, query: SearchQuery) -> list[Hit]:
        """Return the best hits for a client."""
        limit = min(query.limit, MOST_HITS)
        own = replace(query, session=session, limit=limit)
        return await self._ask(lambda index: index.search(own))

    async def pieces(self, session: int, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a client."""
        limit = min(query.limit_per_role, MOST_HITS)
        own = replace(query, session=session, limit_per_role=limit)
        return await self._ask(lambda index: index.pieces(own))

    async def entities(self, session: int, name: str, limit: int) -> list[FoundEntity]:
        """Return named things for a client."""
        return await self._ask(lambda index: index.entities(name, min(limit, MOST_HITS), session))

    async def status(self) -> IndexStatus:
        """Return what is indexed, also while the index is being opened."""
        progress = self.refresher.progress
        if not self._opened.done():
            return IndexStatus(str(self.places.root), progress, 0, 0, 0, 0, "", "", 0, None)
        known = await self._ask(lambda index: index.status())
        urgent = tuple(it for it in (self._notice, self.refresher.problem) if it)
        ours = (
            *urgent,
            "Indexing is paused; resume it when you like." if self.refresher.is_paused else None,
            self._quiet_reason if self.refresher.is_running else None,
        )
        problems = (*known.problems, *(it for it in ours if it and it not in known.problems))
        urgent = tuple(dict.fromkeys((*urgent, *known.urgent)))
        return replace(known, progress=progress, problems=problems, urgent=urgent)

    async def update_files(self, paths: list[str]) -> None:
        """Take files in, beside a refresh that may be running."""
        index = await self._index()
        await self._loop.run_in_executor(self._updates, index.update_files, paths)

    async def update_buffers(self, session: int, buffers: Mapping[str, str | None]) -> None:
        """Take a client's unsaved texts in."""
        index = await self._index()
        await self._loop.run_in_executor(self._buffers, index.update_buffers, session, buffers)

    # Behind the scenes.

    async def _ask(self, question: Callable[[RepositoryIndex], T]) -> T:
        index = await self._index()
        return await self._loop.run_in_executor(self._questions, question, index)

    async def _index(self) -> RepositoryIndex:
        # Shielded: who stops waiting does not stop the opening.
        return await asyncio.shield(self._opened)

    async def _open(self) -> None:
        try:
            index = await asyncio.to_thread(self._open_index, self.places)
        except GlossatorError as trouble:
            self._give_up(IndexUnavailableError(str(trouble)))
            return
        except Exception as trouble:  # noqa: BLE001 -- a background job: nobody else would tell
            _log.error("the index failed to open with %s", type(trouble).__name__, exc_info=trouble)
            self._give_up(
                IndexUnavailableError(f"The index cannot be opened; {self.places.log} says why.")
            )
            return
        self._opened.set_result(index)
        await self.refresher.want()
        await self.refresher.run(index)

    def _give_up(self, trouble: IndexUnavailableError) -> None:
        _log.error("%s", trouble)
        self._opened.set_exception(trouble)
        # Also where nobody asks.
        self._opened.exception()
        self.refresher.problem = str(trouble)
        self._end_at = time.monotonic() + FAILED_SECONDS
        self._spawn(self.refresher.end())

    def _publish(self, progress: IndexProgress) -> None:
        for conversation in self._conversations:
            conversation.tell(progress)

    def _forget(self, session: int) -> None:
        if self._opened.done() and self._opened.exception() is None:
            index = self._opened.result()
            with contextlib.suppress(RuntimeError):
                # The pool is closed while the owner ends; the next opening forgets all sessions.
                self._buffers.submit(_end_session, index, session)

    async def _tick(self) -> None:
        walked = time.monotonic()
        for tick in itertools.count():
            if tick % _QUIET_CHECK_TICKS == 0:
                self._quiet_reason = reason_to_be_quiet()
            for conversation in self._conversations:
                conversation.catch_up()
            now = time.monotonic()
            if self.refresher.is_running:
                walked = now
            elif now - walked > self._seconds_between_walks() and self._conversations:
                # A safety net for changes that no editor told, and for a disk that has room again.
                walked = now
                await self.refresher.want()
            if self._is_over(now):
                self.end()
                return
            await asyncio.sleep(min(_TICK_SECONDS, self._idle_seconds / 4))

    def _seconds_between_walks(self) -> float:
        if self.refresher.problem is None:
            return self._walk_seconds
        return min(self._walk_seconds, _RETRY_SECONDS)

    def _is_over(self, now: float) -> bool:
        if self._end_at is not None:
            return now > self._end_at
        if self._conversations or self.refresher.is_running:
            return False
        return now - max(self._last_left, self.refresher.ended_at) > self._idle_seconds

    def _spawn(self, work: Any) -> None:  # noqa: ANN401 -- a coroutine of any kind
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _end_session(index: RepositoryIndex, session: int) -> None:
    try:
        index.end_session(session)
    except GlossatorError as trouble:
        _log.warning("an editor's unsaved texts could not be forgotten: %s", trouble)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(it) for it in version.split(".") if it.isdecimal())
