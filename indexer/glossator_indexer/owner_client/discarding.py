"""Own the removal of an index whose repository nobody asks about any more, or that is made anew.

It removes nothing while an owner has it open.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import time

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client.connection import somebody_listens
from glossator_indexer.owner_client.places import OwnerPlaces, make_private
from glossator_indexer.owner_client.starting import have_owner_leave

# An owner that was asked to leave writes down what it has first.
_LEAVE_SECONDS = 20.0
_LOOK_SECONDS = 0.05


async def discard_index(places: OwnerPlaces) -> None:
    """Remove all that an index keeps, once its owner has left, and any that an editor starts.

    Raises `IndexUnavailableError` where one does not leave, or a file cannot be removed.
    """
    make_private(places.run)
    until = time.monotonic() + _LEAVE_SECONDS
    lock = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        while not _is_locked(lock, places):
            if time.monotonic() > until:
                raise IndexUnavailableError(
                    f"The index of {places.root} is still in use; close its editors, then try "
                    "again."
                )
            await have_owner_leave(places)
            await asyncio.sleep(_LOOK_SECONDS)
        try:
            shutil.rmtree(places.folder)
        except FileNotFoundError:
            return
        except OSError as trouble:
            raise IndexUnavailableError(
                f"{places.folder} cannot be removed ({trouble.strerror}); mend its permissions."
            ) from trouble
    finally:
        os.close(lock)


def _is_locked(lock: int, places: OwnerPlaces) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Without locks, who listens is the owner, and is asked to leave.
        return not somebody_listens(places)
    return True
