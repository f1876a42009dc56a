"""Own the proof that a host in an odd spelling is refused, or is exactly the host that it says.

No spelling leads a client to anything but the one origin that it was made for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import httpx2
import pytest
from loopback_server import LoopbackServer, Received, Reply, serving

from glossator_gate import egress
from glossator_gate.errors import ConfigurationError, PolicyError
from glossator_gate.types import Destination, Origin

PROMPT = b'{"prompt": "int secret_function(void);"}'
OpenClient = Callable[[Destination], httpx.AsyncClient | httpx2.AsyncClient]
# What the libraries refuse themselves, before they ask the door.
NO_URL = (
    httpx.InvalidURL, httpx2.InvalidURL, httpx.UnsupportedProtocol, httpx2.UnsupportedProtocol,
)  # fmt: skip

# An origin, and the host that is read of it; None where it must be none. "PORT" is a real port.
SPELLINGS: list[tuple[str, str | None]] = [
    # As it should be written, and as it may be.
    ("http://127.0.0.1:PORT", "127.0.0.1"),
    ("http://127.0.0.1:PORT/", "127.0.0.1"),
    ("HTTP://127.0.0.1:PORT", "127.0.0.1"),
    ("http://localhost:PORT", "localhost"),
    ("http://LocalHost:PORT", "localhost"),
    ("http://localhost.:PORT", "localhost."),
    ("http://my_model.corp.example:PORT", "my_model.corp.example"),
    ("http://xn--bcher-kva.example:PORT", "xn--bcher-kva.example"),
    ("http://XN--LCLHOST-KGG:PORT", "xn--lclhost-kgg"),
    ("http://127.0.0.1.example:PORT", "127.0.0.1.example"),
    ("http://approved.example.evil.example:PORT", "approved.example.evil.example"),
    ("http://127.0.0.2:PORT", "127.0.0.2"),
    ("http://0.0.0.0:PORT", "0.0.0.0"),
    ("http://[::1]:PORT", "::1"),
    ("http://[0:0:0:0:0:0:0:1]:PORT", "0:0:0:0:0:0:0:1"),
    ("http://[::FFFF:127.0.0.1]:PORT", "::ffff:127.0.0.1"),
    ("http://[::ffff:7f00:1]:PORT", "::ffff:7f00:1"),
    ("http://[::127.0.0.1]:PORT", "::127.0.0.1"),
    ("http://[64:ff9b::7f00:1]:PORT", "64:ff9b::7f00:1"),
    # Numbers that some resolvers take for 127.0.0.1, and not all for the same address.
    ("http://2130706433:PORT", None),
    ("http://0x7f000001:PORT", None),
    ("http://017700000001:PORT", None),
    ("http://0177.0.0.1:PORT", None),
    ("http://0x7f.0.0.1:PORT", None),
    ("http://0x7f.1:PORT", None),
    ("http://127.0.0.0x1:PORT", None),
    ("http://127.1:PORT", None),
    ("http://127.0.1:PORT", None),
    ("http://127.00.0.1:PORT", None),
    ("http://127.0.0.1.:PORT", None),
    ("http://0:PORT", None),
    ("http://127.0.0.256:PORT", None),
    ("http://1.127.0.0.1:PORT", None),
    # Somebody in front of the host.
    ("http://user@127.0.0.1:PORT", None),
    ("http://user:word@127.0.0.1:PORT", None),
    ("http://@127.0.0.1:PORT", None),
    ("http://approved.example@127.0.0.1:PORT", None),
    ("http://approved.example:PORT@127.0.0.1:PORT", None),
    ("http://approved.example%40127.0.0.1:PORT", None),
    # IPv6 with zones, brackets where they should not be, and none where they should.
    ("http://[::1%lo]:PORT", None),
    ("http://[::1%25lo]:PORT", None),
    ("http://[fe80::1%eth0]:PORT", None),
    ("http://[::1]x:PORT", None),
    ("http://x[::1]:PORT", None),
    ("http://[127.0.0.1]:PORT", None),
    ("http://[v1.x]:PORT", None),
    ("http://[]:PORT", None),
    ("http://[::1:PORT", None),
    ("http://::1:PORT", None),
    ("http://[1::2::3]:PORT", None),
    # Percent-encoding.
    ("http://%31%32%37.0.0.1:PORT", None),
    ("http://127%2e0%2e0%2e1:PORT", None),
    ("http://localhost%00.example:PORT", None),
    ("http%3A//127.0.0.1:PORT", None),
    # Letters and digits that look like others, or become others.
    ("http://１２７.0.0.1:PORT", None),
    ("http://127。0。0。1:PORT", None),
    ("http://①②⑦.0.0.1:PORT", None),
    ("http://127.0.0.1:８０", None),
    ("http://lоcalhost:PORT", None),
    ("http://ⓛocalhost:PORT", None),
    ("http://ｌocalhost:PORT", None),
    ("http://loca\u00adlhost:PORT", None),
    ("http://local\u200bhost:PORT", None),
    ("http://approveﬀ.example:PORT", None),
    ("http://faß.example:PORT", None),
    ("http://approved\u2024example:PORT", None),
    ("http://approved.example\u2044@127.0.0.1:PORT", None),
    ("http://\u202e1.0.0.721:PORT", None),
    ("http://\u212aelvin.example:PORT", None),
    # What is invisible, and what breaks a line.
    ("http://127.0.0.1\t:PORT", None),
    ("http://127.0\t.0.1:PORT", None),
    ("ht\ttp://127.0.0.1:PORT", None),
    ("http://127.0.0.1:PORT\n", None),
    ("\nhttp://127.0.0.1:PORT", None),
    (" http://127.0.0.1:PORT", None),
    ("http://127.0.0.1 :PORT", None),
    ("http://127.0.0.1\0:PORT", None),
    ("http://127.0.0.1:PORT\r\nHost: evil.example", None),
    # Slashes and what some take for them.
    ("http:\\\\127.0.0.1:PORT", None),
    ("http://approved.example\\@127.0.0.1:PORT", None),
    ("http://127.0.0.1:PORT\\@approved.example", None),
    ("http:/127.0.0.1:PORT", None),
    ("http:127.0.0.1:PORT", None),
    ("http:///127.0.0.1:PORT", None),
    ("http://127.0.0.1:PORT//", None),
    ("http://127.0.0.1/:PORT", None),
    ("http://127.0.0.1:PORT/v1", None),
    ("http://127.0.0.1:PORT?", None),
    ("http://127.0.0.1:PORT#", None),
    ("http://127.0.0.1:PORT;x", None),
    ("http://127.0.0.1:PORT,http://approved.example", None),
    # Ports.
    ("http://127.0.0.1:", None),
    ("http://127.0.0.1:0", None),
    ("http://127.0.0.1:65536", None),
    ("http://127.0.0.1:4294967376", None),
    ("http://127.0.0.1:-80", None),
    ("http://127.0.0.1:+80", None),
    ("http://127.0.0.1:0x50", None),
    ("http://127.0.0.1:8_0", None),
    ("http://127.0.0.1:0080", None),
    ("http://127.0.0.1:80:80", None),
    # Schemes.
    ("127.0.0.1:PORT", None),
    ("//127.0.0.1:PORT", None),
    ("ftp://127.0.0.1:PORT", None),
    ("ws://127.0.0.1:PORT", None),
    ("httpx://127.0.0.1:PORT", None),
    ("unix:///run/model.sock", None),
    ("http+unix://127.0.0.1:PORT", None),
    ("file:///etc/hostname", None),
    ("http://http://127.0.0.1:PORT", None),
    ("", None),
    ("http://", None),
    ("http://:PORT", None),
    # Names that are none.
    ("http://.:PORT", None),
    ("http://a..b:PORT", None),
    ("http://.localhost:PORT", None),
    ("http://-a.example:PORT", None),
    ("http://*:PORT", None),
    ("http://*.example:PORT", None),
    (f"http://{'a' * 64}.example:PORT", None),
    (f"http://{'a.' * 127}example:PORT", None),
]
# Spellings that libraries make the approved 127.0.0.1 of, before the door sees them: they lead
# there, and nowhere else.
SAME = {
    "http://127.0.0.1:PORT", "http://127.0.0.1:PORT/", "HTTP://127.0.0.1:PORT",
    "http://@127.0.0.1:PORT", "http://127。0。0。1:PORT", "http://127.0.0.1:PORT//",
    "http://127.0.0.1:PORT/v1", "http://127.0.0.1:PORT?",
    "http://127.0.0.1:PORT#",
}  # fmt: skip

spelled = pytest.mark.parametrize("spelling", [it for it, _ in SPELLINGS], ids=ascii)


def httpx_client(destination: Destination) -> httpx.AsyncClient:
    transport = egress.ollama_http_transport(destination)
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)


both = pytest.mark.parametrize("client", [httpx_client, egress.openai_http_client])


async def echo(received: Received, reply: Reply) -> None:
    await reply.json({"bytes": len(received.body)})


@asynccontextmanager
async def server_that_every_name_leads_to(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[LoopbackServer]:
    """Serve where whatever gets past the door arrives, because each name leads to this machine."""

    async def resolve(_host: str, port: int, **_options: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    async with serving(echo) as server:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        yield server


def test_there_are_as_many_spellings_as_somebody_asked_for() -> None:
    texts = [it for it, _ in SPELLINGS]
    assert len(set(texts)) == len(texts) >= 60
    assert set(texts) >= SAME


@pytest.mark.parametrize(("spelling", "host"), SPELLINGS, ids=ascii)
def test_an_origin_is_the_host_that_it_says_or_none(spelling: str, host: str | None) -> None:
    text = spelling.replace("PORT", "8080")
    if host is not None:
        assert Origin.parse(text) == Origin("http", host, 8080)
        # What is written down is read as the same again.
        assert Origin.parse(str(Origin.parse(text))) == Origin.parse(text)
        return
    with pytest.raises(ConfigurationError) as caught:
        Origin.parse(text)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert "write scheme, host and port" in sentence


@both
@spelled
async def test_a_client_for_another_host_reaches_no_server_by_it(
    client: OpenClient, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server_that_every_name_leads_to(monkeypatch) as server:
        approved = Origin("http", "approved.example", server.port)
        async with client(Destination(approved)) as http:
            with pytest.raises((PolicyError, *NO_URL)):
                await http.post(spelling.replace("PORT", str(server.port)), content=PROMPT)
            assert server.connections == 0
            # The way itself is open.
            await http.post(f"{approved}/", content=PROMPT)
        assert server.connections == 1


@both
@spelled
async def test_a_client_for_this_machine_reaches_it_by_no_other_name(
    client: OpenClient, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server_that_every_name_leads_to(monkeypatch) as server:
        url = spelling.replace("PORT", str(server.port))
        async with client(Destination(Origin.parse(server.origin))) as http:
            if spelling in SAME:
                await http.post(url, content=PROMPT)
                assert server.requests[0].headers["host"] == f"127.0.0.1:{server.port}"
                return
            with pytest.raises((PolicyError, *NO_URL)):
                await http.post(url, content=PROMPT)
        assert server.connections == 0


@both
async def test_a_name_in_other_letters_is_approved_by_what_is_sent_for_it(
    client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server_that_every_name_leads_to(monkeypatch) as server:
        approved = Origin.parse(f"http://xn--bcher-kva.example:{server.port}")
        async with client(Destination(approved)) as http:
            for name in ("xn--bcher-kva", "XN--BCHER-KVA", "bücher"):
                await http.post(f"http://{name}.example:{server.port}/", content=PROMPT)
        hosts = {it.headers["host"] for it in server.requests}
        assert hosts == {f"xn--bcher-kva.example:{server.port}"}
        assert len(server.requests) == 3
