"""Own when the index is brought up to date with the disk: wanted, paused, slowed, waited for.

One refresh runs at a time, on a thread of its own; how it is done is the index's matter.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from glossator_gate.errors import GlossatorError
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.ports import RepositoryIndex
from glossator_indexer.records import IndexPhase, IndexProgress

# Ten a second are all that an eye follows.
SECONDS_BETWEEN_REPORTS = 0.1
# Clients that come one after the other cost at most this share of the time in walks.
_REST_PER_WORK = 9.0
_LEAST_REST_SECONDS = 2.0
# While quiet, as long a rest as the work before it: half of the machine, in short pieces.
_QUIET_WORK_SECONDS = 0.1
_MOST_QUIET_REST = 0.5
# A thread that hangs in a slow disk is left behind: what it has not acknowledged is done again.
_STOP_SECONDS = 5.0
_ENDS = frozenset({IndexPhase.READY, IndexPhase.PAUSED})
# Below editors and the owner's answers. No lower: what it holds while it waits for the processor,
# answers wait for.
_NICENESS = 5
# When nothing has changed for so long, what questions may need is made ready.
WARM_AFTER_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Refresher:
    """Runs refreshes for who wants one; lives on the loop, its work on a thread.

    `publish` is called on the loop with each progress worth showing; `quiet` says whether to go
    slowly.
    """

    def __init__(
        self,
        publish: Callable[[IndexProgress], None],
        quiet: Callable[[], bool],
        warm_after_seconds: float = WARM_AFTER_SECONDS,
    ) -> None:
        self.progress = IndexProgress(IndexPhase.OPENING)
        self.problem: str | None = None
        self.is_paused = False
        self.ended_at = time.monotonic()
        self._publish = publish
        self._quiet = quiet
        self._warm_after_seconds = warm_after_seconds
        self._is_warm = True
        self._cool = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(1, "refresh", _step_back)
        self._changed = asyncio.Condition()
        self._wanted = False
        self._ended = False
        self._waiting = 0
        self._attempts = 0
        # When the last refresh that came to its end had begun.
        self._complete_from = float("-inf")
        self._began = float("-inf")
        self._seconds = 0.0
        self._stop = threading.Event()
        self._is_running = False
        self._latest = self.progress
        self._reported = 0.0
        self._woke = 0.0

    @property
    def is_running(self) -> bool:
        """Tell whether there is work going on."""
        return self._is_running

    async def run(self, index: RepositoryIndex) -> None:
        """Refresh whenever it is wanted, and warm when nothing is, until `end`."""
        while await self._is_wanted():
            if self._wanted and not self.is_paused:
                self._wanted = False
                self._stop.clear()
                await self._refresh(index)
                self._is_warm = False
                async with self._changed:
                    self._changed.notify_all()
            elif not self.is_paused and not self._quiet():
                await self._warm(index)

    async def _is_wanted(self) -> bool:
        """Wait until there is something to do, or time to warm; False at the end."""
        async with self._changed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if self._is_warm else self._warm_after_seconds):
                    await self._changed.wait_for(
                        lambda: self._ended or (self._wanted and not self.is_paused)
                    )
            self._cool.clear()
            return not self._ended

    async def want(self) -> None:
        """Have the index brought up to date soon."""
        async with self._changed:
            self._begin_soon()

    async def want_for_newcomer(self) -> None:
        """Have it done for somebody who has just come, unless that was done just now."""
        rest = max(_LEAST_REST_SECONDS, _REST_PER_WORK * self._seconds)
        is_rested = not self._is_running and time.monotonic() > self.ended_at + rest
        if is_rested or self._complete_from == float("-inf"):
            await self.want()

    async def wait_for(self, since: float) -> None:
        """Return once a refresh has come to its end that began after `since`.

        Raises `IndexUnavailableError` where it failed.
        """
        self._waiting += 1
        try:
            async with self._changed:
                attempts = self._attempts
                while self._complete_from < since:
                    if self._ended or (self.problem is not None and self._attempts > attempts):
                        raise IndexUnavailableError(self.problem or "The index is ending; retry.")
                    if not (self._is_running and self._began >= since):
                        self._begin_soon()
                    await self._changed.wait()
        finally:
            self._waiting -= 1

    async def pause(self) -> None:
        """Stop the work where it is; what is done is kept."""
        async with self._changed:
            self.is_paused = True
            self._wanted = self._wanted or self._is_running
            self._stop.set()
            self._cool.set()
        if not self._is_running:
            self._show(replace(self.progress, phase=IndexPhase.PAUSED))

    async def resume(self) -> None:
        """Go on, and look for what changed meanwhile."""
        async with self._changed:
            self.is_paused = False
            self._begin_soon()
        if self.progress.phase is IndexPhase.PAUSED:
            # Who asks before the work has begun must not be told that nothing is coming.
            self._show(replace(self.progress, phase=IndexPhase.WALKING))

    async def end(self) -> None:
        """Stop the work, let nobody wait for it, and return when it has stopped."""
        async with self._changed:
            self._ended = True
            self._stop.set()
            self._cool.set()
            self._changed.notify_all()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await asyncio.to_thread(self._pool.shutdown)

    async def _refresh(self, index: RepositoryIndex) -> None:
        began = self._began = self._woke = time.monotonic()
        self._is_running = True
        try:
            await self._loop.run_in_executor(
                self._pool, index.refresh, self._report, self._stop.is_set
            )
        except GlossatorError as trouble:
            self.problem = str(trouble)
            _log.warning("a refresh did not come to its end: %s", trouble)
        except Exception as trouble:  # noqa: BLE001 -- a background job: nobody else would tell
            self.problem = "A refresh of the index failed; its log says more."
            _log.error("a refresh failed with %s", type(trouble).__name__, exc_info=trouble)
        else:
            self.problem = None
            if not self._stop.is_set():
                self._complete_from = began
        finally:
            self._is_running = False
            self._attempts += 1
            self.ended_at = time.monotonic()
            self._seconds = self.ended_at - began
        phase = IndexPhase.PAUSED if self.is_paused else IndexPhase.READY
        self._show(replace(self._latest, phase=phase, files_per_second=0.0, seconds_left=None))

    async def _warm(self, index: RepositoryIndex) -> None:
        try:
            self._is_warm = await self._loop.run_in_executor(self._pool, index.warm, self._rest)
        except Exception as trouble:  # noqa: BLE001 -- a background job: nobody else would tell
            self._is_warm = True
            _log.error("warming failed with %s", type(trouble).__name__, exc_info=trouble)

    def _rest(self, seconds: float) -> bool:
        """Hold the warming thread back; tell whether it may go on."""
        return not self._cool.wait(max(seconds, 0.0)) and not self._quiet()

    def _begin_soon(self) -> None:
        self._wanted = True
        self._cool.set()
        self._changed.notify_all()

    def _report(self, progress: IndexProgress) -> None:
        """Take a progress from the refresh's thread, and hold that thread back while quiet."""
        now = time.monotonic()
        # What is done next is news at once: the first file of it may take its time. How it ended
        # is told afterwards, with the reason.
        is_next = progress.phase is not self._latest.phase and progress.phase not in _ENDS
        self._latest = progress
        if is_next or now - self._reported >= SECONDS_BETWEEN_REPORTS:
            self._reported = now
            self._loop.call_soon_threadsafe(self._show, progress)
        worked = now - self._woke
        if worked >= _QUIET_WORK_SECONDS:
            # Somebody who waits for the end has decided that it is worth the battery.
            if self._waiting == 0 and self._quiet():
                self._stop.wait(min(worked, _MOST_QUIET_REST))
            self._woke = time.monotonic()

    def _show(self, progress: IndexProgress) -> None:
        self.progress = progress
        self._publish(progress)


def _step_back() -> None:
    # Linux counts it for each thread, and for those that it starts, such as a store's.
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
