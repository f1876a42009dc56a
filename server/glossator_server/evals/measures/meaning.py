"""Own how like two texts are in meaning: the cosine of their vectors, by the best encoder there is.

It must not fetch a model: MiniLM is used where it was fetched, else the encoder of the package.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from glossator_indexer.errors import EmbedderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class _Encodes(Protocol):
    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text."""
        ...


@dataclass(frozen=True, slots=True)
class Encoder:
    """What makes vectors; figures of two encoders cannot be compared, so that each has a name."""

    name: str
    model: _Encodes

    def likeness(self, one: str, other: str) -> float:
        """Return the cosine of the vectors of two texts, 0 where one is empty."""
        if not one.strip() or not other.strip():
            return 0.0
        vectors = self.model.encode([one, other])
        return float(vectors[0] @ vectors[1])


def encoder() -> Encoder:
    """Return the encoder of this user.

    Raises `EmbedderError` where even the file of the package is damaged.
    """
    from glossator_indexer.rerank import model_folder

    return _encoder(model_folder())


@cache
def _encoder(_where_minilm_may_be: Path) -> Encoder:
    from glossator_indexer import rerank, static_embedder

    with suppress(EmbedderError):
        return Encoder("MiniLM", rerank.load(Path(tempfile.mkdtemp())))
    return Encoder("static embedding", static_embedder.load())
