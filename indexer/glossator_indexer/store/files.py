"""Own the files of the database: which they are, and how they are removed or set aside.

It never looks into them.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError, StoreCorruptError

FILE_NAME = "truth.sqlite"


def remove_store(folder: Path) -> None:
    """Remove the database and its side files; raises `IndexUnavailableError`."""
    for path in files_of(folder):
        try:
            if path.is_dir() and not path.is_symlink():
                path.rename(_unused(path, "set-aside"))
            else:
                path.unlink(missing_ok=True)
        except OSError as exc:
            raise IndexUnavailableError(
                f"The damaged index {path} cannot be removed; check the folder's permissions."
            ) from exc


def refuse_strange_files(folder: Path) -> None:
    """Raise `StoreCorruptError` where something else than files is in their place."""
    for path in files_of(folder):
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise StoreCorruptError("The index's database is no plain file; it is built anew.")
    database, *_ = files_of(folder)
    if not database.exists():
        # A log without its database would be applied to the new one.
        remove_store(folder)


def set_aside(folder: Path) -> None:
    """Give the files other names, in the place of those that were set aside before."""
    for path in files_of(folder):
        aside = path.with_name(f"{path.name}.newer-0")
        aside.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            path.rename(aside)


def _unused(path: Path, word: str) -> Path:
    names = (path.with_name(f"{path.name}.{word}-{number}") for number in range(1000))
    return next(it for it in names if not it.exists())


def files_of(folder: Path) -> tuple[Path, Path, Path]:
    """Return the database, its log and its shared memory."""
    # The log goes first when files are removed: a database without its log is only older.
    return tuple(folder / f"{FILE_NAME}{it}" for it in ("", "-wal", "-shm"))  # type: ignore[return-value]
