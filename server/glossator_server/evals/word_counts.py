"""Own the plainest search there is, which others are compared with: words counted, as grep does.

It must not rank by anything but the number of hits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# As far as rankings are looked at.
DEPTH = 100
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_FEWEST_LETTERS = 3

Place = tuple[str, int, int]
# Takes questions, returns for each the places that it found, best first.
System = Callable[[Sequence[str]], Iterator[Sequence[Place]]]


@dataclass(frozen=True, slots=True)
class Document:
    """What can be found: lines of a file; `owner` is the same for parts of one thing."""

    path: str
    start_line: int
    end_line: int
    owner: tuple[str, int]
    text: str
    contextual: str = ""


def whole_identifiers(text: str) -> list[str]:
    """Return a text's identifiers as they stand, in lower case."""
    return _IDENTIFIER.findall(text.lower())


def counted_hits(documents: Sequence[Document]) -> System:
    """Return what a search for any of the words, sorted by the number of hits, finds.

    As `rg -i` counts them: a word is found inside longer ones too.
    """
    rows: dict[str, int] = {}
    places: list[list[int]] = []
    for number, document in enumerate(documents):
        for word in whole_identifiers(document.text):
            at = rows.setdefault(word, len(rows))
            if at == len(places):
                places.append([])
            places[at].append(number)
    vocabulary = "\n".join(rows)
    known: dict[str, list[int]] = {}

    def holding(word: str) -> list[int]:
        if word not in known:
            pattern = re.compile(rf"^.*{re.escape(word)}.*$", re.MULTILINE)
            known[word] = [rows[it] for it in pattern.findall(vocabulary)]
        return known[word]

    def answer(questions: Sequence[str]) -> Iterator[Sequence[Place]]:
        for question in questions:
            words = {it for it in whole_identifiers(question) if len(it) >= _FEWEST_LETTERS}
            hits = [it for word in sorted(words) for at in holding(word) for it in places[at]]
            scores = np.bincount(np.asarray(hits, np.int64), minlength=len(documents)).astype(float)
            yield best_places(documents, scores)

    return answer


def best_places(documents: Sequence[Document], scores: NDArray[np.floating]) -> list[Place]:
    """Return the places with the best scores above 0, one for each thing, at most `DEPTH`."""
    deep = min(len(scores), 4 * DEPTH)
    if not deep:
        return []
    among = np.argpartition(-scores, deep - 1)[:deep]
    found: dict[tuple[str, int], Place] = {}
    for at in sorted(among, key=lambda it: (-scores[it], it)):
        # No number is above 0 but one that is a number.
        if scores[at] > 0:
            document = documents[at]
            place = (document.path, document.start_line, document.end_line)
            found.setdefault(document.owner, place)
    return list(found.values())[:DEPTH]
