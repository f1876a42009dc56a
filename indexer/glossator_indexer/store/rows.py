"""Own the plain rows that the truth takes and gives; nothing in here does anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class KnownFile(NamedTuple):
    """What is remembered of a file besides its record; `read_ns` is when it was read."""

    number: int
    session: int
    path: str
    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int
    read_ns: int
    content_hash: bytes
    language: str
    entities: int
    chunks: int
    trouble: int


class NewFile(NamedTuple):
    """A file to be kept: its stamps, the encoded record, and vectors where there are any."""

    session: int
    path: str
    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int
    read_ns: int
    content_hash: bytes
    language: str
    entities: int
    chunks: int
    trouble: int
    record: bytes
    vectors: bytes | None


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction did: numbers given to the new files, numbers gone, its position."""

    numbers: tuple[int, ...]
    gone: tuple[int, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the truth holds of the disk, and how many unsaved buffers beside it."""

    files: int
    entities: int
    chunks: int
    buffers: int
    troubled: int
    languages: tuple[tuple[str, int], ...]
