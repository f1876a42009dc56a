"""Own the worker processes: they are fed slices of jobs, and replaced where a file ends them.

It writes no store. Results wait in a short queue, so that workers pause when the writer is slower.
"""

from __future__ import annotations

import contextlib
import logging
import marshal
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO

from glossator_indexer.pipeline.frames import read_frame, write_frame
from glossator_indexer.pipeline.making import Job, Made, failed

_log = logging.getLogger(__name__)

# Small slices keep both workers busy to the end and make the first results early.
_FILES_IN_A_SLICE = 32
_FIRST_SLICES = (4, 8, 16)
_BYTES_IN_A_SLICE = 512 << 10
# Each result holds a file's texts and vectors: this many wait for the writer at most, and fewer
# where they are those of register headers with 20 MB each.
_RESULTS_WAITING = 24
_RESULTS_TOGETHER = 16
_BYTES_WAITING = 48 << 20
# A stop is honoured within this.
_TICK = 0.05
# A file gets a second try, because the first worker may have died of something else.
_TRIES = 2


class WorkerPool:
    """Worker processes that make the files under one root. Used by one thread, closed by any."""

    def __init__(self, root: str, embedder: str | None, workers: int) -> None:
        """`embedder` is `module:function` of what loads one in each worker, or None."""
        self._head = marshal.dumps((root, embedder))
        self._workers = [_Worker(self._head) for _ in range(workers)]
        self._slices: Iterator[Sequence[Job]] = iter(())
        self._slices_lock = threading.Lock()
        self._results: queue.Queue[list[Made] | None] = queue.Queue(_RESULTS_WAITING)
        self._bytes_waiting = 0
        self._bytes_lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        # No worker may be started once the pool is closed.
        self._replacing = threading.Lock()

    def run(self, jobs: Iterable[Job]) -> Iterator[Made | None]:
        """Do jobs; yield each result as it comes, and None at least every 50 ms in between."""
        self._slices = _slices(jobs)
        self._threads = [
            threading.Thread(target=self._tend, args=(it,), daemon=True, name="index-worker")
            for it in self._workers
        ]
        for it in self._threads:
            it.start()
        ended = 0
        while ended < len(self._threads) and not self._closed.is_set():
            try:
                several = self._results.get(timeout=_TICK)
            except queue.Empty:
                yield None
                continue
            if several is None:
                ended += 1
            else:
                with self._bytes_lock:
                    self._bytes_waiting -= sum(it.size for it in several)
                yield from several

    def close(self) -> None:
        """End the workers at once; what they were doing is lost."""
        with self._replacing:
            self._closed.set()
        for it in self._workers:
            it.process.kill()
        for thread in self._threads:
            thread.join()
        for it in self._workers:
            it.end()

    def _tend(self, worker: _Worker) -> None:
        while not self._closed.is_set():
            with self._slices_lock:
                pending = list(next(self._slices, ()))
            if not pending:
                break
            self._do(worker, pending)
        self._put(None)

    def _do(self, worker: _Worker, pending: list[Job]) -> None:
        tries = 0
        while pending and not self._closed.is_set():
            before = len(pending)
            # A file that ends its worker is known for sure where none waits for another.
            together = 1 if tries else _RESULTS_TOGETHER
            for several in worker.results(pending, together):
                self._put(several)
                del pending[: len(several)]
            if not pending or self._closed.is_set():
                return
            # Results come in the order of jobs: the first that is missing ended the worker.
            tries = 1 if len(pending) < before else tries + 1
            if tries >= _TRIES:
                _log.warning("a file ended two workers; it is left out")
                sentence = "The file took too long or too much memory to take apart."
                self._put([failed(pending.pop(0), sentence)._replace(read_ns=1 << 62)])
                tries = 0
            self._replace(worker)

    def _replace(self, worker: _Worker) -> None:
        with self._replacing:
            if not self._closed.is_set():
                worker.restart(self._head)

    def _put(self, several: list[Made] | None) -> None:
        while self._bytes_waiting > _BYTES_WAITING and not self._closed.wait(_TICK):
            pass
        if several is not None:
            with self._bytes_lock:
                self._bytes_waiting += sum(it.size for it in several)
        while not self._closed.is_set():
            try:
                self._results.put(several, timeout=_TICK)
            except queue.Full:
                continue
            return


class _Worker:
    def __init__(self, head: bytes) -> None:
        self.process = _start(head)

    def results(self, jobs: Sequence[Job], together: int) -> Iterator[list[Made]]:
        """Yield results in the order of jobs, some `together`; fewer where the worker died."""
        stdin, stdout = _pipes(self.process)
        try:
            write_frame(stdin, marshal.dumps((together, [tuple(it) for it in jobs])))
            # The caller takes jobs off the list as their results come.
            left = len(jobs)
            while left > 0:
                frame = read_frame(stdout)
                if frame is None:
                    return
                # From our worker, never from a disk.
                several = [Made(*it) for it in marshal.loads(frame)]  # noqa: S302
                left -= len(several)
                yield several
        except (OSError, ValueError, EOFError, TypeError):
            return

    def restart(self, head: bytes) -> None:
        self.end()
        self.process = _start(head)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in _pipes(self.process):
            with contextlib.suppress(OSError):
                pipe.close()


def _start(head: bytes) -> subprocess.Popen[bytes]:
    # Nothing of the repository may be imported, and one thread a worker is what was asked for.
    flags = ["-I"] if sys.flags.isolated else ["-P"]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, *flags, "-m", "glossator_indexer.pipeline.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
        env={**os.environ, **threads},
    )
    try:
        write_frame(_pipes(process)[0], head)
    except OSError:
        # It died at once; the first slice finds that out.
        _log.warning("an index worker did not start")
    return process


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None  # noqa: S101
    assert process.stdout is not None  # noqa: S101
    return process.stdin, process.stdout


def _slices(jobs: Iterable[Job]) -> Iterator[Sequence[Job]]:
    limits = chain(_FIRST_SLICES, iter(lambda: _FILES_IN_A_SLICE, 0))
    limit, size, batch = next(limits), 0, list[Job]()
    for job in jobs:
        batch.append(job)
        size += job.size
        if len(batch) >= limit or size >= _BYTES_IN_A_SLICE:
            yield batch
            limit, size, batch = next(limits), 0, []
    if batch:
        yield batch
