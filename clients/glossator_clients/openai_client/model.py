"""Own the chat with any server that speaks OpenAI's chat completions.

It must not choose models, read configuration or the environment, or know the SDK.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace

from glossator_clients.errors import ModelError, ModelProtocolError, ModelTimeoutError
from glossator_clients.openai_client.counting import check_arrived, checked_to_fit, counted
from glossator_clients.openai_client.detection import Server, detected
from glossator_clients.openai_client.parameters import (
    Habits,
    Terms,
    adapted,
    parameters,
    refuses_tools,
)
from glossator_clients.openai_client.reading import Reading
from glossator_clients.openai_client.sdk import (
    Connection,
    RefusedRequestError,
    translated_errors,
)
from glossator_clients.openai_profiles import ServerOptions, endpoint_of
from glossator_clients.retries import BusyError, Patience
from glossator_clients.types import (
    ChatEvent,
    ChatRequest,
    Finished,
    ModelInfo,
    TokenCount,
)
from glossator_gate.types import Destination

# The usage follows the last word at once, where it comes at all; the answer is complete without it.
_USAGE_WAIT_S = 2.0

# Of this process, by server and model: asking again would cost a request, or a refused one.
_servers: dict[tuple[str, str], Server] = {}
_learnt: dict[tuple[str, str], Habits] = {}


class OpenAIModel:
    """A chat model behind an OpenAI-compatible server."""

    def __init__(
        self, info: ModelInfo, destination: Destination, options: ServerOptions | None = None
    ) -> None:
        options = options or ServerOptions()
        self._profile = options.profile
        self._always = options.always
        endpoint = endpoint_of(options, info.name)
        self._info = info
        self._connection = Connection(info, destination, endpoint)
        self._total_s = destination.limits.total_s
        self._key = (f"{destination.origin}{endpoint.path}", info.name)
        self._asking = asyncio.Lock()

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model; the first request or `inspect` adds to it."""
        return self._info

    async def close(self) -> None:
        """Let go of connections."""
        await self._connection.close()

    async def served_names(self) -> tuple[str, ...] | None:
        """Ask the server for the names of its models; None where it does not tell them."""
        with translated_errors(self._info):
            models = await self._connection.models()
        return None if models is None else tuple(str(it.get("id")) for it in models)

    async def inspect(self) -> ModelInfo:
        """Ask the server whose it is and how much context the model has, where that is unknown.

        Raises `ModelUnavailableError` where there is no server.
        """
        server = await self._server()
        if server.trouble is not None:
            raise server.trouble
        return self._info

    async def count_tokens(self, request: ChatRequest) -> TokenCount:
        """Return the size of a request's prompt, by the server's tokenizer where it has one."""
        try:
            async with asyncio.timeout(self._total_s):
                server = await self._server()
                return await counted(self._connection, self._info, server, request)
        except TimeoutError as error:
            raise self._too_slow() from error

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer within the time for the whole call, whatever the server does."""
        patience = Patience(self._total_s)
        async with aclosing(self._tries(request, patience)) as events:
            while True:
                try:
                    async with asyncio.timeout(patience.left_s):
                        event = await anext(events, None)
                except TimeoutError as error:
                    raise self._too_slow() from error
                if event is None:
                    return
                yield event

    async def _tries(self, request: ChatRequest, patience: Patience) -> AsyncGenerator[ChatEvent]:
        """Yield the answer; a server that is busy, or refuses an option, is asked once more.

        Only the head of an exchange can be refused, so nothing is ever yielded twice.
        """
        server = await self._server()
        least = await checked_to_fit(self._connection, self._info, server, request)
        habits = _learnt.get(self._key, Habits())
        while True:
            try:
                async with aclosing(self._attempt(request, server, least, habits)) as events:
                    async for event in events:
                        # What helped, not what was tried.
                        _learnt[self._key] = habits
                        yield event
            except BusyError as busy:
                wait = patience.wait_s(busy)
                if wait is None:
                    # It may be another one when it is there again.
                    _servers.pop(self._key, None)
                    raise busy.final from busy
                await asyncio.sleep(wait)
            except RefusedRequestError as refused:
                habits = self._adapted(refused, request, server, habits)
            else:
                return

    def _adapted(
        self, refused: RefusedRequestError, request: ChatRequest, server: Server, habits: Habits
    ) -> Habits:
        """Return what to try next, or raise what the refusal means."""
        terms = Terms(server.traits, habits, server.context_tokens, self._always)
        known, extra = parameters(self._info.name, request, terms)
        weaker = adapted(terms, refused.refusal, request, known | extra)
        if weaker is not None:
            return weaker
        if refuses_tools(refused.refusal, request):
            self._info = replace(self._info, takes_tools=False)
            raise ModelProtocolError(
                f"{self._info.origin} does not let {self._info.id} call tools; start it with tool "
                "calls switched on, or choose another model."
            ) from refused
        raise refused.final from refused

    async def _attempt(
        self, request: ChatRequest, server: Server, least: int, habits: Habits
    ) -> AsyncGenerator[ChatEvent]:
        terms = Terms(server.traits, habits, server.context_tokens, self._always)
        known, extra = parameters(self._info.name, request, terms)
        reading = Reading(self._info, request)
        async with self._connection.chat(known, extra, request.errand) as chunks:
            with translated_errors(self._info):
                while not reading.is_over and (chunk := await anext(chunks, None)) is not None:
                    for event in reading.take(chunk):
                        yield event
            last = list(reading.finished())
            # Complete already: whatever breaks from here on costs only the token counts.
            with suppress(TimeoutError, ModelError), translated_errors(self._info):
                async with asyncio.timeout(_USAGE_WAIT_S):
                    async for chunk in chunks:
                        reading.take_tail(chunk)
        reading.check_tail()
        check_arrived(self._info, server, least, reading.usage, reading.cached_tokens)
        for event in last:
            yield event
        yield Finished(reading.counted(), reading.model)

    async def _server(self) -> Server:
        async with self._asking:
            server = _servers.get(self._key)
            if server is None:
                server = await detected(self._connection, self._info, self._profile)
                if server.reached:
                    _servers[self._key] = server
        takes_tools = self._info.takes_tools
        self._info = replace(
            self._info,
            context_tokens=self._info.context_tokens or server.context_tokens,
            takes_tools=server.traits.takes_tools if takes_tools is None else takes_tools,
            parameters=server.parameters,
        )
        return server

    def _too_slow(self) -> ModelTimeoutError:
        return ModelTimeoutError(
            f"{self._info.id} did not finish within {self._total_s:g} s; try again, raise its "
            "timeout_s in config.toml, or choose a smaller model."
        )
