"""Own how a model picks its words, as a user may choose it for each role.

Plain data; which keys there are is in the settings.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """How the model of a role picks its words; None leaves it to the prompt.

    `max_tokens` bounds an answer, thoughts included; `stop` are texts that end it; `reasoning` is
    "off", "field" (thoughts come first in the schema) or "native" (in the model's own channel).
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    reasoning: str | None = None
