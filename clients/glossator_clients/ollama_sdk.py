"""Own Ollama's SDK: its clients over the door, and its exceptions as ours.

It must not judge answers, choose models, or read the environment.
"""

from __future__ import annotations

import codecs
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, cast

import httpx

from glossator_clients.errors import (
    ModelError,
    ModelProtocolError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.ollama_metadata import not_pulled
from glossator_clients.retries import BusyError, retry_after_s
from glossator_clients.server_troubles import (
    broke_off,
    failed,
    failed_in_mid_answer,
    fell_silent,
    from_gate,
    key_refused,
    not_taken,
)
from glossator_clients.types import ModelInfo
from glossator_gate.egress import hidden_environment, ollama_http_transport
from glossator_gate.errors import EgressError
from glossator_gate.types import Destination, Errand

with hidden_environment():
    import ollama
    from ollama import AsyncClient, ChatResponse, ProgressResponse

__all__ = ["PLACED", "ChatResponse", "OllamaSdk", "ProgressResponse", "prompt_too_long"]

_LOG = logging.getLogger(__name__)

# How Go's network library, in which the server is written, says that it gets nowhere.
_NO_NETWORK = (
    "no such host", "dial tcp", "i/o timeout", "max retries", "network is unreachable",
    "connection refused", "tls handshake", "deadline exceeded",
)  # fmt: skip


_CHAT = "/api/chat"


class OllamaSdk:
    """The SDK over one transport through the door."""

    def __init__(self, info: ModelInfo, destination: Destination) -> None:
        self.transport: httpx.AsyncBaseTransport = _WholePrompts(destination)
        self._origin = str(destination.origin)
        self._info = info

    async def chat(
        self, parameters: Mapping[str, Any], errand: Errand
    ) -> AsyncGenerator[ChatResponse]:
        """Yield the pieces of an answer as the SDK reads them."""
        with translated_errors(self._info):
            answer = await self._client(errand).chat(**parameters)
            async with aclosing(cast("AsyncGenerator[ChatResponse]", answer)) as pieces:
                async for piece in pieces:
                    yield piece

    async def pull(self, name: str, errand: Errand) -> AsyncGenerator[ProgressResponse]:
        """Yield the steps of a pull as the SDK reads them."""
        with translated_errors(self._info):
            answer = await self._client(errand).pull(name, stream=True)
            try:
                async with aclosing(cast("AsyncGenerator[ProgressResponse]", answer)) as steps:
                    async for step in steps:
                        yield step
            except ollama.ResponseError as error:
                _LOG.debug("%s: %r", self._info.id, error)
                raise _pull_failed(error, self._info) from error

    def _client(self, errand: Errand) -> AsyncClient:
        """Return a client for one request: the SDK takes headers for a whole client only."""
        # Without its own authorization header the SDK would take a key from the environment; the
        # door drops the one that is set here and sets the right one.
        return AsyncClient(
            host=self._origin,
            headers={"authorization": "set-by-the-door", **errand.headers()},
            transport=self.transport,
            trust_env=False,
            follow_redirects=False,
        )


class _WholePrompts(httpx.AsyncBaseTransport):
    """Does what the SDK has no words for; raises `BusyError` where the server takes no more.

    It has the server refuse a prompt that does not fit; servers that do not know these words either
    cut it and tell by their counts. And it reads how long a busy server asks to be left alone.
    """

    def __init__(self, destination: Destination) -> None:
        self._inner = ollama_http_transport(destination)
        self._origin = str(destination.origin)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, a chat with the two words more."""
        if request.url.path == _CHAT:
            body = json.loads(request.content) | {"truncate": False, "shift": False}
            headers = request.headers.copy()
            del headers["content-length"]
            request = httpx.Request(
                request.method,
                request.url,
                headers=headers,
                content=json.dumps(body).encode(),
                extensions=request.extensions,
            )
        answer = await self._inner.handle_async_request(request)
        if answer.status_code in {
            httpx.codes.TOO_MANY_REQUESTS,
            httpx.codes.SERVICE_UNAVAILABLE,
        }:
            await answer.aclose()
            raise BusyError.of(self._origin, retry_after_s(answer.headers))
        if request.url.path == _CHAT and isinstance(answer.stream, httpx.AsyncByteStream):
            answer.stream = _OnlyUtf8(answer.stream)
        return answer

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


class _OnlyUtf8(httpx.AsyncByteStream):
    """Raises `ValueError` for bytes that are no text.

    The SDK would read them as question marks: where a line end is among them, two lines become
    one, which may still be JSON, and what lies between is lost.
    """

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        async for chunk in self._inner:
            decoder.decode(chunk)
            yield chunk
        decoder.decode(b"", final=True)

    async def aclose(self) -> None:
        await self._inner.aclose()


@contextmanager
def translated_errors(info: ModelInfo) -> Iterator[None]:
    """Turn what the SDK and its HTTP library raise into our errors, each saying what to do."""
    try:
        yield
    except EgressError as error:
        raise from_gate(error) from error
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
        return not_pulled(info.origin, info.id, info.name)
    if "context" in words and ("exceed" in words or "too long" in words or "length" in words):
        return prompt_too_long(info)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return key_refused(info.origin, info.id)
    if status == -1:
        return failed_in_mid_answer(info.origin)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return failed(info.origin, status)
    return not_taken(info.origin, info.id)


def _pull_failed(error: ollama.ResponseError, info: ModelInfo) -> ModelError:
    """Say why the server could not get a model; its words come from its own network and disk."""
    words, again = error.error.lower(), f"run `glossator models fetch {info.id}` again"
    if "file does not exist" in words or "not found" in words:
        what = f"Ollama's library has no model {info.name}; correct model in config.toml."
    elif "digest mismatch" in words:
        what = f"What {info.origin} got of {info.name} is damaged and was dropped; {again}."
    elif "no space left" in words or "disk quota" in words:
        what = f"The disk of {info.origin} is full; make room there and {again}."
    elif any(it in words for it in _NO_NETWORK):
        what = f"{info.origin} cannot reach Ollama's library; check its network and {again}."
    elif "newer version" in words:
        what = f"{info.name} needs a newer Ollama; bring {info.origin} up to date and {again}."
    else:
        return _refused(error, info)
    return ModelUnavailableError(what)


def _not_there(_error: BaseException, info: ModelInfo) -> ModelError:
    return ModelUnavailableError(
        f"Nothing answers at {info.origin}; start Ollama there, "
        f"or correct the origin of {info.id} in config.toml."
    )


def _fell_silent(_error: BaseException, info: ModelInfo) -> ModelError:
    return fell_silent(info.id)


def _broke_off(_error: BaseException, info: ModelInfo) -> ModelError:
    return broke_off(info.id)


def _malformed(_error: BaseException, info: ModelInfo) -> ModelError:
    return _wrong_answer(info)


def _wrong_answer(info: ModelInfo) -> ModelProtocolError:
    return ModelProtocolError(
        f"{info.origin} does not answer {info.id} as Ollama does; "
        "check its origin and api in config.toml."
    )


def prompt_too_long(info: ModelInfo) -> PromptTooLongError:
    """Return the sentence for a prompt that is longer than the model's context."""
    return PromptTooLongError(
        f"The prompt does not fit the context of {info.id} ({info.context_tokens} tokens); "
        "ask about a smaller piece of code, or raise context_tokens in config.toml."
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
