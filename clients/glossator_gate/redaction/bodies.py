"""Own the bodies of requests on their way out: the last look before bytes leave.

It must not send, and it never says what it found.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from glossator_gate.redaction.conversation import Redaction
from glossator_gate.redaction.json_values import json_of


@dataclass(frozen=True, slots=True)
class SealedBody:
    """A body without secrets; the very bytes that were given where there were none.

    `count` says how many different ones were taken out.
    """

    body: bytes
    count: int


def sealed_body(body: bytes, redaction: Redaction | None = None) -> SealedBody:
    """Return a request's body without secrets, JSON as what it means and all else as text.

    With the conversation's redaction what was missed before gets a placeholder that maps back.
    """
    redaction = Redaction() if redaction is None else redaction
    before = redaction.count
    try:
        value = json_of(body)
        changed = redaction.sealed_json(value)
    except ValueError:
        text = body.decode("utf-8", "surrogateescape")
        sealed = redaction.sealed(text)
        raw = body if sealed is text else sealed.encode("utf-8", "surrogateescape")
    else:
        raw = body if changed is value else _dumped(changed)
    return SealedBody(raw, redaction.count - before)


def _dumped(value: object) -> bytes:
    # A lone surrogate has no bytes in UTF-8, but an escape.
    return json.dumps(value, separators=(",", ":")).encode("ascii")
