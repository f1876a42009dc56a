"""Own the decision about one request: where it goes, what of it leaves, and the line that says so.

It must not open connections or read answers.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from glossator_gate import backstop
from glossator_gate.addresses import is_allowed
from glossator_gate.audit import AuditLog, Value, default_folder
from glossator_gate.errors import EgressError, EgressUnreachableError, PolicyError
from glossator_gate.redaction import SealedBody, sealed_body
from glossator_gate.types import (
    ERRAND_HEADER,
    AddressClass,
    DataClass,
    Destination,
    Errand,
    Origin,
    UsageLimits,
)
from glossator_gate.usage import UsageStore, default_path

# What the SDKs add beyond these (organisation, telemetry, headers from the environment) stays here;
# the key is set by the door itself.
_ALLOWED_HEADERS = frozenset({
    "accept", "connection", "content-length", "content-type", "host", "user-agent",
})  # fmt: skip
_METADATA = "metadata"
# Looking at so much takes longer than a loop may stand still.
_LARGE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as the gate judges it, whichever library speaks."""

    method: str
    origin: Origin
    path: str
    userinfo: bytes
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to send: to which checked addresses, what, until when (loop time).

    `addresses` are the proxy's where the policy names one. `line` is the number of the audit's and
    `fields` is what it says. `began_ns` counts from 1970, `began` is monotonic.
    """

    addresses: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    deadline: float
    line: int
    fields: Mapping[str, Value]
    began_ns: int
    began: float


async def admit(outgoing: Outgoing, destination: Destination) -> Admission:
    """Decide about one request, or raise `PolicyError` or `EgressError`; nothing has left yet."""
    began_ns, began = time.time_ns(), time.monotonic()
    deadline = asyncio.get_running_loop().time() + destination.limits.total_s
    _check_origin(outgoing, destination)
    errand = _errand_of(outgoing)
    _check_class(errand, destination)
    body = await _sealed(outgoing.body)
    headers = _headers(outgoing, destination, len(body.body))
    addresses = await _checked_addresses(destination)
    if destination.requests_per_min is not None and errand.operation != _METADATA:
        limits = UsageLimits(requests_per_min=destination.requests_per_min)
        await asyncio.to_thread(_usage(default_path()).admit, limits, destination.id)
    fields = _fields(outgoing, destination, errand, body)
    fields["network.peer.address"] = addresses[0]
    is_far = destination.address is not AddressClass.LOOPBACK
    line = await asyncio.to_thread(log().record, "egress", fields, is_durable=is_far)
    return Admission(addresses, headers, body.body, deadline, line, fields, began_ns, began)


def log() -> AuditLog:
    """Return the audit log of this user."""
    return _log_in(default_folder())


@cache
def _log_in(folder: Path) -> AuditLog:
    return AuditLog(folder)


@cache
def _usage(path: Path) -> UsageStore:
    return UsageStore(path)


def _check_origin(outgoing: Outgoing, destination: Destination) -> None:
    if outgoing.origin != destination.origin or outgoing.userinfo:
        raise PolicyError(
            f"A request to {outgoing.origin} was refused: only {destination.origin} is approved "
            "here; list the model with that origin in config.toml."
        )


def _errand_of(outgoing: Outgoing) -> Errand:
    value = {k.lower(): v for k, v in outgoing.headers.items()}.get(ERRAND_HEADER)
    if value is None:
        # Who does not say what it is for sends what may be anything.
        secret = DataClass.RESTRICTED if outgoing.body else DataClass.PUBLIC
        return Errand("unknown", data_class=secret)
    try:
        return Errand.of_header(value)
    except ValueError as error:
        raise EgressError(
            "A request that does not say what it is for was refused; this is a fault of Glossator."
        ) from error


def _check_class(errand: Errand, destination: Destination) -> None:
    if errand.data_class.rank > destination.max_class.rank:
        name = destination.id or destination.origin
        rule = destination.rule or "its entry"
        raise PolicyError(
            f"{name} may see {destination.max_class} data at most and this is {errand.data_class}: "
            f"refused by max_class of {rule}; use a model of this machine, or have that entry "
            "changed."
        )


async def _sealed(body: bytes) -> SealedBody:
    if not body:
        return SealedBody(body, 0)
    if len(body) > _LARGE_BYTES:
        return await asyncio.to_thread(sealed_body, body)
    return sealed_body(body)


def _headers(outgoing: Outgoing, destination: Destination, size: int) -> dict[str, str]:
    limits = destination.limits
    given = {name.lower(): value for name, value in outgoing.headers.items()}
    if size > limits.request_bytes or len(outgoing.body) > limits.request_bytes:
        raise EgressError(
            f"A request of more than {limits.request_bytes} bytes was refused; "
            "ask about a smaller piece of code."
        )
    headers = {name: value for name, value in given.items() if name in _ALLOWED_HEADERS}
    headers.pop("content-length", None)
    if outgoing.body or "content-length" in given:
        headers["content-length"] = str(size)
    # A compressed answer could unpack to more than the caps allow.
    headers["accept-encoding"] = "identity"
    if destination.key is not None:
        is_bearer = destination.key_header == "authorization"
        headers[destination.key_header] = f"{'Bearer ' if is_bearer else ''}{destination.key}"
    return headers


async def _checked_addresses(destination: Destination) -> tuple[str, ...]:
    """Return the addresses of the host, or of the proxy, each checked; one of them is connected to.

    A proxy resolves the host's name itself: it is the policy that vouches for it.
    """
    if destination.proxy is not None:
        _check_scheme(destination, "a proxy")
        return await _resolved(destination.proxy, destination, AddressClass.PUBLIC)
    bound = destination.address
    if destination.origin.scheme == "http" and bound is AddressClass.PUBLIC:
        # What is not encrypted stays in the house, whatever the name leads to.
        bound = AddressClass.PRIVATE
    return await _resolved(destination.origin, destination, bound)


def _check_scheme(destination: Destination, way: str) -> None:
    if destination.origin.scheme == "http" and destination.address is AddressClass.PUBLIC:
        raise PolicyError(
            f"{destination.origin} was refused: a public server is asked over https alone, also by "
            f"way of {way}; correct its origin."
        )


async def _resolved(
    origin: Origin, destination: Destination, bound: AddressClass
) -> tuple[str, ...]:
    backstop.admit_name(origin.host)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(destination.limits.connect_s):
            found = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise EgressUnreachableError(
            f"The host of {origin} cannot be resolved; correct it in config.toml, or write its "
            "address."
        ) from error
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    strangers = [it for it in addresses if not is_allowed(it, bound)]
    if strangers or not addresses:
        raise PolicyError(_refused_address(origin, strangers, bound, destination))
    for address in addresses:
        backstop.admit_address(address, origin.port)
    return addresses


def _refused_address(
    origin: Origin, strangers: list[str], bound: AddressClass, destination: Destination
) -> str:
    where = ", ".join(strangers) or "no address"
    if bound is AddressClass.LOOPBACK:
        return (
            f"{origin} was refused because it leads to {where}, which is not this machine; use a "
            "model that runs here, or have its address class changed."
        )
    if bound is not destination.address and destination.proxy is None:
        return (
            f"{origin} was refused because it leads to {where}: beyond private addresses only "
            "https is used; correct its origin."
        )
    return (
        f"{origin} was refused because it leads to {where}, which is no {bound} address that may "
        f"be connected to (address in {destination.rule or 'its entry'}); correct the name, or "
        "have that entry changed."
    )


def _fields(
    outgoing: Outgoing, destination: Destination, errand: Errand, body: SealedBody
) -> dict[str, Value]:
    """Return what the audit's line says; text of the user's is never among it."""
    return {
        "gen_ai.operation.name": errand.operation,
        "gen_ai.request.model": destination.id,
        "url.scheme": outgoing.origin.scheme,
        "server.address": outgoing.origin.host,
        "server.port": outgoing.origin.port,
        "url.path": outgoing.path,
        "http.request.method": outgoing.method,
        "glossator.role": errand.role,
        "glossator.class": errand.data_class.value,
        "glossator.rule": destination.rule,
        "glossator.sha256": hashlib.sha256(body.body).hexdigest(),
        "glossator.bytes": len(body.body),
        "glossator.redacted": body.count,
    }
