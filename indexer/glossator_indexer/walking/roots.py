"""Own the answer to where a repository begins.

It asks the disk for names only and starts no process.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


def repository_root(folder: Path) -> Path:
    """Return the nearest folder at or above `folder` that is a repository, else `folder` itself.

    The home folder and what is above it never count: who keeps the home folder in git does not
    want all of it indexed. Neither does a repository that another user planted above.
    """
    folder = folder.resolve()
    home = Path.home().resolve()
    beyond = {home, *home.parents, Path(folder.anchor)}
    try:
        owners = {os.geteuid(), 0, folder.stat().st_uid}
    except OSError:
        return folder
    for place in (folder, *folder.parents):
        if place in beyond:
            break
        if _owner_of_repository(place) in owners:
            return place
    return folder


def _owner_of_repository(place: Path) -> int | None:
    """Return whose repository a folder is, None where it is none."""
    git = place / ".git"
    try:
        status = git.lstat()
        # Of a worktree or a submodule it is a file that names the place of the rest.
        if stat.S_ISDIR(status.st_mode):
            (git / "HEAD").lstat()
        elif not stat.S_ISREG(status.st_mode):
            return None
    except OSError:
        return None
    return status.st_uid
