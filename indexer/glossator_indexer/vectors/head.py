"""Own the head of a generation: what of its files counts, and whether they are what it says.

It must not know what the files mean.
"""

from __future__ import annotations

import json
import shutil
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

VERSION = 2
HEAD = "head.json"
SUFFIXES = ("i8", "keys", "norms", "dead")
KEY_BYTES = 8
NORM_BYTES = 4
# A stretch of dead rows, as first row and number of rows.
DEAD_BYTES = 8
_READ_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class Head:
    """What of a generation's files counts, with checksums of exactly that."""

    version: int
    dim: int
    generation: int
    rows: int = 0
    dead: int = 0
    position: int | None = None
    data_sum: int = 0
    keys_sum: int = 0
    norms_sum: int = 0
    dead_sum: int = 0


def read_head(path: Path) -> Head:
    """Return the head; raises `ValueError` or `TypeError` where it is not what was written."""
    line, _, summed = path.read_text("ascii").partition("\n")
    if int(summed) != zlib.crc32(line.encode()):
        raise ValueError("the checksum of the head is wrong")
    return Head(**json.loads(line))


def replace_head(path: Path, head: Head) -> None:
    """Write the head in one step."""
    line = json.dumps(asdict(head))
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{line}\n{zlib.crc32(line.encode())}", "ascii")
    fresh.replace(path)


def is_whole(folder: Path, head: Head) -> bool:
    """Say whether the files hold what the head says of them."""
    wanted = (
        ("i8", head.rows * head.dim, head.data_sum),
        ("keys", head.rows * KEY_BYTES, head.keys_sum),
        ("norms", head.rows * NORM_BYTES, head.norms_sum),
        ("dead", head.dead * DEAD_BYTES, head.dead_sum),
    )
    try:
        return all(
            _sum_of(path_of(folder, head, it), size) == it_sum for it, size, it_sum in wanted
        )
    except OSError:
        return False


def path_of(folder: Path, head: Head, suffix: str) -> Path:
    """Return one of the files of a head's generation."""
    return folder / f"{head.generation}.{suffix}"


def remove(path: Path) -> None:
    """Remove a file, or what stands in its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def generation_of(path: Path) -> int | None:
    """Return the number of the generation that a file is of, None where it is of none."""
    return int(path.stem) if path.stem.isdecimal() else None


def _sum_of(path: Path, size: int) -> int | None:
    """Return the checksum of the first `size` bytes of a file, None where it is shorter."""
    total = 0
    with path.open("rb") as file:
        while size > 0:
            piece = file.read(min(size, _READ_BYTES))
            if not piece:
                return None
            total = zlib.crc32(piece, total)
            size -= len(piece)
    return total
