"""Own the proof that the one door lets out only what it should, and takes in only so much."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Callable

import httpx
import httpx2
import pytest
from loopback_server import Answer, LoopbackServer, Received, Reply, serving

from glossator_gate import egress
from glossator_gate.errors import EgressError, EgressTimeoutError, PolicyError
from glossator_gate.types import Destination, EgressLimits, Origin

PROMPT = b'{"prompt": "int secret_function(void);"}'


def httpx_client(destination: Destination) -> httpx.AsyncClient:
    transport = egress.ollama_http_transport(destination)
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)


OpenClient = Callable[[Destination], httpx.AsyncClient | httpx2.AsyncClient]

# Both libraries go through the same door, so each test runs with both.
both = pytest.mark.parametrize("client", [httpx_client, egress.openai_http_client])


def to_limited(server: LoopbackServer, limits: EgressLimits) -> Destination:
    return Destination(Origin.parse(server.origin), limits=limits)


async def echo(received: Received, reply: Reply) -> None:
    await reply.json({"path": received.path, "bytes": len(received.body)})


@both
async def test_reaches_the_listed_origin_with_its_key_and_no_other_header(
    client: OpenClient,
) -> None:
    async with serving(echo) as server:
        to = Destination(Origin.parse(server.origin), key="right-key")
        async with client(to) as http:
            headers = {"Authorization": "Bearer stray", "OpenAI-Organization": "x", "Cookie": "a=b"}
            answer = await http.post(f"{server.origin}/v1/x", content=PROMPT, headers=headers)
        assert answer.json() == {"path": "/v1/x", "bytes": len(PROMPT)}
        seen = server.requests[0].headers
        assert seen["authorization"] == "Bearer right-key"
        assert seen["accept-encoding"] == "identity"
        assert seen["host"] == f"127.0.0.1:{server.port}"
        assert not {"cookie", "openai-organization"} & seen.keys()


@both
async def test_sends_no_authorization_where_no_key_is_configured(client: OpenClient) -> None:
    async with serving(echo) as server, client(Destination(Origin.parse(server.origin))) as http:
        await http.post(server.origin, content=PROMPT, headers={"Authorization": "Bearer stray"})
        assert "authorization" not in server.requests[0].headers


@both
@pytest.mark.parametrize(
    "elsewhere",
    ["http://127.0.0.1:{other}/", "http://localhost:{port}/", "https://127.0.0.1:{port}/",
     "http://user:pw@127.0.0.1:{port}/", "http://example.com/"],
)  # fmt: skip
async def test_refuses_every_origin_but_the_listed_one(client: OpenClient, elsewhere: str) -> None:
    async with serving(echo) as server, serving(echo) as other:
        url = elsewhere.format(port=server.port, other=other.port)
        async with client(Destination(Origin.parse(server.origin))) as http:
            with pytest.raises(PolicyError):
                await http.post(url, content=PROMPT)
        assert server.connections == other.connections == 0


@both
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_follows_no_redirect_and_never_sends_the_prompt_again(
    client: OpenClient, status: int
) -> None:
    async with serving(echo) as thief:

        async def redirect(_received: Received, reply: Reply) -> None:
            await reply.whole(status, b"", Location=f"{thief.origin}/take")

        async with serving(redirect) as server:
            async with client(Destination(Origin.parse(server.origin))) as http:
                with pytest.raises(EgressError, match="redirect"):
                    await http.post(server.origin, content=PROMPT, follow_redirects=True)
            assert [it.body for it in server.requests] == [PROMPT]
        assert thief.connections == 0


@both
async def test_environment_proxies_and_certificates_change_nothing(
    client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(echo) as proxy, serving(echo) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.origin)
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
        async with client(Destination(Origin.parse(server.origin))) as http:
            await http.post(server.origin, content=PROMPT)
        assert proxy.connections == 0
        assert len(server.requests) == 1


@both
@pytest.mark.parametrize(
    "addresses", [["93.184.216.34"], ["127.0.0.1", "10.0.0.7"], ["::ffff:8.8.8.8"], []]
)
async def test_judges_the_resolved_address_not_the_name(
    client: OpenClient, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The resolver is the system's, not ours: here it answers like a hostile one.
    async def resolve(*_args: object, **_options: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (address, 80)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    async with client(Destination(Origin("http", "localhost", 80))) as http:
        with pytest.raises(PolicyError, match="not this machine"):
            await http.post("http://localhost:80/", content=PROMPT)


@both
async def test_connects_to_the_address_that_it_checked(
    client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([["127.0.0.1"], ["8.8.8.8"]])

    async def resolve(*_args: object, **_options: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (address, 80)) for address in next(answers)]

    async with serving(echo) as server:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        name = f"http://model.test:{server.port}"
        async with client(Destination(Origin.parse(name))) as http:
            answer = await http.post(name, content=PROMPT)
        assert answer.status_code == 200
        assert server.requests[0].headers["host"] == f"model.test:{server.port}"


@both
async def test_a_request_over_the_cap_is_not_sent(client: OpenClient) -> None:
    async with serving(echo) as server:
        limits = EgressLimits(request_bytes=len(PROMPT) - 1)
        async with client(Destination(Origin.parse(server.origin), limits=limits)) as http:
            with pytest.raises(EgressError, match="smaller piece"):
                await http.post(server.origin, content=PROMPT)
        assert server.connections == 0


async def endless_event(_received: Received, reply: Reply) -> None:
    await reply.head(Content_Type="text/event-stream")
    while not reply.gone.is_set():
        await reply.send(b"x" * 1000)


async def endless_events(_received: Received, reply: Reply) -> None:
    await reply.head(Content_Type="text/event-stream")
    while not reply.gone.is_set():
        await reply.send(b"data: 1\n\n" * 100)


async def huge_declared(_received: Received, reply: Reply) -> None:
    await reply.head(Content_Length="999999999")
    await reply.hang()


async def compressed(_received: Received, reply: Reply) -> None:
    await reply.whole(200, gzip.compress(b"0" * 1_000_000), Content_Encoding="gzip")


@both
@pytest.mark.parametrize("answer", [endless_event, endless_events, huge_declared, compressed])
async def test_an_answer_over_the_caps_is_dropped(client: OpenClient, answer: Answer) -> None:
    limits = EgressLimits(event_bytes=5_000, response_bytes=50_000)
    async with serving(answer) as server, client(to_limited(server, limits)) as http:
        with pytest.raises(EgressError):
            await http.post(server.origin, content=PROMPT)


@both
async def test_a_slow_drip_ends_at_the_total_deadline(client: OpenClient) -> None:
    async def drip(_received: Received, reply: Reply) -> None:
        await reply.head(Content_Type="text/event-stream")
        while not reply.gone.is_set():
            await reply.send(b": still here\n\n")
            await asyncio.sleep(0.01)

    limits = EgressLimits(silence_s=5, total_s=0.3)
    async with serving(drip) as server, client(to_limited(server, limits)) as http:
        with pytest.raises(EgressTimeoutError):
            await http.post(server.origin, content=PROMPT)


@both
async def test_silence_ends_at_the_silence_deadline_whatever_the_caller_asks(
    client: OpenClient,
) -> None:
    async def silent(_received: Received, reply: Reply) -> None:
        await reply.hang()

    limits = EgressLimits(silence_s=0.2)
    async with serving(silent) as server, client(to_limited(server, limits)) as http:
        with pytest.raises((httpx.ReadTimeout, httpx2.ReadTimeout)):
            await http.post(server.origin, content=PROMPT, timeout=None)


def test_lists_the_variables_that_it_ignores(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in egress.ignored_environment():
        monkeypatch.delenv(name)
    assert egress.ignored_environment() == []
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("OLLAMA_HOST", "http://elsewhere")
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    assert egress.ignored_environment() == ["OLLAMA_HOST", "https_proxy"]


def test_hides_them_from_what_is_imported_but_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in egress.ignored_environment():
        monkeypatch.delenv(name)
    given = {"all_proxy": "socks5://a", "SSLKEYLOGFILE": "/a", "OPENAI_API_KEY": "env"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with egress.hidden_environment(), egress.hidden_environment():
        assert egress.ignored_environment() == ["OPENAI_API_KEY"]
    with pytest.raises(ImportError), egress.hidden_environment():
        raise ImportError
    assert {name: os.environ[name] for name in given} == given
