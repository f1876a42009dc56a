"""Own a refresh: walk, compare, make, write, and say how far it has come.

It holds the turn for one batch at a time only, so that searches and saves go between.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from glossator_indexer.pipeline import Job, Made, Turns, WorkerPool, Writer
from glossator_indexer.records import IndexPhase, IndexProgress

Report = Callable[[IndexProgress], None]
Stop = Callable[[], bool]

# A batch is written when it is this large or this old, whichever is first: large enough that a
# transaction costs little, small enough that a save waits for no more than 50 ms. These are two
# dozen files of the kernel, or some hundred empty ones.
_BYTES_IN_A_BATCH = 576 << 10
BYTES_THAT_A_FILE_COUNTS = 4 << 10
_SECONDS_IN_A_BATCH = 0.25
_REPORTS_PER_SECOND = 10
# Before this much has been done, a rate is a guess.
_RATE_AFTER_SECONDS = 1.0
# Long enough that one large file does not show, short enough to follow how busy the machine is.
_PACE_SECONDS = 20.0
# Measured over the kernel's files: to begin with one costs as much as 2 kB of code, and what is
# beyond 100 kB are tables and lists of registers, of which a byte costs a fifth.
_BYTES_TO_BEGIN = 2_000
_BYTES_OF_CODE = 100_000
_TABLE_BYTES_A_CODE_BYTE = 5


class Progress:
    """Counts what is done and reports it, ten times a second at the most.

    The time left is that of the effort left, at the pace of the last seconds: by files it would
    jump where huge ones begin and end. `effort_total` is in any unit; by itself, a file counts one.
    """

    def __init__(
        self, report: Report, phase: IndexPhase, files_total: int, effort_total: float | None = None
    ) -> None:
        self._report = report
        self._phase = phase
        self._total = files_total
        self._done = 0
        self._effort_left = files_total if effort_total is None else effort_total
        self._reported = 0.0
        # Sums in which what was long ago counts less, from the first files on: what came before
        # them is the start of the workers.
        self._seconds = self._files = self._effort = 0.0
        self._first = self._paced = float("inf")
        self._tell()

    def add(self, files: int, effort: float | None = None) -> None:
        """Count files as done."""
        effort = files if effort is None else effort
        self._done += files
        self._effort_left = max(0.0, self._effort_left - effort)
        now = time.monotonic()
        if self._first > now:
            self._first = self._paced = now
        else:
            self._files += files
            self._effort += effort
        if now - self._reported >= 1 / _REPORTS_PER_SECOND:
            self._tell()

    def _tell(self) -> None:
        now = self._reported = time.monotonic()
        rate, left = 0.0, None
        if now > self._paced:
            self._seconds += now - self._paced
            if now - self._first >= _RATE_AFTER_SECONDS:
                rate = self._files / self._seconds
                left = self._effort_left * self._seconds / self._effort if self._effort else None
            fading = math.exp((self._paced - now) / _PACE_SECONDS)
            self._seconds *= fading
            self._files *= fading
            self._effort *= fading
            self._paced = now
        self._report(IndexProgress(self._phase, self._done, self._total, rate, left))


def effort_of(size: int) -> float:
    """Return what it costs to make a file of so many bytes, in bytes of plain code."""
    beyond = max(0, size - _BYTES_OF_CODE)
    return _BYTES_TO_BEGIN + size - beyond + beyond / _TABLE_BYTES_A_CODE_BYTE


@dataclass(frozen=True, slots=True)
class Making:
    """Where and by how many processes files are made."""

    root: str
    embedder: str | None
    workers: int


def make_all(
    jobs: Sequence[Job],
    making: Making,
    writer: Writer,
    turns: Turns,
    progress: Progress,
    stop: Stop,
) -> bool:
    """Do jobs in workers and write what comes; tell whether all was done.

    Where `stop()` says so it ends within a tenth of a second; what was written stays, the rest is
    found again by the next walk.
    """
    workers = max(1, min(making.workers, len(jobs)))
    pool = WorkerPool(making.root, making.embedder, workers)
    efforts = {it.path: effort_of(it.size) for it in jobs}
    writer.begin_bulk()
    try:
        for batch in _batches(pool.run(jobs), stop):
            if batch is None:
                return False
            with turns.bulk():
                writer.take_in(batch)
            with turns.bulk():
                writer.commit_if_due()
            progress.add(len(batch), sum(efforts.get(it.path, 0.0) for it in batch))
    finally:
        pool.close()
    return True


def _batches(results: Iterator[Made | None], stop: Stop) -> Iterator[Sequence[Made] | None]:
    """Yield batches of results, and None as the last one where `stop()` said so."""
    batch: list[Made] = []
    size, began = 0, time.monotonic()
    for made in results:
        if stop():
            yield None
            return
        if made is not None:
            batch.append(made)
            size += made.size + BYTES_THAT_A_FILE_COUNTS
        full = size >= _BYTES_IN_A_BATCH
        if batch and (full or time.monotonic() - began > _SECONDS_IN_A_BATCH):
            yield batch
            batch, size, began = [], 0, time.monotonic()
    if batch:
        yield batch
