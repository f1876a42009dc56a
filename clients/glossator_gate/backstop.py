"""Own the backstop behind the door: no code of this process connects where the door did not admit.

It is a hook of the interpreter's (PEP 578) and sees every socket of every library. It is no
sandbox: native code that makes its own system calls is not seen. It must not decide what may be
admitted. A name that is passed to `socket.connect` itself is resolved before the hook is asked, and
the connection is refused after.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

from glossator_gate.errors import PolicyError

_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_RESOLVES = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_admitted: set[tuple[str, int]] = set()
_names: set[str] = set()
_is_installed = False


def admit_address(address: str, port: int) -> None:
    """Let this process connect to an address that the door has checked."""
    _admitted.add((address, port))


def admit_name(name: str) -> None:
    """Let this process resolve the name of an approved origin."""
    _names.add(name)


def install() -> None:
    """Watch every socket of this process from now on; it cannot be undone."""
    global _is_installed  # noqa: PLW0603 -- the interpreter has one list of hooks, and no way back
    if not _is_installed:
        _is_installed = True
        sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTS:
        _check_connection(arguments[0], arguments[1] if len(arguments) > 1 else None)
    elif event in _RESOLVES:
        _check_name(arguments[0])


def _check_connection(opened: Any, address: Any) -> None:  # noqa: ANN401 -- whatever was passed
    family = getattr(opened, "family", None)
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        # Sockets of this machine have other kinds of addresses; None is sent where it is connected.
        return
    host, port = str(address[0]), int(address[1])
    if (host, port) not in _admitted and not _is_of_this_machine(host):
        raise PolicyError(
            f"A connection to {host} port {port} was refused: it did not come through the door; "
            "this is a fault of Glossator or of something that was loaded into it."
        )


def _check_name(host: Any) -> None:  # noqa: ANN401 -- whatever was passed
    if host is None or host == "":
        return
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name not in _names and name.lower() != "localhost" and not _is_address(name):
        raise PolicyError(
            f"The name {name} was not resolved: nobody may ask for it but the door; this is a "
            "fault of Glossator or of something that was loaded into it."
        )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_of_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback
