"""Own the question which intent a text has: the prompt, its schema, and how the answer is read.

The text travels as a JSON string, so that nothing in it can end it; it must not be obeyed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from glossator_clients.types import Author, ChatRequest, JsonSchema, Message
from glossator_server.prompts.files import template_for
from glossator_server.prompts.objects import objects_in
from glossator_server.prompts.replies import MAX_REPLY_CHARACTERS

# What says its intent nowhere in its first lines says it nowhere.
MOST_TEXT_CHARACTERS = 2_000


def intent_request(
    text: str, choices: Sequence[str], likely: tuple[str, str], prompt: str = ""
) -> ChatRequest:
    """Return the question, with the two intents that are likeliest without a model.

    `prompt` names the one that is filled, empty for the usual one.
    """
    template = template_for("intent", prompt)
    values = {
        "text": json.dumps(text[:MOST_TEXT_CHARACTERS]),
        "first": likely[0],
        "second": likely[1],
    }
    messages = (
        Message(Author.SYSTEM, template.fill("system", {})),
        Message(Author.USER, template.fill("task", values)),
    )
    return ChatRequest(messages, template.sampling, intent_schema(choices))


def intent_schema(choices: Sequence[str]) -> JsonSchema:
    """Return the JSON schema of an answer."""
    return {
        "type": "object",
        "properties": {"intent": {"type": "string", "enum": list(choices)}},
        "required": ["intent"],
        "additionalProperties": False,
    }


def read_intent(answer: str, choices: Sequence[str]) -> str | None:
    """Return the choice that an answer names, None where it names none."""
    for found in objects_in(answer[:MAX_REPLY_CHARACTERS]):
        said = found.get("intent")
        if isinstance(said, str) and said.strip().lower() in choices:
            return said.strip().lower()
    return None
