"""Own an Ollama model client over a server of the suite, and a chat that goes wrong there.

It must not prove anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from glossator_clients.ollama_client import OllamaModel, OllamaOptions
from glossator_clients.types import (
    Author,
    ChatRequest,
    Message,
    ModelInfo,
)
from glossator_gate.types import (
    Destination,
    EgressLimits,
    Origin,
)
from tests.fake_ollama import FakeOllama
from tests.loopback_server import Answer, LoopbackServer, Received, Reply, serving

SECRET = "int secret_function(void);"
REQUEST = ChatRequest((Message(Author.USER, SECRET),))
METADATA = ["/api/show", "/api/tags"]


@asynccontextmanager
async def model_of(
    answer: Answer,
    name: str = "qwen:7b",
    context: int | None = None,
    options: OllamaOptions | None = None,
) -> AsyncIterator[tuple[OllamaModel, LoopbackServer]]:
    async with serving(answer) as server:
        info = ModelInfo("coder", "ollama", name, server.origin, context, local=False)
        limits = EgressLimits(silence_s=0.4)
        model = OllamaModel(info, Destination(Origin.parse(server.origin), limits=limits), options)
        try:
            yield model, server
        finally:
            await model.close()


def chatting(chat: Callable[[Reply], Awaitable[None]]) -> Answer:
    """Answer everything well but the chat."""

    async def answer(received: Received, reply: Reply) -> None:
        if received.path == "/api/chat":
            await chat(reply)
        else:
            await FakeOllama()(received, reply)

    return answer


async def stall(reply: Reply) -> None:
    await reply.head(Content_Type="application/x-ndjson")
    await reply.line({"message": {"role": "assistant", "content": "a"}, "done": False})
    await reply.hang()
