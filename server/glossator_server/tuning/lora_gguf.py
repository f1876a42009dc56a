"""Own the writing of an adapter as the file that llama.cpp reads: GGUF of the type `adapter`.

It must not load a base: shapes and the base's configuration say all that is needed.

llama.cpp turns each head of `q_proj` and `k_proj` round when it converts a model of the Llama
kind (`LlamaModel.permute` in its `convert_hf_to_gguf.py`), so that its rotation works on
neighbours. What is added to these projections has to be turned round alike: the rows of `lora_B`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_server.errors import UsageError

_NAME = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])\.weight")
# The engine's names of the kinds of model that have the projections we train.
_ARCHITECTURES = {
    "llama": "llama",
    "mistral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "gemma2": "gemma2",
    "gemma3_text": "gemma3",
}
# Whose heads llama.cpp turns round.
_TURNED = frozenset({"llama"})
# Rows that are no multiple of it cannot be quantised.
_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Heads:
    """What the base's configuration says of its attention."""

    kind: str
    layers: int
    query: int
    keys: int


def heads_of(config: Any) -> Heads:  # noqa: ANN401 -- transformers' own
    """Return the shape of a base's attention.

    Raises `UsageError` for a kind of base whose adapters cannot be written.
    """
    if config.model_type not in _ARCHITECTURES:
        raise UsageError(
            f"No GGUF adapter can be written for a base of the kind {config.model_type}; "
            f"known are {', '.join(_ARCHITECTURES)}."
        )
    return Heads(
        config.model_type,
        config.num_hidden_layers,
        config.num_attention_heads,
        config.num_key_value_heads,
    )


def write_lora_gguf(
    path: Path, weights: Mapping[str, Any], alpha: float, heads: Heads, quantised: str
) -> None:
    """Write an adapter in float16, or with `quantised` "q8_0" in eight bits where rows allow it.

    `weights` are peft's names and float32 arrays. Rows of rank 16 stay float16 in both.
    """
    tensors = dict(_tensors(weights, heads))
    write_tensors(path, _ARCHITECTURES[heads.kind], tensors, alpha, quantised)


def write_tensors(
    path: Path, architecture: str, tensors: Mapping[str, Any], alpha: float, quantised: str
) -> None:
    """Write an adapter whose tensors, float32 arrays, have llama.cpp's names and order already."""
    from gguf import GGMLQuantizationType, GGUFWriter
    from gguf.quants import quantize

    writer = GGUFWriter(path, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(alpha))
    for name, array in tensors.items():
        if quantised == "q8_0" and array.shape[-1] % _BLOCK == 0:
            kind = GGMLQuantizationType.Q8_0
        else:
            kind = GGMLQuantizationType.F16
        writer.add_tensor(name, quantize(array, kind), raw_dtype=kind)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _tensors(weights: Mapping[str, Any], heads: Heads) -> Iterator[tuple[str, Any]]:
    from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

    numbers = {name: number for number, name in MODEL_ARCH_NAMES.items()}
    names = get_tensor_name_map(numbers[_ARCHITECTURES[heads.kind]], heads.layers)
    for name, array in weights.items():
        match = _NAME.fullmatch(name)
        if match is None:
            raise UsageError(f"{name} is no part of an adapter that llama.cpp knows.")
        module, side = match["module"], match["side"]
        known = names.get_name(module)
        if known is None:
            raise UsageError(f"llama.cpp has no place for {module}; train other projections.")
        is_turned = side == "B" and _ARCHITECTURES[heads.kind] in _TURNED
        placed = _turned(module, array, heads) if is_turned else array
        yield f"{known}.weight.lora_{side.lower()}", placed


def _turned(module: str, array: Any, heads: Heads) -> Any:  # noqa: ANN401 -- an array
    if module.endswith("q_proj"):
        count = heads.query
    elif module.endswith("k_proj"):
        count = heads.keys
    else:
        return array
    rows, rank = array.shape
    return array.reshape(count, 2, rows // count // 2, rank).swapaxes(1, 2).reshape(rows, rank)
