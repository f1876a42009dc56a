"""Own what a word of the command line means as a workspace, and the way to its index."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import time
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client import IndexClient, OwnerPlaces
from glossator_indexer.owner_client.places import with_address
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


def is_owned(places: OwnerPlaces) -> bool:
    """Return whether a process has the index open; none is started."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            with_address(places.socket, probe.connect)
        except OSError:
            return False
    return True


def discard_index(places: OwnerPlaces) -> None:
    """Remove all that an index keeps, once its owner has left; raises `IndexUnavailableError`."""
    until = time.monotonic() + _LEAVE_SECONDS
    with places.lock.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as trouble:
                if time.monotonic() > until:
                    raise IndexUnavailableError(
                        f"The index of {places.root} is still in use; close its editors, then "
                        "try again."
                    ) from trouble
                time.sleep(_LOOK_SECONDS)
        try:
            shutil.rmtree(places.folder)
        except FileNotFoundError:
            return
        except OSError as trouble:
            raise IndexUnavailableError(
                f"{places.folder} cannot be removed ({trouble.strerror}); mend its permissions."
            ) from trouble
