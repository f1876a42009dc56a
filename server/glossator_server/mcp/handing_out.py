"""Own the last look at an answer before another assistant gets it: secrets, size, audit.

It must not let anything go of which no line could be written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glossator_gate.audit import AuditLog, Value
from glossator_gate.errors import GlossatorError
from glossator_gate.redaction import redact
from glossator_gate.types import strictest
from glossator_server.agent.data import cut
from glossator_server.mcp.answers import Answer
from glossator_server.mcp.desk import Inquiry

MOST_CHARACTERS = 60_000
MOST_NAME_CHARACTERS = 80


class TooMuchError(GlossatorError):
    """An answer is larger than any assistant reads."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who asked, as it calls itself, and by which tool."""

    assistant: str
    tool: str


@dataclass(frozen=True, slots=True)
class Handed:
    """An answer as it goes out."""

    text: str
    data: Mapping[str, Any]


def hand_out(answer: Answer, inquiry: Inquiry, recipient: Recipient, log: AuditLog) -> Handed:
    """Return an answer without secrets, once a line says that it goes.

    Raises `AuditError` where no line can be written.
    """
    counted = _Redactor()
    text = counted.text(cut(answer.text, MOST_CHARACTERS, "ask for less at once"))
    data: dict[str, Any] = counted.of(answer.data)
    if counted.count:
        notice = "What looks like a secret was taken out, also of a diff, which may not apply then."
        text = f"{text}\nNote: {notice}"
        data["notices"] = [*data.get("notices", ()), notice]
    body = json.dumps([text, data], ensure_ascii=True, separators=(",", ":"))
    if len(body) > 4 * MOST_CHARACTERS:
        raise TooMuchError("The answer is too large; ask for less at once.")
    log.record("mcp", _fields(answer, inquiry, recipient, body.encode(), counted.count))
    return Handed(text, data)


def _fields(
    answer: Answer, inquiry: Inquiry, recipient: Recipient, body: bytes, redacted: int
) -> dict[str, Value]:
    """Return what the line says; text of the user's is never among it."""
    classes = [inquiry.class_of(it) for it in answer.files]
    return {
        "glossator.tool": recipient.tool,
        "glossator.assistant": recipient.assistant[:MOST_NAME_CHARACTERS],
        "glossator.class": strictest(classes).value if classes else None,
        "glossator.rule": inquiry.rules.policy.mcp.rule,
        "glossator.files": len(answer.files),
        "glossator.sha256": hashlib.sha256(body).hexdigest(),
        "glossator.bytes": len(body),
        "glossator.redacted": redacted,
    }


class _Redactor:
    """Takes secrets out of all texts of an answer, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def text(self, text: str) -> str:
        found = redact(text)
        self.count += found.count
        return found.text

    def of(self, value: Any) -> Any:  # noqa: ANN401 -- JSON
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {key: self.of(it) for key, it in value.items()}
            case list() | tuple():
                return [self.of(it) for it in value]
        return value
