"""Own what a word of the command line means as a workspace, and the way to its index."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import time
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client import (
    IndexClient,
    OwnerPlaces,
    have_owner_leave,
    make_private,
    somebody_listens,
)
from glossator_indexer.walking.roots import repository_root
from glossator_server.app import load_application, open_index_client
from glossator_server.errors import UsageError

# An owner that was asked to leave writes down what it has first.
_LEAVE_SECONDS = 20.0
_LOOK_SECONDS = 0.05


def workspace_root(folder: Path) -> Path:
    """Return the repository that a folder belongs to; raises `UsageError` where it is no folder."""
    try:
        if not folder.is_dir():
            trouble = "is a file" if folder.exists() else "does not exist"
            raise UsageError(f"{folder} {trouble}; name a folder.")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise UsageError(f"{folder} cannot be read; mend its permissions or name another.")
        return repository_root(folder)
    except (OSError, ValueError) as trouble:
        raise UsageError(f"{folder} cannot be looked at; name a folder.") from trouble


def client_of(root: Path) -> IndexClient:
    """Return a client of a repository's index, which connects when it is entered or asked."""
    return open_index_client(root, load_application(root).settings.index)


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
