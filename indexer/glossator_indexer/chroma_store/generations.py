"""Own the folders `gen-N` of a Chroma store, the pointer to the current one, and its state.

It must not open what is in them.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_POINTER = "current"
_STATE = "state"
_NAME = re.compile(r"gen-([1-9][0-9]{0,8})")
_LARGEST_POINTER = 64
_MAGIC = b"glsc"
_VERSION = 1
# Magic, version, dimensions, position, dropped, files; then number, count and whether it is being
# changed, for each file.
_HEAD = struct.Struct("<4sHIqqQ")
_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class GenerationState:
    """What a generation holds: how many chunks of which file, as of which position.

    `changing` are the files of a change that is under way: they may have fewer. `dropped` counts
    what was taken out or replaced since the generation began, which its graph still carries.
    """

    dim: int
    position: int | None = None
    dropped: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)
    changing: frozenset[int] = frozenset()

    @property
    def total(self) -> int:
        """Return the number of vectors."""
        return sum(self.counts.values())


class Generations:
    """The generations of one store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def current(self) -> Path | None:
        """Return the folder that the pointer names, None where it names none of ours."""
        try:
            with (self._folder / _POINTER).open("rb") as file:
                name = file.read(_LARGEST_POINTER).decode("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        folder = self._folder / name
        if not _NAME.fullmatch(name) or folder.is_symlink() or not folder.is_dir():
            return None
        return folder

    def begin(self) -> Path:
        """Make a new generation and point to it."""
        numbers = [int(match[1]) for it in self._folder.iterdir() if (match := _numbered(it))]
        folder = self._folder / f"gen-{max(numbers, default=0) + 1}"
        folder.mkdir(mode=0o700)
        replace_file(self._folder / _POINTER, f"{folder.name}\n".encode())
        return folder

    def remove_others(self) -> None:
        """Delete every generation but the current one."""
        current = self.current()
        for folder in list(self._folder.iterdir()):
            if _numbered(folder) and folder != current:
                shutil.rmtree(folder, ignore_errors=True)

    def forget(self) -> None:
        """Take the pointer away, so that the next opening begins anew."""
        (self._folder / _POINTER).unlink(missing_ok=True)


def _numbered(path: Path) -> re.Match[str] | None:
    return _NAME.fullmatch(path.name)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file in one step, for its owner only."""
    beside = path.with_name(path.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    beside.replace(path)


def write_state(folder: Path, state: GenerationState) -> None:
    """Write what a generation holds."""
    position = -1 if state.position is None else state.position
    rows = [(number, count, number in state.changing) for number, count in state.counts.items()]
    head = _HEAD.pack(_MAGIC, _VERSION, state.dim, position, state.dropped, len(rows))
    body = head + np.array(rows, np.int64).tobytes()
    replace_file(folder / _STATE, body + struct.pack("<I", zlib.crc32(body)))


def read_state(folder: Path) -> GenerationState | None:
    """Return what a generation holds, None where that cannot be known."""
    try:
        data = (folder / _STATE).read_bytes()
        magic, version, dim, position, dropped, files = _HEAD.unpack_from(data)
        body, (check,) = data[:-4], struct.unpack("<I", data[-4:])
    except (OSError, struct.error):
        return None
    if magic != _MAGIC or version != _VERSION or zlib.crc32(body) != check:
        return None
    rows = np.frombuffer(body[_HEAD.size :], np.int64)
    if len(rows) != _COLUMNS * files:
        return None
    numbers, counts, changing = rows.reshape(-1, _COLUMNS).T.tolist() if files else ([], [], [])
    return GenerationState(
        dim,
        None if position < 0 else position,
        dropped,
        dict(zip(numbers, counts, strict=True)),
        frozenset(number for number, yes in zip(numbers, changing, strict=True) if yes),
    )
