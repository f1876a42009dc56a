"""Own the labelled examples: reading them, and finding the one that is nearest to a text.

They were written by hand; nothing here adds to them.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from glossator_server.intent.types import Intent

EXAMPLES_FILE = Path(__file__).with_name("examples.jsonl")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|\S")
_MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Example:
    """An utterance with its label; `carrier` is where it stands, `command` or `comment`."""

    text: str
    intent: Intent
    speaker: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Near:
    """An example and how near it is: 1 has the same words, 0 none of them."""

    example: Example
    similarity: float


def read_examples(path: Path = EXAMPLES_FILE) -> tuple[Example, ...]:
    """Return the examples of a file."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    return tuple(
        Example(it["text"], Intent(it["intent"]), it["speaker"], it["carrier"]) for it in rows
    )


class NearestExamples:
    """Finds examples by their words, the rare ones counting more."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self._examples = tuple(examples)
        words = [_words(it.text) for it in self._examples]
        counts = Counter(word for those in words for word in those)
        self._weights = {word: math.log(1 + len(words) / count) for word, count in counts.items()}
        self._unknown = math.log(1 + len(words))
        self._lengths = [self._length(it) for it in words]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for at, those in enumerate(words):
            for word in those:
                self._holders[word].append(at)

    def nearest(self, text: str) -> Near | None:
        """Return the nearest example, None where none shares a word."""
        words = _words(text)
        shared: dict[int, float] = defaultdict(float)
        for word in words:
            for at in self._holders.get(word, ()):
                shared[at] += self._weights[word] ** 2
        if not shared:
            return None
        length = self._length(words)
        best = max(shared, key=lambda at: (shared[at] / self._lengths[at], -at))
        return Near(self._examples[best], shared[best] / self._lengths[best] / length)

    def _length(self, words: Iterable[str]) -> float:
        squares = (self._weights.get(it, self._unknown) ** 2 for it in words)
        return math.sqrt(sum(squares)) or 1.0


def _words(text: str) -> dict[str, None]:
    return dict.fromkeys(_WORD.findall(text.lower())[:_MOST_WORDS])
