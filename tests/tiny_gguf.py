"""Own the writing of a tiny GGUF file for tests: an encoder with one layer and made-up weights.

It follows the published format (ggml's docs/gguf.md) and says nothing sensible; the engine runs it.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from pathlib import Path

MEAN, RANK = 1, 4
_WIDTH, _WIDER, _CONTEXT = 32, 64, 128
_ALIGNMENT = 32
_SPECIAL_WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WORDS = (*_SPECIAL_WORDS, "▁open", "▁file", "▁list", "▁add", "▁int", "▁a")


def write_encoder(path: Path, pooling: int) -> None:
    """Write a model whose vectors are made by `pooling`; `RANK` makes scores."""
    layer = {"attn_q": (_WIDTH, _WIDTH), "attn_k": (_WIDTH, _WIDTH), "attn_v": (_WIDTH, _WIDTH)}
    layer |= {"attn_output": (_WIDTH, _WIDTH)}
    layer |= {"ffn_up": (_WIDER, _WIDTH), "ffn_down": (_WIDTH, _WIDER)}
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (len(_WORDS), _WIDTH),
        "position_embd.weight": (_CONTEXT, _WIDTH),
        "token_types.weight": (2, _WIDTH),
    }
    for name, (rows, columns) in layer.items():
        shapes[f"blk.0.{name}.weight"] = (rows, columns)
        shapes[f"blk.0.{name}.bias"] = (rows,)
    for norm in ("token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm"):
        shapes |= {f"{norm}.weight": (_WIDTH,), f"{norm}.bias": (_WIDTH,)}
    if pooling == RANK:
        shapes |= {"cls.weight": (_WIDTH, _WIDTH), "cls.bias": (_WIDTH,)}
        shapes |= {"cls.output.weight": (1, _WIDTH), "cls.output.bias": (1,)}
    path.write_bytes(_file(_facts(pooling), shapes))


def _facts(pooling: int) -> list[bytes]:
    return [
        _text_fact("general.architecture", "bert"),
        _number("bert.context_length", _CONTEXT),
        _number("bert.embedding_length", _WIDTH),
        _number("bert.feed_forward_length", _WIDER),
        _number("bert.block_count", 1),
        _number("bert.attention.head_count", 4),
        _text("bert.attention.layer_norm_epsilon") + struct.pack("<If", 6, 1e-12),
        _text("bert.attention.causal") + struct.pack("<I?", 7, False),  # noqa: FBT003 -- the value
        _number("bert.pooling_type", pooling),
        _text_fact("tokenizer.ggml.model", "bert"),
        _text("tokenizer.ggml.tokens")
        + struct.pack("<IIQ", 9, 8, len(_WORDS))
        + b"".join(map(_text, _WORDS)),
        _number("tokenizer.ggml.token_type_count", 2),
        _number("tokenizer.ggml.unknown_token_id", 1),
        _number("tokenizer.ggml.seperator_token_id", 3),
        _number("tokenizer.ggml.padding_token_id", 0),
        _number("tokenizer.ggml.cls_token_id", 2),
        _number("tokenizer.ggml.bos_token_id", 2),
        _number("tokenizer.ggml.eos_token_id", 3),
    ]


def _file(facts: Sequence[bytes], shapes: dict[str, tuple[int, ...]]) -> bytes:
    chance = random.Random(1)
    infos, data = b"", b""
    for name, shape in shapes.items():
        # Dimensions are written with the fastest first; 0 is the type of 32-bit floats.
        infos += _text(name) + struct.pack("<I", len(shape))
        infos += struct.pack(f"<{len(shape)}Q", *reversed(shape)) + struct.pack("<IQ", 0, len(data))
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        is_norm = "norm.weight" in name
        values = [1.0 if is_norm else chance.gauss(0, 0.3) for _ in range(count)]
        data += struct.pack(f"<{count}f", *values)
        data += bytes(-len(data) % _ALIGNMENT)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(facts)) + b"".join(facts) + infos
    return head + bytes(-len(head) % _ALIGNMENT) + data


def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _text_fact(name: str, value: str) -> bytes:
    return _text(name) + struct.pack("<I", 8) + _text(value)


def _number(name: str, value: int) -> bytes:
    return _text(name) + struct.pack("<II", 4, value)
