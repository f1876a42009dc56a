"""Own the one door through which Glossator opens outbound connections.

It must not know models, prompts or SDKs beyond the two HTTP libraries that these ride on.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import httpx
import httpx2

from glossator_gate.errors import EgressError, EgressTimeoutError, PolicyError
from glossator_gate.types import (
    DEFAULT_PORTS,
    AddressClass,
    Destination,
    EgressLimits,
    Origin,
)

# What the SDKs add beyond these (organisation, telemetry, headers from the environment) stays here;
# the key is set by the door itself.
_ALLOWED_HEADERS = frozenset({
    "accept", "connection", "content-length", "content-type", "host", "user-agent",
})  # fmt: skip

_REDIRECTING_VARIABLES = (
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY", "WS_PROXY", "WSS_PROXY",
    "OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS", "OPENAI_API_TYPE", "OPENAI_API_VERSION",
    "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OLLAMA_HOST", "OLLAMA_API_KEY",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    "NETRC",
)  # fmt: skip


def ignored_environment() -> list[str]:
    """Return the variables that are set and would redirect other programs; here they do nothing."""
    unread = set(_REDIRECTING_VARIABLES)
    return sorted(name for name, value in os.environ.items() if value and name.upper() in unread)


def openai_http_client(destination: Destination) -> httpx2.AsyncClient:
    """Return an httpx2 client that can reach `destination` and nothing else."""
    return httpx2.AsyncClient(
        transport=_Httpx2Transport(destination), trust_env=False, follow_redirects=False
    )


def ollama_http_transport(destination: Destination) -> httpx.AsyncBaseTransport:
    """Return an httpx transport that can reach `destination` and nothing else.

    The client around it must be made with `trust_env=False` and `follow_redirects=False`.
    """
    return _HttpxTransport(destination)


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A request as the gate judges it, whichever library speaks."""

    origin: Origin
    userinfo: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Admission:
    """Leave to send: to which checked addresses, with which headers, until when (loop time)."""

    addresses: tuple[str, ...]
    headers: Mapping[str, str]
    deadline: float


async def _admit(outgoing: _Outgoing, destination: Destination) -> _Admission:
    """Decide about one request, or raise `PolicyError` or `EgressError`."""
    if outgoing.origin != destination.origin or outgoing.userinfo:
        raise PolicyError(
            f"A request to {outgoing.origin} was refused: only {destination.origin} is approved "
            "here; list the model with that origin in config.toml."
        )
    limits = destination.limits
    headers = {k.lower(): v for k, v in outgoing.headers.items() if k.lower() in _ALLOWED_HEADERS}
    if "transfer-encoding" in {name.lower() for name in outgoing.headers}:
        raise EgressError("A request of unknown size was refused; this is a fault of Glossator.")
    if int(headers.get("content-length", "0")) > limits.request_bytes:
        raise EgressError(
            f"A request of more than {limits.request_bytes} bytes was refused; "
            "ask about a smaller piece of code."
        )
    # A compressed answer could unpack to more than the caps allow.
    headers["accept-encoding"] = "identity"
    if destination.key is not None:
        headers["authorization"] = f"Bearer {destination.key}"
    deadline = asyncio.get_running_loop().time() + limits.total_s
    addresses = await _checked_addresses(destination)
    return _Admission(addresses, headers, deadline)


async def _checked_addresses(destination: Destination) -> tuple[str, ...]:
    """Resolve the host and return its addresses, each checked; the connection goes to these."""
    origin = destination.origin
    if destination.address is not AddressClass.LOOPBACK:
        raise PolicyError(
            f"{origin} was refused: this version sends code to models of this machine only; "
            'set address = "loopback" and run the model here.'
        )
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(destination.limits.connect_s):
            found = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise EgressError(
            f"The host of {origin} cannot be resolved; write 127.0.0.1 in config.toml."
        ) from error
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    strangers = [address for address in addresses if not _is_loopback(address)]
    if strangers or not addresses:
        raise PolicyError(
            f"{origin} was refused because it leads to {', '.join(strangers) or 'no address'}, "
            "which is not this machine; use a model that runs here."
        )
    return addresses


def _origin(scheme: str, host: str, port: int | None) -> Origin:
    return Origin(scheme, host.lower(), port or DEFAULT_PORTS.get(scheme, 0))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _check_response(status: int, headers: Mapping[str, str], destination: Destination) -> None:
    """Refuse what would lead elsewhere or could not be measured."""
    origin = destination.origin
    if 300 <= status < 400:
        raise EgressError(
            f"{origin} answered with a redirect ({status}), which is never followed; "
            "list the server's own origin in config.toml."
        )
    if headers.get("content-encoding", "identity").lower() not in {"identity", ""}:
        raise EgressError(
            f"{origin} sent a compressed answer though none was asked for; "
            "switch compression off in that server."
        )
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > destination.limits.response_bytes:
        raise _too_large(origin, destination.limits)


def _too_large(origin: Origin, limits: EgressLimits) -> EgressError:
    return EgressError(
        f"The answer of {origin} is larger than {limits.response_bytes} bytes, or one event of it "
        f"than {limits.event_bytes}, and was dropped; check that it is a model server."
    )


def _too_slow(destination: Destination) -> EgressTimeoutError:
    return EgressTimeoutError(
        f"{destination.origin} did not finish within {destination.limits.total_s:g} s; "
        "try again, or choose a smaller model."
    )


async def _metered(
    chunks: AsyncIterator[bytes], destination: Destination, deadline: float
) -> AsyncIterator[bytes]:
    """Pass an answer on while it keeps to the limits."""
    limits = destination.limits
    total = event = 0
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                chunk = await anext(chunks, None)
        except TimeoutError as error:
            raise _too_slow(destination) from error
        if chunk is None:
            return
        total += len(chunk)
        # The longest event inside the chunk counts, not only what is left open at its end.
        first, *others = chunk.split(b"\n")
        largest = max([event + len(first), *map(len, others)])
        event = len(others[-1]) if others else event + len(first)
        if total > limits.response_bytes or largest > limits.event_bytes:
            raise _too_large(destination.origin, limits)
        yield chunk


def _tls_context(origin: Origin) -> ssl.SSLContext:
    """Return a context that reads nothing from the environment."""
    if origin.scheme == "https":
        return httpx.create_ssl_context(trust_env=False)
    # Never used for plain HTTP; it trusts no authority, so that a mistake fails closed.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _RawResponse(Protocol):
    """What both libraries' responses have in common."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    async def aclose(self) -> None: ...


_Response = TypeVar("_Response", bound=_RawResponse)


async def _exchange(
    send: Callable[[str, _Admission], Awaitable[_Response]],
    admission: _Admission,
    destination: Destination,
) -> _Response:
    """Send to the first checked address that takes the connection and check the answer's head.

    `send` raises `ConnectError` of its library before any byte of the body has left.
    """
    for address in admission.addresses:
        try:
            async with asyncio.timeout_at(admission.deadline):
                response = await send(address, admission)
        except (httpx.ConnectError, httpx2.ConnectError):
            if address == admission.addresses[-1]:
                raise
            continue
        except TimeoutError as error:
            raise _too_slow(destination) from error
        try:
            _check_response(response.status_code, response.headers, destination)
        except EgressError:
            await response.aclose()
            raise
        return response
    raise AssertionError("an admission has at least one address")


def _extensions(destination: Destination) -> dict[str, object]:
    """Return the deadlines that hold whatever an SDK asked for, and the name that TLS checks."""
    limits = destination.limits
    return {
        "timeout": {
            "connect": limits.connect_s,
            "read": limits.silence_s,
            "write": limits.silence_s,
            "pool": limits.connect_s,
        },
        "sni_hostname": destination.origin.host,
    }


class _HttpxTransport(httpx.AsyncBaseTransport):
    """The door for the Ollama SDK."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._inner = httpx.AsyncHTTPTransport(
            verify=_tls_context(destination.origin), trust_env=False, retries=0
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request that the gate admits and return an answer that it meters."""

        async def send(address: str, admission: _Admission) -> httpx.Response:
            checked = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=admission.headers,
                stream=request.stream,
                extensions=_extensions(self._destination),
            )
            return await self._inner.handle_async_request(checked)

        to = self._destination
        url = request.url
        outgoing = _Outgoing(_origin(url.scheme, url.host, url.port), url.userinfo, request.headers)
        admission = await _admit(outgoing, to)
        answer = await _exchange(send, admission, to)
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_HttpxStream(answer, to, admission.deadline),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


class _HttpxStream(httpx.AsyncByteStream):
    def __init__(self, answer: httpx.Response, to: Destination, deadline: float) -> None:
        self._answer = answer
        self._chunks = _metered(answer.aiter_raw(), to, deadline)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks

    async def aclose(self) -> None:
        await self._answer.aclose()


class _Httpx2Transport(httpx2.AsyncBaseTransport):
    """The door for the OpenAI SDK."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._inner = httpx2.AsyncHTTPTransport(
            verify=_tls_context(destination.origin), trust_env=False, retries=0
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request that the gate admits and return an answer that it meters."""

        async def send(address: str, admission: _Admission) -> httpx2.Response:
            checked = httpx2.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=admission.headers,
                stream=request.stream,
                extensions=_extensions(self._destination),
            )
            return await self._inner.handle_async_request(checked)

        to = self._destination
        url = request.url
        outgoing = _Outgoing(_origin(url.scheme, url.host, url.port), url.userinfo, request.headers)
        admission = await _admit(outgoing, to)
        answer = await _exchange(send, admission, to)
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Httpx2Stream(answer, to, admission.deadline),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


class _Httpx2Stream(httpx2.AsyncByteStream):
    def __init__(self, answer: httpx2.Response, to: Destination, deadline: float) -> None:
        self._answer = answer
        self._chunks = _metered(answer.aiter_raw(), to, deadline)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks

    async def aclose(self) -> None:
        await self._answer.aclose()
