"""Own the shape of MiniLM-L6 and the names of its files; no library is needed to know them."""

from __future__ import annotations

NAME = "minilm"
WEIGHTS, TOKENIZER = MODEL_FILES = ("model.safetensors", "tokenizer.json")
LAYERS, WIDTH, INNER, HEADS = 6, 384, 1536, 12
EPSILON = 1e-12
# What keeps the re-ranking of a cold index under 200 ms on two cores; names come first.
MOST_TOKENS = 64
# The matrices of a layer, which an adapter adds to.
DENSE = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
