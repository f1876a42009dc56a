"""Own the ways in which the folder of a Chroma store is damaged, for its test and its benchmark.

It must not repair anything.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from glossator_indexer.chroma_store.generations import (
    GenerationState,
    read_state,
    write_state,
)


def current(place: Path) -> Path:
    """Return the folder of the current generation."""
    return place / (place / "current").read_text().strip()


def garbage(name: str) -> Callable[[Path], None]:
    """Return what fills files of a name with other bytes."""

    def write(place: Path) -> None:
        for path in current(place).rglob(name):
            path.write_bytes(b"\x00garbage" * 64)

    return write


def cut(name: str) -> Callable[[Path], None]:
    """Return what cuts files of a name."""

    def truncate(place: Path) -> None:
        for path in current(place).rglob(name):
            os.truncate(path, path.stat().st_size // 3)

    return truncate


def gone(name: str) -> Callable[[Path], None]:
    """Return what deletes files of a name."""

    def remove(place: Path) -> None:
        for path in list(current(place).rglob(name)):
            path.unlink()

    return remove


def state_of_another_count(place: Path) -> None:
    """Let the state speak of other vectors than there are."""
    state = replace(read_state(current(place)) or GenerationState(1), counts={1: 3})
    write_state(current(place), state)


def emptied(place: Path) -> None:
    """Take everything out of the generation."""
    folder = current(place)
    shutil.rmtree(folder)
    folder.mkdir()


def no_folder(place: Path) -> None:
    """Put a file where the generation was."""
    folder = current(place)
    shutil.rmtree(folder)
    folder.touch()


def folder_for_database(place: Path) -> None:
    """Put a folder where the database was."""
    database = current(place) / "chroma.sqlite3"
    database.unlink()
    database.mkdir()


CORRUPTIONS: dict[str, Callable[[Path], None]] = {
    "pointer gone": lambda place: (place / "current").unlink(),
    "pointer empty": lambda place: (place / "current").write_bytes(b""),
    "pointer to nowhere": lambda place: (place / "current").write_text("gen-99\n"),
    "pointer that leads out": lambda place: (place / "current").write_text("../elsewhere\n"),
    "pointer of other bytes": lambda place: (place / "current").write_bytes(b"\xff\x00" * 40),
    "state gone": gone("state"),
    "state of garbage": garbage("state"),
    "state cut": cut("state"),
    "state of another count": state_of_another_count,
    "database of garbage": garbage("chroma.sqlite3"),
    "database cut": cut("chroma.sqlite3"),
    "database gone": gone("chroma.sqlite3"),
    "generation emptied": emptied,
    "generation no folder": no_folder,
    "database a folder": folder_for_database,
}
