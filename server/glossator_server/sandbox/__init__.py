"""Own the running of programs over code that nobody has read yet: in a sandbox, or not at all.

It must not decide what is run; it must never run anything outside the sandbox.
"""

from __future__ import annotations

from typing import Protocol

from glossator_server.sandbox.jobs import (
    MIB,
    Ending,
    Limits,
    SandboxJob,
    SandboxResult,
    SandboxState,
)


class Sandbox(Protocol):
    """Something that runs jobs where they can do no harm."""

    @property
    def state(self) -> SandboxState:
        """Say what is known so far of whether anything can be run here."""
        ...

    async def check(self) -> SandboxState:
        """Find out whether anything can be run here, once."""
        ...

    async def run(self, job: SandboxJob) -> SandboxResult:
        """Run a job to its end or to one of its limits; cancelling ends all its processes.

        Raises `SandboxUnavailableError` where there is no sandbox that holds.
        """
        ...


__all__ = [
    "MIB",
    "Ending",
    "Limits",
    "Sandbox",
    "SandboxJob",
    "SandboxResult",
    "SandboxState",
]
