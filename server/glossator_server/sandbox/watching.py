"""Own what the kernel tells of a run from outside: what its processes use, and that they are gone.

It reads `/proc` and ends processes of the run; it must not decide when.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# What only one process has: its own pages, those that it shares by name, what was swapped out, and
# the tables of all of them. Shared pages of programs and libraries count for nobody.
_COUNTED = ("RssAnon:", "RssShmem:", "VmSwap:", "VmPTE:")
# What a file without content costs the kernel, about.
_INODE_BYTES = 1024
# A signal arrives when its process gets to run again, which takes milliseconds on a busy machine.
_MOST_LOOKS, _LOOK_S = 500, 0.001


@dataclass(frozen=True, slots=True)
class Use:
    """What a run uses at an instant: bytes in processes and in files that lie in memory."""

    memory_bytes: int
    processes: int


@dataclass(frozen=True, slots=True)
class FirstProcess:
    """The process whose end is the end of all in a sandbox, and the namespace of theirs.

    When it is gone, the kernel has ended all others of its namespace before.
    """

    process: int
    namespace: int | None

    def lives(self) -> bool:
        """Tell whether it has not ended yet; a later process of the same number is another one."""
        folder = Path("/proc", str(self.process))
        try:
            told = (folder / "stat").read_text("utf-8", "replace")
            if told.rpartition(")")[2].split()[0] in ("Z", "X"):
                return False
            return self.namespace in (None, (folder / "ns/pid").stat().st_ino)
        except OSError:
            # Gone, or not ours to look at.
            return False


class Report:
    """The pipe on which Bubblewrap tells who its first process is and how the command ended."""

    def __init__(self) -> None:
        self._reading, self.writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._text = b""

    def started(self) -> None:
        """Close the end that the child has by now."""
        os.close(self.writing)
        self.writing = -1

    def close(self) -> None:
        """Close what is still open."""
        for descriptor in (self._reading, self.writing):
            if descriptor >= 0:
                os.close(descriptor)
        self._reading = self.writing = -1

    @property
    def first_process(self) -> FirstProcess | None:
        """Return the first process inside, once it is known."""
        process = self._value("child-pid")
        if process is None:
            return None
        return FirstProcess(process, self._value("pid-namespace"))

    @property
    def exit_status(self) -> int | None:
        """Return how the command ended; None where it never began or did not end by itself."""
        return self._value("exit-code")

    def _value(self, key: str) -> int | None:
        with contextlib.suppress(BlockingIOError):
            while self._reading >= 0 and (more := os.read(self._reading, 4096)):
                self._text += more
        for line in self._text.splitlines():
            with contextlib.suppress(ValueError):
                value = json.loads(line).get(key)
                if isinstance(value, int):
                    return value
        return None


def use_of(first: int, places: Sequence[Path]) -> Use:
    """Return what the run of a first process uses; `places` are file systems that lie in memory.

    The run's own `/proc` is read: it lists the processes of the run and no others.
    """
    inside = Path("/proc", str(first), "root")
    if not _has_own_root(inside):
        return Use(0, 0)
    processes, kilobytes = 0, 0
    with contextlib.suppress(OSError):
        for name in os.listdir(inside / "proc"):  # noqa: PTH208 -- names are all that is wanted
            if name.isdecimal():
                processes += 1
                kilobytes += _kilobytes(inside / "proc" / name / "status")
    files = sum(_bytes_of_files(Path(f"{inside}{place}")) for place in places)
    return Use(kilobytes * 1024 + files, processes)


def _has_own_root(inside: Path) -> bool:
    """Tell whether a run is where it is to be: before that, its root is that of everybody."""
    try:
        return (inside / "proc").stat().st_dev != Path("/proc").stat().st_dev
    except OSError:
        return False


def _kilobytes(status: Path) -> int:
    try:
        lines = status.read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0
    return sum(int(it.split()[1]) for it in lines if it.startswith(_COUNTED))


def _bytes_of_files(place: Path) -> int:
    try:
        told = os.statvfs(place)
    except OSError:
        return 0
    blocks, inodes = told.f_blocks - told.f_bfree, told.f_files - told.f_ffree
    return blocks * told.f_frsize + inodes * _INODE_BYTES


def end_first(first: FirstProcess) -> None:
    """Kill the first process inside, and with it all others there."""
    if first.lives():
        with contextlib.suppress(OSError):
            os.kill(first.process, signal.SIGKILL)


def _stop(process: int) -> None:
    """Stop a process; it may be in the middle of starting another one, which is waited for."""
    os.kill(process, signal.SIGSTOP)
    for _ in range(_MOST_LOOKS):
        told = Path("/proc", str(process), "stat").read_text("utf-8", "replace")
        if told.rpartition(")")[2].split()[0] in ("T", "t", "Z", "X"):
            return
        time.sleep(_LOOK_S)


def end_tree(top: int) -> None:
    """Kill a process that was started and those below it, none of which gets to start another."""
    found = [top]
    for process in found:
        with contextlib.suppress(OSError):
            _stop(process)
            children = Path("/proc", str(process), "task", str(process), "children")
            found += map(int, children.read_text("utf-8").split())
    for process in found:
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)
