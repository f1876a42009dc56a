"""Own how a source file is read: never a device, never outside the root, and whole or not at all.

It knows no language and keeps nothing.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from typing import NamedTuple

# More is no source; the walk refuses such files already, this holds for those that grew since.
MOST_BYTES = 64 << 20
_ATTEMPTS = 3


class Reading(NamedTuple):
    """A file's bytes with the stamps that it had before and after."""

    raw: bytes
    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int
    read_ns: int


class UnreadableError(Exception):
    """A file is there and cannot be read; `str()` is a sentence for people."""


def read_file(root: str, path: str) -> Reading | None:
    """Return what a file under `root` holds, None where it is gone or no plain file any more.

    A file that changes under our hands has `read_ns` 0, so that it is read again next time.
    Raises `UnreadableError`.
    """
    try:
        descriptor = _open(root, path)
    except FileNotFoundError:
        return None
    except OSError as exc:
        # A folder that became a file, a file that became a link or a socket.
        if exc.errno in (errno.ENOTDIR, errno.ELOOP, errno.ENXIO):
            return None
        raise UnreadableError(f"The file cannot be opened: {exc.strerror}.") from exc
    try:
        return _read(descriptor)
    except OSError as exc:
        raise UnreadableError(f"The file cannot be read: {exc.strerror}.") from exc
    finally:
        os.close(descriptor)


def stamps_of(root: str, path: str) -> tuple[int, int, int, int] | None:
    """Return size, mtime, inode and ctime of a plain file as it is now; None for all else."""
    try:
        now = os.lstat(os.path.join(root, path))  # noqa: PTH118
    except OSError:
        return None
    return _stamps(now) if stat.S_ISREG(now.st_mode) else None


# A FIFO must not block, a terminal must not become ours, and the walk follows no link.
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | os.O_NOFOLLOW


def _open(root: str, path: str) -> int:
    # A Path for each file costs as much as opening it.
    return os.open(os.path.join(root, path), _FLAGS)  # noqa: PTH118


def _read(descriptor: int) -> Reading | None:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        return None
    for _ in range(_ATTEMPTS):
        if before.st_size > MOST_BYTES:
            raise UnreadableError(f"The file is larger than {MOST_BYTES >> 20} MB.")
        read_ns = time.time_ns()
        raw = _all_bytes(descriptor, before.st_size)
        after = os.fstat(descriptor)
        if len(raw) == after.st_size and _stamps(after) == _stamps(before):
            return Reading(raw, *_stamps(after), read_ns)
        before = after
    return Reading(raw, *_stamps(after), 0)


def _stamps(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns


def _all_bytes(descriptor: int, size: int) -> bytes:
    raw = os.pread(descriptor, size + 1, 0)
    while len(raw) < size:
        more = os.pread(descriptor, size + 1 - len(raw), len(raw))
        if not more:
            break
        raw += more
    return raw
