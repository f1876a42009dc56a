"""Own the exporter: who tells the collector that the policy names of each exchange that has ended.

It must not hold up an exchange or fail one, nor tell more than the audit log holds: what finds no
room or no collector is dropped and counted.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from glossator_gate import exchanges
from glossator_gate.errors import EgressError, GlossatorError
from glossator_gate.exchanges import Exchange
from glossator_gate.policy import Policy, destination_of_telemetry
from glossator_gate.types import DataClass, Errand, TelemetryEntry

if TYPE_CHECKING:
    from glossator_gate.blocking import BlockingHttp

_LOG = logging.getLogger(__name__)

OPERATION = "telemetry"


@dataclass(frozen=True, slots=True)
class Pace:
    """How spans travel: so many wait at most, so many go at once, after so many seconds.

    `flush_s` is how long the end of a process waits for the last of them.
    """

    waiting: int = 2000
    at_once: int = 200
    every_s: float = 5.0
    flush_s: float = 1.0


def follow(entry: TelemetryEntry | None) -> None:
    """Tell the collector of an entry from now on, nobody where it is None.

    What was noted for another collector still goes there.
    """
    former = exchanges.watcher()
    if not isinstance(former, SpanExporter):
        if entry is not None:
            exchanges.watch_with(SpanExporter(entry))
    elif former.entry != entry:
        exchanges.watch_with(None if entry is None else SpanExporter(entry))
        former.retire()


def missing_part(policy: Policy) -> str | None:
    """Return a sentence where the policy names a collector and the exporter is not installed."""
    if policy.telemetry is None or _is_installed():
        return None
    return (
        f"{policy.telemetry.origin} is told of no exchange, because the exporter is not installed: "
        "run pip install 'glossator[otel]'."
    )


def _is_installed() -> bool:
    try:
        return find_spec("opentelemetry.proto.collector") is not None
    except ModuleNotFoundError:
        return False


class SpanExporter:
    """A watcher that sends spans from a thread of its own, in batches."""

    def __init__(self, entry: TelemetryEntry, pace: Pace | None = None) -> None:
        self.entry = entry
        self._pace = pace or Pace()
        self._waiting: deque[Exchange] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._http: BlockingHttp | None = None
        self._is_ending = False
        self._lost = 0
        self._trouble = ""

    @property
    def lost(self) -> int:
        """Return how many exchanges the collector was not told of."""
        return self._lost

    def note(self, exchange: Exchange) -> None:
        """Take note of an exchange; those of the exporter itself are not told."""
        if exchange.fields.get("gen_ai.operation.name") == OPERATION:
            return
        with self._changed:
            if self._is_ending or len(self._waiting) >= self._pace.waiting or not self._works():
                self._lost += 1
                return
            self._waiting.append(exchange)
            self._changed.notify()

    def retire(self) -> None:
        """Take note of nothing more; what waits is still sent."""
        with self._changed:
            self._is_ending = True
            self._changed.notify()

    def close(self) -> None:
        """Send what waits if that takes but a moment, and say how many were not told."""
        self.retire()
        thread = self._thread
        if thread is not None:
            thread.join(self._pace.flush_s)
            if (http := self._http) is not None and thread.is_alive():
                # Ends what is under way; what waits behind it fails at once.
                http.close()
                thread.join(self._pace.flush_s)
        left = self._lost + len(self._waiting)
        if left:
            _LOG.warning(
                "%s was not told of %d exchange%s%s; start the collector there, or remove "
                "[telemetry] from the policy.",
                self.entry.origin,
                left,
                "s" if left > 1 else "",
                f" ({self._trouble.rstrip('.')})" if self._trouble else "",
            )

    def _works(self) -> bool:
        """Start the thread with the first exchange; no thread begins while Python ends."""
        if self._thread is None:
            thread = threading.Thread(target=self._work, name="span-exporter", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return False
            self._thread = thread
        return True

    def _work(self) -> None:
        while batch := self._next():
            try:
                self._send(batch)
            except (GlossatorError, ImportError) as trouble:
                with self._changed:
                    self._lost += len(batch)
                    self._trouble = str(trouble)
                _LOG.info("%d spans are lost: %s", len(batch), trouble)
        if self._http is not None:
            self._http.close()

    def _next(self) -> list[Exchange]:
        """Wait for a batch; it is empty where there is nothing to wait for any more."""
        pace = self._pace
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_ending)
            self._changed.wait_for(
                lambda: len(self._waiting) >= pace.at_once or self._is_ending, pace.every_s
            )
            count = min(len(self._waiting), pace.at_once)
            return [self._waiting.popleft() for _ in range(count)]

    def _send(self, batch: list[Exchange]) -> None:
        # Most processes never get here: they need not wait for these.
        from glossator_gate.blocking import BlockingHttp
        from glossator_gate.spans import CONTENT_TYPE, PATH, encoded

        if self._http is None:
            errand = Errand(OPERATION, data_class=DataClass.PUBLIC)
            self._http = BlockingHttp(destination_of_telemetry(self.entry), errand)
        answer = self._http.request(
            "POST",
            f"{self.entry.origin}{PATH}",
            content=encoded(batch, self._lost),
            headers={"content-type": CONTENT_TYPE},
        )
        if not answer.is_success:
            raise EgressError(
                f"{self.entry.origin} answered with status {answer.status_code}; see what its log "
                "says of it."
            )
