"""Own the data of the sandbox: what is to be run, within which limits, and how it ended.

Plain data; nothing in here runs anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use; whoever goes beyond it is ended with all its processes.

    `seconds` is wall time, `memory_bytes` what all processes and files in scratch space hold
    together, `file_bytes` the longest file, `output_bytes` what is read of each output.
    `fences_memory` keeps every process from even asking for more than `memory_bytes`; programs that
    were built with a sanitizer ask for terabytes that they never use, and need it off.
    """

    seconds: float = 60.0
    memory_bytes: int = 2048 * MIB
    processes: int = 128
    file_bytes: int = 256 * MIB
    scratch_bytes: int = 512 * MIB
    output_bytes: int = 1_000_000
    fences_memory: bool = True


@dataclass(frozen=True, slots=True)
class SandboxJob:
    """A command, and what it gets to see.

    `root` is the workspace, seen read-only at its own path; `files` are texts laid over files of
    it, by absolute path, whether the files exist or not; None for a file that is not seen. Where
    `writes` is true the command gets a copy of the workspace of its own, that it may write and that
    is thrown away. `readable` are further folders that are seen read-only. The environment holds
    nothing but `environment` and a fixed PATH, HOME and locale. The first word of `argv` is an
    absolute path or a name of that PATH.
    """

    argv: tuple[str, ...]
    root: Path
    cwd: Path
    files: Mapping[Path, str | None] = field(default_factory=dict)
    writes: bool = False
    readable: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


class Ending(StrEnum):
    """How a run ended: by itself, or at which limit."""

    EXITED = "exited"
    TIMED_OUT = "timed-out"
    TOO_MUCH_OUTPUT = "too-much-output"
    TOO_MUCH_MEMORY = "too-much-memory"


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """What came of a run.

    `status` is the exit status, 128 and more for a signal, None where a limit ended the run.
    `output` and `errors` are what was written, cut at the limit, with what is not UTF-8 replaced.
    """

    ending: Ending
    status: int | None
    output: str
    errors: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SandboxState:
    """Whether there is a sandbox here; `trouble` says in one sentence why not and what to do."""

    kind: str
    version: str
    trouble: str | None = None

    @property
    def is_usable(self) -> bool:
        """Tell whether anything can be run."""
        return self.trouble is None
