"""Own the guess: what rules, learned weights and the nearest example make of a text together.

Local and quick, with no model; it must not act on what it finds.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from glossator_server.intent.examples import Example, NearestExamples, read_examples
from glossator_server.intent.features import concepts_by_word, features_of
from glossator_server.intent.linear import INTENTS, LinearClassifier, load_weights
from glossator_server.intent.rules import WIDENING, fired
from glossator_server.intent.types import Intent, IntentGuess
from glossator_server.intent.words import Speller, read_utterance
from glossator_server.shortening import shortened

# The same words as an example: what a person labelled is what it means.
_SAME = 0.999
# Nearer than this, an example that says something else is a reason to ask.
_NEAR = 0.85
_MOST_SHOWN = 60
_WORD = re.compile(r"[a-z']+")
_loading = threading.Lock()


def classify(text: str) -> IntentGuess:
    """Return what a text asks for."""
    return _classifier().classify(text)


class Classifier:
    """Judges texts by weights, and tells why by rules and examples."""

    def __init__(self, linear: LinearClassifier, examples: tuple[Example, ...]) -> None:
        self._linear = linear
        self._speller = Speller(vocabulary_of(examples))
        self._nearest = NearestExamples(examples)

    def classify(self, text: str) -> IntentGuess:
        """Return the likeliest intent."""
        if not any(it.isalnum() for it in text):
            return _nothing_said()
        utterance = read_utterance(text, self._speller)
        parts = (utterance.core, *utterance.clauses)
        if any(it.name == WIDENING for part in parts for it in fired(part)):
            return _widening()
        shares = self._linear.probabilities(features_of(utterance)).tolist()
        second, best = sorted(range(len(INTENTS)), key=shares.__getitem__)[-2:]
        intent, runner_up, confidence = INTENTS[best], INTENTS[second], float(shares[best])
        near = self._nearest.nearest(text)
        if near is not None and near.similarity >= _SAME:
            other = runner_up if near.example.intent is intent else intent
            return IntentGuess(
                near.example.intent, 0.99, _like(near.example), other, needs_model=False
            )
        names = [it.name for it in fired(utterance.core) if it.intent == intent]
        contradicts = (
            near is not None and near.similarity >= _NEAR and near.example.intent is not intent
        )
        if names:
            reason = f"rule: {names[0]}"
        elif near is not None and near.example.intent is intent:
            reason = _like(near.example)
        else:
            reason = "the words that it uses"
        unsure = contradicts or confidence < self._linear.threshold
        return IntentGuess(intent, round(confidence, 3), reason, runner_up, unsure)


def vocabulary_of(examples: Iterable[Example]) -> Mapping[str, int]:
    """Return the words into which slips are mended, with how often people wrote them."""
    counts = Counter(word for it in examples for word in _WORD.findall(it.text.lower()))
    known = {word: count for word, count in counts.items() if count >= 2}
    for word in concepts_by_word():
        known.setdefault(word, 1)
    return known


def _like(example: Example) -> str:
    return f"example: {shortened(example.text, _MOST_SHOWN)}"


def _nothing_said() -> IntentGuess:
    return IntentGuess(
        Intent.OUT_OF_SCOPE, 1.0, "rule: it has no words", Intent.ASK, needs_model=False
    )


def _widening() -> IntentGuess:
    reason = f"rule: {WIDENING}"
    return IntentGuess(Intent.OUT_OF_SCOPE, 1.0, reason, Intent.EDIT, needs_model=False)


def _classifier() -> Classifier:
    # The first text loads it; two at once load it once.
    with _loading:
        return _loaded()


@cache
def _loaded() -> Classifier:
    return Classifier(LinearClassifier(load_weights()), read_examples())
