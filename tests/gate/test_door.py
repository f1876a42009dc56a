"""Own the proof of what the door asks beyond loopback: TLS, addresses, classes, proxies, lines."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import trustme
from loopback_server import LoopbackServer, Received, Reply, serving

from glossator_gate import egress
from glossator_gate.audit import default_folder, lines
from glossator_gate.audit_check import verify
from glossator_gate.errors import AuditError, ConfigurationError, EgressError, PolicyError
from glossator_gate.types import AddressClass, DataClass, Destination, Errand, Origin

PROMPT = b'{"prompt": "int secret_function(void);"}'
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
OpenClient = Callable[[Destination], httpx.AsyncClient | httpx2.AsyncClient]
Failure = (httpx.TransportError, httpx2.TransportError)


def httpx_client(destination: Destination) -> httpx.AsyncClient:
    transport = egress.ollama_http_transport(destination)
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)


both = pytest.mark.parametrize("client", [httpx_client, egress.openai_http_client])


async def echo(received: Received, reply: Reply) -> None:
    await reply.json({"path": received.path, "bytes": len(received.body)})


def leads_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names lead to addresses, the last answer for ever; return the names that were asked."""
    asked: list[str] = []
    left = list(answers)

    async def resolve(host: str, port: int, **_options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(2, 1, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    return asked


def audited() -> list[dict[str, Any]]:
    return [line for _, _, _, line in lines(default_folder()) if line is not None]


@asynccontextmanager
async def tls_server(
    authority: trustme.CA, name: str, not_after: dt.datetime | None = None
) -> AsyncIterator[LoopbackServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=not_after).configure_cert(context)
    async with serving(echo, tls=context) as server:
        yield server


def trusting(authority: trustme.CA, folder: Path) -> Path:
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@both
async def test_a_private_server_is_asked_over_tls_by_its_name_with_the_companys_authority(
    client: OpenClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    leads_to(monkeypatch, ["127.0.0.1"])
    async with tls_server(authority, "llm.corp.example") as server:
        to = Destination(
            Origin("https", "llm.corp.example", server.port),
            AddressClass.PRIVATE,
            ca_file=trusting(authority, tmp_path),
        )
        async with client(to) as http:
            answer = await http.post(f"{to.origin}/x", content=PROMPT)
        assert answer.json() == {"path": "/x", "bytes": len(PROMPT)}
        assert server.requests[0].headers["host"] == f"llm.corp.example:{server.port}"


@both
async def test_no_variable_makes_the_door_write_down_the_keys_of_a_connection(
    client: OpenClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    authority = trustme.CA()
    leads_to(monkeypatch, ["127.0.0.1"])
    async with tls_server(authority, "llm.corp.example") as server:
        origin = Origin("https", "llm.corp.example", server.port)
        ca_file = trusting(authority, tmp_path)
        to = Destination(origin, AddressClass.PRIVATE, ca_file=ca_file)
        async with client(to) as http:
            await http.post(f"{origin}/x", content=PROMPT)
    assert not keys.exists()


LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@both
@pytest.mark.parametrize("flaw", ["self-signed", "wrong name", "expired"])
async def test_a_server_that_cannot_prove_its_name_gets_no_byte(
    client: OpenClient, flaw: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    ca_file = trusting(trustme.CA() if flaw == "self-signed" else authority, tmp_path)
    name = "other.example" if flaw == "wrong name" else "llm.corp.example"
    not_after = LONG_AGO if flaw == "expired" else None
    leads_to(monkeypatch, ["127.0.0.1"])
    async with tls_server(authority, name, not_after) as server:
        origin = Origin("https", "llm.corp.example", server.port)
        to = Destination(origin, AddressClass.PRIVATE, ca_file=ca_file)
        async with client(to) as http:
            with pytest.raises(Failure):
                await http.post(f"{to.origin}/x", content=PROMPT)
        assert server.requests == []


@both
async def test_a_file_of_authorities_that_cannot_be_read_is_named(
    client: OpenClient, tmp_path: Path
) -> None:
    to = Destination(Origin("https", "a.example", 443), ca_file=tmp_path / "none.pem")
    with pytest.raises(ConfigurationError, match="ca_file"):
        client(to)


@both
@pytest.mark.parametrize(
    ("scheme", "bound", "addresses"),
    [
        ("https", AddressClass.LOOPBACK, ["10.0.0.1"]),
        ("https", AddressClass.LOOPBACK, ["127.0.0.1", "8.8.8.8"]),
        ("https", AddressClass.PRIVATE, ["8.8.8.8"]),
        ("https", AddressClass.PRIVATE, ["10.0.0.1", "93.184.216.34"]),
        ("https", AddressClass.PRIVATE, ["169.254.169.254"]),
        ("https", AddressClass.PUBLIC, ["169.254.169.254"]),
        ("https", AddressClass.PUBLIC, ["93.184.216.34", "fd00:ec2::254"]),
        ("https", AddressClass.PUBLIC, ["::ffff:169.254.169.254"]),
        ("https", AddressClass.PUBLIC, ["0.0.0.0"]),
        ("http", AddressClass.PUBLIC, ["93.184.216.34"]),
        ("https", AddressClass.PUBLIC, []),
    ],
)
async def test_every_address_that_a_name_leads_to_is_judged(
    client: OpenClient,
    scheme: str,
    bound: AddressClass,
    addresses: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leads_to(monkeypatch, addresses)
    to = Destination(Origin(scheme, "llm.corp.example", 443), bound, rule='user [[model]] "gw"')
    async with client(to) as http:
        with pytest.raises(PolicyError, match="refused because it leads to"):
            await http.post(f"{to.origin}/x", content=PROMPT)
    assert audited() == []


@both
async def test_what_is_more_secret_than_the_destination_may_see_stays(client: OpenClient) -> None:
    async with serving(echo) as server:
        origin = Origin.parse(server.origin)
        rule = 'managed [[model]] "gateway"'
        to = Destination(origin, id="gateway", rule=rule, max_class=DataClass.INTERNAL)
        errand = Errand("chat", "document", DataClass.CONFIDENTIAL)
        async with client(to) as http:
            with pytest.raises(
                PolicyError, match=r'confidential: .*managed \[\[model\]\] "gateway"'
            ):
                await http.post(f"{origin}/x", content=PROMPT, headers=errand.headers())
            # Who does not say what it is for may be sending anything.
            with pytest.raises(PolicyError, match="restricted"):
                await http.post(f"{origin}/x", content=PROMPT)
            with pytest.raises(EgressError, match="fault of Glossator"):
                await http.post(f"{origin}/x", headers={"x-glossator-errand": "chat"})
            assert server.connections == 0
            await http.get(f"{origin}/v1/models")
            allowed = Errand("chat", "document", DataClass.INTERNAL)
            await http.post(f"{origin}/x", content=PROMPT, headers=allowed.headers())
        assert [it.path for it in server.requests] == ["/v1/models", "/x"]
        assert not any("x-glossator-errand" in it.headers for it in server.requests)


@both
async def test_a_secret_that_everybody_forgot_is_taken_out_at_the_door(client: OpenClient) -> None:
    body = json.dumps({"messages": [{"content": f'push("{TOKEN}")'}]}).encode()
    async with serving(echo) as server:
        origin = Origin.parse(server.origin)
        async with client(Destination(origin)) as http:
            await http.post(f"{origin}/x", content=body)
        (received,) = server.requests
    assert TOKEN.encode() not in received.body
    assert "<secret:github-token:" in received.json["messages"][0]["content"]
    assert received.headers["content-length"] == str(len(received.body))
    before, after = audited()
    assert (before["glossator.redacted"], before["glossator.bytes"]) == (1, len(received.body))
    assert before["glossator.sha256"] == hashlib.sha256(received.body).hexdigest()
    assert after["glossator.line"] == before["n"]


@both
async def test_a_line_says_before_what_leaves_and_after_how_it_ended(client: OpenClient) -> None:
    async with serving(echo) as server:
        origin = Origin.parse(server.origin)
        to = Destination(origin, key="the-key", id="coder", rule='user [[model]] "coder"')
        errand = Errand("chat", "document", DataClass.CONFIDENTIAL)
        async with client(to) as http:
            await http.post(f"{origin}/v1/x", content=PROMPT, headers=errand.headers())
    before, after = audited()
    expected = {
        "kind": "egress",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "coder",
        "server.address": "127.0.0.1",
        "server.port": origin.port,
        "url.path": "/v1/x",
        "http.request.method": "POST",
        "network.peer.address": "127.0.0.1",
        "glossator.role": "document",
        "glossator.class": "confidential",
        "glossator.rule": 'user [[model]] "coder"',
        "glossator.bytes": len(PROMPT),
    }
    assert expected.items() <= before.items()
    assert (after["kind"], after["http.response.status_code"]) == ("answer", 200)
    assert after["glossator.bytes"] > 0
    raw = b"".join(raw for _, _, raw, _ in lines(default_folder()))
    assert b"secret_function" not in raw
    assert b"the-key" not in raw
    assert verify(default_folder()).is_whole


@both
async def test_where_no_line_can_be_written_no_byte_leaves(client: OpenClient) -> None:
    folder = default_folder()
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")
    async with serving(echo) as server:
        async with client(Destination(Origin.parse(server.origin))) as http:
            with pytest.raises(AuditError, match="nothing leaves"):
                await http.post(f"{server.origin}/x", content=PROMPT)
        assert server.connections == 0


@both
async def test_so_many_requests_a_minute_and_questions_about_models_are_free(
    client: OpenClient,
) -> None:
    async with serving(echo) as server:
        origin = Origin.parse(server.origin)
        chat = Errand("chat", "document", DataClass.PUBLIC).headers()
        asking = Errand("metadata", None, DataClass.PUBLIC).headers()
        async with client(Destination(origin, id="m", requests_per_min=2)) as http:
            for headers in (asking, chat, asking, chat, asking):
                await http.post(f"{origin}/x", content=PROMPT, headers=headers)
            with pytest.raises(PolicyError, match="2 requests a minute"):
                await http.post(f"{origin}/x", content=PROMPT, headers=chat)
        assert len(server.requests) == 5


async def tunnel(received: Received, reply: Reply) -> None:
    """Answer as a proxy that is asked for the whole URL does."""
    await reply.json({"seen": received.path, "host": received.headers["host"]})


@both
async def test_a_proxy_of_the_policy_is_the_one_way_and_resolves_the_name(
    client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tunnel) as proxy:
        asked = leads_to(monkeypatch, ["127.0.0.1"])
        origin = Origin("http", "llm.corp.example", 8080)
        to = Destination(
            origin, AddressClass.PRIVATE, proxy=Origin("http", "proxy.corp.example", proxy.port)
        )
        async with client(to) as http:
            answer = await http.post(f"{origin}/v1/x", content=PROMPT)
        assert answer.json()["seen"] == "http://llm.corp.example:8080/v1/x"
        assert asked == ["proxy.corp.example"]
    assert audited()[0]["network.peer.address"] == "127.0.0.1"


@both
async def test_a_proxy_that_leads_to_metadata_is_none(
    client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to(monkeypatch, ["169.254.169.254"])
    origin = Origin("https", "llm.corp.example", 443)
    to = Destination(origin, AddressClass.PUBLIC, proxy=Origin("http", "proxy.example", 3128))
    async with client(to) as http:
        with pytest.raises(PolicyError, match="leads to"):
            await http.post(f"{origin}/x", content=PROMPT)


@both
async def test_an_azure_key_goes_into_its_own_header(client: OpenClient) -> None:
    async with serving(echo) as server:
        to = Destination(Origin.parse(server.origin), key="the-key", key_header="api-key")
        async with client(to) as http:
            await http.post(f"{server.origin}/x", content=PROMPT)
        assert server.requests[0].headers["api-key"] == "the-key"
        assert "authorization" not in server.requests[0].headers


BACKSTOP = """
import asyncio, socket, sys
from glossator_gate import backstop
from glossator_gate.errors import PolicyError
backstop.install()
backstop.install()

def refused(act):
    try:
        act()
    except PolicyError:
        return True
    except OSError as error:
        return f"went on: {error}"
    return "went on"

def connect(address, kind=socket.SOCK_STREAM, family=socket.AF_INET):
    with socket.socket(family, kind) as it:
        it.settimeout(0.05)
        it.connect(address)

def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
        it.sendto(b"x", ("192.0.2.1", 53))

for act in (
    lambda: connect(("192.0.2.1", 80)),
    lambda: connect(("192.0.2.1", 53), socket.SOCK_DGRAM),
    lambda: connect(("2001:db8::1", 80, 0, 0), family=socket.AF_INET6),
    lambda: socket.create_connection(("192.0.2.1", 80), 0.05),
    lambda: socket.getaddrinfo("example.invalid", 80),
    lambda: socket.gethostbyname("example.invalid"),
    lambda: __import__("urllib.request").request.urlopen("http://192.0.2.1/", timeout=0.05),
    send,
):
    found = refused(act)
    print("refused" if found is True else found)

with socket.create_server(("127.0.0.1", 0)) as server:
    connect(server.getsockname())
asyncio.run(asyncio.sleep(0))
backstop.admit_address("192.0.2.1", 80)
print(refused(lambda: connect(("192.0.2.1", 80))) is not True)
"""


def test_what_does_not_come_through_the_door_is_stopped_behind_it() -> None:
    done = subprocess.run([sys.executable, "-c", BACKSTOP], capture_output=True, text=True)
    assert done.stdout.split() == ["refused"] * 8 + ["True"], done
