"""Own the process that makes files for an index owner: jobs on stdin, what came of them on stdout.

It is started as `python -m glossator_indexer.pipeline.worker`, writes no file, and ends with the
pipe of whoever started it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import marshal
import os
import resource
import signal
import sys
import time
from typing import IO, TYPE_CHECKING

from glossator_gate.redaction.logs import redact_logs
from glossator_indexer.pipeline.frames import read_frame, write_frame
from glossator_indexer.pipeline.making import Job, Made, make

if TYPE_CHECKING:
    from glossator_indexer.ports import Embedder

# Extraction has its own budget of seconds; what hangs beyond that is inside a C library, and only
# the signal's default action ends it. The owner then starts another worker. Seconds of the
# processor, because a busy machine is no fault of the file; what waits for a disk or a network that
# is gone uses none, so that there is a limit by the clock as well.
_MOST_CORE_SECONDS_A_FILE = 20
_MOST_SECONDS_A_FILE = 240
# A file that asks for more is given up as one that cannot be taken apart.
_MOST_BYTES = 3 << 30
# What is held back so long is not missed, and may be lost with the next file: it is made again.
_SECONDS_TOGETHER = 0.01
_BYTES_TOGETHER = 16 << 10
# Below editors, the owner's answers and its writer, above what is idle only. The kernel lets reads
# from a disk wait in the same measure.
_NICENESS = 10


def main() -> int:
    """Do jobs until stdin ends."""
    redact_logs()
    jobs = sys.stdin.buffer
    # Only frames may reach the pipe: whatever prints, prints to stderr.
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit()
    head = read_frame(jobs)
    if head is None:
        return 0
    root, embedder_name = marshal.loads(head)  # noqa: S302 - from our parent, never from a disk
    embedder = _embedder(embedder_name)
    # What is loaded now stays; files leave no cycles worth a full collection each time.
    gc.freeze()
    with contextlib.suppress(BrokenPipeError):
        while (frame := read_frame(jobs)) is not None:
            most, jobs_of_slice = marshal.loads(frame)  # noqa: S302 - from our parent
            together = _Together(results, most)
            for job in jobs_of_slice:
                signal.setitimer(signal.ITIMER_PROF, _MOST_CORE_SECONDS_A_FILE)
                signal.alarm(_MOST_SECONDS_A_FILE)
                made = make(root, Job(*job), embedder)
                signal.alarm(0)
                signal.setitimer(signal.ITIMER_PROF, 0)
                together.add(made)
            together.send()
    return 0


class _Together:
    """Sends results of small files together, `most` of them: a frame costs as much as one does."""

    def __init__(self, results: IO[bytes], most: int) -> None:
        self._results = results
        self._most = most
        self._waiting: list[tuple[object, ...]] = []
        self._bytes = 0
        self._since = 0.0

    def add(self, made: Made) -> None:
        """Take a result, and send it now or with the next ones."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(tuple(made))
        self._bytes += made.size
        if (
            len(self._waiting) >= self._most
            or self._bytes >= _BYTES_TOGETHER
            or time.monotonic() - self._since >= _SECONDS_TOGETHER
        ):
            self.send()

    def send(self) -> None:
        """Send what is waiting."""
        if self._waiting:
            write_frame(self._results, marshal.dumps(self._waiting))
        self._waiting, self._bytes = [], 0


def _embedder(name: str | None) -> Embedder | None:
    if name is None:
        return None
    module, _, function = name.partition(":")
    embedder: Embedder = getattr(importlib.import_module(module), function)()
    return embedder


def _limit() -> None:
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
        # A worker that a result or a job wakes takes the processor from nobody.
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_BYTES, _MOST_BYTES))


if __name__ == "__main__":
    sys.exit(main())
