"""Own the server's exceptions; each message is one sentence that says what to do."""

from __future__ import annotations

from glossator_gate.errors import GlossatorError


class UsageError(GlossatorError):
    """The user asked for something that does not exist or cannot be meant."""


class SymbolNotFoundError(UsageError):
    """No symbol is at the place, or of the name, that was asked for."""


class StaleDocumentError(GlossatorError):
    """The text changed while an answer for it was being made."""


class SandboxUnavailableError(GlossatorError):
    """Nothing can be run here, because there is no sandbox that holds."""
