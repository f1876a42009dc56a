"""Own the question put to a model where rules and examples are not sure.

A model that cannot answer, or says nothing that can be read, changes nothing: the guess stands.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from glossator_clients.errors import ModelError
from glossator_clients.protocol import ChatModel, complete
from glossator_gate.types import DataClass, Errand
from glossator_server.intent.types import Intent, IntentGuess
from glossator_server.prompts.intent import intent_request, read_intent

# The role whose models are asked; a person waits for the work that comes after the answer.
ROLE = "intent"
MOST_SECONDS = 20.0
_CHOICES = tuple(Intent)

_log = logging.getLogger(__name__)


async def classify_with_model(
    guess: IntentGuess, text: str, model: ChatModel, data_class: DataClass, prompt: str = ""
) -> IntentGuess:
    """Return the guess as a model decides it, or the guess itself where the model does not.

    `prompt` names the one that asks, empty for the usual one.
    """
    request = replace(
        intent_request(text, _CHOICES, (guess.intent, guess.runner_up), prompt),
        errand=Errand("chat", ROLE, data_class),
    )
    try:
        async with asyncio.timeout(MOST_SECONDS):
            reply = await complete(model, request)
    except (ModelError, TimeoutError) as trouble:
        _log.info("the intent is guessed without %s: %s", model.info.id, trouble)
        return guess
    said = read_intent(reply.text, _CHOICES)
    if said is None:
        _log.info("the answer of %s names no intent", model.info.id)
        return guess
    intent = Intent(said)
    other = guess.runner_up if intent is guess.intent else guess.intent
    decided_by = f"model: {model.info.id}"
    return replace(guess, intent=intent, decided_by=decided_by, runner_up=other, needs_model=False)
