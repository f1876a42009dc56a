"""The door for threads that wait: the same checks, whole answers, and an end from outside."""

from __future__ import annotations

import asyncio
import threading

import pytest
from loopback_server import Received, Reply, serving

from glossator_gate.blocking import BlockingHttp
from glossator_gate.errors import (
    EgressError,
    EgressTimeoutError,
    EgressUnreachableError,
    PolicyError,
)
from glossator_gate.types import Destination, EgressLimits, Origin


async def echo(received: Received, reply: Reply) -> None:
    if received.path == "/hang":
        await reply.hang()
    elif received.path == "/elsewhere":
        await reply.whole(302, b"", Location="http://127.0.0.1:1/")
    elif received.path == "/cut":
        await reply.head(Content_Length="100")
        await reply.send(b"half")
    else:
        await reply.json({"path": received.path, "bytes": len(received.body)}, 418)


def to(origin: str, silence_s: float = 60.0) -> BlockingHttp:
    limits = EgressLimits(silence_s=silence_s)
    return BlockingHttp(Destination(Origin.parse(origin), key="right", limits=limits))


async def test_answers_come_whole_with_the_key_of_the_destination(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with serving(echo) as server:
        http = to(server.origin)
        answer = await asyncio.to_thread(
            http.request, "POST", server.origin + "/x", content=b"four", params={"a": 1},
            headers={"Cookie": "a=b", "Authorization": "Bearer stray"},
        )  # fmt: skip
        assert answer.status_code == 418
        assert answer.json() == {"path": "/x?a=1", "bytes": 4}
        assert server.requests[0].headers["authorization"] == "Bearer right"
        assert "cookie" not in server.requests[0].headers
        await asyncio.to_thread(http.close)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://127.0.0.1:1/x", PolicyError),
        ("/elsewhere", EgressError),
        ("/cut", EgressError),
        ("/hang", EgressTimeoutError),
    ],
)
async def test_what_goes_wrong_is_one_of_ours(url: str, kind: type[Exception]) -> None:
    async with serving(echo) as server:
        http = to(server.origin, silence_s=0.3)
        target = server.origin + url if url.startswith("/") else url
        with pytest.raises(kind):
            await asyncio.to_thread(http.request, "GET", target)
        await asyncio.to_thread(http.close)


def test_a_server_that_is_not_there_is_told() -> None:
    http = to("http://127.0.0.1:1")
    with pytest.raises(EgressUnreachableError, match="Nothing answers"):
        http.request("GET", "http://127.0.0.1:1/")
    http.close()


async def test_closing_ends_what_is_under_way_and_everything_after() -> None:
    hangs = asyncio.Event()

    async def hang(_: Received, reply: Reply) -> None:
        hangs.set()
        await reply.hang()

    async with serving(hang) as server:
        http = to(server.origin)
        asking = asyncio.create_task(asyncio.to_thread(http.request, "GET", server.origin))
        await hangs.wait()
        await asyncio.to_thread(http.close)
        with pytest.raises(EgressError, match="was ended"):
            await asking
        await asyncio.wait_for(server.hung_up.wait(), 5)
        with pytest.raises(EgressError, match="was ended"):
            await asyncio.to_thread(http.request, "GET", server.origin)
    assert not [it for it in threading.enumerate() if it.name == "blocking-http"]
