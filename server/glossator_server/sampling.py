"""Own how a model is asked and picks its words, as a user may choose it for each role.

Plain data; which keys there are is in the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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


@dataclass(frozen=True, slots=True)
class AskingOptions:
    """How the model of a role is asked.

    `prompts` has the name of a prompt for each use that is asked for by another than the usual one.
    """

    sampling: SamplingOptions = field(default_factory=SamplingOptions)
    prompts: Mapping[str, str] = field(default_factory=dict)

    def prompt(self, use: str) -> str:
        """Return the name of the prompt for a use, empty for the usual one."""
        return self.prompts.get(use, "")
