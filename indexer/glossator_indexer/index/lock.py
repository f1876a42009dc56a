"""Own the lock that makes the holder of an index folder the only one."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError

_FILE_NAME = "lock"
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


class LocksUnsupportedError(Exception):
    """The file system knows no locks."""


class FolderLock:
    """An exclusive lock on a folder. The kernel gives it back when its holder dies."""

    def __init__(self, folder: Path) -> None:
        """Take the lock; raises `IndexUnavailableError`, `LocksUnsupportedError`."""
        try:
            self._descriptor = os.open(
                folder / _FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        except OSError as exc:
            raise IndexUnavailableError(
                f"The index folder {folder} cannot be written ({exc.strerror}); check its"
                " permissions or choose another cache folder."
            ) from exc
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(self._descriptor)
            if exc.errno in _NO_LOCKS:
                raise LocksUnsupportedError from exc
            raise IndexUnavailableError(
                f"The index in {folder} is open in another process; ask that one, or end it."
            ) from exc

    def release(self) -> None:
        """Give the lock back; the file stays, because removing it would race with another."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)
