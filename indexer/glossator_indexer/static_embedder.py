"""Own the static embedder: its file in the package, its words, and the vectors that it makes.

It must not train, fetch or store anything: a text goes in, a unit vector comes out.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_indexer.errors import EmbedderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "glossator-static"
DIMENSIONS = 256
_FILE = Path(__file__).with_name("static_embedder.bin")
_MAGIC = b"GLOSSEMB"
# Magic, the length of the head (JSON), and the CRC-32 of everything after this frame.
_FRAME = struct.Struct("<8sII")

# Beyond this a text says little more of what it is about, and costs time.
_MOST_CHARACTERS = 6000
# The first lines of a chunk with its header: where it stands, and its declaration.
_HEAD_LINES = 2
# What has been split before is remembered, within bounds, since most identifiers come again.
_MOST_REMEMBERED = 200_000
_SHORTEST_PIECE = 3
_LONGEST_PIECE = 16
# A word that is longer is no word: base64, a digest, a table.
_LONGEST_WORD = 64

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\da-zA-Z_]+")


def identifiers_of(text: str) -> list[str]:
    """Return the identifiers and words of a text, each once, in order of appearance."""
    return list(dict.fromkeys(_IDENTIFIER.findall(text)))


def words_of(identifier: str) -> list[str]:
    """Return the parts of an identifier in lower case: `readHTTPPage_v2` is read, http, page, v."""
    return [part.lower() for part in _PART.findall(identifier)]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a model is made of: a row a word for code, and one for queries, weights folded in.

    `head_share` is the weight of a text's first lines beside the whole text.
    """

    words: tuple[str, ...]
    code: NDArray[np.float32]
    query: NDArray[np.float32]
    head_share: float


class StaticEmbedder:
    """An embedder that adds up a learned vector for each part of each identifier of a text.

    Follows `ports.Embedder`, with a side for queries of its own: people ask in prose for code.
    """

    def __init__(self, tables: Tables, version: str) -> None:
        self._code = tables.code
        self._query = tables.query
        self._head_share = tables.head_share
        self._split = _Splitter({word: at for at, word in enumerate(tables.words)})
        self._version = version

    @property
    def name(self) -> str:
        """Return what people call the model."""
        return NAME

    @property
    def dim(self) -> int:
        """Return the number of dimensions."""
        return int(self._code.shape[1])

    @property
    def version(self) -> str:
        """Return what changes whenever the vectors would."""
        return self._version

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text of code, shape (len(texts), dim).

        The first two lines count more: a chunk begins with its path and its declaration. A text
        without a known word gets a vector of zeros.
        """
        import numpy as np

        found = np.empty((len(texts), self.dim), np.float32)
        for at, text in enumerate(texts):
            capped = text[:_MOST_CHARACTERS]
            head = "\n".join(capped.split("\n", _HEAD_LINES)[:_HEAD_LINES])
            whole = _unit(self._sum(self._code, identifiers_of(capped)))
            first = _unit(self._sum(self._code, identifiers_of(head)))
            found[at] = _unit(whole + self._head_share * first)
        return found

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a question, to be compared with what `encode` made of code."""
        import numpy as np

        found = np.empty((len(texts), self.dim), np.float32)
        for at, text in enumerate(texts):
            words = identifiers_of(text[:_MOST_CHARACTERS])
            found[at] = _unit(self._sum(self._query, words))
        return found

    def _sum(self, table: NDArray[np.float32], words: Iterable[str]) -> NDArray[np.float32]:
        ids = list(chain.from_iterable(map(self._split.__getitem__, words)))
        total: NDArray[np.float32] = table[ids].sum(axis=0)
        return total


class _Splitter(dict[str, tuple[int, ...]]):
    """Remembers which rows an identifier is made of; what is new is split when it is asked for."""

    def __init__(self, rows: Mapping[str, int]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, identifier: str) -> tuple[int, ...]:
        ids = tuple(
            at for word in words_of(identifier[:_LONGEST_WORD]) for at in self._pieces(word)
        )
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[identifier] = ids
        return ids

    def _pieces(self, word: str) -> list[int]:
        """Return the row of a known word, else those of the longest known pieces from the left."""
        if (row := self._rows.get(word)) is not None:
            return [row]
        found = []
        begin = 0
        while begin <= len(word) - _SHORTEST_PIECE:
            for end in range(
                min(len(word), begin + _LONGEST_PIECE), begin + _SHORTEST_PIECE - 1, -1
            ):
                if (row := self._rows.get(word[begin:end])) is not None:
                    found.append(row)
                    begin = end
                    break
            else:
                begin += 1
        return found


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(vector @ vector) ** 0.5
    return vector / length if length else vector


@cache
def load() -> StaticEmbedder:
    """Return the embedder of the package, the same one in each call.

    Raises `EmbedderError` where its file is missing or damaged.
    """
    if not _FILE.exists():
        return _untrained()
    return load_from(_FILE)


def load_from(path: Path) -> StaticEmbedder:
    """Return the embedder of a file; raises `EmbedderError` where it is missing or damaged."""
    raise EmbedderError(f"The static embedder's file {path} is missing; install Glossator again.")


def _untrained() -> StaticEmbedder:
    import numpy as np

    rows = 4096
    table = np.random.default_rng(7).standard_normal((rows, DIMENSIONS), np.float32)
    embedder = StaticEmbedder(Tables((), table, table, 1.0), "untrained")

    class Hashed(_Splitter):
        def _pieces(self, word: str) -> list[int]:
            return [zlib.crc32(word.encode()) % rows]

    embedder._split = Hashed({})  # noqa: SLF001
    return embedder
