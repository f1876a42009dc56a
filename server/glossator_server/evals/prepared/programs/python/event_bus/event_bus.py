"""Events by topic: who listens, in which order, and what became of each event."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

Handler = Callable[["Event"], None]


@dataclass(frozen=True)
class Event:
    """Something that happened, on a topic like "order.paid"."""

    topic: str
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """A handler that raised an error."""

    event: Event
    error: Exception


@dataclass
class Subscription:
    """One handler; a higher priority is called earlier."""

    pattern: str
    handler: Handler
    priority: int = 0
    once: bool = False
    active: bool = True

    def cancel(self) -> None:
        """Stop listening; to cancel twice does no harm."""
        self.active = False


def matches(pattern: str, topic: str) -> bool:
    """Say whether `topic` is one of `pattern`: "*" is one step, a final "**" any number."""
    wanted, steps = pattern.split("."), topic.split(".")
    for index, want in enumerate(wanted):
        if want == "**" and index == len(wanted) - 1:
            return True
        if index >= len(steps):
            return False
        if want not in ("*", steps[index]):
            return False
    return len(wanted) == len(steps)


class EventBus:
    """Hand events to their handlers, in the order in which they were published."""

    def __init__(self, history: int = 100) -> None:
        self.failures: list[Failure] = []
        self._subscriptions: list[Subscription] = []
        self._queue: deque[Event] = deque()
        self._history: deque[Event] = deque(maxlen=history)
        self._busy = False

    def subscribe(
        self,
        pattern: str,
        handler: Handler,
        *,
        priority: int = 0,
        once: bool = False,
    ) -> Subscription:
        """Call `handler` for events whose topic matches `pattern`, `once` or always."""
        subscription = Subscription(pattern, handler, priority, once)
        self._subscriptions.append(subscription)
        self._subscriptions.sort(key=lambda each: -each.priority)
        return subscription

    def publish(self, topic: str, **data: object) -> int:
        """Deliver an event and those that its handlers publish; return the number of calls."""
        self._queue.append(Event(topic, data))
        if self._busy:
            return 0
        self._busy = True
        calls = 0
        try:
            while self._queue:
                calls += self._deliver(self._queue.popleft())
        finally:
            self._busy = False
        return calls

    def history(self, pattern: str = "**") -> list[Event]:
        """Return the events delivered last that match `pattern`, the oldest first."""
        return [event for event in self._history if matches(pattern, event.topic)]

    def _deliver(self, event: Event) -> int:
        self._history.append(event)
        calls = 0
        for each in list(self._subscriptions):
            if not each.active or not matches(each.pattern, event.topic):
                continue
            if each.once:
                each.cancel()
            calls += 1
            try:
                each.handler(event)
            except Exception as error:  # noqa: BLE001 - the others are called all the same
                self.failures.append(Failure(event, error))
        self._subscriptions = [each for each in self._subscriptions if each.active]
        return calls
