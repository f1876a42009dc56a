"""Own the model itself: the published weights with an adapter added, as int8 on onnxruntime.

It must not remember what it makes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glossator_indexer.errors import EmbedderError
from glossator_indexer.rerank.adapter import Adapter
from glossator_indexer.rerank.files import tensors
from glossator_indexer.rerank.shape import (
    EPSILON,
    LAYERS,
    MOST_TOKENS,
    NAME,
    TOKENIZER,
    WEIGHTS,
    WIDTH,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GRAPH = Path(__file__).with_name("minilm_graph.onnx")
# Seven bits, since processors without VNNI add two products of eight bits in sixteen.
_GREATEST = 63
# Texts that run through the layers together: more wait for the longest of them.
_BATCH = 8
_MASKED = -10000.0
_THREADS = 2
_TOKENIZER = "WordPiece"


class Encoder:
    """The model itself: tokens in, unit vectors out."""

    def __init__(self, folder: Path, adapter: Adapter) -> None:
        try:
            self._weights = tensors(folder / WEIGHTS)
            self._session = _session(self._weights, adapter)
            self._tokenizer = _tokenizer(folder / TOKENIZER)
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


def _tokenizer(path: Path) -> Any:  # noqa: ANN401 -- the library is untyped
    import tokenizers

    said = path.read_text("utf-8")
    # The library raises a bare `Exception` for what it cannot read.
    if json.loads(said)["model"]["type"] != _TOKENIZER:
        raise ValueError("another tokenizer")
    return tokenizers.Tokenizer.from_str(said)


def _session(weights: Mapping[str, NDArray[Any]], adapter: Adapter) -> Any:  # noqa: ANN401 -- the library is untyped
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


def _filled(weights: Mapping[str, NDArray[Any]], adapter: Adapter) -> dict[str, NDArray[Any]]:
    import numpy as np

    found: dict[str, NDArray[Any]] = {}

    def dense(name: str, *sources: str) -> None:
        learned = [weights[f"{it}.weight"] + adapter.added_to(it) for it in sources]
        matrix = np.concatenate(learned).T
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
