"""Own the running of jobs in Bubblewrap: started, watched, ended, and nothing left over.

It must never start anything of a job's but through the sandbox, and nothing before the self-test
has held.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from glossator_server.errors import SandboxUnavailableError, UsageError
from glossator_server.sandbox.bubblewrap import Host, command_line
from glossator_server.sandbox.jobs import Ending, SandboxJob, SandboxResult
from glossator_server.sandbox.viewing import View, view_of
from glossator_server.sandbox.watching import Report, end_first, end_tree, use_of

# Between two looks a program can get hold of some tens of megabytes.
_LOOK_S = 0.02
_PIECE = 65536

T = TypeVar("T")


class BubblewrapRunner:
    """Runs jobs on a host whose sandbox is known to hold."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def run(self, job: SandboxJob) -> SandboxResult:
        """Run a job; raises `SandboxUnavailableError` where Bubblewrap itself fails."""
        _check_words(job)
        view = await asyncio.to_thread(view_of, job, as_stranger=self._host.drops)
        kept: list[int] = []
        report = Report()
        try:
            mark = secrets.token_hex(16)
            words = command_line(job, view, self._host, _keeper(kept), report.writing, mark)
            started = time.monotonic()
            starting = asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                # Not even Bubblewrap sees the server's environment: it could be read in its memory.
                env={},
                cwd="/",
                pass_fds=(*kept, report.writing),
            )
            # Cancelled in the middle it would be killed alone, and what it had started lived on.
            process, cancelled = await _finished(starting)
            report.started()
            return await _Run(job, view, process, report, mark, started).result(cancelled)
        finally:
            report.close()
            for descriptor in kept:
                os.close(descriptor)


def _check_words(job: SandboxJob) -> None:
    words = [*job.argv, *job.environment, *job.environment.values()]
    if not job.argv or any("\0" in it for it in words):
        raise UsageError("A command is at least one word, and no word holds a NUL; correct it.")
    if any("=" in it or not it for it in job.environment):
        raise UsageError("The name of a variable is not empty and holds no '='; correct it.")


def _keeper(kept: list[int]) -> Callable[[bytes], int]:
    def keep(content: bytes) -> int:
        descriptor = os.memfd_create("glossator")
        kept.append(descriptor)
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    return keep


@dataclass(slots=True)
class _Output:
    """One output, as far as it is kept; `is_over` says that there was more than may be."""

    limit: int
    content: bytearray
    is_over: bool = False

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Read to the end: whoever stops earlier never hears that the process has ended."""
        while piece := await stream.read(_PIECE):
            self.content += piece[: self.limit - len(self.content) + 1]
            self.is_over = len(self.content) > self.limit

    @property
    def text(self) -> str:
        """Return what was read within the limit."""
        return bytes(self.content[: self.limit]).decode("utf-8", "replace")


class _Run:
    """One job that was started, until nothing of it is left."""

    def __init__(
        self,
        job: SandboxJob,
        view: View,
        process: asyncio.subprocess.Process,
        report: Report,
        mark: str,
        started: float,
    ) -> None:
        self._job = job
        self._process = process
        self._report = report
        self._mark = mark
        self._started = started
        limit = job.limits.output_bytes
        self._output, self._errors = _Output(limit, bytearray()), _Output(limit, bytearray())
        self._places = [Path("/tmp"), Path("/dev/shm")]  # noqa: S108 -- those inside
        if view.is_copy:
            self._places.append(view.root)

    async def result(self, cancelled: asyncio.CancelledError | None) -> SandboxResult:
        """Wait for the end, the job's own or that at a limit; end it where it is cancelled."""
        stdout, stderr = self._process.stdout, self._process.stderr
        if stdout is None or stderr is None:
            raise SandboxUnavailableError("The outputs of a run cannot be read; try it again.")
        reading = [
            asyncio.ensure_future(self._output.read(stdout)),
            asyncio.ensure_future(self._errors.read(stderr)),
        ]
        ending: Ending | None = None
        try:
            if cancelled is not None:
                raise cancelled
            ending = await self._watched(reading)
        finally:
            await _whatever_happens(self._ended(ending))
            await _whatever_happens(asyncio.wait(reading))
        if ending is Ending.EXITED and (self._output.is_over or self._errors.is_over):
            ending = Ending.TOO_MUCH_OUTPUT
        return self._told(ending)

    async def _watched(self, reading: Sequence[asyncio.Future[None]]) -> Ending:
        """Look again and again until the process has ended or a limit is reached."""
        limits = self._job.limits
        exited = asyncio.ensure_future(self._process.wait())
        try:
            while not exited.done():
                left = self._started + limits.seconds - time.monotonic()
                if left <= 0:
                    return Ending.TIMED_OUT
                if self._output.is_over or self._errors.is_over:
                    return Ending.TOO_MUCH_OUTPUT
                if (first := self._report.first_process) is not None:
                    use = await asyncio.to_thread(use_of, first.process, self._places)
                    if use.memory_bytes > limits.memory_bytes:
                        return Ending.TOO_MUCH_MEMORY
                waited: set[asyncio.Future[Any]] = {exited}
                waited.update(it for it in reading if not it.done())
                await asyncio.wait(
                    waited,
                    timeout=min(_LOOK_S, max(left, 0)),
                    return_when=asyncio.FIRST_COMPLETED,
                )
        finally:
            exited.cancel()
        return Ending.EXITED

    async def _ended(self, ending: Ending | None) -> None:
        """Return when no process of the run is left."""
        if ending is not Ending.EXITED:
            # It waits for processes to stop, and an editor for the loop.
            await asyncio.to_thread(end_tree, self._process.pid)
            if (first := self._report.first_process) is not None:
                end_first(first)
        await self._process.wait()
        while (first := self._report.first_process) is not None and first.lives():
            end_first(first)
            await asyncio.sleep(_LOOK_S / 10)

    def _told(self, ending: Ending) -> SandboxResult:
        errors = self._errors.text
        status = self._process.returncode
        if ending is Ending.EXITED and self._report.exit_status is None:
            reason = errors.strip().splitlines()[-1:] or [f"it ended with status {status}"]
            raise SandboxUnavailableError(
                f"The sandbox could not be set up ({reason[0][:200]}); run `glossator doctor`."
            )
        if self._mark in errors:
            raise UsageError(
                f"The workspace takes more than {self._job.limits.scratch_bytes} bytes, too much "
                "to be copied for a command that writes; raise the limit or open a smaller folder."
            )
        return SandboxResult(
            ending=ending,
            status=status if ending is Ending.EXITED else None,
            output=self._output.text,
            errors=errors,
            seconds=time.monotonic() - self._started,
        )


async def _whatever_happens(work: Awaitable[object]) -> None:
    """Finish some work before a cancellation goes on."""
    _, cancelled = await _finished(work)
    if cancelled is not None:
        raise cancelled


async def _finished(work: Awaitable[T]) -> tuple[T, asyncio.CancelledError | None]:
    """Finish some work; return what came of it, and the cancellation that has to go on then."""
    task: asyncio.Future[T] = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as trouble:
            cancelled = trouble
    return task.result(), cancelled
