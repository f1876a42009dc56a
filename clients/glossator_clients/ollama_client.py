"""Own the chat with an Ollama server, through Ollama's SDK and its native interface.

It must not choose models, read configuration or the environment, or use models that Ollama only
passes on to somebody else's machine.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any, cast

import httpx
import ollama
from ollama import AsyncClient, ChatResponse

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
    Usage,
)
from glossator_gate.egress import ollama_http_transport
from glossator_gate.errors import EgressError, EgressTimeoutError, PolicyError
from glossator_gate.types import Destination

_LOG = logging.getLogger(__name__)

# Larger contexts cost memory on the user's machine; a model's entry may ask for more or less.
DEFAULT_CONTEXT_TOKENS = 8192
# No tokenizer packs more characters of prose or code into a token, seen over a whole prompt.
_MOST_CHARACTERS_A_TOKEN = 8
# And few need more than one token for so many: below this a prompt may have been cut.
_CUTTABLE_CHARACTERS_A_TOKEN = 4
_CLOUD_SUFFIXES = (":cloud", "-cloud")


class OllamaModel:
    """A chat model that an Ollama server runs itself."""

    def __init__(self, info: ModelInfo, destination: Destination) -> None:
        self._info = info
        self._asked_context = info.context_tokens or DEFAULT_CONTEXT_TOKENS
        transport = ollama_http_transport(destination)
        origin = str(destination.origin)
        self._http = httpx.AsyncClient(base_url=origin, transport=transport, trust_env=False)
        # Without its own authorization header the SDK would take a key from the environment; the
        # door drops the one that is set here and sets the right one.
        self._client = AsyncClient(
            host=origin,
            headers={"authorization": "set-by-the-door"},
            transport=transport,
            trust_env=False,
            follow_redirects=False,
        )

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model; `inspect` adds its context and where it runs."""
        return self._info

    async def close(self) -> None:
        """Let go of connections."""
        # The SDK's client rides on the same transport and owns nothing else.
        await self._http.aclose()

    async def inspect(self) -> ModelInfo:
        """Ask the server about the model; raises `PolicyError` where it runs somewhere else."""
        name = self._info.name
        if name.lower().endswith(_CLOUD_SUFFIXES):
            raise _elsewhere(self._info)
        # The SDK's own `show` drops the fields that say where the model runs.
        with translated_errors(self._info):
            response = await self._http.post("/api/show", json={"model": name})
            if response.status_code != httpx.codes.OK:
                raise ollama.ResponseError(response.text, response.status_code)
            answer = response.json()
        if not isinstance(answer, dict) or not isinstance(answer.get("model_info"), dict):
            raise _wrong_answer(self._info)
        if answer.get("remote_host") or answer.get("remote_model"):
            raise _elsewhere(self._info)
        limits = [self._asked_context, *_context_lengths(answer["model_info"])]
        self._info = replace(self._info, context_tokens=min(limits), local=True)
        return self._info

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer, if the model runs on this machine and the whole prompt fits it."""
        info = await self.inspect()
        context = info.context_tokens or self._asked_context
        characters = sum(len(message.text) for message in request.messages)
        if characters > context * _MOST_CHARACTERS_A_TOKEN:
            raise _prompt_too_long(info)
        with translated_errors(info):
            parts = await self._client.chat(**_parameters(info.name, request, context))
            last: ChatResponse | None = None
            async with aclosing(cast("AsyncGenerator[ChatResponse]", parts)) as chunks:
                async for chunk in chunks:
                    if chunk.message.content:
                        yield TextDelta(chunk.message.content)
                    if chunk.done:
                        last = chunk
                        break
        yield _finished(info, last, characters)


def _parameters(name: str, request: ChatRequest, context: int) -> dict[str, Any]:
    """Return the SDK's arguments for a request."""
    sampling = request.sampling
    options: dict[str, Any] = {
        # Without it the server cuts the head of a long prompt and says nothing.
        "num_ctx": context,
        "num_predict": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
    }
    if sampling.stop:
        options["stop"] = list(sampling.stop)
    if sampling.seed is not None:
        options["seed"] = sampling.seed
    return {
        "model": name,
        "messages": [{"role": it.author.value, "content": it.text} for it in request.messages],
        "stream": True,
        "think": False,
        "format": None if request.schema is None else dict(request.schema),
        "options": options,
    }


def _finished(info: ModelInfo, last: ChatResponse | None, characters: int) -> Finished:
    """Return the end of a complete answer to a complete prompt, or raise what is wrong with it."""
    if last is None:
        raise IncompleteReplyError(f"The answer of {info.id} broke off before its end; try again.")
    context = info.context_tokens or DEFAULT_CONTEXT_TOKENS
    prompt, written = last.prompt_eval_count, last.eval_count or 0
    # A server with a warm cache may count only what it read anew, so that a low count alone proves
    # nothing; it does where the prompt was long enough to have been cut.
    cuttable = characters > context * _CUTTABLE_CHARACTERS_A_TOKEN
    if prompt is not None and (
        prompt + written > context
        or prompt >= context - 1
        or (cuttable and prompt * _MOST_CHARACTERS_A_TOKEN < characters)
    ):
        raise _prompt_too_long(info)
    if last.done_reason == "length":
        raise IncompleteReplyError(
            f"{info.id} ran out of room before the end of its answer; "
            "raise max_tokens or ask about a smaller piece of code."
        )
    if last.done_reason != "stop":
        raise IncompleteReplyError(
            f"{info.id} stopped before the end of its answer ({last.done_reason}); try again."
        )
    usage = None if prompt is None else Usage(prompt, written)
    return Finished(usage, last.model or info.name)


def _context_lengths(model_info: Mapping[str, object]) -> list[int]:
    """Return the context length that the model was trained for, where the server says it."""
    return [
        value
        for key, value in model_info.items()
        if key.endswith(".context_length") and isinstance(value, int) and value > 0
    ]


@contextmanager
def translated_errors(info: ModelInfo) -> Iterator[None]:
    """Turn what the SDK and its HTTP library raise into our errors, each saying what to do."""
    try:
        yield
    except EgressTimeoutError as error:
        raise ModelTimeoutError(str(error)) from error
    except EgressError as error:
        raise ModelProtocolError(str(error)) from error
    except tuple(PLACED) as error:
        _LOG.debug("%s: %r", info.id, error)
        raise _translated(error, info) from error
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        # The SDK reads answers without checking their shape; pydantic's errors are ValueErrors.
        _LOG.debug("%s: %r", info.id, error)
        raise _wrong_answer(info) from error


def _translated(error: BaseException, info: ModelInfo) -> ModelError:
    for kind in type(error).__mro__:
        if kind in PLACED:
            return PLACED[kind](error, info)
    return _wrong_answer(info)


def _refused(error: BaseException, info: ModelInfo) -> ModelError:
    status = getattr(error, "status_code", -1)
    words = str(getattr(error, "error", "")).lower()
    if status == httpx.codes.NOT_FOUND:
        return ModelUnavailableError(
            f"{info.origin} has no model {info.name}; run `ollama pull {info.name}` there, "
            "or correct model in config.toml."
        )
    if "context" in words and ("exceed" in words or "too long" in words or "length" in words):
        return _prompt_too_long(info)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return ModelUnavailableError(
            f"{info.origin} does not accept the key of {info.id}; correct its key in config.toml."
        )
    if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
        return ModelUnavailableError(
            f"{info.origin} takes no more requests at the moment; wait a little and try again."
        )
    if status == -1:
        return IncompleteReplyError(
            f"{info.origin} reported an error in mid-answer; look at its log, then try again."
        )
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return ModelUnavailableError(
            f"{info.origin} failed with status {status}; look at its log, then try again."
        )
    return ModelProtocolError(
        f"{info.origin} does not take the request for {info.id}; look at its log, "
        "or choose another model."
    )


def _not_there(_error: BaseException, info: ModelInfo) -> ModelError:
    return ModelUnavailableError(
        f"Nothing answers at {info.origin}; start Ollama there, "
        f"or correct the origin of {info.id} in config.toml."
    )


def _fell_silent(_error: BaseException, info: ModelInfo) -> ModelError:
    return ModelTimeoutError(
        f"{info.id} fell silent; try again, raise its timeout_s in config.toml, "
        "or choose a smaller model."
    )


def _broke_off(_error: BaseException, info: ModelInfo) -> ModelError:
    return IncompleteReplyError(
        f"The connection to {info.id} broke off before the end of its answer; try again."
    )


def _malformed(_error: BaseException, info: ModelInfo) -> ModelError:
    return _wrong_answer(info)


def _wrong_answer(info: ModelInfo) -> ModelProtocolError:
    return ModelProtocolError(
        f"{info.origin} does not answer {info.id} as Ollama does; "
        "check its origin and api in config.toml."
    )


def _prompt_too_long(info: ModelInfo) -> PromptTooLongError:
    return PromptTooLongError(
        f"The prompt does not fit the context of {info.id} ({info.context_tokens} tokens); "
        "ask about a smaller piece of code, or raise context_tokens in config.toml."
    )


def _elsewhere(info: ModelInfo) -> PolicyError:
    return PolicyError(
        f"{info.name} does not run on this machine: Ollama passes it on to another one; "
        "choose a model that was pulled here."
    )


# Every exception of the SDK and of its HTTP library stands here; a test fails where one is missing.
PLACED: dict[type[BaseException], Callable[[BaseException, ModelInfo], ModelError]] = {
    ollama.ResponseError: _refused,
    ollama.RequestError: _malformed,
    ConnectionError: _not_there,
    httpx.ConnectError: _not_there,
    httpx.ConnectTimeout: _not_there,
    httpx.TimeoutException: _fell_silent,
    httpx.HTTPError: _broke_off,
    httpx.StreamError: _broke_off,
}
