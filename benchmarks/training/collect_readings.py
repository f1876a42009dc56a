"""Own the data that quality mode's transformer learns from: questions, answers, and near misses.

`python -m benchmarks.training.collect_readings FOLDER` reads what `collect` reads, apart from what
is held out, and writes `readings.npz` into FOLDER: texts as quality mode shows them, questions with
the number of the text that answers, and the texts that the static embedder takes for answers too.
It trains nothing.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.documented import c_functions
from benchmarks.training.collect import contextual, refused, sources
from glossator_indexer import static_embedder
from glossator_indexer.search.shown import MOST_LINES, shown
from glossator_server.evals.sentences import normal

SEED = 11
_SHORTEST_CODE = 60
_MOST_QUESTIONS = 30_000
# Near misses are looked for among so many functions, the answers and others.
_AMONG = 200_000
# So many near misses a question, of which each step draws some.
NEAR = 24
# A question whose answer the static embedder ranks lower is seldom about what the code says.
_LOWEST_RANK = 60
# What is so like the answer is another answer, as drivers copied from each other have them.
_COPY = 0.93
_AT_ONCE = 512


@dataclass(slots=True)
class _Found:
    texts: list[str] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)
    questions: list[tuple[str, int]] = field(default_factory=list)


def main() -> int:
    """Collect everything into the folder that the command line names."""
    folder = Path(sys.argv[1])
    found = _collected()
    rng = random.Random(SEED)
    said: dict[str, int] = {}
    for question, _ in found.questions:
        said[normal(question)] = said.get(normal(question), 0) + 1
    asked = [it for it in found.questions if said[normal(it[0])] == 1]
    rng.shuffle(asked)
    kept, near = _near_misses(asked[: 2 * _MOST_QUESTIONS], np.concatenate(found.vectors))
    kept, near = kept[:_MOST_QUESTIONS], near[:_MOST_QUESTIONS]
    # Only texts that somebody asks for or mistakes are kept.
    used = np.unique(np.concatenate([near.ravel(), [it for _, it in kept]]))
    np.savez(
        folder / "readings.npz",
        texts=np.array("\0".join(found.texts[at] for at in used)),
        questions=np.array("\0".join(it for it, _ in kept)),
        answers=np.searchsorted(used, [it for _, it in kept]).astype(np.int32),
        near=np.searchsorted(used, near).astype(np.int32),
    )
    print(f"{len(kept)} questions, {len(used)} of {len(found.texts)} texts")
    return 0


def _collected() -> _Found:
    found = _Found()
    without = refused()
    embedder = static_embedder.load()
    for root, files in sources():
        waiting: list[str] = []
        for path, lines, functions in c_functions(root, files):
            for it in functions:
                if it.name in without.names or without.is_copy(it.sentence):
                    continue
                first = max(it.start_line - 2, it.comment_end)
                code = "\n".join(lines[first : min(it.end_line, first + MOST_LINES)])
                if len(code) < _SHORTEST_CODE:
                    continue
                if it.sentence:
                    found.questions.append((it.sentence, len(found.texts)))
                found.texts.append(shown(code.lstrip()))
                waiting.append(contextual(path, code)[1])
            if len(waiting) > _AT_ONCE:
                found.vectors.append(embedder.encode(waiting).astype(np.float32))
                waiting.clear()
        if waiting:
            found.vectors.append(embedder.encode(waiting).astype(np.float32))
        print(root.name, len(found.texts), "functions", len(found.questions), "asked", flush=True)
    return found


def _near_misses(
    asked: list[tuple[str, int]], code: NDArray[np.float32]
) -> tuple[list[tuple[str, int]], NDArray[np.int64]]:
    """Return the questions that can be answered, and what is near them without being the answer."""
    embedder = static_embedder.load()
    kept: list[tuple[str, int]] = []
    near: list[NDArray[np.int64]] = []
    among = np.random.default_rng(SEED).permutation(len(code))[:_AMONG]
    others_of = np.ascontiguousarray(code[among].T)
    for some in _batches(asked):
        if len(kept) >= _MOST_QUESTIONS:
            break
        print(len(kept), "kept", flush=True)
        answers = np.array([it for _, it in some])
        questions = embedder.encode([it for it, _ in some])
        scores = questions @ others_of
        right = (questions * code[answers]).sum(axis=1)
        ranks = (scores > right[:, None]).sum(axis=1)
        for row, question in enumerate(some):
            if ranks[row] >= _LOWEST_RANK:
                continue
            best = np.argpartition(-scores[row], 4 * NEAR)[: 4 * NEAR]
            order = among[best[np.argsort(-scores[row, best])]]
            alike = code[order] @ code[answers[row]]
            others = order[(alike < _COPY) & (order != answers[row])][:NEAR]
            if len(others) == NEAR:
                kept.append(question)
                near.append(others)
    return kept, np.stack(near)


def _batches(asked: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    for begin in range(0, len(asked), _AT_ONCE):
        yield asked[begin : begin + _AT_ONCE]


if __name__ == "__main__":
    sys.exit(main())
