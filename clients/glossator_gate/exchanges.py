"""Own who in this process is told of exchanges that have ended: one watcher, or nobody.

It must not hold text, nor send anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from glossator_gate.audit import Value


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came back, as the audit log tells of both.

    `fields` are those of the line before the request, `line` is its number. `status` is None where
    no answer began. `began_ns` counts from 1970.
    """

    fields: Mapping[str, Value]
    line: int
    status: int | None
    answer_bytes: int
    began_ns: int
    seconds: float


class Watcher(Protocol):
    """Who is told. It neither waits nor raises: an exchange is not held up for it."""

    def note(self, exchange: Exchange) -> None:
        """Take note of an exchange."""
        ...

    def close(self) -> None:
        """Finish what is under way, in a moment."""
        ...


_watcher: Watcher | None = None


def watcher() -> Watcher | None:
    """Return who is told at the moment."""
    return _watcher


def watch_with(it: Watcher | None) -> None:
    """Tell this one from now on, and nobody else."""
    global _watcher  # noqa: PLW0603 -- exchanges of all threads and models are told in one place
    _watcher = it


def tell(exchange: Exchange) -> None:
    """Tell the watcher, if there is one."""
    if _watcher is not None:
        _watcher.note(exchange)


def end_watching() -> None:
    """Let the watcher finish, where the process is about to end."""
    if (it := _watcher) is not None:
        watch_with(None)
        it.close()
