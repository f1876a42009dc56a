"""Own teaching quality mode's transformer to read code: near misses in, an adapter out.

`python -m benchmarks.training.train_reader FOLDER` reads `readings.npz` from FOLDER and writes
`minilm_adapter.safetensors` into it: what is added to MiniLM's matrices, as products of two
thin ones (LoRA, Hu and others 2021). It needs PyTorch, in an environment of its own, and the model
where `glossator models fetch minilm` puts it. It reads no source code.

A question is pulled to its answer and pushed from what the static embedder takes for answers too,
and from the answers of the rest of the batch (InfoNCE).
"""

from __future__ import annotations

import hashlib
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
import torch
from numpy.typing import NDArray
from torch.nn import functional

from glossator_indexer.rerank import model_folder, shape
from glossator_indexer.rerank.adapter import save_adapter
from glossator_indexer.rerank.files import tensors

SEED = 13
THREADS = 2
RANK = 16
BATCH = 24  # questions
MISSES = 2  # of each question, beside its answer
HARDEST = 12  # from so many of the nearest they are drawn
LEARNING_RATE = 6e-4
WARMING_STEPS = 30
# Cosines are multiplied by it: unlike texts are some 0.1 apart.
SCALE = 20.0
SECONDS = float(45 * 60)
QUESTION_TOKENS = 32


class Reader(torch.nn.Module):
    """MiniLM-L6 as it was published, with thin matrices beside each of its own that learn."""

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        super().__init__()
        torch.manual_seed(SEED)
        self.frozen = weights
        self.down = torch.nn.ParameterDict()
        self.up = torch.nn.ParameterDict()
        for layer in range(shape.LAYERS):
            for name in shape.DENSE:
                wide, narrow = weights[f"encoder.layer.{layer}.{name}.weight"].shape
                key = _key(layer, name)
                self.down[key] = torch.nn.Parameter(torch.randn(RANK, narrow) / narrow**0.5)
                self.up[key] = torch.nn.Parameter(torch.zeros(wide, RANK))

    def forward(self, ids: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
        """Return one unit vector a text."""
        frozen = self.frozen
        state = frozen["embeddings.word_embeddings.weight"][ids]
        state = state + frozen["embeddings.position_embeddings.weight"][: ids.shape[1]]
        state = state + frozen["embeddings.token_type_embeddings.weight"][0]
        state = self._normal(state, "embeddings.LayerNorm")
        mask = torch.where(inside, 0.0, -1e4)[:, None, None, :]
        for layer in range(shape.LAYERS):
            state = self._layer(state, mask, layer)
        state = (state * inside[:, :, None]).sum(1) / inside.sum(1, keepdim=True)
        return functional.normalize(state, dim=1)

    def _layer(self, state: torch.Tensor, mask: torch.Tensor, layer: int) -> torch.Tensor:
        texts, tokens, width = state.shape
        heads = [
            self._dense(state, layer, f"attention.self.{it}")
            .view(texts, tokens, shape.HEADS, -1)
            .transpose(1, 2)
            for it in ("query", "key", "value")
        ]
        mixed = functional.scaled_dot_product_attention(*heads, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(texts, tokens, width)
        attended = self._dense(mixed, layer, "attention.output.dense")
        name = f"encoder.layer.{layer}"
        state = self._normal(state + attended, f"{name}.attention.output.LayerNorm")
        inner = functional.gelu(self._dense(state, layer, "intermediate.dense"))
        return self._normal(
            state + self._dense(inner, layer, "output.dense"), f"{name}.output.LayerNorm"
        )

    def _dense(self, state: torch.Tensor, layer: int, name: str) -> torch.Tensor:
        own = f"encoder.layer.{layer}.{name}"
        key = _key(layer, name)
        plain = functional.linear(state, self.frozen[f"{own}.weight"], self.frozen[f"{own}.bias"])
        return plain + functional.linear(functional.linear(state, self.down[key]), self.up[key])

    def _normal(self, state: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self.frozen[f"{name}.weight"], self.frozen[f"{name}.bias"]
        return functional.layer_norm(state, (shape.WIDTH,), weight, bias, shape.EPSILON)


def _key(layer: int, name: str) -> str:
    return f"{layer}.{name}".replace(".", "-")


class Readings:
    """What was collected, in tokens."""

    def __init__(self, path: Path, folder: Path) -> None:
        raw = np.load(path)
        tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / shape.TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(shape.MOST_TOKENS)
        self.texts = [it.ids for it in tokenizer.encode_batch(str(raw["texts"]).split("\0"))]
        tokenizer.enable_truncation(QUESTION_TOKENS)
        self.questions = [
            it.ids for it in tokenizer.encode_batch(str(raw["questions"]).split("\0"))
        ]
        self.answers: NDArray[np.int32] = raw["answers"]
        self.near: NDArray[np.int32] = raw["near"]
        self.random = np.random.default_rng(SEED)

    def draw(self, at: int) -> tuple[list[list[int]], list[list[int]]]:
        """Return a batch of questions, and of texts: their answers, then the near misses."""
        chosen = np.arange(at * BATCH, (at + 1) * BATCH) % len(self.questions)
        misses = [
            self.near[it, self.random.choice(HARDEST, MISSES, replace=False)] for it in chosen
        ]
        texts = [*self.answers[chosen], *np.concatenate(misses)]
        return [self.questions[it] for it in chosen], [self.texts[it] for it in texts]


def padded(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return tokens and which of them are there, shapes (texts, most tokens)."""
    width = max(map(len, rows))
    ids = torch.tensor([[*it, *[0] * (width - len(it))] for it in rows])
    inside = torch.arange(width) < torch.tensor([len(it) for it in rows])[:, None]
    return ids, inside


def train(reader: Reader, readings: Readings, target: Path, provenance: dict[str, str]) -> None:
    """Train for some time, and write what was learned every few minutes; the rate falls."""
    optimizer = torch.optim.AdamW(reader.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    started = saved = time.monotonic()
    step, seen = 0, 0.0
    while (spent := time.monotonic() - started) < SECONDS:
        rate = min(1.0, (step + 1) / WARMING_STEPS) * (1 - spent / SECONDS)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * rate
        questions, texts = readings.draw(step)
        asked, read = reader(*padded(questions)), reader(*padded(texts))
        logits = SCALE * asked @ read.T
        # The same text is no wrong answer to another question.
        marks = torch.tensor([hash(tuple(it)) for it in texts])
        right = torch.arange(len(questions))
        same = (marks[None, :] == marks[right][:, None]) & (
            torch.arange(len(texts))[None, :] != right[:, None]
        )
        logits = logits.masked_fill(same, -1e4)
        loss = functional.cross_entropy(logits, right)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        step += 1
        seen = loss.item() if step == 1 else 0.98 * seen + 0.02 * loss.item()
        if step % 25 == 0:
            print(f"step {step}, {spent:.0f} s, loss {seen:.3f}", flush=True)
        if time.monotonic() - saved > 300:
            saved = time.monotonic()
            write(reader, target, provenance | {"steps": str(step)})
    write(reader, target, provenance | {"steps": str(step)})


def write(reader: Reader, path: Path, provenance: dict[str, str]) -> None:
    """Write the thin matrices by the names of the matrices that they join."""
    matrices = {}
    for layer in range(shape.LAYERS):
        for name in shape.DENSE:
            for part, learned in (("down", reader.down), ("up", reader.up)):
                matrix = learned[_key(layer, name)].detach().numpy()
                matrices[f"encoder.layer.{layer}.{name}.{part}"] = matrix
    save_adapter(path, matrices, provenance)


def main() -> int:
    """Train on the folder's readings and write the adapter beside them."""
    folder = Path(sys.argv[1])
    torch.set_num_threads(THREADS)
    source = folder / "readings.npz"
    model = model_folder()
    weights = {
        name: torch.from_numpy(np.array(it)) for name, it in tensors(model / shape.WEIGHTS).items()
    }
    reader = Reader(weights)
    readings = Readings(source, model)
    parameters = sum(math.prod(it.shape) for it in reader.parameters())
    print(f"{len(readings.questions)} questions, {parameters} numbers learn", flush=True)
    provenance = {
        "base": "all-MiniLM-L6-v2",
        "data": "linux-source-6.1 without held-out folders, busybox, git, zstd (Debian 12 sources)",
        "questions": str(len(readings.questions)),
        "readings_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
    }
    train(reader, readings, folder / "minilm_adapter.safetensors", provenance)
    return 0


if __name__ == "__main__":
    sys.exit(main())
