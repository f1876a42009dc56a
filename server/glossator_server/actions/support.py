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
# Words of questions that no code is about, in English and in German; some are words of both.
_ENGLISH = frozenset(
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
where whether which while who whose why will with within without work works would you your
""",
    )
)
_GERMAN = frozenset(
    re.findall(
        r"\w+",
        """
aber als am an auch auf aus bei bin bis da damit das dass dem den der des die dies diese dieser
durch ein eine einem einen einer er es etwas funktion fur gibt hat hier ich im in ist kann kein
man mit nach nicht oder sich sie sind so um und uns von vor wann warum was welche welcher wenn
wer werden wie wird wo woher wofur wozu zu zum zur
""",
    )
)
_EMPTY_WORDS = _ENGLISH | _GERMAN
# A question with more words than these is as long as any.
_MANY_WORDS = 12


@dataclass(frozen=True, slots=True)
class SupportWeights:
    """What each feature counts in the logarithm of the odds that what was found holds an answer.

    They are a logistic regression over the questions of the development half of `benchmarks/ask`:
    what was found for a question holds its annotated lines, or it has no answer. The constants are
    such that one in eight of those that hold them falls below the threshold there.
    """

    # With a transformer that has read the best pieces again.
    best_piece: float = 6.0
    margin: float = 8.4
    words: float = 4.6
    german: float = 1.8
    constant: float = -5.46
    # Without one.
    unread_best_piece: float = 5.7
    unread_words: float = 4.8
    unread_german: float = 1.7
    unread_constant: float = -4.16
    # The rest is not measured but so: a place that a person points to, or a name that stands in
    # what was found, is what the question is about; a name that stands nowhere is about something
    # else, whatever is alike.
    place: float = 2.0
    names: float = 1.0
    unknown_name: float = -4.0
    threshold: float = 0.5


DEFAULT_WEIGHTS = SupportWeights()


@dataclass(frozen=True, slots=True)
class Features:
    """What of a question's retrieval can be measured, each from 0 to 1.

    `best_piece` is the greatest share of the question's words, by rarity, that one of the best
    pieces has. `words` says how many these are: of many, no piece has all. In German they are
    others than the code's. `transformer` is the best score of the model that read the pieces again,
    None without one, and `margin` how far that is above the middle one: where all are alike, none
    is meant. `names` is the share of the names of code in the question that stand in a piece, None
    where it has none.
    """

    best_piece: float
    words: float
    is_german: bool
    transformer: float | None
    margin: float
    names: float | None
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
    has_subject = bool(pieces) and bool(content_words(question))
    return Support(features, score, has_subject and score >= weights.threshold)


def features_of(question: str, pieces: Sequence[Piece]) -> Features:
    """Return what can be measured of the pieces (best first) that were found for a question."""
    words = content_words(question)
    known = [PieceWords(it) for it in pieces]
    rarity = {word: rarity_of(word, known) for word in words}
    whole = sum(rarity.values()) or 1.0
    shares = [sum(rarity[it] for it in words if piece.has(it)) for piece in known[:MOST_PIECES]]
    scores = sorted((it.transformer for it in pieces if it.transformer is not None), reverse=True)
    return Features(
        best_piece=max(shares, default=0.0) / whole,
        words=min(len(words), _MANY_WORDS) / _MANY_WORDS,
        is_german=_is_german(question),
        transformer=_bounded(scores[0]) if scores else None,
        margin=_bounded(scores[0] - scores[len(scores) // 2]) if scores else 0.0,
        names=_share_known(names_of_question(question), pieces),
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
    """Return the odds as a share of 1."""
    if features.transformer is None:
        odds = (
            weights.unread_constant
            + weights.unread_best_piece * features.best_piece
            + weights.unread_words * features.words
            + weights.unread_german * features.is_german
        )
    else:
        odds = (
            weights.constant
            + weights.best_piece * features.best_piece
            + weights.margin * features.margin
            + weights.words * features.words
            + weights.german * features.is_german
        )
    if features.names is not None:
        odds += weights.names * features.names + weights.unknown_name * (1 - features.names)
    odds += weights.place * features.has_place
    return 1.0 / (1.0 + math.exp(-odds))


def _bounded(value: float) -> float:
    return min(1.0, max(0.0, value))


def _is_german(text: str) -> bool:
    """Tell whether the small words of a text are more German than English."""
    folded = text.replace("ß", "ss").translate(_UMLAUTS)
    spoken = [it.lower() for it in _WORD.findall(folded)]
    return sum(it in _GERMAN for it in spoken) > sum(it in _ENGLISH for it in spoken)


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
