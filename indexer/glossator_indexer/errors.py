"""Own the exceptions of the indexer; each message is one sentence that says what to do."""

from __future__ import annotations

from glossator_gate.errors import GlossatorError


class UnknownStyleError(GlossatorError):
    """A comment style was asked for that does not exist."""
