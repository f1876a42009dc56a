"""Own what is understood of one streamed answer: text, thoughts, tool calls, counts and its end.

It must not know the SDK, which builds its objects without checking them: any field may hold
anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from glossator_clients.errors import IncompleteReplyError, ModelProtocolError
from glossator_clients.reasoning import AnswerReader, answer_reader, share_of_reasoning
from glossator_clients.thinking import ThinkTags
from glossator_clients.types import (
    ChatEvent,
    ChatRequest,
    ModelInfo,
    StartedOver,
    TextDelta,
    Thought,
    ToolCall,
    Usage,
)

# TGI's older versions say these for "stop".
_STOPS = frozenset({"stop", "eos_token", "stop_sequence"})
_TOOL_STOPS = frozenset({"tool_calls", "function_call"})
# An agent has no use for more at once; a model that writes calls without end is stopped.
_MOST_CALLS = 64
_FULL_STOP = "stop"


def wrong_answer(info: ModelInfo) -> ModelProtocolError:
    """Return the sentence for an answer that is no answer."""
    return ModelProtocolError(
        f"{info.origin} did not answer {info.id} with chat completions; "
        "check its origin, base_path and api in config.toml."
    )


class Reading:
    """What has been understood of one answer so far."""

    def __init__(self, info: ModelInfo, request: ChatRequest) -> None:
        self._info = info
        self._request = request
        self._events = 0
        self._tags = ThinkTags()
        self._reader, self._cutter = _readers(request)
        self._thought = 0
        self._calls = _Calls(request)
        self._goes_on = False
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.cached_tokens = 0
        self.model = info.name

    @property
    def is_over(self) -> bool:
        """Say whether nothing more is to be read: the end was told, or a stop sequence came."""
        return self.finish_reason is not None or self._cutter.has_cut

    def take(self, chunk: object) -> Iterator[ChatEvent]:
        """Yield what a chunk brings and keep the rest."""
        self._events += 1
        self.take_usage(chunk)
        model = getattr(chunk, "model", None)
        if isinstance(model, str) and model:
            self.model = model
        choices: object = getattr(chunk, "choices", None)
        if not isinstance(choices, list):
            raise self._wrong()
        for choice in choices[:1]:
            delta: object = getattr(choice, "delta", None)
            reason: object = getattr(choice, "finish_reason", None)
            text: object = getattr(delta, "content", None)
            if not isinstance(text, str | None) or not isinstance(reason, str | None):
                raise self._wrong()
            if getattr(delta, "refusal", None):
                raise ModelProtocolError(
                    f"{self._info.id} refused to answer; choose another model for this code."
                )
            yield from self._thoughts(delta)
            self._calls.add(getattr(delta, "tool_calls", None), self._wrong())
            if text:
                yield from self._said(self._tags.feed(text))
            self.finish_reason = reason or self.finish_reason

    def take_tail(self, chunk: object) -> None:
        """Keep the counts that come after the end."""
        self.take_usage(chunk)
        choices: object = getattr(chunk, "choices", None)
        for choice in choices if isinstance(choices, list) else ():
            delta: object = getattr(choice, "delta", None)
            if getattr(delta, "content", None) or getattr(delta, "tool_calls", None):
                self._goes_on = True

    def check_tail(self) -> None:
        """Raise where the answer itself went on after its end: nobody knows where it ends."""
        if self._goes_on and not self._cutter.has_cut:
            raise self._wrong()

    def take_usage(self, chunk: object) -> None:
        """Keep the token counts where the chunk has them."""
        usage: object = getattr(chunk, "usage", None)
        prompt = _count(usage, "prompt_tokens")
        completion = _count(usage, "completion_tokens")
        if prompt is None or completion is None:
            return
        details: object = getattr(usage, "completion_tokens_details", None)
        thought = _count(details, "reasoning_tokens") or _count(usage, "reasoning_tokens") or 0
        cached = _count(getattr(usage, "prompt_tokens_details", None), "cached_tokens")
        self.cached_tokens = cached or 0
        self.usage = Usage(prompt, completion, min(thought, completion))

    def finished(self) -> Iterator[ChatEvent]:
        """Yield what was held back and the tool calls, or raise where the answer is incomplete."""
        self._check_finished()
        if self._tags.is_open:
            raise IncompleteReplyError(
                f"{self._info.id} did not come to an end of its thinking; "
                'raise max_tokens, or set reasoning = "off".'
            )
        yield from self._said(self._tags.end())
        yield from self._cutter.end()
        yield from self._calls.finished(self._wrong())

    def counted(self) -> Usage | None:
        """Return the usage; what was thought has its share where the server does not count it."""
        usage = self.usage
        if usage is None or usage.reasoning_tokens:
            return usage
        thought = self._thought + self._reader.thought
        text = self._reader.text + self._calls.characters
        share = share_of_reasoning(usage.completion_tokens, thought, text)
        return replace(usage, reasoning_tokens=share)

    def _thoughts(self, delta: object) -> Iterator[ChatEvent]:
        # vLLM calls it one or the other, by version; llama.cpp and DeepSeek the former.
        for name in ("reasoning_content", "reasoning"):
            thought: object = getattr(delta, name, None)
            if isinstance(thought, str) and thought:
                self._thought += len(thought)
                yield Thought(len(thought))
                return

    def _said(self, pieces: Iterator[TextDelta | Thought | StartedOver]) -> Iterator[ChatEvent]:
        for piece in pieces:
            if not isinstance(piece, TextDelta):
                self._thought += piece.characters if isinstance(piece, Thought) else 0
                if isinstance(piece, StartedOver):
                    self._reader, self._cutter = _readers(self._request)
                yield piece
                continue
            for event in self._reader.take(piece.text):
                if isinstance(event, TextDelta):
                    yield from self._cutter.feed(event.text)
                else:
                    yield event

    def _check_finished(self) -> None:
        reason = _FULL_STOP if self._cutter.has_cut else self.finish_reason
        if reason in _STOPS or (reason in _TOOL_STOPS and self._calls.has_some):
            return
        if reason == "length":
            raise IncompleteReplyError(
                f"{self._info.id} ran out of room before the end of its answer; "
                "raise max_tokens or ask about a smaller piece of code."
            )
        if reason == "content_filter":
            raise ModelProtocolError(
                f"The server of {self._info.id} filtered its answer; choose another model."
            )
        if reason is None and self._events:
            raise IncompleteReplyError(
                f"The answer of {self._info.id} broke off before its end; try again."
            )
        raise self._wrong()

    def _wrong(self) -> ModelProtocolError:
        return wrong_answer(self._info)


def _readers(request: ChatRequest) -> tuple[AnswerReader, _Cutter]:
    """Return what an answer's text goes through: the field for reasoning out, then the stops."""
    # A stop sequence inside JSON would cut it to pieces; there it is the server's to know.
    stops = request.sampling.stop if request.schema is None else ()
    return answer_reader(request), _Cutter(stops)


class _Cutter:
    """Ends a text at a stop sequence, also where the server does not know how."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(it for it in stops if it)
        self._longest = max(map(len, self._stops), default=0)
        self._held = ""
        self.has_cut = False

    def feed(self, text: str) -> Iterator[ChatEvent]:
        if self.has_cut:
            return
        self._held += text
        ends = [at for it in self._stops if (at := self._held.find(it)) >= 0]
        if ends:
            self.has_cut = True
            said, self._held = self._held[: min(ends)], ""
        else:
            at = len(self._held) - self._open_length()
            said, self._held = self._held[:at], self._held[at:]
        if said:
            yield TextDelta(said)

    def end(self) -> Iterator[ChatEvent]:
        held, self._held = self._held, ""
        if held:
            yield TextDelta(held)

    def _open_length(self) -> int:
        """Return how long the end of the text is that may become a stop sequence."""
        most = min(self._longest - 1, len(self._held))
        for size in range(most, 0, -1):
            if any(stop.startswith(self._held[-size:]) for stop in self._stops):
                return size
        return 0


@dataclass(slots=True)
class _Call:
    """One call as its pieces come in; `index` is the server's number for it."""

    index: int | None
    id: str
    name: str
    arguments: str


class _Calls:
    """Puts the pieces of tool calls together: by index, else by id, else to the last one."""

    def __init__(self, request: ChatRequest) -> None:
        self._calls: list[_Call] = []
        self._are_allowed = bool(request.tools)
        # Names for calls that have none differ over the whole conversation.
        self._before = sum(len(message.tool_calls) for message in request.messages)

    @property
    def has_some(self) -> bool:
        return bool(self._calls)

    @property
    def characters(self) -> int:
        return sum(len(call.name) + len(call.arguments) for call in self._calls)

    def add(self, pieces: object, wrong: ModelProtocolError) -> None:
        """Take the pieces of a chunk, or raise `wrong`."""
        if pieces is None or pieces == []:
            return
        if not self._are_allowed:
            raise wrong
        # TGI's older versions send one call where a list belongs.
        for piece in pieces if isinstance(pieces, list) else [pieces]:
            self._add(piece, wrong)
        if len(self._calls) > _MOST_CALLS:
            raise wrong

    def finished(self, wrong: ModelProtocolError) -> Iterator[ToolCall]:
        """Yield the whole calls; what their arguments are worth is for others to judge."""
        taken: set[str] = set()
        for number, call in enumerate(self._calls, start=self._before + 1):
            if not call.name:
                raise wrong
            name = call.id if call.id and call.id not in taken else f"call_{number}"
            taken.add(name)
            yield ToolCall(name, call.name, call.arguments or "{}")

    def _add(self, piece: object, wrong: ModelProtocolError) -> None:
        function: object = _field(piece, "function")
        index, call_id = _field(piece, "index"), _field(piece, "id")
        name, arguments = _field(function, "name"), _field(function, "arguments")
        if isinstance(arguments, dict):
            # MLC and TGI's older versions send the object itself.
            arguments = json.dumps(arguments, ensure_ascii=False)
        if isinstance(call_id, int) and not isinstance(call_id, bool):
            call_id = str(call_id)
        texts = (call_id, name, arguments)
        if function is None or not all(isinstance(it, str | None) for it in texts):
            raise wrong
        number = index if isinstance(index, int) and not isinstance(index, bool) else None
        call = self._of(number, call_id, name)
        if call is None:
            call = _Call(number, "", "", "")
            self._calls.append(call)
        call.id = call.id or str(call_id or "")
        # Some servers send the name with every piece.
        call.name = call.name or str(name or "")
        call.arguments += str(arguments or "")

    def _of(self, index: int | None, call_id: object, name: object) -> _Call | None:
        """Return the call that a piece belongs to, None where it begins one."""
        if index is not None:
            return next(
                (
                    it
                    for it in reversed(self._calls)
                    # Two calls under one number differ in their ids.
                    if it.index == index and (not call_id or not it.id or it.id == call_id)
                ),
                None,
            )
        if call_id:
            return next((it for it in self._calls if it.id == call_id), None)
        return None if name or not self._calls else self._calls[-1]


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def _count(value: object, name: str) -> int | None:
    count = _field(value, name)
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None
