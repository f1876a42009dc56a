"""Own what trainers document of the lines that they take, as JSON schemas.

After OpenAI's guides to supervised fine-tuning and to direct preference optimisation, and TRL's
"Dataset formats and types" (conversational; prompt-completion and preference).
"""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string", "minLength": 1}


def _turn(*roles: str, **more: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"role": {"enum": list(roles)}, "content": _TEXT, **more},
        "required": ["role", "content"],
        "additionalProperties": False,
    }


def _turns(item: dict[str, Any], most: int = 2048) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1, "maxItems": most}


def _object(**properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_ANY = ("system", "user", "assistant")
_ANSWER = _turns(_turn("assistant"), 1)
OPENAI_EXAMPLE = _object(messages=_turns(_turn(*_ANY, weight={"enum": [0, 1]})))
OPENAI_PAIR = _object(
    input=_object(
        messages=_turns(_turn(*_ANY)),
        tools={"type": "array"},
        parallel_tool_calls={"type": "boolean"},
    ),
    preferred_output=_ANSWER,
    non_preferred_output=_ANSWER,
)
TRL_EXAMPLE = _object(prompt=_turns(_turn(*_ANY)), completion=_ANSWER)
TRL_PAIR = _object(prompt=_turns(_turn(*_ANY)), chosen=_ANSWER, rejected=_ANSWER)
EXAMPLES = {"openai": OPENAI_EXAMPLE, "trl": TRL_EXAMPLE}
PAIRS = {"openai": OPENAI_PAIR, "trl": TRL_PAIR}
# Bytes of a file that OpenAI takes for fine-tuning.
MOST_BYTES = 512 * 1000 * 1000
