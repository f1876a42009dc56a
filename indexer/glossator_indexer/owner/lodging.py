"""Own where an owner keeps its index when the index's own folder cannot be written.

That is a private folder for the life of the owner, with a copy of the index that is there. It must
not open an index.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_indexer.disk import NO_SPACE, has_room, sentence_about
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client.places import OwnerPlaces, key_of_root, make_private

_UNWRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT})
# Left beside the copy: an index needs some room to be opened.
_ROOM_TO_SPARE = 1.2

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lodging:
    """Where the index is kept; `notice` is a sentence where that is not its own folder."""

    places: OwnerPlaces
    notice: str | None = None


@contextlib.contextmanager
def lodging_of(places: OwnerPlaces) -> Iterator[Lodging]:
    """Find a folder for the index, and remove it at the end where it is a temporary one.

    The caller is the owner of the repository's index. Raises `IndexUnavailableError` where a
    folder is not this user's, or there is none to write in.
    """
    reason = _reason_not_to_write(places.folder)
    if reason is None:
        make_private(places.folder.parent)
        make_private(places.folder)
        yield Lodging(places)
        return
    folder = _temporary_folder(places, reason)
    try:
        _copy(places.folder, folder)
        notice = (
            f"The index of {places.root} is kept in a temporary folder until nobody uses it,"
            f" because {places.folder} cannot be written ({os.strerror(reason)});"
            f" {_remedy(reason)}."
        )
        yield Lodging(replace(places, folder=folder), notice)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reason_not_to_write(folder: Path) -> int | None:
    """Return the system's number for why a folder, or what is to hold it, cannot be written.

    None where it can, and where something stands in its place: that is to be told, not avoided. On
    a full disk an index answers better than none does elsewhere.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Asked of the file system itself, which the permissions of a folder do not tell.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as trouble:
        return trouble.errno if trouble.errno in _UNWRITABLE else None
    with contextlib.suppress(OSError):
        # Where every disk is full, there is no folder for temporary files either.
        if not has_room(folder) and _fits(folder, Path(tempfile.gettempdir())):
            return errno.ENOSPC
    return None


def _remedy(reason: int) -> str:
    return "free some space" if sentence_about(reason) == NO_SPACE else "make it writable"


def _temporary_folder(places: OwnerPlaces, reason: int) -> Path:
    # Of the lock, not of the repository: who holds it is alone with these names.
    prefix = f"glossator-{key_of_root(places.lock)}-"
    try:
        _remove_what_a_kill_left(prefix)
        # Made with mode 0700 under a name that nobody can know before.
        return Path(tempfile.mkdtemp(prefix=prefix))
    except OSError as trouble:
        raise IndexUnavailableError(
            f"{places.folder} cannot be written ({os.strerror(reason)}), nor can the folder for"
            " temporary files; make one of them writable."
        ) from trouble


def _copy(source: Path, target: Path) -> None:
    """Copy an index where there is one and room for it; what is torn is repaired at opening."""
    try:
        if not _is_own_folder(source):
            return
        if _fits(source, target):
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    except (OSError, shutil.Error) as trouble:
        _log.warning("the index could not be copied whole: %s", type(trouble).__name__)
    target.chmod(0o700)


def _fits(source: Path, target: Path) -> bool:
    size = sum(it.lstat().st_size for it in source.rglob("*"))
    return shutil.disk_usage(target).free > size * _ROOM_TO_SPARE


def _is_own_folder(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _remove_what_a_kill_left(prefix: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if _is_own_folder(folder):
            shutil.rmtree(folder, ignore_errors=True)
