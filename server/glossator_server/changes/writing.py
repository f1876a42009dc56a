"""Own the writing of a set of changes: after a kill each file is the old or the new one.

A journal says what is under way, so that the set as a whole can be taken back or completed. It
writes what it is given; that it was checked, and that a person agreed, is the caller's to know.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.journal import (
    Contents,
    Entry,
    Journal,
    journal_folder,
    leftovers,
    open_journal,
    open_journals,
    sha_of,
    sha_of_bytes,
    sync_folder,
    temporary_prefix,
)
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.files import is_writable, new_mode, replace_file, told
from glossator_server.protected import is_protected

__all__ = ["Recovered", "check_none_is_open", "journal_folder", "recover", "write_changes"]

_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a set of changes that was not written to its end.

    `outcome` is "completed" or "rolled back"; `left` are the paths of files that somebody else has
    changed meanwhile, which stay as they are.
    """

    root: Path
    outcome: str
    paths: tuple[str, ...]
    left: tuple[str, ...]


def write_changes(changes: ChangeSet, folder: Path) -> tuple[Path, ...]:
    """Write a set of changes; return the paths that were written or taken away.

    `folder` is where journals are kept. Raises `StaleDocumentError` where a file is not the one
    that was checked, `UsageError` where one cannot be written, or where an earlier set is half
    written: then nothing was changed.
    """
    with _locked(folder):
        _check_none_is_open(folder, changes.root)
        contents = _contents(changes)
        _check_places(changes.root, contents)
        journal = open_journal(folder, changes, contents)
        try:
            _apply(journal)
        except BaseException:
            # What stopped it in the middle leaves nothing half done behind.
            _roll_back(journal)
            raise
        journal.close()
    return tuple(changes.root / it for it in contents)


def check_none_is_open(folder: Path, root: Path) -> None:
    """Raise `UsageError` where an earlier set of changes of a root is half written."""
    with _locked(folder):
        _check_none_is_open(folder, root)


def recover(folder: Path, root: Path | None = None) -> tuple[Recovered, ...]:
    """Take back what was half written, and close what was written; of one root where one is given.

    Raises `UsageError` where a file cannot be written: its journal stays open.
    """
    with _locked(folder):
        return tuple(_recovered(it) for it in open_journals(folder, root))


def _check_none_is_open(folder: Path, root: Path) -> None:
    if open_journals(folder, root):
        raise UsageError(
            f"An earlier change of {root} was not written to its end; run `glossator recover` "
            "first."
        )


def _recovered(journal: Journal) -> Recovered:
    for it in leftovers(journal.root, journal):
        it.unlink(missing_ok=True)
    paths = tuple(it.path for it in journal.entries)
    states = {it.path: sha_of(journal.root / it.path) for it in journal.entries}
    if all(states[it.path] == it.after for it in journal.entries):
        journal.close()
        return Recovered(journal.root, "completed", paths, ())
    left = _roll_back(journal)
    return Recovered(journal.root, "rolled back", paths, left)


def _contents(changes: ChangeSet) -> Contents:
    """Return each path with its bytes before and after, and its mode."""
    found: Contents = {}

    def add(path: str, before: str | None, after: str | None, mode: int) -> None:
        if path in found:
            raise UsageError(f"The change has two ways for {path}; take one at a time.")
        found[path] = (_raw(before), _raw(after), mode)

    for it in changes.files:
        mode = _checked_mode(changes.root / (it.moved_from or it.path), it)
        if it.moved_from is None:
            add(it.path, it.before, it.after, mode)
            continue
        if (changes.root / it.path).exists():
            raise StaleDocumentError(f"{it.path} is there meanwhile; run the command again.")
        add(it.path, None, it.after, mode)
        add(it.moved_from, it.before, None, mode)
    return found


def _checked_mode(place: Path, change: FileChange) -> int:
    """Return the mode of a file that is there as it was checked, the usual one for a new file."""
    try:
        status = place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        if change.before is None:
            return new_mode()
        raise StaleDocumentError(f"{place} is gone meanwhile; run the command again.") from None
    except OSError as trouble:
        raise UsageError(f"{place} cannot be looked at: {trouble.strerror}.") from trouble
    if change.before is None:
        raise StaleDocumentError(f"{place} is there meanwhile; run the command again.")
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{place} is no regular file; it is not changed.")
    if sha_of(place) != sha_of_bytes(_raw(change.before)):
        raise StaleDocumentError(f"{place} changed meanwhile; run the command again.")
    if not is_writable(place):
        raise UsageError(f"{place} is read-only; make it writable, or use --diff.")
    return stat.S_IMODE(status.st_mode)


def _check_places(root: Path, contents: Contents) -> None:
    for path in contents:
        place = root / path
        if Path(os.path.realpath(place)) != place or not place.is_relative_to(root):
            raise UsageError(f"{place} is reached over a link; it is not changed.")
        if is_protected(place):
            raise UsageError(f"{place} is never changed for a model; change it by hand.")
        nearest = next(it for it in place.parents if it.exists())
        if not nearest.is_dir():
            raise UsageError(f"{place} cannot be made: {nearest} is a file.")
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise UsageError(f"{place} cannot be written: its folder is read-only.")


def _apply(journal: Journal) -> None:
    for folder in journal.new_folders:
        place = journal.root / folder
        with told(place):
            place.mkdir(exist_ok=True)
    for number, entry in enumerate(journal.entries):
        place = journal.root / entry.path
        if sha_of(place) != entry.before:
            raise StaleDocumentError(f"{place} changed meanwhile; run the command again.")
        with told(place):
            _put(journal, number, entry, "after")


def _roll_back(journal: Journal) -> tuple[str, ...]:
    """Put back what was written; return the paths that are somebody else's by now."""
    left: list[str] = []
    for number, entry in reversed(list(enumerate(journal.entries))):
        place = journal.root / entry.path
        state = sha_of(place)
        if state == entry.before:
            continue
        if state != entry.after:
            left.append(entry.path)
            continue
        with told(place):
            _put(journal, number, entry, "before")
    for folder in reversed(journal.new_folders):
        # Whoever has put something into it keeps it.
        with contextlib.suppress(OSError):
            (journal.root / folder).rmdir()
    journal.close()
    return tuple(reversed(left))


def _put(journal: Journal, number: int, entry: Entry, side: str) -> None:
    """Give a path what it holds on one side of the change, in one step."""
    place = journal.root / entry.path
    if (entry.after if side == "after" else entry.before) is None:
        place.unlink()
    else:
        _replace(journal, place, journal.bytes_of(number, side), entry)
    sync_folder(place.parent)


def _replace(journal: Journal, place: Path, raw: bytes, entry: Entry) -> None:
    def settle(new: Path) -> None:
        with contextlib.suppress(PermissionError):
            # Root edits other people's files, which stay theirs.
            os.chown(new, entry.uid, entry.gid)
        new.chmod(entry.mode)

    replace_file(place, raw, settle, temporary_prefix(journal))


def _raw(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogatepass")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time write sets of changes or recover them."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as trouble:
        raise UsageError(
            f"The journal in {folder} cannot be opened ({trouble.strerror}); mend its permissions."
        ) from trouble
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
