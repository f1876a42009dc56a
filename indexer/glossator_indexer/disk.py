"""Own what is said where an index cannot be written, and how it is told that there is room again.

It writes nothing, and knows no store.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError, StoreCorruptError

NO_SPACE = "There is no space left for the index; free some and try again."
NOT_WRITABLE = "The index cannot be written; check the permissions of the cache folder."
NO_DISK = "The index cannot be read or written; check the cache folder's disk."
# All stores together need less to be opened, and what is below is no place to go on in.
ROOM_BYTES = 8 << 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def has_room(folder: Path) -> bool:
    """Tell whether a disk has so much room that an index on it can go on; a guess where unknown."""
    try:
        return shutil.disk_usage(folder).free >= ROOM_BYTES
    except OSError:
        return True


def sentence_about(error: int | None) -> str:
    """Return what is said of an index that an error of the system kept from being written."""
    if error in _FULL:
        return NO_SPACE
    return NOT_WRITABLE if error in _REFUSED else NO_DISK


@contextlib.contextmanager
def told_from_damage(folder: Path) -> Iterator[None]:
    """Raise `IndexUnavailableError` where a store in `folder` fails for want of room or rights.

    What a library calls damage is none on a full disk, and must not be mended by removing it.
    """
    try:
        yield
    except OSError as exc:
        raise IndexUnavailableError(sentence_about(exc.errno)) from exc
    except StoreCorruptError as exc:
        if has_room(folder):
            raise
        raise IndexUnavailableError(NO_SPACE) from exc
