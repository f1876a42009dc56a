"""Own what git's index says: which paths are tracked, whatever the rules say of them.

The file is read as gitformat-index(5) has it, versions 2 to 4 and split ones. It must not write,
and a file that is not what it should be is as if nothing was tracked.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from glossator_indexer.walking.plain_files import content_of

# A million entries and more; the kernel's 80,000 take 8 MB.
MOST_BYTES = 256 << 20
# Names that repeat what stands before them take nothing in the file, but here.
_MOST_NAME_BYTES = 128 << 20
_HEAD = struct.Struct(">4sII")
_EXTENSION = struct.Struct(">4sI")
# What the file system said of an entry stands before its hash, its flags behind.
_STATUS_BYTES = 40
_FLAGS_BYTES = 2
_EXTENDED = 0x40
_WORD_BITS = 64
SHA1_BYTES = 20
SHA256_BYTES = 32


class TrackedFiles:
    """The tracked paths of one repository, read when first asked for.

    `folder` is where its index lies. Paths are relative to the repository, as `git_text`.
    """

    __slots__ = ("_folder", "_hash_bytes", "_names")

    def __init__(self, folder: str, hash_bytes: int = SHA1_BYTES) -> None:
        """Remember where to read."""
        self._folder = folder
        self._hash_bytes = hash_bytes
        self._names: Sequence[bytes] | None = None

    def has(self, path: str) -> bool:
        """Return whether a file is tracked."""
        wanted = path.encode("latin-1")
        names = self._all()
        at = bisect_left(names, wanted)
        return at < len(names) and names[at] == wanted

    def has_below(self, path: str) -> bool:
        """Return whether a folder is a tracked repository or holds something tracked."""
        wanted = path.encode("latin-1") + b"/"
        names = self._all()
        at = bisect_left(names, wanted)
        return (at < len(names) and names[at].startswith(wanted)) or self.has(path)

    def _all(self) -> Sequence[bytes]:
        if self._names is None:
            place = f"{self._folder}/index"
            try:
                status = os.lstat(place)
            except (OSError, ValueError):
                self._names = ()
            else:
                written = (status.st_mtime_ns, status.st_size, status.st_ino)
                self._names = _names_of(self._folder, self._hash_bytes, written)
        return self._names


# A build writes many ignored files, and each is asked for when an editor tells of it.
@lru_cache(maxsize=4)
def _names_of(folder: str, hash_bytes: int, written: tuple[int, int, int]) -> Sequence[bytes]:
    """Return the names in order; `written` tells one state of the file from the next."""
    del written
    content = content_of(f"{folder}/index", MOST_BYTES)
    if content is None:
        return ()
    try:
        names, end = _entries(content, hash_bytes)
        link = _link(content, end, hash_bytes)
        if link:
            base = content_of(f"{folder}/sharedindex.{link[:hash_bytes].hex()}", MOST_BYTES)
            names = _joined(_entries(base or b"", hash_bytes)[0], names, link[hash_bytes:])
    except (ValueError, IndexError, struct.error):
        return ()
    names.sort()
    return names


def _entries(content: bytes, hash_bytes: int) -> tuple[list[bytes], int]:
    """Return the names and where they end.

    Raises `ValueError`, `IndexError` or `struct.error` where it is no index.
    """
    mark, version, count = _HEAD.unpack_from(content)
    if mark != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError("no index of a version that is known")
    fixed = _STATUS_BYTES + hash_bytes + _FLAGS_BYTES
    read = _shortened_names if version == 4 else _plain_names
    return read(content, count, fixed)


def _plain_names(content: bytes, count: int, fixed: int) -> tuple[list[bytes], int]:
    at = _HEAD.size
    names: list[bytes] = []
    take, end_from = names.append, content.index
    for _ in range(count):
        begins = at + fixed
        if content[begins - _FLAGS_BYTES] & _EXTENDED:
            begins += _FLAGS_BYTES
        end = end_from(b"\0", begins)
        take(content[begins:end])
        # One to eight zeros, so that the next begins at a multiple of eight.
        at = end + 8 - (end - at) % 8
    return names, at


def _shortened_names(content: bytes, count: int, fixed: int) -> tuple[list[bytes], int]:
    """Read names of which each says how much of the one before it goes, and what comes instead."""
    at = _HEAD.size
    names: list[bytes] = []
    name = b""
    room = _MOST_NAME_BYTES
    for _ in range(count):
        begins = at + fixed
        if content[begins - _FLAGS_BYTES] & _EXTENDED:
            begins += _FLAGS_BYTES
        byte = content[begins]
        goes = byte & 0x7F
        while byte & 0x80:
            begins += 1
            byte = content[begins]
            goes = (goes + 1 << 7) | byte & 0x7F
        end = content.index(b"\0", begins + 1)
        name = name[: max(0, len(name) - goes)] + content[begins + 1 : end]
        room -= len(name)
        if room < 0:
            raise ValueError("more names than any repository has")
        names.append(name)
        at = end + 1
    return names, at


def _link(content: bytes, at: int, hash_bytes: int) -> bytes:
    """Return what says that the entries of another file count as well, b"" where nothing does."""
    while at + _EXTENSION.size <= len(content) - hash_bytes:
        mark, size = _EXTENSION.unpack_from(content, at)
        at += _EXTENSION.size
        if mark == b"link":
            return content[at : at + size]
        at += size
    return b""


def _joined(base: list[bytes], own: list[bytes], bitmaps: bytes) -> list[bytes]:
    """Return the names of a split index: those of its base that are not deleted, and its own."""
    deleted = set(_bits(bitmaps, len(base))) if bitmaps else set()
    kept = [it for at, it in enumerate(base) if at not in deleted]
    # What stands in the place of an entry of the base has no name of its own.
    return kept + [it for it in own if it]


def _bits(bitmap: bytes, most: int) -> Iterator[int]:
    """Yield the places of the ones of an EWAH bitmap, as far as there are entries."""
    _, count = struct.unpack_from(">II", bitmap)
    words = struct.unpack_from(f">{count}Q", bitmap, 8)
    at, place = 0, 0
    while at < count and place < most:
        marker = words[at]
        run = (marker >> 1 & 0xFFFF_FFFF) * _WORD_BITS
        if marker & 1:
            yield from range(place, min(place + run, most))
        place += run
        literals = words[at + 1 : at + 1 + (marker >> 33)]
        for word in literals[: (most - place) // _WORD_BITS + 1]:
            yield from (place + it for it in range(_WORD_BITS) if word >> it & 1)
            place += _WORD_BITS
        at += 1 + len(literals)
