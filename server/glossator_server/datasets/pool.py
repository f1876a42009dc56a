"""Own work in several processes whose results come in order, with few of them waiting.

It must not know what the work is. What ends a process is tried again by itself, then given up.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

# So many slices are on the way for each process: none waits, and few results are kept.
_WAITING = 3


@dataclass(frozen=True, slots=True)
class Work(Generic[Job, Result]):
    """What is done with a slice of jobs, a result each; `failed` is that of a job that cannot be.

    Both have to be functions of a module.
    """

    do: Callable[[Sequence[Job]], list[Result]]
    failed: Callable[[Job], Result]


def in_order(
    work: Work[Job, Result], slices: Iterable[Sequence[Job]], processes: int
) -> Iterator[Result]:
    """Yield the result of each job, in the order of jobs; without processes, from this one."""
    if processes == 0:
        yield from (result for part in slices for result in work.do(part))
        return
    workers = _Workers(work, processes)
    waiting: deque[tuple[Sequence[Job], Future[list[Result]]]] = deque()
    try:
        for part in slices:
            waiting.append((part, workers.begin(part)))
            if len(waiting) >= processes * _WAITING:
                yield from _first(workers, waiting)
        while waiting:
            yield from _first(workers, waiting)
    finally:
        workers.close()


def sliced(jobs: Sequence[Job], size: int) -> Iterator[Sequence[Job]]:
    """Return jobs in slices of at most `size`."""
    return (jobs[at : at + size] for at in range(0, len(jobs), size))


class _Workers(Generic[Job, Result]):
    def __init__(self, work: Work[Job, Result], processes: int) -> None:
        self.work = work
        self._processes = processes
        self._pool = _pool(processes)
        # A key press interrupts the main thread alone: a process that is started in another one
        # never misses half of what it is told, of which it would complain.
        self._starter = ThreadPoolExecutor(1, initializer=_leave_key_presses_to_others)

    def begin(self, part: Sequence[Job]) -> Future[list[Result]]:
        """Have a slice done; where the processes are gone the future says so."""
        try:
            return self._started(self._pool, part)
        except BrokenProcessPool as trouble:
            future: Future[list[Result]] = Future()
            future.set_exception(trouble)
            return future

    def alone(self, job: Job) -> list[Result]:
        """Do one job in a process of its own, and give it up where that ends."""
        with _pool(1) as pool:
            try:
                return self._started(pool, [job]).result()
            except BrokenProcessPool:
                return [self.work.failed(job)]

    def replace(self) -> None:
        """Start other processes in the place of those that ended."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = _pool(self._processes)

    def close(self) -> None:
        """Let the processes go, without what they have not begun."""
        self._starter.shutdown()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _started(self, pool: ProcessPoolExecutor, part: Sequence[Job]) -> Future[list[Result]]:
        return self._starter.submit(pool.submit, self.work.do, part).result()


def _first(
    workers: _Workers[Job, Result],
    waiting: deque[tuple[Sequence[Job], Future[list[Result]]]],
) -> list[Result]:
    part, future = waiting.popleft()
    try:
        return future.result()
    except BrokenProcessPool:
        # Nobody knows which job it was: each is tried by itself, those of other slices later.
        found = [result for job in part for result in workers.alone(job)]
        workers.replace()
        again = [(it, workers.begin(it)) for it, _ in waiting]
        waiting.clear()
        waiting.extend(again)
        return found


def _pool(processes: int) -> ProcessPoolExecutor:
    # A fork would take over locks of threads that draw.
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _be_a_worker)


def _leave_key_presses_to_others() -> None:
    # Processes inherit it from the thread that starts them: whoever started the run ends it, and
    # a worker must not die of the same key with a traceback.
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _be_a_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A killed parent closes no queue: its workers would wait for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
