"""Own what is made of free text: its intent, asked of a model where needed, and what is not done.

It must not run what the text asks for, and `ask` never leads to an edit.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glossator_gate.errors import GlossatorError
from glossator_gate.types import DataClass
from glossator_server.errors import UsageError

if TYPE_CHECKING:
    from glossator_clients.protocol import ChatModel
    from glossator_server.intent import Intent, IntentGuess

# An instruction, not a document.
MOST_TEXT_CHARACTERS = 10_000
_NOT_YET = {
    "out_of_scope": (
        "That is nothing that Glossator does; ask it to document, fix or find something in your "
        "code."
    ),
}
_LEAD = re.compile(
    r"^(?:(?:please|can you|could you|hey|just)\s+)*"
    r"(?:where(?:'s| is| are| do we| does| do| can i find| else is)?|find(?: me)?|search(?: for)?"
    r"|look(?:ing)? (?:up|for)|locate|list|grep(?: for)?|show(?: me)?|who|what|which"
    r"|go to|jump to|take me to|point me to|give me)\b\s*"
    r"(?:(?:all|every|any|the|a|an|of|places?|where|code|that|which|usages?|uses|callers|calls|files?"
    r"|functions?|definition|references|to|we|is|are)\b\s*)*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*\b(?:is|are|gets?)?\s*(?:defined|declared|used|called|located|implemented|set)?\s*[?.!]*\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a text was taken for; `model` is the id of the model that was asked, if one was.

    `trouble` says why the model that should have been asked could not be.
    """

    guess: IntentGuess
    model: str | None = None
    trouble: str | None = None

    @property
    def in_short(self) -> str:
        """Return for example `document (rule: begins with document)`."""
        return f"{self.guess.intent} ({self.guess.decided_by})"


async def understand(
    text: str,
    data_class: DataClass,
    open_model: Callable[[str], Awaitable[ChatModel]],
    prompt: str = "",
) -> Understanding:
    """Return what a text of a class asks for; `open_model` opens the model of a role.

    A model is asked only where rules and examples are not sure, by the prompt that is named or the
    usual one, and its failure is no failure.
    """
    check_text(text)
    from glossator_server.intent import classify
    from glossator_server.intent.asking import ROLE, classify_with_model

    # The first text loads the examples.
    guess = await asyncio.to_thread(classify, text)
    if not guess.needs_model:
        return Understanding(guess)
    try:
        model = await open_model(ROLE)
    except GlossatorError as trouble:
        return Understanding(guess, trouble=str(trouble))
    try:
        decided = await classify_with_model(guess, text, model, data_class, prompt)
    finally:
        await model.close()
    return Understanding(decided, model.info.id)


def check_text(text: str) -> None:
    """Raise `UsageError` for a text that cannot be an instruction."""
    if not text.strip():
        raise UsageError("The text is empty; say what is to be done.")
    if len(text) > MOST_TEXT_CHARACTERS:
        raise UsageError(f"The text has more than {MOST_TEXT_CHARACTERS} characters; shorten it.")


def why_not(intent: Intent) -> str | None:
    """Return why nothing is done for an intent and what to do instead, None where it can be."""
    return _NOT_YET.get(intent)


def query_of(text: str) -> str:
    """Return what to look for: the text without the words that only ask for a search."""
    inner = _TAIL.sub("", _LEAD.sub("", text.strip()))
    return inner.strip() if any(map(str.isalnum, inner)) else text.strip()
