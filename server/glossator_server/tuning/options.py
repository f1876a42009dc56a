"""Own what a training run is told, and the lines in which its progress is told.

It must not import what trains.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class AnswersTaught(StrEnum):
    """Which turns of the model a loss is taken of; the examples of a prompt are such turns too."""

    ALL = "all"
    LAST = "last"


class Precision(StrEnum):
    """The numbers of the frozen weights; what is learned is always float32."""

    AUTO = "auto"
    BFLOAT16 = "bfloat16"
    FLOAT32 = "float32"


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """How an adapter is trained.

    `step_tokens` are answered for by one step of the optimiser, `batch_tokens` (with padding) are
    in memory at once. `layers` are the uppermost that learn: None for all on a GPU, and for two
    thirds on a CPU, where that saves a quarter of the time. `minutes` bounds the time, however many
    epochs were wished; with both, the rate falls along whichever is nearer its end. `warm_up` is a
    share of the run. `evaluations` are spread evenly over it; `patience` of them without a better
    loss end it.
    """

    rank: int = 16
    # Twice the rank: the usual strength, at which the rate below was chosen.
    alpha: int = 32
    learning_rate: float = 3e-4
    weight_decay: float = 0.0
    warm_up: float = 0.03
    epochs: float = 3.0
    minutes: float | None = None
    # A bigger step hardly learns more from so few weights; a smaller one pays for the optimiser.
    step_tokens: int = 8192
    batch_tokens: int = 2048
    longest: int = 2048
    layers: int | None = None
    answers: AnswersTaught = AnswersTaught.ALL
    precision: Precision = Precision.AUTO
    evaluations: int = 20
    patience: int = 4
    validated: int = 200
    checkpoint_s: float = 120.0
    seed: int = 0
    threads: int | None = None

    def fingerprint(self) -> str:
        """Return a hash of all that must be the same for a run to be gone on with.

        How long it may take and how many cores it has may change.
        """
        parts = asdict(self)
        for it in ("minutes", "epochs", "checkpoint_s", "threads", "patience"):
            del parts[it]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a run stands; `share` of it is done, `validation` is the held-out loss."""

    step: int
    share: float
    loss: float
    validation: float
    tokens: int
    tokens_per_s: float
    left_s: float

    def in_words(self) -> str:
        """Return the line that a person reads."""
        return (
            f"step {self.step}, loss {self.loss:.3f}, held-out {self.validation:.3f}, "
            f"{self.tokens_per_s:.0f} tokens/s, {_duration(self.left_s)} left"
        )


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
