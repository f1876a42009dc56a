"""Own the seven intents and what is said of a text that was classified; plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What a developer expects to happen; docs/reference/intent.md defines each."""

    DOCUMENT = "document"
    FIX = "fix"
    EDIT = "edit"
    EXPLAIN = "explain"
    ASK = "ask"
    SEARCH = "search"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """An intent with its confidence (0 to 1), the reason in words, and the next best intent.

    `needs_model` says that rules and examples are not sure enough to be believed alone.
    """

    intent: Intent
    confidence: float
    decided_by: str
    runner_up: Intent
    needs_model: bool
