"""Own the exchanges with a server through OpenAI's SDK, and what its exceptions mean.

It must not decide what to send or to try again, nor open connections by itself: the gate does.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import httpx2

from glossator_clients.errors import (
    ModelError,
    ModelProtocolError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.openai_client.parameters import Refusal
from glossator_clients.openai_client.reading import wrong_answer
from glossator_clients.openai_profiles import Endpoint
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
from glossator_gate.egress import hidden_environment, openai_http_client
from glossator_gate.errors import (
    EgressError,
    GlossatorError,
)
from glossator_gate.types import DataClass, Destination, Errand

with hidden_environment():
    import openai
    from openai import AsyncOpenAI

_LOG = logging.getLogger(__name__)

METADATA = Errand("metadata", data_class=DataClass.PUBLIC)

_OVERFLOW_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_OVERFLOW_WORDS = re.compile(
    r"context (?:length|size|window)|maximum context|too many tokens|prompt is too long|n_ctx"
    # MLC, then TGI.
    r"|input length limit|`inputs` (?:tokens|must have less)",
    re.IGNORECASE,
)
_OK = 200


class RefusedRequestError(Exception):
    """The server did not take the request as it was; `final` is what to raise if nothing helps."""

    def __init__(self, refusal: Refusal, final: ModelError) -> None:
        super().__init__(refusal.words)
        self.refusal = refusal
        self.final = final


class Connection:
    """One server, asked through the gate."""

    def __init__(self, info: ModelInfo, destination: Destination, endpoint: Endpoint) -> None:
        self._info = info
        self._root = f"{destination.origin}{endpoint.root}"
        self.http = openai_http_client(destination)
        self._client = AsyncOpenAI(
            base_url=f"{destination.origin}{endpoint.path}",
            default_query=dict(endpoint.query),
            # The door sets the real key and drops every header that the SDK takes from elsewhere.
            api_key="set-by-the-door",
            http_client=self.http,
            max_retries=0,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    @asynccontextmanager
    async def chat(
        self, known: Mapping[str, Any], extra: Mapping[str, Any], errand: Errand
    ) -> AsyncIterator[AsyncIterator[object]]:
        """Begin an answer and give its chunks; raises also `RefusedRequestError`, `BusyError`."""
        with _sorted_errors(self._info):
            stream = await self._client.chat.completions.create(
                **known, extra_body=dict(extra) or None, extra_headers=errand.headers()
            )
        async with stream:
            yield stream

    async def models(self) -> list[dict[str, Any]] | None:
        """Return what the server says of its models; None where it does not tell."""
        try:
            answer = await self._client.get(
                "/models", cast_to=object, options={"headers": METADATA.headers()}
            )
        except openai.NotFoundError:
            return None
        listed = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            raise wrong_answer(self._info)
        return [it for it in listed if isinstance(it, dict)]

    async def get(self, path: str) -> Any:  # noqa: ANN401 -- whatever the JSON holds
        """Return what stands at a path beside the interface, None where nothing does."""
        response = await self.http.get(self._root + path, headers=METADATA.headers())
        return _json_of(response)

    async def post(self, path: str, body: object, errand: Errand) -> Any:  # noqa: ANN401 -- as above
        """Return the answer of a path beside the interface, None where there is none."""
        headers = {"content-type": "application/json", **errand.headers()}
        content = json.dumps(body).encode()
        response = await self.http.post(self._root + path, content=content, headers=headers)
        return _json_of(response)


def _json_of(response: httpx2.Response) -> object:
    """Return what an answer says, None where it is an error or a page for people."""
    if response.status_code != _OK:
        return None
    with suppress(ValueError, RecursionError):
        value: object = response.json()
        return value
    return None


@contextmanager
def translated_errors(info: ModelInfo) -> Iterator[None]:
    """Turn what the SDK and its HTTP library raise into our errors, each saying what to do."""
    try:
        with _sorted_errors(info):
            yield
    except (RefusedRequestError, BusyError) as error:
        raise error.final from error


@contextmanager
def _sorted_errors(info: ModelInfo) -> Iterator[None]:
    """Do the same, but keep apart what another request may answer."""
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
        raise wrong_answer(info) from error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        # The HTTP library's own errors name the system's as context only.
        error = error.__cause__ or error.__context__


def _from_gate(error: GlossatorError) -> GlossatorError:
    """Return the gate's refusal as trouble of the model; what the policy forbids stays so."""
    return from_gate(error) if isinstance(error, EgressError) else error


def _translated(error: Exception, info: ModelInfo) -> Exception:
    for kind in type(error).__mro__:
        if kind in PLACED:
            return PLACED[kind](error, info)
    return wrong_answer(info)


def _unreachable(error: Exception, info: ModelInfo) -> Exception:
    """Tell a server that is not there from one that went away or fell silent in mid-answer."""
    causes = tuple(_chain(error))
    if any(isinstance(it, ssl.SSLError) for it in causes):
        return ModelUnavailableError(
            f"{info.origin} does not prove by TLS who it is; correct the origin of {info.id} "
            "in config.toml, or name its ca_file."
        )
    if any(isinstance(it, httpx2.ConnectError | httpx2.ConnectTimeout) for it in causes):
        final = ModelUnavailableError(
            f"Nothing answers at {info.origin}; start the server of {info.id}, "
            "or correct its origin in config.toml."
        )
        refused = any(isinstance(it, ConnectionRefusedError) for it in causes)
        return BusyError(final, None) if refused else final
    if any(isinstance(it, httpx2.TimeoutException | openai.APITimeoutError) for it in causes):
        return fell_silent(info.id)
    return broke_off(info.id)


def _key_refused(_error: Exception, info: ModelInfo) -> ModelError:
    return key_refused(info.origin, info.id)


def _not_found(_error: Exception, info: ModelInfo) -> ModelError:
    return ModelUnavailableError(
        f"{info.origin} has no model {info.name}; load it there, "
        "or correct model and base_path in config.toml."
    )


def _too_often(error: Exception, info: ModelInfo) -> Exception:
    if getattr(error, "code", None) == "insufficient_quota":
        return ModelUnavailableError(
            f"The account of {info.id} at {info.origin} has no quota left; add to it there, "
            "or choose another model."
        )
    response = getattr(error, "response", None)
    return BusyError.of(info.origin, retry_after_s(getattr(response, "headers", {})))


def _server_failed(error: Exception, info: ModelInfo) -> Exception:
    if _is_overflow(error):
        return prompt_too_long(info)
    status = getattr(error, "status_code", "?")
    if status == httpx2.codes.SERVICE_UNAVAILABLE:
        return _too_often(error, info)
    if "--jinja" in str(error):
        # llama.cpp says so with status 500.
        return _refused(error, info)
    return failed(info.origin, status)


def _bad_request(error: Exception, info: ModelInfo) -> Exception:
    if _is_overflow(error):
        return prompt_too_long(info)
    if getattr(error, "code", None) == "content_filter":
        return ModelProtocolError(
            f"The server of {info.id} filtered the request; choose another model for this code."
        )
    return _refused(error, info)


def _refused(error: Exception, info: ModelInfo) -> RefusedRequestError:
    final = not_taken(info.origin, info.id)
    option = getattr(error, "param", None)
    refusal = Refusal(str(error), option if isinstance(option, str) else None)
    return RefusedRequestError(refusal, final)


def _failed_in_stream(error: Exception, info: ModelInfo) -> ModelError:
    if _is_overflow(error):
        return prompt_too_long(info)
    return failed_in_mid_answer(info.origin)


def _no_chat_error(_error: Exception, info: ModelInfo) -> ModelError:
    """Place what belongs to parts of the SDK that are not used here."""
    return wrong_answer(info)


def _is_overflow(error: Exception) -> bool:
    marks = {getattr(error, "code", None), getattr(error, "type", None)}
    return bool(marks & _OVERFLOW_CODES) or bool(_OVERFLOW_WORDS.search(str(error)))


def prompt_too_long(info: ModelInfo) -> PromptTooLongError:
    """Return the sentence for a prompt that does not fit."""
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
