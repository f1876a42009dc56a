"""Own which index servers, web searches and collector both files approve, and why not others.

It must not know models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from glossator_gate.policy.approving import both_ways, mistaken, way_refusal
from glossator_gate.policy.files import FoundFile
from glossator_gate.policy.reading import PolicyFile
from glossator_gate.types import (
    AddressClass,
    IndexServerEntry,
    TelemetryEntry,
    WebSearchEntry,
)

Server = TypeVar("Server", IndexServerEntry, WebSearchEntry, TelemetryEntry)


def index_servers(
    managed: FoundFile, user: FoundFile
) -> tuple[tuple[IndexServerEntry, ...], list[str]]:
    """Return the servers that may be used, and a sentence for each that may not."""
    return _sorted_out("index server", lambda it: it.index_servers, managed, user)


def web_searches(
    managed: FoundFile, user: FoundFile
) -> tuple[tuple[WebSearchEntry, ...], list[str]]:
    """Return the searches that may be asked, and a sentence for each that may not."""
    return _sorted_out("web search", lambda it: it.web_searches, managed, user)


def collectors(managed: FoundFile, user: FoundFile) -> tuple[tuple[TelemetryEntry, ...], list[str]]:
    """Return the one collector that may be told of exchanges, and a sentence where it may not."""
    return _sorted_out(
        "collector", lambda it: () if it.telemetry is None else (it.telemetry,), managed, user
    )


def _sorted_out(
    what: str,
    listed_in: Callable[[PolicyFile], Sequence[Server]],
    managed: FoundFile,
    user: FoundFile,
) -> tuple[tuple[Server, ...], list[str]]:
    file = user.file if user.file is not None else managed.file
    usable: list[Server] = []
    refusals: list[str] = []
    for entry in () if file is None else listed_in(file):
        met: Server | str = entry
        if managed.file is not None and user.file is not None:
            met = _approved(what, entry, listed_in(managed.file))
        refusal = met if isinstance(met, str) else _refusal(met, managed, user)
        if refusal is not None:
            refusals.append(refusal)
        elif not isinstance(met, str):
            usable.append(met)
    return tuple(usable), refusals


def _approved(what: str, entry: Server, managed: Sequence[Server]) -> Server | str:
    """Return the entry with the managed file's limits, or why that lists no such server."""
    for approved in managed:
        if (approved.origin, _base_path(approved)) == (entry.origin, _base_path(entry)):
            return both_ways(entry, approved)
    return (
        f"The managed policy does not list the {what} {entry.id} at {entry.origin}; "
        "ask an administrator to approve it."
    )


def _base_path(entry: IndexServerEntry | WebSearchEntry | TelemetryEntry) -> str:
    return entry.base_path if isinstance(entry, WebSearchEntry) else ""


def _refusal(
    entry: IndexServerEntry | WebSearchEntry | TelemetryEntry, managed: FoundFile, user: FoundFile
) -> str | None:
    if managed.problem is not None and entry.address is not AddressClass.LOOPBACK:
        return f"{entry.id} is not on this machine. {managed.problem}"
    return mistaken(entry, user) or way_refusal(entry)
