"""Own the root of Glossator's exceptions and those of the gate.

Every message is one sentence that says what to do. This module must not import anything of ours.
"""

from __future__ import annotations


class GlossatorError(Exception):
    """Anything that Glossator tells a user; `str()` is one sentence that says what to do."""


class PolicyError(GlossatorError):
    """The policy refuses a model, a destination or an action."""


class AuditError(PolicyError):
    """A line of the audit log cannot be written, so that what it was for is not done."""


class LimitError(PolicyError):
    """What may be spent is spent."""


class RateLimitError(LimitError):
    """What may be asked in a minute was asked; a little later more may be."""


class ConfigurationError(GlossatorError):
    """A configuration file cannot be read or does not mean anything."""


class EgressError(GlossatorError):
    """The door refused or broke a connection: not allowed, redirected, too large, too slow."""


class EgressTimeoutError(EgressError):
    """The door gave up on an answer that took longer than its whole deadline."""


class EgressUnreachableError(EgressError):
    """Nothing takes connections where the door was told to knock."""
