"""Own a refresh: walk, compare, make, write, and say how far it has come.

It holds the turn for one batch at a time only, so that searches and saves go between.
"""

from __future__ import annotations

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
_BYTES_THAT_A_FILE_COUNTS = 4 << 10
_SECONDS_IN_A_BATCH = 0.25
_REPORTS_PER_SECOND = 10
# Before this much has been done, a rate is a guess.
_RATE_AFTER_SECONDS = 1.0


class Progress:
    """Counts what is done and reports it, ten times a second at the most."""

    def __init__(self, report: Report, phase: IndexPhase, files_total: int) -> None:
        self._report = report
        self._phase = phase
        self._total = files_total
        self._done = 0
        self._started = time.monotonic()
        self._reported = 0.0
        self._tell()

    def add(self, files: int) -> None:
        """Count files as done."""
        self._done += files
        if time.monotonic() - self._reported >= 1 / _REPORTS_PER_SECOND:
            self._tell()

    def _tell(self) -> None:
        now = self._reported = time.monotonic()
        seconds = now - self._started
        rate = self._done / seconds if seconds >= _RATE_AFTER_SECONDS else 0.0
        left = (self._total - self._done) / rate if rate else None
        self._report(IndexProgress(self._phase, self._done, self._total, rate, left))


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
    writer.begin_bulk()
    try:
        for batch in _batches(pool.run(jobs), stop):
            if batch is None:
                return False
            with turns.bulk():
                writer.take_in(batch)
            with turns.bulk():
                writer.commit_if_due()
            progress.add(len(batch))
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
            size += made.size + _BYTES_THAT_A_FILE_COUNTS
        full = size >= _BYTES_IN_A_BATCH
        if batch and (full or time.monotonic() - began > _SECONDS_IN_A_BATCH):
            yield batch
            batch, size, began = [], 0, time.monotonic()
    if batch:
        yield batch
