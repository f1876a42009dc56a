"""Own the transformer of quality mode: MiniLM-L6 as int8 on onnxruntime, and what it remembers.

What it learned about code, an adapter of thin matrices (LoRA, Hu and others 2021), comes in the
package and is added to the published model when that is loaded. It must not fetch: the model's
files are where `glossator models fetch minilm` puts them. It is the only importer of onnxruntime
and tokenizers, which come with the `quality` extra.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zlib import crc32

import platformdirs

from glossator_indexer.errors import EmbedderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "minilm"
LAYERS, WIDTH, INNER, HEADS = 6, 384, 1536, 12
EPSILON = 1e-12

_GRAPH = Path(__file__).with_name("minilm_graph.onnx")
_ADAPTER = Path(__file__).with_name("minilm_adapter.safetensors")
# Seven bits, since processors without VNNI add two products of eight bits in sixteen.
_GREATEST = 63
# What keeps the re-ranking of a cold index under 200 ms on two cores; names come first.
MOST_TOKENS = 64
# Texts that run through the layers together: more wait for the longest of them.
_BATCH = 8
_MASKED = -10000.0
_THREADS = 2
_TOKENIZER = "WordPiece"
# The names that safetensors has for numpy's types.
_FLOATS = {"F32": "<f4", "F16": "<f2"}

_HASH = 16
_RECORD = _HASH + 4 + WIDTH
_MOST_REMEMBERED = 50_000


def model_folder() -> Path:
    """Return the folder of the fetched model."""
    return Path(platformdirs.user_data_dir("glossator", appauthor=False)) / "models" / NAME


def was_asked(cache_folder: Path) -> bool:
    """Tell whether a re-ranker has remembered anything in `cache_folder`."""
    return _remembered_file(cache_folder).is_file()


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
    if not all((folder / it).is_file() for it in ("model.safetensors", "tokenizer.json")):
        raise EmbedderError(
            f"Quality mode needs its model: run `glossator models fetch {NAME}`; until then the"
            " fast order stays."
        )
    remembered = _remembered_file(cache_folder)
    for former in cache_folder.glob(f"{NAME}*.vectors"):
        if former != remembered:
            former.unlink(missing_ok=True)
    return MiniLm(folder, remembered)


def _remembered_file(cache_folder: Path) -> Path:
    """Return where vectors are remembered: those of another adapter are of no use."""
    return cache_folder / f"{NAME}-{_adapter_version()}.vectors"


@functools.cache
def _adapter_version() -> str:
    return hashlib.sha256(_ADAPTER.read_bytes()).hexdigest()[:8]


class MiniLm:
    """Scores by the cosine of MiniLM's vectors; follows `ports.Reranker`, for any thread."""

    def __init__(self, folder: Path, remembered: Path) -> None:
        self._encoder = _Encoder(folder)
        self._remembered = Remembered(remembered)
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


class _Encoder:
    """The model itself: tokens in, unit vectors out."""

    def __init__(self, folder: Path) -> None:
        try:
            self._weights = tensors(folder / "model.safetensors")
            self._session = _session(self._weights, tensors(_ADAPTER))
            self._tokenizer = _tokenizer(folder / "tokenizer.json")
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EmbedderError(
                f"The model in {folder} is damaged; run `glossator models fetch {NAME}`."
            ) from error
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text; texts of like length run together."""
        import numpy as np

        found = np.zeros((len(texts), WIDTH), np.float32)
        tokens = [it.ids for it in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda at: len(tokens[at]))
        for begin in range(0, len(order), _BATCH):
            chosen = order[begin : begin + _BATCH]
            found[chosen] = self._run([tokens[at] for at in chosen])
        return found

    def _run(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        import numpy as np

        lengths = np.array([len(it) for it in tokens])
        ids = np.zeros((len(tokens), lengths.max()), np.int64)
        for row, it in enumerate(tokens):
            ids[row, : len(it)] = it
        inside = np.arange(ids.shape[1]) < lengths[:, None]
        mask = np.where(inside, 0, _MASKED).astype(np.float32)[:, None, None, :]
        (encoded,) = self._session.run(None, {"embedded": self._embedded(ids), "mask": mask})
        mean = (encoded * inside[:, :, None]).sum(axis=1) / lengths[:, None]
        unit: NDArray[np.float32] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit

    def _embedded(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        weights = self._weights
        rows: NDArray[np.float32] = weights["embeddings.word_embeddings.weight"][ids]
        rows = rows + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        rows += weights["embeddings.token_type_embeddings.weight"][0]
        rows -= rows.mean(axis=-1, keepdims=True)
        rows /= (rows.var(axis=-1, keepdims=True) + EPSILON) ** 0.5
        rows *= weights["embeddings.LayerNorm.weight"]
        rows += weights["embeddings.LayerNorm.bias"]
        return rows


def tensors(path: Path) -> Mapping[str, NDArray[Any]]:
    """Map a safetensors file of floats into memory; raises `ValueError` where it is none."""
    import numpy as np

    raw = np.memmap(path, np.uint8, "r")
    length = int.from_bytes(raw[:8].tobytes(), "little")
    if length > len(raw):
        raise ValueError("the head is longer than the file")
    head = json.loads(raw[8 : 8 + length].tobytes())
    data = raw[8 + length :]
    return {
        name: data[slice(*it["data_offsets"])].view(_FLOATS[it["dtype"]]).reshape(it["shape"])
        for name, it in head.items()
        if name != "__metadata__" and it["dtype"] in _FLOATS
    }


def _tokenizer(path: Path) -> Any:  # noqa: ANN401 -- the library is untyped
    import tokenizers

    said = path.read_text("utf-8")
    # The library raises a bare `Exception` for what it cannot read.
    if json.loads(said)["model"]["type"] != _TOKENIZER:
        raise ValueError("another tokenizer")
    return tokenizers.Tokenizer.from_str(said)


def _session(weights: Mapping[str, NDArray[Any]], adapter: Mapping[str, NDArray[Any]]) -> Any:  # noqa: ANN401 -- the library is untyped
    """Return the graph with the weights filled in as int8."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.log_severity_level = 3
    # Threads that wait for each other by turning in place take the core that an editor needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    filled = _filled(weights, adapter)
    options.add_external_initializers(
        list(filled), [onnxruntime.OrtValue.ortvalue_from_numpy(it) for it in filled.values()]
    )
    return onnxruntime.InferenceSession(
        _GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"]
    )


def _filled(
    weights: Mapping[str, NDArray[Any]], adapter: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    import numpy as np

    found: dict[str, NDArray[Any]] = {}

    def learned(source: str) -> NDArray[Any]:
        up, down = (adapter[f"{source}.{it}"].astype(np.float32) for it in ("up", "down"))
        matrix: NDArray[Any] = weights[f"{source}.weight"] + up @ down
        return matrix

    def dense(name: str, *sources: str) -> None:
        matrix = np.concatenate([learned(it) for it in sources]).T
        scale = np.abs(matrix).max(axis=0) / _GREATEST
        found[f"{name}.weight"] = np.ascontiguousarray(np.rint(matrix / scale).astype(np.int8))
        found[f"{name}.scale"] = scale.astype(np.float32)
        found[f"{name}.bias"] = np.concatenate([weights[f"{it}.bias"] for it in sources])

    for number in range(LAYERS):
        ours, theirs = f"layer{number}", f"encoder.layer.{number}"
        attention = f"{theirs}.attention"
        dense(f"{ours}.qkv", *(f"{attention}.self.{it}" for it in ("query", "key", "value")))
        dense(f"{ours}.attended", f"{attention}.output.dense")
        dense(f"{ours}.inner", f"{theirs}.intermediate.dense")
        dense(f"{ours}.outer", f"{theirs}.output.dense")
        for norm, source in (("first", f"{attention}.output"), ("second", f"{theirs}.output")):
            found[f"{ours}.{norm}.scale"] = np.array(weights[f"{source}.LayerNorm.weight"])
            found[f"{ours}.{norm}.bias"] = np.array(weights[f"{source}.LayerNorm.bias"])
    return found


class Remembered:
    """Vectors by the hash of their text, in a file that may break off anywhere.

    The file holds records of one size: hash, CRC-32, and the vector as int8; the newest count. It
    is written anew, with what was used last, when twice the bound has been reached. Where it cannot
    be written, vectors are remembered in memory alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: OrderedDict[bytes, bytes] = OrderedDict()
        self._file: BinaryIO | None = None
        self.made = 0
        with contextlib.suppress(OSError):
            self._read(path.read_bytes())
        self._records = len(self._rows)
        self._rewrite()

    @property
    def room(self) -> int:
        """Return how many more are remembered before one is forgotten."""
        return max(0, _MOST_REMEMBERED - len(self._rows))

    def __contains__(self, key: bytes) -> bool:
        return key in self._rows

    def vector(self, key: bytes) -> NDArray[np.float32]:
        """Return a vector that is remembered."""
        import numpy as np

        self._rows.move_to_end(key)
        row = np.frombuffer(self._rows[key], np.int8).astype(np.float32)
        unit: NDArray[np.float32] = row / max(float(row @ row) ** 0.5, 1.0)
        return unit

    def add(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Remember vectors, in the file as well where it can be written."""
        import numpy as np

        if not vectors:
            return
        rows = {key: np.rint(it * 127).astype(np.int8).tobytes() for key, it in vectors.items()}
        self._rows.update(rows)
        self.made += len(rows)
        self._records += len(rows)
        while len(self._rows) > _MOST_REMEMBERED:
            self._rows.popitem(last=False)
        if self._records > 2 * _MOST_REMEMBERED:
            self._rewrite()
        elif self._file is not None:
            with contextlib.suppress(OSError):
                self._file.write(b"".join(_record(*it) for it in rows.items()))
                self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self, raw: bytes) -> None:
        for begin in range(0, len(raw) - _RECORD + 1, _RECORD):
            record = raw[begin : begin + _RECORD]
            key, row = record[:_HASH], record[_HASH + 4 :]
            if _record(key, row) == record:
                self._rows[key] = row
                self._rows.move_to_end(key)
        while len(self._rows) > _MOST_REMEMBERED:
            self._rows.popitem(last=False)

    def _rewrite(self) -> None:
        """Write a file of what is remembered beside the old one, and put it in its place."""
        temporary = self._path.with_suffix(".new")
        self.close()
        self._records = len(self._rows)
        with contextlib.suppress(OSError):
            temporary.write_bytes(b"".join(_record(*it) for it in self._rows.items()))
            temporary.replace(self._path)
            self._file = self._path.open("ab")


def _record(key: bytes, row: bytes) -> bytes:
    return key + crc32(key + row).to_bytes(4, "little") + row
