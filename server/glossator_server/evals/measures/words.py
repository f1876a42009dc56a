"""Own how like two texts are by their words and by their characters.

Pure. It must not know where the texts come from.
"""

from __future__ import annotations

import re
from collections import Counter

from glossator_indexer.types import DocFields

# As rouge-score splits ASCII (`foo_bar` is two words); letters of other alphabets count here too.
_WORD = re.compile(r"[^\W_]+")
_LONGEST_GRAM = 6
_BETA = 2.0


def words_of(text: str) -> list[str]:
    """Return the lower-case words of a text, in order."""
    return _WORD.findall(text.lower())


def told_words(fields: DocFields) -> str:
    """Return all words of a comment that a model is asked for, in one text."""
    told = (text for _, text in (*fields.parameters, *fields.raises))
    parts = (fields.summary, *told, fields.returns or "")
    return "\n".join(it for it in parts if it)


def rouge_l(reference: str, text: str) -> float:
    """Return the F1 of the longest common subsequence of words, 0 to 1 (Lin 2004)."""
    a, b = words_of(reference), words_of(text)
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
    """Return the F2 of character n-grams up to six, without white space, 0 to 1 (Popović 2015).

    Precision and recall are averaged over the lengths that both texts have, as sacrebleu does.
    """
    a, b = "".join(reference.split()), "".join(text.split())
    sizes = range(1, min(_LONGEST_GRAM, len(a), len(b)) + 1)
    if not sizes:
        return 0.0
    precision = recall = 0.0
    for size in sizes:
        expected, found = _grams(a, size), _grams(b, size)
        common = (expected & found).total()
        precision += common / found.total() / len(sizes)
        recall += common / expected.total() / len(sizes)
    weighted = _BETA**2 * precision + recall
    return (1 + _BETA**2) * precision * recall / weighted if weighted else 0.0


def length_ratio(reference: str, text: str) -> float:
    """Return how far two texts have the same number of words: 1 is as many, 0.5 half or twice."""
    a, b = len(words_of(reference)), len(words_of(text))
    return min(a, b) / max(a, b) if a and b else 0.0


def _grams(text: str, size: int) -> Counter[str]:
    return Counter(text[at : at + size] for at in range(len(text) - size + 1))
