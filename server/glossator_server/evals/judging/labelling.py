"""Own what a person is shown to label: pairs drawn by a seed, without saying whose text is which.

Pure; it must not print or read answers.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from glossator_server.evals.judging.labels import Label
from glossator_server.evals.judging.pairs import Pair, text_digest
from glossator_server.evals.judging.question import Preference


@dataclass(frozen=True, slots=True)
class BlindPair:
    """A pair as it is shown; `is_exchanged` says that the configuration's text is the first."""

    pair: Pair
    is_exchanged: bool

    @property
    def texts(self) -> tuple[str, str]:
        """Return the texts in the order in which they are shown."""
        texts = (self.pair.baseline_text, self.pair.configuration_text)
        return texts[::-1] if self.is_exchanged else texts

    def label(self, better: Preference) -> Label:
        """Return the label that a person's word gives."""
        names = (self.pair.baseline, self.pair.configuration)
        first, second = names[::-1] if self.is_exchanged else names
        return Label(self.pair.case, first, second, better, *map(text_digest, self.texts))


def pairs_to_label(
    pairs: Sequence[Pair], done: Collection[tuple[str, str]], count: int, seed: int
) -> list[BlindPair]:
    """Return at most so many pairs that nobody has labelled, in an order that the seed gives.

    `done` names those that are labelled by case and configuration; pairs of equal texts are left
    out. The same seed gives the same pairs in the same places, so that a session can go on.
    """
    # Sorted, so that the draw does not hang on the order in which cases were run.
    open_pairs = sorted(
        (it for it in pairs if not it.is_identical), key=lambda it: (it.case, it.configuration)
    )
    drawn = random.Random(seed)  # noqa: S311 -- a draw
    drawn.shuffle(open_pairs)
    shown = [BlindPair(it, is_exchanged=drawn.random() < 0.5) for it in open_pairs[:count]]
    return [it for it in shown if (it.pair.case, it.pair.configuration) not in done]
