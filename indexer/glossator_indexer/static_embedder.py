"""Own the static embedder: its file in the package, its words, and the vectors that it makes.

It must not train or fetch: a text goes in, a unit vector comes out. What it learned from is told in
docs/reference/static-embedder.md.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import threading
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glossator_indexer.errors import EmbedderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "glossator-static"
DIMENSIONS = 256
_FILE = Path(__file__).with_name("static_embedder.bin")
_FORMAT = 1
_MAGIC = b"GLOSSEMB"
# Magic, the length of the head (JSON), and the CRC-32 of everything after this frame.
_FRAME = struct.Struct("<8sII")

# Beyond this a text says little more of what it is about, and costs time.
_MOST_CHARACTERS = 6000
# The first lines of a chunk with its header: where it stands, and its declaration.
_HEAD_LINES = 2
# What has been split before is remembered, within bounds, since most identifiers come again.
_MOST_REMEMBERED = 200_000
# More rows than most texts have.
_ROWS_AT_ONCE = 512
_SHORTEST_PIECE = 3
_LONGEST_PIECE = 16
# A word that is longer is no word: base64, a digest, a table.
_LONGEST_WORD = 64

# Whatever is no letter, digit or underscore stands between words. What is not ASCII stays in its
# word, and is told apart with the word's parts.
_GAPS = "".join(chr(at) if chr(at).isalnum() or chr(at) == "_" else " " for at in range(128))
# Raised whenever the code below makes other vectors from the same file.
_CODE_VERSION = 2
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\da-zA-Z_]+")


def identifiers_of(text: str) -> list[str]:
    """Return the identifiers and words of a text, each once, in order of appearance."""
    return list(dict.fromkeys(text.translate(_GAPS).split()))


def head_of(text: str) -> str:
    """Return the lines of a text that say what it is: a chunk's path and declaration."""
    return "\n".join(text.split("\n", _HEAD_LINES)[:_HEAD_LINES])


def words_of(identifier: str) -> list[str]:
    """Return the parts of an identifier in lower case: `readHTTPPage_v2` is read, http, page, v."""
    return [part.lower() for part in _PART.findall(identifier)]


@dataclass(frozen=True, slots=True)
class Tables:
    """What training makes: a row a word, weights folded in.

    `head_share` is the weight of a text's first lines beside the whole text.
    """

    words: tuple[str, ...]
    rows: NDArray[np.float32]
    head_share: float


class StaticEmbedder:
    """An embedder that adds up a learned row for each part of each identifier of a text.

    Follows `ports.Embedder`; questions and code share the rows.
    """

    def __init__(self, tables: Tables, version: str) -> None:
        self._rows = tables.rows
        self._head_share = tables.head_share
        # Fresh memory for the rows of each text would cost more than to add them up.
        self._room = threading.local()
        self._split = _Splitter({word: at for at, word in enumerate(tables.words)})
        self._version = f"{version}.{_CODE_VERSION}"

    @property
    def name(self) -> str:
        """Return what people call the model."""
        return NAME

    @property
    def dim(self) -> int:
        """Return the number of dimensions."""
        return int(self._rows.shape[1])

    @property
    def version(self) -> str:
        """Return what changes whenever the vectors would."""
        return self._version

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, shape (len(texts), dim).

        The first two lines count more: a chunk begins with its path and its declaration. A text
        without any known word gets a vector of zeros.
        """
        import numpy as np

        whole = np.empty((len(texts), self.dim), np.float32)
        first = np.empty_like(whole)
        for at, text in enumerate(texts):
            capped = text[:_MOST_CHARACTERS]
            identifiers = identifiers_of(capped)
            # In order of appearance: those of the first lines come first.
            count = len(identifiers_of(head_of(capped)))
            head = self._ids(identifiers[:count])
            rows = self._gathered(head + self._ids(identifiers[count:]))
            np.add.reduce(rows, 0, out=whole[at])
            np.add.reduce(rows[: len(head)], 0, out=first[at])
        return _units(_units(whole) + self._head_share * _units(first))

    def _gathered(self, ids: list[int]) -> NDArray[np.float32]:
        """Return the rows of a text, good until those of the next are asked for in this thread."""
        import numpy as np

        rows: NDArray[np.float32] | None = getattr(self._room, "rows", None)
        if rows is None or len(rows) < len(ids):
            rows = self._room.rows = np.empty((max(_ROWS_AT_ONCE, len(ids)), self.dim), np.float32)
        # No place is out of range; "clip" says so, and saves a copy.
        return self._rows.take(ids, 0, out=rows[: len(ids)], mode="clip")

    def _ids(self, identifiers: Iterable[str]) -> list[int]:
        return list(chain.from_iterable(map(self._split.__getitem__, identifiers)))


@cache
def load() -> StaticEmbedder:
    """Return the embedder of the package, the same one in each call.

    Raises `EmbedderError` where its file is missing or damaged.
    """
    return load_from(_FILE)


def load_from(path: Path) -> StaticEmbedder:
    """Return the embedder of a file; raises `EmbedderError` where it is missing or damaged."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise EmbedderError(
            f"The static embedder's file {path} cannot be read ({error.strerror}); "
            "install Glossator again."
        ) from error
    try:
        head, data = _opened(raw)
        return StaticEmbedder(_tables(head, data), str(head["version"]))
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise EmbedderError(
            f"The static embedder's file {path} is damaged or not one of this version; "
            "install Glossator again."
        ) from error


def save(path: Path, tables: Tables, provenance: Mapping[str, object]) -> None:
    """Write a model's file: a frame, a head in JSON, the words, and rows of int8 with scales."""
    rows, scales = _quantised(tables.rows)
    words = "\n".join(tables.words).encode()
    data = b"".join((scales, rows, words))
    head = {
        "format": _FORMAT,
        "name": NAME,
        "dim": int(tables.rows.shape[1]),
        "rows": len(tables.rows),
        "head_share": tables.head_share,
        "version": hashlib.sha256(data + str(tables.head_share).encode()).hexdigest()[:12],
        "provenance": dict(provenance),
    }
    said = json.dumps(head, indent=1).encode()
    # The arrays begin at a multiple of four, as their scales ask.
    said += b" " * (-(len(said) + _FRAME.size) % 4)
    path.write_bytes(_FRAME.pack(_MAGIC, len(said), zlib.crc32(said + data)) + said + data)


def _opened(raw: bytes) -> tuple[dict[str, Any], memoryview]:
    magic, length, checksum = _FRAME.unpack_from(raw)
    rest = memoryview(raw)[_FRAME.size :]
    if magic != _MAGIC or zlib.crc32(rest) != checksum:
        raise ValueError("wrong magic or checksum")
    head = json.loads(bytes(rest[:length]))
    if head["format"] != _FORMAT or head["dim"] != DIMENSIONS:
        raise ValueError("another format")
    return head, rest[length:]


def _tables(head: Mapping[str, Any], data: memoryview) -> Tables:
    import numpy as np

    count = int(head["rows"])
    scales = np.frombuffer(data, np.float32, count)
    rows = np.frombuffer(data, np.int8, count * DIMENSIONS, scales.nbytes).reshape(-1, DIMENSIONS)
    words = tuple(bytes(data[scales.nbytes + rows.nbytes :]).decode().split("\n"))
    if len(words) != count:
        raise ValueError("as many words as rows are needed")
    table = np.multiply(rows, scales[:, None], dtype=np.float32)
    return Tables(words, table, float(head["head_share"]))


def _quantised(table: NDArray[np.float32]) -> tuple[bytes, bytes]:
    import numpy as np

    scales = np.abs(table).max(axis=1, keepdims=True).astype(np.float32) / 127
    scales[scales == 0] = 1
    return np.rint(table / scales).astype(np.int8).tobytes(), scales.tobytes()


def pieces_of(word: str, rows: Mapping[str, int]) -> list[int]:
    """Return the row of a known word, else those of the longest known pieces from the left."""
    if (row := rows.get(word)) is not None:
        return [row]
    found = []
    begin = 0
    while begin <= len(word) - _SHORTEST_PIECE:
        longest = min(len(word), begin + _LONGEST_PIECE)
        for end in range(longest, begin + _SHORTEST_PIECE - 1, -1):
            if (row := rows.get(word[begin:end])) is not None:
                found.append(row)
                begin = end
                break
        else:
            begin += 1
    return found


class _Splitter(dict[str, tuple[int, ...]]):
    """Remembers which rows an identifier is made of; what is new is split when it is asked for."""

    def __init__(self, rows: Mapping[str, int]) -> None:
        super().__init__()
        self._pieces = _Pieces(rows)

    def __missing__(self, identifier: str) -> tuple[int, ...]:
        # No part goes on across an underscore; what stands between two comes again.
        between = identifier[:_LONGEST_WORD].split("_")
        ids = tuple(chain.from_iterable(map(self._pieces.__getitem__, between)))
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[identifier] = ids
        return ids


class _Pieces(dict[str, tuple[int, ...]]):
    """Remembers the rows of what stands between underscores: those come again even oftener."""

    def __init__(self, rows: Mapping[str, int]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, word: str) -> tuple[int, ...]:
        ids = tuple(row for it in words_of(word) for row in pieces_of(it, self._rows))
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[word] = ids
        return ids


def _units(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors of length one; those of zeros stay."""
    import numpy as np

    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    lengths[lengths == 0] = 1
    found: NDArray[np.float32] = vectors / lengths[:, None]
    return found
