"""Own the chat with any server that speaks OpenAI's chat completions, through OpenAI's SDK.

It must not choose models, read configuration or the environment, or open connections by itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

import httpx2
import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk

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
    JsonSchema,
    ModelInfo,
    TextDelta,
    Usage,
)
from glossator_gate.egress import openai_http_client
from glossator_gate.errors import EgressError, EgressTimeoutError, GlossatorError
from glossator_gate.types import Destination

_LOG = logging.getLogger(__name__)

# The usage follows the last word at once, where it comes at all; the answer is complete without it.
_USAGE_WAIT_S = 2.0

_OVERFLOW_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_OVERFLOW_WORDS = re.compile(
    r"context (?:length|size|window)|maximum context|too many tokens|prompt is too long|n_ctx",
    re.IGNORECASE,
)


class _SchemaSupport(Enum):
    """How a server lets an answer be constrained, the strictest first."""

    JSON_SCHEMA = auto()
    JSON_OBJECT = auto()
    PROMPT_ONLY = auto()


_WEAKER = {
    _SchemaSupport.JSON_SCHEMA: _SchemaSupport.JSON_OBJECT,
    _SchemaSupport.JSON_OBJECT: _SchemaSupport.PROMPT_ONLY,
}


@dataclass(frozen=True, slots=True)
class _Habits:
    """What a server has been seen to take."""

    schema: _SchemaSupport = _SchemaSupport.JSON_SCHEMA
    usage_option: bool = True
    length_option: str = "max_tokens"


# Of this process, by server and model: asking again would cost a refused request each time.
_learnt: dict[tuple[str, str], _Habits] = {}


class OpenAIModel:
    """A chat model behind an OpenAI-compatible server."""

    def __init__(self, info: ModelInfo, destination: Destination, base_path: str = "/v1") -> None:
        self._info = info
        self._base_url = f"{destination.origin}{base_path}"
        self._http = openai_http_client(destination)
        self._client = AsyncOpenAI(
            base_url=self._base_url,
            # The door sets the real key and drops every header that the SDK takes from elsewhere.
            api_key="set-by-the-door",
            http_client=self._http,
            max_retries=0,
        )

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        return self._info

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def served_names(self) -> tuple[str, ...] | None:
        """Ask the server for the names of its models; None where it does not tell them."""
        with translated_errors(self._info), suppress(openai.NotFoundError):
            return tuple([str(model.id) async for model in self._client.models.list()])
        return None

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer; a server that refuses an option is asked once more without it."""
        key = (self._base_url, self._info.name)
        habits = _learnt.get(key, _Habits())
        while True:
            try:
                # Only the head of an exchange can be refused, so nothing is ever yielded twice.
                async with aclosing(self._attempt(request, habits)) as events:
                    async for event in events:
                        _learnt[key] = habits
                        yield event
            except _RefusedRequestError as refused:
                weaker = _adapted(habits, refused.words, request)
                if weaker is None:
                    raise refused.final from refused.__cause__
                habits = weaker
            else:
                return

    async def _attempt(self, request: ChatRequest, habits: _Habits) -> AsyncGenerator[ChatEvent]:
        with translated_errors(self._info):
            answer = await self._client.chat.completions.create(
                **_parameters(self._info.name, request, habits)
            )
        reading = _Reading(self._info)
        async with answer:
            with translated_errors(self._info):
                while reading.finish_reason is None:
                    chunk = await anext(answer, None)
                    if chunk is None:
                        break
                    for text in reading.take(chunk):
                        yield TextDelta(text)
            reading.check_finished()
            # Complete already: whatever goes wrong from here on costs only the token counts.
            with suppress(TimeoutError, ModelError), translated_errors(self._info):
                async with asyncio.timeout(_USAGE_WAIT_S):
                    async for chunk in answer:
                        reading.take_usage(chunk)
        yield Finished(reading.usage, reading.model)


class _Reading:
    """What has been understood of one answer so far.

    The SDK builds its objects without checking them, so that every field may hold anything.
    """

    def __init__(self, info: ModelInfo) -> None:
        self._info = info
        self._events = 0
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.model = info.name

    def take(self, chunk: ChatCompletionChunk) -> Iterator[str]:
        """Yield the text of a chunk and keep the rest."""
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
            text: object = getattr(delta, "content", None)
            reason: object = getattr(choice, "finish_reason", None)
            if not isinstance(text, str | None) or not isinstance(reason, str | None):
                raise self._wrong()
            if getattr(delta, "refusal", None):
                raise ModelProtocolError(
                    f"{self._info.id} refused to answer; choose another model for this code."
                )
            if text:
                yield text
            self.finish_reason = reason or self.finish_reason

    def take_usage(self, chunk: ChatCompletionChunk) -> None:
        """Keep the token counts where the chunk has them."""
        usage: object = getattr(chunk, "usage", None)
        prompt: object = getattr(usage, "prompt_tokens", None)
        completion: object = getattr(usage, "completion_tokens", None)
        if isinstance(prompt, int) and isinstance(completion, int):
            self.usage = Usage(prompt, completion)

    def check_finished(self) -> None:
        """Raise unless the model said that the answer is complete."""
        match self.finish_reason:
            case "stop":
                return
            case "length":
                raise IncompleteReplyError(
                    f"{self._info.id} ran out of room before the end of its answer; "
                    "raise max_tokens or ask about a smaller piece of code."
                )
            case None if self._events == 0:
                raise self._wrong()
            case None:
                raise IncompleteReplyError(
                    f"The answer of {self._info.id} broke off before its end; try again."
                )
            case "content_filter":
                raise ModelProtocolError(
                    f"The server of {self._info.id} filtered its answer; choose another model."
                )
            case _:
                raise self._wrong()

    def _wrong(self) -> ModelProtocolError:
        return _wrong_answer(self._info)


def _wrong_answer(info: ModelInfo) -> ModelProtocolError:
    return ModelProtocolError(
        f"{info.origin} did not answer {info.id} with chat completions; "
        "check its origin, base_path and api in config.toml."
    )


def _parameters(name: str, request: ChatRequest, habits: _Habits) -> dict[str, Any]:
    """Return the SDK's arguments for a request, as far as the server takes them."""
    messages = [
        {"role": message.author.value, "content": message.text} for message in request.messages
    ]
    sampling = request.sampling
    parameters: dict[str, Any] = {
        "model": name,
        "messages": messages,
        "stream": True,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        habits.length_option: sampling.max_tokens,
    }
    if sampling.stop:
        parameters["stop"] = list(sampling.stop)
    if sampling.seed is not None:
        parameters["seed"] = sampling.seed
    if habits.usage_option:
        parameters["stream_options"] = {"include_usage": True}
    if request.schema is not None:
        _constrain(parameters, request.schema, habits.schema)
    return parameters


def _constrain(parameters: dict[str, Any], schema: JsonSchema, support: _SchemaSupport) -> None:
    if support is _SchemaSupport.JSON_SCHEMA:
        parameters["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
        }
        return
    if support is _SchemaSupport.JSON_OBJECT:
        parameters["response_format"] = {"type": "json_object"}
    parameters["messages"][-1]["content"] += (
        "\n\nAnswer with one JSON object and nothing else. It must fit this JSON schema:\n"
        + json.dumps(schema, ensure_ascii=False)
    )


class _RefusedRequestError(Exception):
    """The server did not take the request as it was; `final` is what to raise if nothing helps."""

    def __init__(self, words: str, final: ModelError) -> None:
        super().__init__(words)
        self.words = words
        self.final = final


def _adapted(habits: _Habits, words: str, request: ChatRequest) -> _Habits | None:
    """Return what to try next after a refusal that says `words`, or None where nothing is left."""
    if habits.usage_option and "stream_options" in words:
        return replace(habits, usage_option=False)
    if habits.length_option == "max_tokens" and "max_completion_tokens" in words:
        return replace(habits, length_option="max_completion_tokens")
    weaker = _WEAKER.get(habits.schema)
    if request.schema is not None and weaker is not None:
        return replace(habits, schema=weaker)
    return None


@contextmanager
def translated_errors(info: ModelInfo) -> Iterator[None]:
    """Turn what the SDK and its HTTP library raise into our errors, each saying what to do."""
    try:
        yield
    except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError) as error:
        _LOG.debug("%s: %r", info.id, error)
        ours = next((it for it in _chain(error) if isinstance(it, GlossatorError)), None)
        raise (_from_gate(ours) if ours is not None else _translated(error, info)) from error
    except EgressError as error:
        raise _from_gate(error) from error
    except (ValueError, RecursionError) as error:
        # The SDK lets what the JSON and text decoders raise come through.
        _LOG.debug("%s: %r", info.id, error)
        raise _wrong_answer(info) from error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _from_gate(error: GlossatorError) -> GlossatorError:
    """Return the gate's refusal as trouble of the model; what the policy forbids stays so."""
    if isinstance(error, EgressTimeoutError):
        return ModelTimeoutError(str(error))
    if isinstance(error, EgressError):
        return ModelProtocolError(str(error))
    return error


def _translated(error: Exception, info: ModelInfo) -> Exception:
    for kind in type(error).__mro__:
        if kind in PLACED:
            return PLACED[kind](error, info)
    return _wrong_answer(info)


def _unreachable(error: Exception, info: ModelInfo) -> ModelError:
    """Tell a server that is not there from one that went away or fell silent in mid-answer."""
    causes = tuple(_chain(error))
    if any(isinstance(it, httpx2.ConnectError | httpx2.ConnectTimeout) for it in causes):
        return ModelUnavailableError(
            f"Nothing answers at {info.origin}; start the server of {info.id}, "
            "or correct its origin in config.toml."
        )
    if any(isinstance(it, httpx2.TimeoutException | openai.APITimeoutError) for it in causes):
        return ModelTimeoutError(
            f"{info.id} fell silent; try again, raise its timeout_s in config.toml, "
            "or choose a smaller model."
        )
    return IncompleteReplyError(
        f"The connection to {info.id} broke off before the end of its answer; try again."
    )


def _key_refused(_error: Exception, info: ModelInfo) -> ModelError:
    return ModelUnavailableError(
        f"{info.origin} does not accept the key of {info.id}; correct its key in config.toml."
    )


def _not_found(_error: Exception, info: ModelInfo) -> ModelError:
    return ModelUnavailableError(
        f"{info.origin} has no model {info.name}; load it there, "
        "or correct model and base_path in config.toml."
    )


def _too_often(_error: Exception, info: ModelInfo) -> ModelError:
    return ModelUnavailableError(
        f"{info.origin} takes no more requests at the moment; wait a little and try again."
    )


def _server_failed(error: Exception, info: ModelInfo) -> ModelError:
    if _is_overflow(error):
        return _prompt_too_long(info)
    status = getattr(error, "status_code", "?")
    return ModelUnavailableError(
        f"{info.origin} failed with status {status}; look at its log, then try again."
    )


def _bad_request(error: Exception, info: ModelInfo) -> Exception:
    if _is_overflow(error):
        return _prompt_too_long(info)
    final = ModelProtocolError(
        f"{info.origin} does not take the request for {info.id}; look at its log, "
        "or choose another model."
    )
    return _RefusedRequestError(str(error), final)


def _failed_in_stream(error: Exception, info: ModelInfo) -> ModelError:
    if _is_overflow(error):
        return _prompt_too_long(info)
    return IncompleteReplyError(
        f"{info.origin} reported an error in mid-answer; look at its log, then try again."
    )


def _no_chat_error(_error: Exception, info: ModelInfo) -> ModelError:
    """Place what belongs to parts of the SDK that are not used here."""
    return _wrong_answer(info)


def _is_overflow(error: Exception) -> bool:
    marks = {getattr(error, "code", None), getattr(error, "type", None)}
    return bool(marks & _OVERFLOW_CODES) or bool(_OVERFLOW_WORDS.search(str(error)))


def _prompt_too_long(info: ModelInfo) -> PromptTooLongError:
    return PromptTooLongError(
        f"The prompt does not fit the context of {info.id}; ask about a smaller piece of code, "
        "or choose a model with a larger context."
    )


# Every exception of the SDK and of its HTTP library stands here; a test fails where one is missing.
PLACED: dict[type[BaseException], Callable[[Exception, ModelInfo], Exception]] = {
    openai.OpenAIError: _no_chat_error,
    openai.APIError: _failed_in_stream,
    openai.APIConnectionError: _unreachable,
    openai.APITimeoutError: _unreachable,
    openai.APIResponseValidationError: _no_chat_error,
    openai.APIStatusError: _server_failed,
    openai.InternalServerError: _server_failed,
    openai.BadRequestError: _bad_request,
    openai.UnprocessableEntityError: _bad_request,
    openai.ConflictError: _server_failed,
    openai.AuthenticationError: _key_refused,
    openai.OAuthError: _key_refused,
    openai.PermissionDeniedError: _key_refused,
    openai.NotFoundError: _not_found,
    openai.RateLimitError: _too_often,
    openai.LengthFinishReasonError: _no_chat_error,
    openai.ContentFilterFinishReasonError: _no_chat_error,
    openai.WebSocketConnectionClosedError: _no_chat_error,
    openai.WebSocketQueueFullError: _no_chat_error,
    httpx2.HTTPError: _unreachable,
    httpx2.StreamError: _unreachable,
}
