"""Own what is taken in of an answer: its head, so many bytes, so many seconds, and its line.

It must not know what an answer says.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping

from glossator_gate.egress.admission import Admission, log
from glossator_gate.errors import AuditError, EgressError, EgressTimeoutError
from glossator_gate.exchanges import Exchange, tell
from glossator_gate.types import Destination, EgressLimits, Origin

_LOG = logging.getLogger(__name__)


class Account:
    """Counts one answer and writes its line when it has ended, however that was."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._bytes = 0
        self._status: int | None = None
        self._has_ended = False

    def begin(self, status: int) -> None:
        """Note the answer's head."""
        self._status = status

    def count(self, size: int) -> None:
        """Note bytes of the body."""
        self._bytes += size

    async def end(self) -> None:
        """Write the line, once; what was done is done, so that trouble with it is only logged."""
        if self._has_ended:
            return
        self._has_ended = True
        # Another process may hold the log, and nobody who types waits for it.
        await asyncio.to_thread(self._write)

    def _write(self) -> None:
        admission = self._admission
        elapsed = time.monotonic() - admission.began
        tell(
            Exchange(
                admission.fields,
                admission.line,
                self._status,
                self._bytes,
                admission.began_ns,
                elapsed,
            )
        )
        try:
            log().record(
                "answer",
                {
                    "glossator.line": admission.line,
                    "http.response.status_code": self._status,
                    "glossator.bytes": self._bytes,
                    "glossator.seconds": round(elapsed, 3),
                },
            )
        except AuditError as trouble:
            _LOG.warning("%s", trouble)


def check_response(status: int, headers: Mapping[str, str], destination: Destination) -> None:
    """Refuse what would lead elsewhere or could not be measured."""
    origin = destination.origin
    if 300 <= status < 400:
        raise EgressError(
            f"{origin} answered with a redirect ({status}), which is never followed; "
            "list the server's own origin in config.toml."
        )
    if headers.get("content-encoding", "identity").lower() not in {"identity", ""}:
        raise EgressError(
            f"{origin} sent a compressed answer though none was asked for; "
            "switch compression off in that server."
        )
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > destination.limits.response_bytes:
        raise _too_large(origin, destination.limits)


async def metered(
    chunks: AsyncIterator[bytes], destination: Destination, deadline: float, account: Account
) -> AsyncIterator[bytes]:
    """Pass an answer on while it keeps to the limits."""
    limits = destination.limits
    total = event = 0
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                chunk = await anext(chunks, None)
        except TimeoutError as error:
            raise too_slow(destination) from error
        if chunk is None:
            await account.end()
            return
        total += len(chunk)
        account.count(len(chunk))
        # The longest event inside the chunk counts, not only what is left open at its end.
        first, *others = chunk.split(b"\n")
        largest = max([event + len(first), *map(len, others)])
        event = len(others[-1]) if others else event + len(first)
        if total > limits.response_bytes or largest > limits.event_bytes:
            raise _too_large(destination.origin, limits)
        yield chunk


def too_slow(destination: Destination) -> EgressTimeoutError:
    """Return what is said of an answer that takes longer than it may."""
    return EgressTimeoutError(
        f"{destination.origin} did not finish within {destination.limits.total_s:g} s; "
        "try again, or choose a smaller model."
    )


def _too_large(origin: Origin, limits: EgressLimits) -> EgressError:
    return EgressError(
        f"The answer of {origin} is larger than {limits.response_bytes} bytes, or one event of it "
        f"than {limits.event_bytes}, and was dropped; check that it is a model server."
    )
