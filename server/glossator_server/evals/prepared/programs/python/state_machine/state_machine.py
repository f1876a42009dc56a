"""State machines: declared transitions with guards, and a look at what can be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Context = dict[str, int]
Guard = Callable[[Context], bool]
Action = Callable[[Context], None]
ANY = "*"


class NotAllowed(Exception):
    """An event for which the present state has no transition."""


@dataclass(frozen=True)
class Transition:
    """From `source`, or from ANY state, to `target` when `event` comes and `guard` holds."""

    source: str
    event: str
    target: str
    guard: Guard | None = None
    action: Action | None = None

    def applies(self, state: str, event: str, context: Context) -> bool:
        """Say whether this transition is taken for `event` in `state`."""
        if self.event != event or self.source not in (ANY, state):
            return False
        return self.guard is None or self.guard(context)


@dataclass(frozen=True)
class Definition:
    """A machine as it is written down."""

    initial: str
    final: frozenset[str]
    transitions: tuple[Transition, ...]

    def states(self) -> set[str]:
        """Return every state that is named."""
        named = {self.initial, *self.final}
        for each in self.transitions:
            named.update((each.source, each.target))
        return named - {ANY}

    def reachable(self) -> set[str]:
        """Return the states that the machine can get into, whatever the guards say."""
        found = {self.initial}
        waiting = [self.initial]
        while waiting:
            state = waiting.pop()
            for each in self.transitions:
                if each.source in (ANY, state) and each.target not in found:
                    found.add(each.target)
                    waiting.append(each.target)
        return found

    def problems(self) -> list[str]:
        """Say what is odd about the definition, sorted."""
        reachable = self.reachable()
        found = [f"{state} is never reached" for state in self.states() - reachable]
        sources = {each.source for each in self.transitions}
        for state in reachable - self.final:
            if state not in sources and ANY not in sources:
                found.append(f"{state} is a dead end")
        return sorted(found)


@dataclass
class Machine:
    """A definition that runs."""

    definition: Definition
    context: Context = field(default_factory=dict)
    state: str = ""
    log: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.state or self.definition.initial

    @property
    def done(self) -> bool:
        """Whether a final state is reached."""
        return self.state in self.definition.final

    def allowed(self) -> list[str]:
        """Return the events that would be taken now, sorted."""
        events = {each.event for each in self.definition.transitions}
        return sorted(event for event in events if self._transition(event))

    def send(self, event: str) -> str:
        """Take the first transition that applies and return the new state."""
        chosen = self._transition(event)
        if chosen is None:
            raise NotAllowed(f"{event} in state {self.state}")
        before = self.state
        if chosen.action is not None:
            chosen.action(self.context)
        self.state = chosen.target
        self.log.append((before, event, self.state))
        return self.state

    def run(self, events: Iterable[str]) -> Sequence[str]:
        """Send events until a final state is reached; return those that were not sent."""
        rest = list(events)
        while rest and not self.done:
            self.send(rest.pop(0))
        return rest

    def undo(self) -> None:
        """Go back by one step; what actions did to the context stays."""
        if not self.log:
            raise NotAllowed("nothing to undo")
        self.state = self.log.pop()[0]

    def _transition(self, event: str) -> Transition | None:
        if self.done:
            return None
        for each in self.definition.transitions:
            if each.applies(self.state, event, self.context):
                return each
        return None
