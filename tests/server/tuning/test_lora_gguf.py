"""Own the proof that what llama.cpp adds to its turned heads is what was trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from glossator_server.errors import UsageError
from glossator_server.tuning.lora_gguf import Heads, _turned, write_lora_gguf
from tests.server.tuning.adapters import HEADS, KEY_HEADS, LAYERS, WIDTH, random_weights

Floats = NDArray[np.float64]
SHAPE = Heads("llama", LAYERS, HEADS, KEY_HEADS)
PROJECTIONS = {
    "self_attn.q_proj": (WIDTH, WIDTH),
    "self_attn.k_proj": (WIDTH, KEY_HEADS * WIDTH // HEADS),
    "mlp.down_proj": (1536, WIDTH),
}


def rotated_by_halves(head: Floats, at: int) -> Floats:
    """Rotate as transformers does: number i with number i + half (Su et al., 2021)."""
    half = len(head) // 2
    angles = at * 10000.0 ** (-np.arange(half) / half)
    first, second = head[:half], head[half:]
    return np.concatenate(
        [
            first * np.cos(angles) - second * np.sin(angles),
            second * np.cos(angles) + first * np.sin(angles),
        ]
    )


def rotated_by_pairs(head: Floats, at: int) -> Floats:
    """Rotate as llama.cpp does for models of the Llama kind: number 2i with number 2i + 1."""
    half = len(head) // 2
    angles = at * 10000.0 ** (-np.arange(half) / half)
    first, second = head[0::2], head[1::2]
    turned = np.empty_like(head)
    turned[0::2] = first * np.cos(angles) - second * np.sin(angles)
    turned[1::2] = second * np.cos(angles) + first * np.sin(angles)
    return turned


def test_turned_heads_attend_as_they_were_trained() -> None:
    random = np.random.default_rng(1)
    rank, width, count = 4, 16, 3
    x, y = random.standard_normal((2, rank))
    q, k = random.standard_normal((2, count * width, rank))
    shape = Heads("llama", 1, count, count)
    turned_q, turned_k = _turned("a.q_proj", q, shape), _turned("a.k_proj", k, shape)
    for head in range(count):
        part = slice(head * width, (head + 1) * width)
        trained = rotated_by_halves((q @ x)[part], 5) @ rotated_by_halves((k @ y)[part], 9)
        run = rotated_by_pairs((turned_q @ x)[part], 5) @ rotated_by_pairs((turned_k @ y)[part], 9)
        assert run == pytest.approx(trained)
        unturned = rotated_by_pairs((q @ x)[part], 5) @ rotated_by_pairs((k @ y)[part], 9)
        assert unturned != pytest.approx(trained)


@pytest.mark.parametrize("form", ["f16", "q8_0"])
def test_the_file_holds_what_was_trained(tmp_path: Path, form: str) -> None:
    gguf = pytest.importorskip("gguf", reason="the extra `tune` is not installed")
    weights = random_weights(1, 0.1, PROJECTIONS)
    write_lora_gguf(tmp_path / "a.gguf", weights, 8.0, SHAPE, form)
    reader = gguf.GGUFReader(tmp_path / "a.gguf")
    fields = {
        it: reader.get_field(it).contents()
        for it in ("general.architecture", "general.type", "adapter.type", "adapter.lora.alpha")
    }
    assert list(fields.values()) == ["llama", "adapter", "lora", 8.0]
    found = {it.name: it for it in reader.tensors}
    assert len(found) == len(weights)
    down = "base_model.model.model.layers.3.mlp.down_proj.lora_A.weight"
    tensor = found["blk.3.ffn_down.weight.lora_a"]
    read = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    assert tensor.tensor_type.name == form.upper()
    assert read == pytest.approx(weights[down], abs=0.002)
    keys = "base_model.model.model.layers.3.self_attn.k_proj.lora_B.weight"
    tensor = found["blk.3.attn_k.weight.lora_b"]
    assert tensor.tensor_type.name == "F16"
    assert tensor.data == pytest.approx(_turned("k_proj", weights[keys], SHAPE), abs=0.001)


@pytest.mark.parametrize(
    "name", ["base_model.model.lm_head.bias", "base_model.model.model.layers.0.x.lora_A.weight"]
)
def test_what_the_engine_has_no_place_for_is_told(tmp_path: Path, name: str) -> None:
    pytest.importorskip("gguf", reason="the extra `tune` is not installed")
    with pytest.raises(UsageError):
        write_lora_gguf(tmp_path / "a.gguf", {name: np.zeros((4, 4))}, 8.0, SHAPE, "f16")
