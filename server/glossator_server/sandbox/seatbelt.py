"""Own the profile in which macOS's `sandbox-exec` would run a job: all is denied but what is named.

Pure, and not in use yet: no Mac has been there to prove that it holds, and what is not proved runs
nothing. The profile limits no memory and no processes; those who put it to use need to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from glossator_server.sandbox.jobs import SandboxJob

# What every program of macOS needs to start.
_SYSTEM = ("/usr/lib", "/usr/bin", "/usr/share", "/bin", "/System/Library", "/Library/Developer")


def seatbelt_profile(job: SandboxJob, scratch: Path) -> str:
    """Return the profile; `scratch` is the one folder that may be written.

    For a job that writes it holds the copy of the workspace, which itself is never writable. Raises
    `ValueError` for a path with a line break.
    """
    return "".join(f"{line}\n" for line in _lines(job, scratch))


def _lines(job: SandboxJob, scratch: Path) -> Iterator[str]:
    yield "(version 1)"
    yield "(deny default)"
    yield "(deny network*)"
    yield "(allow process-fork)"
    yield "(allow process-info* (target same-sandbox))"
    yield "(allow signal (target same-sandbox))"
    yield "(allow sysctl-read)"
    yield '(allow file-read-metadata (literal "/"))'
    folders = (*map(Path, _SYSTEM), job.root, *sorted(job.readable), scratch)
    yield f"(allow file-read* {_subpaths(folders)})"
    yield f"(allow process-exec {_subpaths(folders)})"
    yield '(allow file-read* file-write-data (literal "/dev/null") (literal "/dev/zero"))'
    yield '(allow file-read* (literal "/dev/random") (literal "/dev/urandom"))'
    yield f"(allow file-write* {_subpaths((scratch,))})"


def _subpaths(folders: Iterable[Path]) -> str:
    return " ".join(f"(subpath {_quoted(str(it))})" for it in folders)


def _quoted(path: str) -> str:
    if any(ord(it) < ord(" ") for it in path):
        raise ValueError(f"{path!r} holds a control character")
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
