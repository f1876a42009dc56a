"""Own the sentences for what any server of models may do wrong, and what the gate's errors become.

It must not know an SDK, nor decide what a status or an exception of one means.
"""

from __future__ import annotations

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from glossator_gate.errors import EgressError, EgressTimeoutError, EgressUnreachableError


def from_gate(error: EgressError) -> ModelError:
    """Return the gate's trouble with a connection as trouble of the model."""
    if isinstance(error, EgressTimeoutError):
        return ModelTimeoutError(str(error))
    if isinstance(error, EgressUnreachableError):
        return ModelUnavailableError(str(error))
    return ModelProtocolError(str(error))


def key_refused(origin: str, label: str) -> ModelUnavailableError:
    """Return the error for a key that a server does not take."""
    return ModelUnavailableError(
        f"{origin} does not accept the key of {label}; correct its key in config.toml."
    )


def failed(origin: str, status: object) -> ModelUnavailableError:
    """Return the error for a server that has trouble of its own."""
    return ModelUnavailableError(
        f"{origin} failed with status {status}; look at its log, then try again."
    )


def failed_in_mid_answer(origin: str) -> IncompleteReplyError:
    """Return the error for a server that reports trouble after an answer began."""
    return IncompleteReplyError(
        f"{origin} reported an error in mid-answer; look at its log, then try again."
    )


def not_taken(origin: str, label: str) -> ModelProtocolError:
    """Return the error for a request that a server calls wrong."""
    return ModelProtocolError(
        f"{origin} does not take the request for {label}; look at its log, or choose another model."
    )


def fell_silent(label: str) -> ModelTimeoutError:
    """Return the error for a model that says nothing for too long."""
    return ModelTimeoutError(
        f"{label} fell silent; try again, raise its timeout_s in config.toml, "
        "or choose a smaller model."
    )


def broke_off(label: str) -> IncompleteReplyError:
    """Return the error for a connection that ended before the answer did."""
    return IncompleteReplyError(
        f"The connection to {label} broke off before the end of its answer; try again."
    )
