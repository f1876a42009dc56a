"""Own the training of the static embedder: pairs of words in, the package's file out.

`python -m benchmarks.training.train FOLDER` reads `pairs.npz` from FOLDER and writes
`static_embedder.bin` into it. It needs PyTorch, in an environment of its own: nothing that users
install needs it. It reads no source code.

The model is a table: a text is the sum of its words' rows. A question and the code that it is about
are pulled together, all others of the batch pushed away (InfoNCE, both ways); each batch holds runs
of one file's functions, so that neighbours are among the others.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from benchmarks.training.collect import PARTS
from glossator_indexer.static_embedder import DIMENSIONS, Tables, pieces_of, save

SEED = 7
THREADS = 1
# One table for questions and code: a second one for questions brought less than 0.002 nDCG@10.
WORDS = 40_000
WORDS_OF_QUESTIONS = 12_000
BATCH = 2048
STEPS = 480  # five minutes on a quiet core
RUN = 4  # functions of one file in a row
MOST_WORDS = 128  # of a body; a random choice beyond
LEARNING_RATE = 4e-3
WARMING_STEPS = 50
LOGIT_SCALE = 20.0
# Of a batch: first sentences, whole comments, names as questions.
SHARES = (0.55, 0.25, 0.2)
# How often the code goes without its own name, so that bodies are learned too.
NAME_DROPPED = 0.3
# How many words are left out of each text at random: no single one is to be relied upon.
WORD_DROPPED = 0.2
SMOOTHING = 1e-3  # of SIF, the weights that rows begin with (Arora et al. 2017)


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of different lengths, one after the other."""

    values: NDArray[np.int32]
    ends: NDArray[np.int64]

    def row(self, at: int) -> NDArray[np.int32]:
        """Return one row."""
        return self.values[self.ends[at - 1] if at else 0 : self.ends[at]]

    def lengths(self) -> NDArray[np.int64]:
        """Return the length of each row."""
        return np.diff(self.ends, prepend=0)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Everything that was collected, in numbers of the vocabulary."""

    words: tuple[str, ...]
    parts: dict[str, Ragged]
    files: NDArray[np.int32]
    frequency: NDArray[np.float64]


def read_pairs(path: Path) -> Pairs:
    """Read what `collect` wrote and choose the vocabulary: words of questions first."""
    raw = np.load(path)
    known = str(raw["words"]).split("\n")
    parts = {name: Ragged(raw[name], raw[f"{name}_ends"]) for name in PARTS}
    asked = sum(
        np.bincount(parts[it].values, minlength=len(known)) for it in ("sentence", "comment")
    )
    coded = np.bincount(parts["body"].values, minlength=len(known))
    plausible = np.array([2 <= len(it) <= 24 for it in known])
    first = np.argsort(-asked * plausible, kind="stable")[:WORDS_OF_QUESTIONS]
    rest = (coded + asked) * plausible
    rest[first] = 0
    others = np.argsort(-rest, kind="stable")[: WORDS - WORDS_OF_QUESTIONS]
    words = tuple(known[at] for at in (*first, *others))
    rows = {word: at for at, word in enumerate(words)}
    pieces = [pieces_of(word, rows) for word in known]
    starts = np.cumsum([0, *map(len, pieces)])
    flat = np.array([at for it in pieces for at in it], np.int32)
    parts = {name: _mapped(it, starts, flat) for name, it in parts.items()}
    counts = np.bincount(parts["body"].values, minlength=len(words)).astype(np.float64)
    print(f"{len(known)} words, the rarest kept comes {int(rest[others[-1]])} times", flush=True)
    return Pairs(words, parts, raw["files"], counts / counts.sum())


def _mapped(it: Ragged, starts: NDArray[np.int64], flat: NDArray[np.int32]) -> Ragged:
    """Replace each number by those of its pieces."""
    begin = starts[it.values]
    count = starts[it.values + 1] - begin
    ends = np.cumsum(count)
    offsets = np.arange(ends[-1]) - np.repeat(ends - count, count)
    values = flat[np.repeat(begin, count) + offsets]
    padded = np.concatenate([[0], ends])
    return Ragged(values, padded[it.ends])


@dataclass(frozen=True, slots=True)
class Batch:
    """Questions with the first lines and the whole of their answers; `same` tells copies."""

    same: tuple[int, ...]
    questions: list[NDArray[np.int32]]
    heads: list[NDArray[np.int32]]
    texts: list[NDArray[np.int32]]


class Batches:
    """Draws batches: runs of functions of one file, each with a question of some kind."""

    def __init__(self, pairs: Pairs) -> None:
        self._parts = pairs.parts
        self._random = np.random.default_rng(SEED)
        has_sentence = pairs.parts["sentence"].lengths() >= 3
        has_comment = pairs.parts["comment"].lengths() >= 6
        has_name = pairs.parts["name"].lengths() >= 2
        self._kinds = (
            ("sentence", np.flatnonzero(has_sentence)),
            ("comment", np.flatnonzero(has_comment)),
            ("name", np.flatnonzero(has_name & ~has_sentence)),
        )
        print({name: len(it) for name, it in self._kinds}, flush=True)

    def draw(self) -> Batch:
        """Draw a batch."""
        same: list[int] = []
        questions: list[NDArray[np.int32]] = []
        heads: list[NDArray[np.int32]] = []
        texts: list[NDArray[np.int32]] = []
        for (kind, among), share in zip(self._kinds, SHARES, strict=True):
            starts = self._random.integers(0, len(among) - RUN, int(BATCH * share) // RUN)
            for at in (starts[:, None] + np.arange(RUN)).ravel():
                same.append(hash(self._parts[kind].row(int(among[at])).tobytes()))
                question, head, text = self._pair(kind, int(among[at]))
                questions.append(question)
                heads.append(head)
                texts.append(text)
        return Batch(tuple(same), questions, heads, texts)

    def _pair(self, kind: str, at: int) -> tuple[NDArray[np.int32], ...]:
        parts = self._parts
        question, head, body = parts[kind].row(at), parts["head"].row(at), parts["body"].row(at)
        question, head, body = self._some(question), self._some(head), self._some(body)
        if kind != "name" and self._random.random() >= NAME_DROPPED:
            name = parts["name"].row(at)
            return question, np.concatenate([head, name]), np.concatenate([body, name])
        return question, head, body

    def _some(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """Leave words out at random, never all."""
        kept = ids[self._random.random(len(ids)) >= WORD_DROPPED]
        if len(kept) > MOST_WORDS:
            kept = self._random.choice(kept, MOST_WORDS, replace=False)
        return kept if len(kept) else ids


class Model(torch.nn.Module):
    """A row a word, and the weight of a text's first lines."""

    def __init__(self, pairs: Pairs) -> None:
        super().__init__()
        torch.manual_seed(SEED)
        weights = SMOOTHING / (SMOOTHING + torch.from_numpy(pairs.frequency).float())
        rows = torch.randn(len(pairs.words), DIMENSIONS) / DIMENSIONS**0.5 * weights[:, None]
        self.table = torch.nn.Parameter(rows)
        self.head_share = torch.nn.Parameter(torch.tensor(0.7))
        self.scale = torch.nn.Parameter(torch.tensor(LOGIT_SCALE).log())

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch."""
        asked = _summed(self.table, batch.questions)
        found = functional.normalize(
            _summed(self.table, batch.texts) + self.head_share * _summed(self.table, batch.heads),
            dim=1,
        )
        logits = self.scale.exp().clamp(max=100) * asked @ found.T
        right = torch.arange(len(asked))
        # Code that is asked for by the very same words is no wrong answer.
        same = torch.tensor(batch.same)
        alike = (same[:, None] == same[None, :]) & ~torch.eye(len(right), dtype=torch.bool)
        logits = logits.masked_fill(alike, -1e4)
        both = functional.cross_entropy(logits, right) + functional.cross_entropy(logits.T, right)
        return both / 2


def _summed(table: torch.Tensor, rows: list[NDArray[np.int32]]) -> torch.Tensor:
    lengths = np.array([len(it) for it in rows])
    offsets = torch.from_numpy(np.cumsum(lengths) - lengths)
    ids = torch.from_numpy(np.concatenate(rows).astype(np.int64))
    return functional.normalize(functional.embedding_bag(ids, table, offsets, mode="sum"), dim=1)


def train(pairs: Pairs) -> Model:
    """Train; the rate falls along a cosine to nothing."""
    model = Model(pairs)
    batches = Batches(pairs)
    optimizer = torch.optim.Adam(
        model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.99), fused=True
    )
    for step in range(STEPS):
        warmed = min(1.0, (step + 1) / WARMING_STEPS)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * warmed * (0.5 + 0.5 * np.cos(np.pi * step / STEPS))
        loss = model(batches.draw())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print(
                f"{step} of {STEPS}, loss {loss.item():.3f}, "
                f"head {model.head_share.item():.2f}, scale {model.scale.exp().item():.1f}",
                flush=True,
            )
    return model


def main() -> int:
    """Train on the folder's pairs and write the model beside them."""
    folder = Path(sys.argv[1])
    torch.set_num_threads(THREADS)
    pairs = read_pairs(folder / "pairs.npz")
    model = train(pairs)
    table = model.table.detach().numpy()
    provenance = {
        "data": "linux-source-6.1 without held-out folders, busybox, git, zstd (Debian 12 sources)",
        "functions": len(pairs.files),
        "pairs_sha256": hashlib.sha256((folder / "pairs.npz").read_bytes()).hexdigest(),
        "steps": STEPS,
    }
    tables = Tables(pairs.words, table, float(model.head_share.detach()))
    save(folder / "static_embedder.bin", tables, provenance)
    print(json.dumps(provenance, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
