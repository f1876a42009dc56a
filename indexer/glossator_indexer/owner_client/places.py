"""Own where the owner of a repository's index is found: its folder, its lock and its socket.

It must not connect, and create nothing but private folders.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError

# What the kernel takes for the name of a Unix socket, without the NUL at its end.
MOST_ADDRESS_BYTES = 107
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class OwnerPlaces:
    """The places of one repository's index.

    `root` is its real path; `folder` holds the index; `run` holds sockets, on a file system of this
    machine; `version` is that of the program, and both ends compare it.
    """

    root: Path
    folder: Path
    run: Path
    version: str

    @property
    def socket(self) -> Path:
        """Return where the owner listens."""
        return self.run / f"{key_of_root(self.root)}.sock"

    @property
    def lock(self) -> Path:
        """Return what the owner holds locked as long as it lives."""
        return self.run / f"{key_of_root(self.root)}.lock"

    @property
    def log(self) -> Path:
        """Return where the owner writes what nobody reads at once."""
        return self.folder / "owner.log"


def places_of(root: Path, cache: Path, runtime: Path | None, version: str) -> OwnerPlaces:
    """Return the places for a repository; `runtime` is the user's runtime folder, if there is one.

    Raises `IndexUnavailableError` where the root is no folder that can be looked into.
    """
    try:
        real = root.resolve(strict=True)
    except (OSError, RuntimeError) as trouble:
        raise IndexUnavailableError(
            f"{root} cannot be opened; name a folder that exists."
        ) from trouble
    run = cache / "run" if runtime is None else runtime / "glossator"
    return OwnerPlaces(real, cache / "index" / key_of_root(real), run, version)


def key_of_root(root: Path) -> str:
    """Return what names a repository in folders and sockets."""
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:16]


def make_private(folder: Path) -> None:
    """Create a folder that only this user can look into, or check that it is one.

    Raises `IndexUnavailableError` where it cannot be made, is a link, or belongs to somebody else.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
            if stat.S_IMODE(status.st_mode) != 0o700:
                folder.chmod(0o700)
            return
    except OSError as trouble:
        raise IndexUnavailableError(
            f"{folder} cannot be used for the index ({trouble.strerror}); mend its permissions."
        ) from trouble
    raise IndexUnavailableError(f"{folder} is not a folder of yours; remove it, then try again.")


def with_address(path: Path, use: Callable[[str], None]) -> None:
    """Bind or connect to the socket at `path`, however long that is.

    A longer one than the kernel takes is named through its open folder.
    """
    if len(os.fsencode(path)) <= MOST_ADDRESS_BYTES:
        use(str(path))
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        use(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)


def is_own_user(connected: socket.socket) -> bool:
    """Tell whether the process at the other end is this user's."""
    raw = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(raw)
    return bool(user == os.getuid())
