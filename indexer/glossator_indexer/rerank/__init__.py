"""Own the transformer of quality mode: MiniLM-L6 with what it learned about code, and its memory.

It must not fetch: the model's files are where `glossator models fetch minilm` puts them. It is the
only importer of onnxruntime and tokenizers, which come with the `quality` extra.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from glossator_indexer.errors import EmbedderError
from glossator_indexer.rerank.adapter import load_adapter
from glossator_indexer.rerank.encoder import Encoder
from glossator_indexer.rerank.remembered import Remembered
from glossator_indexer.rerank.shape import MODEL_FILES, NAME, WIDTH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["NAME", "WIDTH", "MiniLm", "load", "model_folder", "was_asked"]


def model_folder() -> Path:
    """Return the folder of the fetched model."""
    return Path(platformdirs.user_data_dir("glossator", appauthor=False)) / "models" / NAME


def was_asked(cache_folder: Path) -> bool:
    """Tell whether a re-ranker has remembered anything in `cache_folder`."""
    return any(cache_folder.glob(_remembered_file("*")))


def load(cache_folder: Path) -> MiniLm:
    """Return the re-ranker, remembering vectors in `cache_folder`.

    Raises `EmbedderError` where the model or its libraries are not there, or damaged.
    """
    folder = model_folder()
    if not all(find_spec(it) for it in ("onnxruntime", "tokenizers")):
        raise EmbedderError(
            "Quality mode needs its libraries: run `pip install 'glossator[quality]'`; until then"
            " the fast order stays."
        )
    if not all((folder / it).is_file() for it in MODEL_FILES):
        raise EmbedderError(
            f"Quality mode needs its model: run `glossator models fetch {NAME}`; until then the"
            " fast order stays."
        )
    return MiniLm(folder, cache_folder)


def _remembered_file(version: str) -> str:
    return f"{NAME}-{version}.vectors"


class MiniLm:
    """Scores by the cosine of MiniLM's vectors; follows `ports.Reranker`, for any thread."""

    def __init__(self, folder: Path, cache_folder: Path) -> None:
        adapter = load_adapter()
        self._encoder = Encoder(folder, adapter)
        name = _remembered_file(adapter.version)
        # What was remembered of a model that learned something else is of no use.
        for path in cache_folder.glob(_remembered_file("*")):
            if path.name != name:
                with contextlib.suppress(OSError):
                    path.unlink()
        self._remembered = Remembered(cache_folder / name)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Return what people call the model."""
        return NAME

    def score(
        self, query: str, keys: Sequence[bytes], text_of: Callable[[int], str | None]
    ) -> NDArray[np.float32]:
        """Return the cosine of each text with a question; only what is not remembered is read."""
        import numpy as np

        if not keys:
            return np.zeros(0, np.float32)
        with self._lock:
            asked = self._encoder.encode([query])[0]
            found: NDArray[np.float32] = self._vectors(keys, text_of) @ asked
        return found

    def warm(self, keys: Sequence[bytes], text_of: Callable[[int], str | None]) -> int:
        """Remember the vectors of texts for later questions; return the room that is left.

        What a question brought is never given up for it.
        """
        with self._lock:
            room = self._remembered.room
            missing = [at for at, it in enumerate(keys) if it not in self._remembered][:room]
            self._make(keys, missing, text_of)
            return self._remembered.room

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, shape (len(texts), 384)."""
        with self._lock:
            return self._encoder.encode(texts)

    def close(self) -> None:
        """Let go of the file of remembered vectors."""
        with self._lock:
            self._remembered.close()

    def _vectors(
        self, keys: Sequence[bytes], text_of: Callable[[int], str | None]
    ) -> NDArray[np.float32]:
        """Return a row a key; what cannot be read has a row of NaN."""
        import numpy as np

        missing = [at for at, it in enumerate(keys) if it not in self._remembered]
        new = self._make(keys, missing, text_of)
        nothing = np.full(WIDTH, np.nan, np.float32)
        return np.stack(
            [
                vector
                if (vector := new.get(it)) is not None
                # A repeated key whose text is gone, too.
                else self._remembered.vector(it)
                if it in self._remembered
                else nothing
                for it in keys
            ]
        )

    def _make(
        self, keys: Sequence[bytes], missing: Sequence[int], text_of: Callable[[int], str | None]
    ) -> dict[bytes, NDArray[np.float32]]:
        texts = {keys[at]: text for at in missing if (text := text_of(at)) is not None}
        new = dict(zip(texts, self._encoder.encode(list(texts.values())), strict=True))
        self._remembered.add(new)
        return new
