"""Own a model that a script plays: it sees the conversation and nothing else, and answers from it.

Every request is kept, so that what a body held can be judged. It must not know any script.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from glossator_clients.types import (
    Author,
    ChatEvent,
    ChatRequest,
    Finished,
    ModelInfo,
    TextDelta,
    ToolCall,
    Usage,
)

CONTEXT_TOKENS = 200_000


@dataclass(frozen=True, slots=True)
class Act:
    """One action that a script takes."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


# One action, several at once, or words that need be no action.
Say = Act | tuple[Act, ...] | str
# It is sent what was told last, and yields what it says next.
Script = Generator[Say, str, None]
# From the opening of the conversation to what plays the model.
MakeScript = Callable[[str], Script]


@dataclass(slots=True)
class ScriptedAgent:
    """A chat model played by a script, by tool calls or by JSON actions; `requests` are kept."""

    make: MakeScript
    calls_tools: bool
    requests: list[ChatRequest] = field(default_factory=list)
    _script: Script | None = None
    _calls: int = 0

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        plain = ModelInfo("script", "scripted", "script", "built-in", CONTEXT_TOKENS, local=True)
        return replace(plain, takes_tools=self.calls_tools)

    async def close(self) -> None:
        """Hold nothing."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield what the script says to what it was told."""
        self.requests.append(request)
        try:
            if self._script is None:
                self._script = self.make(opening_of(request))
                said = next(self._script)
            else:
                said = self._script.send(told_in(request))
        except StopIteration:
            # A script that has nothing more to say goes on saying nothing.
            said = ""
        for event in self._events(said):
            yield event
        yield Finished(Usage(100, 50), "script")

    def _events(self, said: Say) -> Sequence[ChatEvent]:
        if isinstance(said, str):
            return (TextDelta(said),)
        acts = said if isinstance(said, tuple) else (said,)
        if not self.calls_tools:
            first = {"tool": acts[0].tool, "arguments": dict(acts[0].arguments)}
            return (TextDelta(json.dumps(first, ensure_ascii=False)),)
        return [self._call(it) for it in acts]

    def _call(self, act: Act) -> ToolCall:
        self._calls += 1
        return ToolCall(f"call_{self._calls}", act.tool, json.dumps(dict(act.arguments)))


def opening_of(request: ChatRequest) -> str:
    """Return what a conversation begins with."""
    return "\n".join(it.text for it in request.messages)


def told_in(request: ChatRequest) -> str:
    """Return what was said since the model spoke last."""
    told: list[str] = []
    for it in reversed(request.messages):
        if it.author is Author.ASSISTANT:
            break
        told.insert(0, it.text)
    return "\n".join(told)
