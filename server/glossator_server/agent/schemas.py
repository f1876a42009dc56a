"""Own the small words of which the schemas of tools are made; plain JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def arguments(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """Return the schema of an object with these properties and no other."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def text(most: int, least: int = 1) -> dict[str, Any]:
    """Return the schema of a text of bounded length."""
    return {"type": "string", "minLength": least, "maxLength": most}


def whole_number(most: int) -> dict[str, Any]:
    """Return the schema of a whole number from 1."""
    return {"type": "integer", "minimum": 1, "maximum": most}
