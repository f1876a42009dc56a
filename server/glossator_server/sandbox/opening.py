"""Own the choice of the sandbox that this machine has, and whether it may be used.

It must not run anything itself.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence

from glossator_server.errors import SandboxUnavailableError
from glossator_server.sandbox import Sandbox
from glossator_server.sandbox.bubblewrap import (
    LEAST_VERSION,
    PROGRAM_FOLDERS,
    Host,
    known_host,
    system_program,
)
from glossator_server.sandbox.jobs import SandboxJob, SandboxResult, SandboxState
from glossator_server.sandbox.running import BubblewrapRunner
from glossator_server.sandbox.seccomp import is_known
from glossator_server.sandbox.selftest import trouble_of

_ANSWER_S = 10.0
# What is called by its path on the way into the sandbox, and the packages that bring it.
_NEEDED = {"prlimit": "util-linux", "setpriv": "util-linux", "timeout": "coreutils"}
_NOTHING_RUN = "nothing is run without a sandbox."


def open_sandbox(platform: str = sys.platform) -> Sandbox:
    """Return the sandbox of this machine, or one that runs nothing and says why."""
    if platform == "linux":
        return BubblewrapSandbox()
    if platform == "darwin":
        return NoSandbox(
            SandboxState(
                "sandbox-exec",
                "",
                "The sandbox of macOS is not supported yet; use Glossator on Linux, for example in "
                f"a virtual machine: {_NOTHING_RUN}",
            )
        )
    return NoSandbox(
        SandboxState(
            "none", "", f"This system has no sandbox that Glossator knows; use WSL2: {_NOTHING_RUN}"
        )
    )


class NoSandbox:
    """What stands for the sandbox where there is none: it runs nothing."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    @property
    def state(self) -> SandboxState:
        """Say why nothing is run."""
        return self._state

    async def check(self) -> SandboxState:
        """Say why nothing is run."""
        return self._state

    async def run(self, job: SandboxJob) -> SandboxResult:  # noqa: ARG002 -- as the protocol has it
        """Raise `SandboxUnavailableError`."""
        raise SandboxUnavailableError(self._state.trouble or _NOTHING_RUN)


class BubblewrapSandbox:
    """The sandbox of Linux; before its first job, it has to hold against probes.

    `folders` are where Bubblewrap is looked for: the system's, but for tests.
    """

    def __init__(self, folders: Sequence[str] = PROGRAM_FOLDERS) -> None:
        self._state, self._host = _found(tuple(folders))
        self._is_tested = False
        self._testing = asyncio.Lock()

    @property
    def state(self) -> SandboxState:
        """Say what is known so far; `check` finds out the rest."""
        return self._state

    async def check(self) -> SandboxState:
        """Run the self-test where it has not been run yet, and say whether anything can be run."""
        async with self._testing:
            if self._host is not None and not self._is_tested:
                trouble = await trouble_of(BubblewrapRunner(self._host))
                self._state = SandboxState(self._state.kind, self._state.version, trouble)
                self._is_tested = True
        return self._state

    async def run(self, job: SandboxJob) -> SandboxResult:
        """Run a job to its end or to one of its limits; cancelling ends all its processes.

        Raises `SandboxUnavailableError` where the sandbox does not hold, `UsageError` where the job
        cannot be meant.
        """
        state = await self.check()
        if self._host is None or not state.is_usable:
            raise SandboxUnavailableError(state.trouble or _NOTHING_RUN)
        return await BubblewrapRunner(self._host).run(job)


def _found(folders: tuple[str, ...]) -> tuple[SandboxState, Host | None]:
    """Return what Bubblewrap there is; without a host where there is none that can be used."""
    program = system_program("bwrap", folders)
    if program is None:
        return _refused("", "Install bubblewrap (apt-get install bubblewrap)")
    told = _version(program)
    version = tuple(int(it) for it in told.split(".") if it.isdecimal())
    if len(version) < len(LEAST_VERSION) or version < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION))
        return _refused(
            told,
            f"{program} says that it is {told or 'nothing'}; install bubblewrap {least} or newer",
        )
    host = known_host(program, version)
    if not is_known(host.machine):
        return _refused(told, f"The sandbox knows no {host.machine}; use x86_64 or aarch64")
    for name, package in _NEEDED.items():
        if system_program(name, ("/usr/bin",)) is None:
            return _refused(told, f"There is no /usr/bin/{name}; install {package}")
    return SandboxState("bubblewrap", told), host


def _refused(version: str, what: str) -> tuple[SandboxState, None]:
    return SandboxState("bubblewrap", version, f"{what}; {_NOTHING_RUN}"), None


def _version(program: str) -> str:
    try:
        told = subprocess.run(  # noqa: S603 -- the system's own program
            [program, "--version"],
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWER_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    name, _, version = told.stdout.decode("utf-8", "replace").strip().partition(" ")
    return version[:32] if name == "bubblewrap" else ""
