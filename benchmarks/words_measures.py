"""Own how like two texts are: by words, by characters, by meaning, and by what they name.

It must not know where the texts come from.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from glossator_indexer import rerank

_WORD = re.compile(r"\w+")
# Names as code writes them: what a reader takes for something that exists.
_MENTION = re.compile(
    r"@(\w+)|\b([A-Za-z_]\w*)\(\)|\b([A-Za-z]+(?:_\w+)+)\b|-(E(?:[A-Z][A-Z0-9]{2,}|2BIG))\b"
)
_LONGEST_GRAM = 6
_BETA = 2.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a text is to a person's; `mentions` is the share of what it names that exists.

    `mentions` is 1 where nothing is named: nothing that is wrong stands there.
    """

    rouge_l: float
    chrf: float
    meaning: float
    mentions: float


def likeness(said: str, wrote: str, code: str) -> Likeness:
    """Compare what was written with what a person said, about code that is shown beside it."""
    return Likeness(
        round(rouge_l(said, wrote), 4),
        round(chrf(said, wrote), 4),
        round(meaning(said, wrote), 4),
        round(mentions(wrote, code), 4),
    )


def rouge_l(one: str, other: str) -> float:
    """Return the F1 of the longest common subsequence of lower-case words (Lin 2004)."""
    a, b = _WORD.findall(one.lower()), _WORD.findall(other.lower())
    if not a or not b:
        return 0.0
    row = [0] * (len(b) + 1)
    for word in a:
        last = 0
        for at, against in enumerate(b):
            above = row[at + 1]
            row[at + 1] = last + 1 if word == against else max(above, row[at])
            last = above
    return 2 * row[-1] / (len(a) + len(b))


def chrf(reference: str, text: str) -> float:
    """Return the F2 of character n-grams up to six, without white space (Popović 2015)."""
    a, b = "".join(reference.split()), "".join(text.split())
    scores: list[float] = []
    for size in range(1, _LONGEST_GRAM + 1):
        expected, found = _grams(a, size), _grams(b, size)
        if not expected or not found:
            continue
        common = (expected & found).total()
        precision, recall = common / found.total(), common / expected.total()
        weighted = _BETA**2 * precision + recall
        scores.append((1 + _BETA**2) * precision * recall / weighted if weighted else 0.0)
    return sum(scores) / len(scores) if scores else 0.0


def meaning(one: str, other: str) -> float:
    """Return the cosine of the sentence vectors of two texts, 0 where one is empty."""
    if not one.strip() or not other.strip():
        return 0.0
    vectors = _encoder().encode([one, other])
    return float(vectors[0] @ vectors[1])


def mentions(text: str, code: str) -> float:
    """Return which share of the names in a text stand in the code, 1 where there are none."""
    named = [next(filter(None, it)) for it in _MENTION.findall(text)]
    if not named:
        return 1.0
    known = set(_WORD.findall(code))
    return sum(it in known for it in named) / len(named)


def _grams(text: str, size: int) -> Counter[str]:
    return Counter(text[at : at + size] for at in range(len(text) - size + 1))


@cache
def _encoder() -> rerank.MiniLm:
    return rerank.load(Path(tempfile.mkdtemp()))


def paired_difference(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return the differences of two lists, item by item."""
    return [a - b for a, b in zip(ours, theirs, strict=True)]
