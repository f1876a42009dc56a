"""Own the two thin transports over the one door: for httpx, and for httpx2, OpenAI's SDK's own.

Nothing else opens connections. It must not decide anything: admission and answers do.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

import certifi
import httpx
import httpx2

from glossator_gate.egress.admission import Admission, Outgoing, admit
from glossator_gate.egress.answers import Account, check_response, metered, too_slow
from glossator_gate.errors import ConfigurationError, EgressError
from glossator_gate.types import DEFAULT_PORTS, Destination, Origin


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


class _RawResponse(Protocol):
    """What both libraries' responses have in common."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    async def aclose(self) -> None: ...


_Response = TypeVar("_Response", bound=_RawResponse)


async def _exchange(
    send: Callable[[str], Awaitable[_Response]],
    admission: Admission,
    destination: Destination,
    account: Account,
) -> _Response:
    """Send to the first checked address that takes the connection and check the answer's head.

    `send` raises `ConnectError` of its library before any byte of the body has left.
    """
    for address in admission.addresses:
        try:
            async with asyncio.timeout_at(admission.deadline):
                response = await send(address)
        except (httpx.ConnectError, httpx2.ConnectError):
            if address == admission.addresses[-1]:
                await account.end()
                raise
            continue
        except TimeoutError as error:
            await account.end()
            raise too_slow(destination) from error
        except BaseException:
            await account.end()
            raise
        account.begin(response.status_code)
        try:
            check_response(response.status_code, response.headers, destination)
        except EgressError:
            await account.end()
            await response.aclose()
            raise
        return response
    raise AssertionError("an admission has at least one address")


def _origin(scheme: str, host: bytes, port: int | None) -> Origin:
    """Return where a request goes; the host is as it is sent, "xn--" and not what it stands for."""
    number = DEFAULT_PORTS.get(scheme, 0) if port is None else port
    return Origin(scheme, host.decode("ascii").lower(), number)


def _tls_context(destination: Destination) -> ssl.SSLContext:
    """Return a context that reads nothing from the environment.

    Authorities are those of the certifi package, and whom the policy's `ca_file` names besides.
    """
    if destination.origin.scheme != "https":
        # Never used for plain HTTP; it trusts no authority, so that a mistake fails closed.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The standard library's default context, and so httpx's, writes the keys of every connection to
    # where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if destination.ca_file is not None:
        try:
            context.load_verify_locations(cafile=destination.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"{destination.ca_file} holds no certificates that can be read; correct ca_file in "
                "the policy."
            ) from error
    return context


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


def _proxy_url(proxy: Origin, address: str) -> str:
    return str(Origin(proxy.scheme, address, proxy.port))


class _HttpxTransport(httpx.AsyncBaseTransport):
    """The door for the Ollama SDK and for all that is asked without an SDK."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._tls = _tls_context(destination)
        self._inner: dict[str | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request that the gate admits and return an answer that it meters."""
        to, url = self._destination, request.url
        outgoing = Outgoing(
            request.method,
            _origin(url.scheme, url.raw_host, url.port),
            url.path,
            url.userinfo,
            request.headers,
            await request.aread(),
        )
        admission = await admit(outgoing, to)

        async def send(address: str) -> httpx.Response:
            # By way of a proxy, the name is the proxy's to resolve.
            host = address if to.proxy is None else url.host
            checked = httpx.Request(
                request.method,
                url.copy_with(host=host),
                headers=admission.headers,
                content=admission.body,
                extensions=_extensions(to),
            )
            return await self._transport(address).handle_async_request(checked)

        account = Account(admission)
        answer = await _exchange(send, admission, to, account)
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_HttpxStream(answer, to, admission.deadline, account),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        for it in self._inner.values():
            await it.aclose()

    def _transport(self, address: str) -> httpx.AsyncHTTPTransport:
        proxy = self._destination.proxy
        url = None if proxy is None else _proxy_url(proxy, address)
        if url not in self._inner:
            self._inner[url] = httpx.AsyncHTTPTransport(
                verify=self._tls, trust_env=False, retries=0, proxy=url
            )
        return self._inner[url]


class _HttpxStream(httpx.AsyncByteStream):
    def __init__(
        self, answer: httpx.Response, to: Destination, deadline: float, account: Account
    ) -> None:
        self._answer = answer
        self._account = account
        self._chunks = metered(answer.aiter_raw(), to, deadline, account)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks

    async def aclose(self) -> None:
        await self._account.end()
        await self._answer.aclose()


class _Httpx2Transport(httpx2.AsyncBaseTransport):
    """The door for the OpenAI SDK."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._tls = _tls_context(destination)
        self._inner: dict[str | None, httpx2.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request that the gate admits and return an answer that it meters."""
        to, url = self._destination, request.url
        outgoing = Outgoing(
            request.method,
            _origin(url.scheme, url.raw_host, url.port),
            url.path,
            url.userinfo,
            request.headers,
            await request.aread(),
        )
        admission = await admit(outgoing, to)

        async def send(address: str) -> httpx2.Response:
            host = address if to.proxy is None else url.host
            checked = httpx2.Request(
                request.method,
                url.copy_with(host=host),
                headers=admission.headers,
                content=admission.body,
                extensions=_extensions(to),
            )
            return await self._transport(address).handle_async_request(checked)

        account = Account(admission)
        answer = await _exchange(send, admission, to, account)
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Httpx2Stream(answer, to, admission.deadline, account),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        for it in self._inner.values():
            await it.aclose()

    def _transport(self, address: str) -> httpx2.AsyncHTTPTransport:
        proxy = self._destination.proxy
        url = None if proxy is None else _proxy_url(proxy, address)
        if url not in self._inner:
            self._inner[url] = httpx2.AsyncHTTPTransport(
                verify=self._tls, trust_env=False, retries=0, proxy=url
            )
        return self._inner[url]


class _Httpx2Stream(httpx2.AsyncByteStream):
    def __init__(
        self, answer: httpx2.Response, to: Destination, deadline: float, account: Account
    ) -> None:
        self._answer = answer
        self._account = account
        self._chunks = metered(answer.aiter_raw(), to, deadline, account)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks

    async def aclose(self) -> None:
        await self._account.end()
        await self._answer.aclose()
