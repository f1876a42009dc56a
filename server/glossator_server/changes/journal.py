"""Own the journal of a set of changes: what is written down before the first file is touched.

With it, whoever comes after a kill can take a half-written set back, or complete it. It must not
touch a file of the workspace.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from glossator_server.change_set import ChangeSet
from glossator_server.errors import UsageError

SCHEMA = 1
_INTENT = "intent.json"
# Beginnings of names that are no open journal: one that is being written, one that is done with.
_NEW, _DONE = ".new-", ".done-"
_UNREADABLE = "unreadable"
# By path below the root: its bytes before and after, None where it is not there, and its mode.
Contents = dict[str, tuple[bytes | None, bytes | None, int]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a set: the hashes of its bytes before and after, None where it is not there.

    `mode`, `uid` and `gid` are those of the file before, or of the one that it comes from.
    """

    path: str
    before: str | None
    after: str | None
    mode: int
    uid: int = -1
    gid: int = -1


@dataclass(frozen=True, slots=True)
class Journal:
    """An open journal: its folder, the root of its paths, its entries, the folders it makes.

    The bytes of entry 0 before and after are the files `0.before` and `0.after`.
    """

    folder: Path
    root: Path
    entries: tuple[Entry, ...]
    new_folders: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return its name."""
        return self.folder.name

    def bytes_of(self, number: int, side: str) -> bytes:
        """Return what an entry holds on one side, "before" or "after"."""
        return (self.folder / f"{number}.{side}").read_bytes()

    def close(self) -> None:
        """Take the journal away, once its files are all old or all new."""
        done = self.folder.with_name(f"{_DONE}{self.id}")
        self.folder.rename(done)
        sync_folder(self.folder.parent)
        shutil.rmtree(done, ignore_errors=True)


def journal_folder() -> Path:
    """Return where the journals of this user are kept."""
    return platformdirs.user_state_path("glossator", appauthor=False) / "journal"


def open_journal(folder: Path, changes: ChangeSet, contents: Contents) -> Journal:
    """Write down what is to happen, durably; `contents` are bytes before and after, and a mode.

    Raises `UsageError` where it cannot be written: then nothing has happened.
    """
    name = secrets.token_hex(8)
    new = folder / f"{_NEW}{name}"
    entries = []
    origins = {it.path: it.moved_from for it in changes.files if it.moved_from is not None}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.mkdir(mode=0o700)
        for number, (path, (before, after, mode)) in enumerate(contents.items()):
            for side, raw in (("before", before), ("after", after)):
                if raw is not None:
                    _write(new / f"{number}.{side}", raw)
            status = _status(changes.root / origins.get(path, path))
            owner = (-1, -1) if status is None else (status.st_uid, status.st_gid)
            entries.append(Entry(path, sha_of_bytes(before), sha_of_bytes(after), mode, *owner))
        made = _new_folders(changes.root, entries)
        intent = {
            "schema": SCHEMA,
            "root": os.fsencode(changes.root).hex(),
            "entries": [asdict(it) for it in entries],
            "new_folders": made,
        }
        _write(new / _INTENT, json.dumps(intent).encode("utf-8", "surrogatepass"))
        sync_folder(new)
        new.rename(folder / name)
        sync_folder(folder)
    except OSError as trouble:
        shutil.rmtree(new, ignore_errors=True)
        raise UsageError(
            f"The journal in {folder} cannot be written ({trouble.strerror}), so nothing was "
            "changed; make room there, or mend its permissions."
        ) from trouble
    return Journal(folder / name, changes.root, tuple(entries), tuple(made))


def open_journals(folder: Path, root: Path | None = None) -> tuple[Journal, ...]:
    """Return the journals that are open, of one root where one is given.

    What was not yet, or no longer, a journal is taken away: nobody else writes one meanwhile.
    Raises `UsageError` where one cannot be read.
    """
    if not folder.is_dir():
        return ()
    found = []
    for it in sorted(folder.iterdir()):
        if it.name.startswith((_DONE, _NEW)):
            shutil.rmtree(it, ignore_errors=True)
        elif not it.name.startswith(".") and it.is_dir():
            found.append(_read(it))
    return tuple(it for it in found if root is None or it.root == root)


def sha_of(path: Path) -> str | None:
    """Return the hash of a file's bytes, None where there is none.

    Of what cannot be read it is one that no text has: it is neither side of a change.
    """
    try:
        return sha_of_bytes(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return _UNREADABLE


def sync_folder(folder: Path) -> None:
    """Make what was renamed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(folder: Path) -> Journal:
    try:
        intent: dict[str, Any] = json.loads((folder / _INTENT).read_bytes())
        entries = tuple(Entry(**it) for it in intent["entries"])
        root = Path(os.fsdecode(bytes.fromhex(intent["root"])))
        return Journal(folder, root, entries, tuple(intent["new_folders"]))
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise UsageError(
            f"The journal {folder} cannot be read; look at the files that it holds, and delete it."
        ) from trouble


def _new_folders(root: Path, entries: list[Entry]) -> list[str]:
    """Return the folders that are not there yet, the outer ones first."""
    found: dict[str, None] = {}
    for it in entries:
        if it.after is None:
            continue
        for folder in reversed((root / it.path).parents):
            if folder.is_relative_to(root) and not folder.exists():
                found[folder.relative_to(root).as_posix()] = None
    return list(found)


def _write(path: Path, raw: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def sha_of_bytes(raw: bytes | None) -> str | None:
    """Return the hash of what a file holds, None where it is not there."""
    return None if raw is None else hashlib.sha256(raw).hexdigest()


def leftovers(root: Path, journal: Journal) -> Iterator[Path]:
    """Yield the files that a killed writer left beside those of a journal."""
    folders = {(root / it.path).parent for it in journal.entries}
    for folder in folders:
        if folder.is_dir():
            yield from folder.glob(f"{temporary_prefix(journal)}*")


def temporary_prefix(journal: Journal) -> str:
    """Return how the names of files begin that are written for a journal."""
    return f".glossator.{journal.id}."
