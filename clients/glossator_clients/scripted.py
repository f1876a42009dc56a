"""Own `ScriptedModel`, a model whose answers are written beforehand, for tests and editor set-ups.

It must not reach any network, and it refuses what its script does not foresee.

A script is a JSON file, for a model with `api = "scripted"` in the user's configuration:

    {
      "schema": 1,
      "context_tokens": 8192,
      "replies": [
        {"when": "list_add", "json": {"summary": "add an entry"}, "repeat": true},
        {"text": "any text", "chunk": 5, "delay_s": 0.1},
        {"tool_calls": [{"name": "grep", "arguments": {"pattern": "list_add"}}]},
        {"thought": "It asks for the summary.", "text": "add an entry"},
        {"text": "breaks off", "break_after": 6},
        {"error": "unavailable"}
      ]
    }

Each request takes the first reply that is left and whose `when` stands in the prompt (a reply
without `when` fits every prompt); `repeat` keeps it for later requests too. A reply has a `text`,
or `json` that is written out as text. It streams in pieces of `chunk` characters, each `delay_s`
after the one before, and ends without its end mark after `break_after` characters. `error` is one
of unavailable, timeout, incomplete, too_long, protocol, and comes after the text, if there is one.

`thought` is what the model thinks first: it is counted and never part of the answer. `tool_calls`
come after the text; each has a `name`, `arguments` (an object, or a text that need not be JSON) and
maybe an `id`, else one of its own is made: call_1, call_2, ... over the model's life. The script
calls tools whether or not the request offers them, as models do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.types import (
    ChatEvent,
    ChatRequest,
    Finished,
    ModelInfo,
    TextDelta,
    Thought,
    TokenCount,
    ToolCall,
    Usage,
)
from glossator_gate.errors import ConfigurationError

SCHEMA = 1
ERRORS: Mapping[str, type[ModelError]] = {
    "unavailable": ModelUnavailableError,
    "timeout": ModelTimeoutError,
    "incomplete": IncompleteReplyError,
    "too_long": PromptTooLongError,
    "protocol": ModelProtocolError,
}
_DEFAULT_CHUNK = 16
_DEFAULT_CONTEXT = 8192
# For the token counts only; English and code have about this many characters a token.
_CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """One answer; the module's description says what each field does.

    `hold` is awaited before the first piece, for tests that must act while a request is open.
    """

    text: str = ""
    when: str | None = None
    repeat: bool = False
    chunk: int = _DEFAULT_CHUNK
    delay_s: float = 0.0
    break_after: int | None = None
    error: str | None = None
    hold: asyncio.Event | None = None
    thought: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


class ScriptedModel:
    """A chat model that answers from a script.

    `requests` holds every request in order, also those that found no reply; `asked` is set by the
    first; `cancelled` counts the answers that were abandoned before their end.
    """

    def __init__(
        self, replies: Sequence[str | ScriptedReply], info: ModelInfo | None = None
    ) -> None:
        self._left = [ScriptedReply(it) if isinstance(it, str) else it for it in replies]
        self._info = info or _info("scripted", "built-in", _DEFAULT_CONTEXT)
        self.requests: list[ChatRequest] = []
        self.asked = asyncio.Event()
        self.cancelled = 0
        self.closed = False
        self._calls = 0

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        return self._info

    async def close(self) -> None:
        """Note that the model was closed."""
        self.closed = True

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the next fitting reply, or raise `ModelUnavailableError` where none is left."""
        self.requests.append(request)
        self.asked.set()
        prompt = "\n".join(message.text for message in request.messages)
        reply = self._take(prompt)
        try:
            if reply.hold is not None:
                await reply.hold.wait()
            if reply.thought:
                yield Thought(len(reply.thought))
            for piece in _pieces(reply):
                await asyncio.sleep(reply.delay_s)
                yield TextDelta(piece)
            await asyncio.sleep(0)
            if reply.break_after is None:
                for call in reply.tool_calls:
                    yield self._named(call)
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise
        if reply.error is not None:
            raise ERRORS[reply.error](
                f"The script of {self._info.id} lets this request fail ({reply.error})."
            )
        if reply.break_after is None:
            yield Finished(_usage(prompt, reply), self._info.name)

    async def count_tokens(self, request: ChatRequest) -> TokenCount:
        """Return the count that the usage will have."""
        prompt = "\n".join(message.text for message in request.messages)
        return TokenCount(_tokens(prompt), exact=True)

    def _named(self, call: ToolCall) -> ToolCall:
        """Return the call with an id, which a script may leave out."""
        self._calls += 1
        return call if call.id else replace(call, id=f"call_{self._calls}")

    def _take(self, prompt: str) -> ScriptedReply:
        for reply in self._left:
            if reply.when is None or reply.when in prompt:
                if not reply.repeat:
                    self._left.remove(reply)
                return reply
        raise ModelUnavailableError(
            f"The script of {self._info.id} has no reply for request {len(self.requests)}; "
            "add one to its replies."
        )


def load_script(path: Path, model_id: str) -> ScriptedModel:
    """Return the model that the JSON file at `path` describes, or raise `ConfigurationError`."""
    try:
        script = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The script {path} cannot be read ({error.strerror}); correct script in config.toml."
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"The script {path} is not valid JSON ({error}).") from error
    if not isinstance(script, dict) or script.get("schema") != SCHEMA:
        raise ConfigurationError(f'The script {path} must be an object with "schema": {SCHEMA}.')
    replies, context = script.get("replies"), script.get("context_tokens", _DEFAULT_CONTEXT)
    known = script.keys() <= {"schema", "context_tokens", "replies"}
    if not isinstance(replies, list) or not isinstance(context, int) or not known:
        raise ConfigurationError(
            f'The script {path} must hold "replies" (a list), maybe "context_tokens", nothing else.'
        )
    parsed = [_parsed(reply, number, path) for number, reply in enumerate(replies, start=1)]
    return ScriptedModel(parsed, _info(model_id, str(path), context))


def _info(model_id: str, origin: str, context_tokens: int) -> ModelInfo:
    return ModelInfo(model_id, "scripted", "scripted", origin, context_tokens, local=True)


_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "when": str,
    "repeat": bool,
    "chunk": int,
    "delay_s": (int, float),
    "break_after": int,
    "error": str,
    "thought": str,
    "tool_calls": list,
}


def _parsed(reply: object, number: int, path: Path) -> ScriptedReply:
    def wrong(what: str) -> ConfigurationError:
        return ConfigurationError(f"The script {path} is wrong in reply {number}: {what}.")

    if not isinstance(reply, dict):
        raise wrong("it must be an object")
    fields: dict[str, Any] = dict(reply)
    if "json" in fields:
        fields["text"] = json.dumps(fields.pop("json"), ensure_ascii=False)
    for name, value in fields.items():
        if name not in _FIELDS:
            raise wrong(f"{name!r} is no field")
        if not isinstance(value, _FIELDS[name]):
            raise wrong(f"{name!r} has the wrong type")
    if "tool_calls" in fields:
        calls = [_parsed_call(it) for it in fields["tool_calls"]]
        if None in calls:
            raise wrong("each of tool_calls must have a name, arguments and maybe an id")
        fields["tool_calls"] = tuple(calls)
    if fields.get("error", "timeout") not in ERRORS:
        raise wrong(f"error must be one of {', '.join(ERRORS)}")
    if fields.get("chunk", 1) < 1 or fields.get("delay_s", 0) < 0:
        raise wrong("chunk and delay_s must be positive")
    return ScriptedReply(**fields)


def _parsed_call(call: object) -> ToolCall | None:
    if not isinstance(call, dict) or not call.keys() <= {"id", "name", "arguments"}:
        return None
    name, call_id, arguments = call.get("name"), call.get("id", ""), call.get("arguments", {})
    if isinstance(arguments, dict):
        arguments = json.dumps(arguments, ensure_ascii=False)
    if not isinstance(name, str) or not isinstance(call_id, str) or not isinstance(arguments, str):
        return None
    return ToolCall(call_id, name, arguments)


def _pieces(reply: ScriptedReply) -> Iterator[str]:
    text = reply.text if reply.break_after is None else reply.text[: reply.break_after]
    for start in range(0, len(text), reply.chunk):
        yield text[start : start + reply.chunk]


def _usage(prompt: str, reply: ScriptedReply) -> Usage:
    calls = "".join(f"{call.name}{call.arguments}" for call in reply.tool_calls)
    thought = _tokens(reply.thought)
    return Usage(_tokens(prompt), thought + _tokens(reply.text + calls), thought)


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_A_TOKEN)
