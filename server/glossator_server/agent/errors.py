"""Own the errors of the agent."""

from __future__ import annotations

from glossator_gate.errors import GlossatorError


class ToolError(GlossatorError):
    """A tool was not used as it can be; the message goes back to the model."""
