"""Own whether what was found supports an answer: measurable features, weights, one decision.

Pure; the weights are measured (benchmarks), not guessed, and stand nowhere else. It must not look
anything up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from glossator_server.actions.questions import Piece

# So many of the best pieces speak for an answer; what stands further behind is there by chance.
MOST_PIECES = 6
_WORD = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TICKED = re.compile(r"`([^`\n]{1,200})`")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_MARKED = re.compile(r"(?<!\w)[^\W\d]\w*(?:_\w|[a-z][A-Z])\w*(?:\(\))?", re.ASCII)
_CALLED = re.compile(r"(?<!\w)([^\W\d]\w*)\(\)", re.ASCII)
_SUFFIXES = (
    "izations", "ization", "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ies",
    "ers", "er", "ors", "or", "edly", "ed", "ly", "es", "s", "e", "y",
)  # fmt: skip
_SHORTEST_STEM = 3
# Words of questions, in English and in German, that no code is about.
_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
a about after all also always an and any are as at be been before being between but by called
can code codebase could did do does doing done each else ever every exactly explain file files
find for from function functions get gets give given happen happens has have he here how i if in
inside into is it its itself just kind know let like long made make makes many may me mean means
method most much must my need no not of off on one only or other our out over place possible
project purpose put reason repository return returned returns same say see set should show so
some something such take tell than that the their them then there these they thing this those
through to under until up us use used uses using value values via want was way we were what when
where whether which while who whose why will with within without work works would you your aber
als am auch auf aus bei bin bis da damit das dass dem den der des die dies diese dieser durch
ein eine einem einen einer er es etwas funktion fur gibt hat hier ich im ist kann kein man mit
nach nicht oder sich sie sind um und uns von vor wann warum welche welcher wenn wer werden wie
wird wo woher wofur wozu zu zum zur
""",
    )
)


@dataclass(frozen=True, slots=True)
class SupportWeights:
    """What each feature counts, and the sum from which on retrieval supports an answer.

    Without a transformer its weight goes to the coverage, which says the same less well.
    """

    coverage: float = 0.45
    best_piece: float = 0.25
    names: float = 0.30
    transformer: float = 0.60
    margin: float = 0.10
    # The question is about a place that a person points to.
    place: float = 0.30
    # A name in the question that stands nowhere: whatever else is alike, it is about another thing.
    unknown_name: float = -0.45
    threshold: float = 0.55


DEFAULT_WEIGHTS = SupportWeights()


@dataclass(frozen=True, slots=True)
class Features:
    """What of a question's retrieval can be measured, each from 0 to 1.

    `coverage` is the share of the question's words, by rarity, that the best pieces have together,
    `best_piece` the most that one of them has. `names` is the share of the names of code in the
    question that stand in a piece, None where it has none. `transformer` is the best score of the
    model that read the pieces again, None without one; `margin` is how far that is above the
    middle one.
    """

    coverage: float
    best_piece: float
    names: float | None
    transformer: float | None
    margin: float
    has_place: bool


@dataclass(frozen=True, slots=True)
class Support:
    """A decision and what it was made from."""

    features: Features
    score: float
    is_supported: bool


def support_of(
    question: str, pieces: Sequence[Piece], weights: SupportWeights = DEFAULT_WEIGHTS
) -> Support:
    """Return whether pieces (best first) support an answer to a question."""
    features = features_of(question, pieces)
    score = _score(features, weights)
    return Support(features, score, bool(pieces) and score >= weights.threshold)


def features_of(question: str, pieces: Sequence[Piece]) -> Features:
    """Return what can be measured of the pieces (best first) that were found for a question."""
    names = names_of_question(question)
    words = content_words(question)
    known = [PieceWords(it) for it in pieces]
    rarity = {word: rarity_of(word, known) for word in words}
    whole = sum(rarity.values())
    best = known[:MOST_PIECES]
    together = sum(rarity[it] for it in words if any(piece.has(it) for piece in best))
    single = max((sum(rarity[it] for it in words if piece.has(it)) for piece in best), default=0.0)
    scores = sorted((it.transformer for it in pieces if it.transformer is not None), reverse=True)
    return Features(
        coverage=together / whole if whole else 0.0,
        best_piece=single / whole if whole else 0.0,
        names=_share_known(names, pieces),
        transformer=min(1.0, max(0.0, scores[0])) if scores else None,
        margin=min(1.0, max(0.0, scores[0] - scores[len(scores) // 2])) if scores else 0.0,
        has_place=any(it.why == "place" for it in pieces),
    )


def content_words(text: str) -> tuple[str, ...]:
    """Return the stems of what a text is about, each once, in order."""
    folded = text.replace("ß", "ss").translate(_UMLAUTS)
    spoken = (it.lower() for it in _WORD.findall(_CAMEL.sub(" ", folded)))
    return tuple(dict.fromkeys(stem(it) for it in spoken if _counts(it)))


def names_of_question(text: str) -> tuple[str, ...]:
    """Return the names of code in a question: in backticks, with `()`, or spelled as such."""
    ticked = [name for it in _TICKED.findall(text) for name in _IDENTIFIER.findall(it)]
    marked = [it.removesuffix("()") for it in _MARKED.findall(text)]
    return tuple(dict.fromkeys([*ticked, *marked, *_CALLED.findall(text)]))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return a word without its ending, roughly: what code shortens begins alike."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            return word[: -len(suffix)]
    return word


class PieceWords:
    """The words of a piece, by which it is asked whether it has one."""

    def __init__(self, piece: Piece) -> None:
        text = f"{piece.text}\n{piece.symbol}\n{piece.path}"
        found = {it.lower() for it in _WORD.findall(_CAMEL.sub(" ", text))}
        self._stems = frozenset(map(stem, found))
        self._beginnings = frozenset(it[:4] for it in found if len(it) >= 4)

    def has(self, word: str) -> bool:
        """Tell whether the stem, or what is short for it, is among the words."""
        if word in self._stems:
            return True
        if len(word) < 4 or word[:4] not in self._beginnings:
            return False
        return any(
            it.startswith(word) or (len(it) >= 4 and word.startswith(it)) for it in self._stems
        )


def _score(features: Features, weights: SupportWeights) -> float:
    words = weights.coverage * features.coverage + weights.best_piece * features.best_piece
    read = features.transformer
    if read is None:
        most = weights.coverage + weights.best_piece
        words *= (most + weights.transformer) / most
    else:
        words += weights.transformer * read + weights.margin * features.margin
    if features.names is not None:
        words += weights.names * features.names + weights.unknown_name * (1 - features.names)
    return words + weights.place * features.has_place


def rarity_of(word: str, pieces: Sequence[PieceWords]) -> float:
    """Return what a word counts by how few of the found pieces have it.

    A word of none of them counts as one that few have: whether it matters, nobody knows.
    """
    count = sum(it.has(word) for it in pieces) or max(1, len(pieces) // 6)
    return math.log((len(pieces) + 1.5) / (count + 0.5)) + 0.3


def _share_known(names: Sequence[str], pieces: Iterable[Piece]) -> float | None:
    if not names:
        return None
    known = {
        name for it in pieces for name in _IDENTIFIER.findall(f"{it.text} {it.symbol} {it.path}")
    }
    return sum(it in known for it in names) / len(names)


def _counts(word: str) -> bool:
    return len(word) > 1 and word not in _EMPTY_WORDS


_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U"})
