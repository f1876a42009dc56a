"""Own how damage of an index's files is found: by the footer with which tantivy ends each of them.

It opens no index and repairs nothing.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

_FOOTER_MAGIC = 1337


def is_whole(folder: Path, most_bytes: int | None) -> bool:
    """Say whether all files that an index names are there and end in a footer that fits them."""
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        stems = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
        paths = [
            it for it in folder.iterdir() if it.stem in stems or it.name.split(".")[0] in stems
        ]
        size = sum(path.stat().st_size for path in paths)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    if {path.stem for path in paths if path.suffix == ".term"} != stems:
        return False
    deep = most_bytes is None or size <= most_bytes
    return all(_has_footer(path, deep=deep) for path in paths)


def _has_footer(path: Path, *, deep: bool) -> bool:
    """Say whether a file ends as tantivy ends it; `deep` compares the checksum of all before."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 8))
            tail = file.read(8)
            length = int.from_bytes(tail[:4], "little")
            if int.from_bytes(tail[4:], "little") != _FOOTER_MAGIC or length > size - 8:
                return False
            file.seek(size - 8 - length)
            wanted = json.loads(file.read(length))["crc"]
            return not deep or _sum_of(path, size - 8 - length) == wanted
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _sum_of(path: Path, size: int) -> int:
    total = 0
    with path.open("rb") as file:
        while size > 0 and (piece := file.read(min(size, 1 << 24))):
            total = zlib.crc32(piece, total)
            size -= len(piece)
    return total
