"""Own what a secret looks like in texts, and put words in its place before one is kept or sent.

Most texts hold none: they cost one pass that looks for literals. It must not read files, and never
says what the secret was.
"""

from __future__ import annotations

from dataclasses import dataclass

from glossator_gate.redaction.bodies import SealedBody, sealed_body
from glossator_gate.redaction.conversation import Redaction, RestoringStream
from glossator_gate.redaction.replacing import without_secrets

__all__ = ["Redacted", "Redaction", "RestoringStream", "SealedBody", "redact", "sealed_body"]


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, with as many lines as before; `count` says how many there were.

    Without any, `text` is the very object that was given.
    """

    text: str
    count: int


def redact(text: str) -> Redacted:
    """Return a text with `<redacted: what it was>` in the place of each secret.

    Redacting twice changes nothing more. A key that is cut in two by a chunk's border is only
    recognised whole: redact a file's text before it is cut.
    """
    return Redacted(*without_secrets(text, lambda what, _: f"<redacted: {what}>"))
