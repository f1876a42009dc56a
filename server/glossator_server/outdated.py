"""Own the end of an index owner whose configuration has changed; the next one reads the new one.

It must not apply a change itself: an index is put together once.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from glossator_gate.types import ModelEntry, Policy

_LOOK_SECONDS = 2.0
_log = logging.getLogger(__name__)


def end_when_outdated(files: Sequence[Path], load: Callable[[], Policy]) -> Policy:
    """Return the policy, and end this process, as on a SIGTERM, once it asks for another index.

    That is one with another embedder or server, or of other files. `load` reads the policy from
    `files`. Clients notice nothing: they start the next owner with their next question.
    """
    policy = load()
    used = _used(policy)

    def is_outdated() -> bool:
        found = load()
        if found.embed_problem is not None and found.managed_problem is None:
            # Somebody is writing the file, or mends it later: until then nothing has changed.
            return False
        return _used(found) != used

    threading.Thread(
        target=_watch,
        args=(lambda: _stamps(files), is_outdated),
        name="configuration",
        daemon=True,
    ).start()
    return policy


def _watch(stamps: Callable[[], object], is_outdated: Callable[[], bool]) -> None:
    # None: what was written between the reading and this moment counts, too.
    seen: object = None
    while True:
        found = stamps()
        if found != seen:
            seen = found
            if is_outdated():
                _log.info("the configuration of the index has changed; ending")
                os.kill(os.getpid(), signal.SIGTERM)
                return
        time.sleep(_LOOK_SECONDS)


def _used(policy: Policy) -> object:
    """Return what an index takes from a policy."""
    return (
        _named(policy, "embed"),
        # No such role is another thing than one without a model.
        "rerank" in policy.roles,
        _named(policy, "rerank"),
        policy.index_servers,
        policy.telemetry,
        policy.embed_problem,
        policy.deny_paths,
        policy.classes,
    )


def _named(policy: Policy, role: str) -> tuple[ModelEntry | None, ...]:
    return tuple(map(policy.model, policy.roles.get(role, ())))


def _stamps(files: Sequence[Path]) -> object:
    found: list[tuple[int, int, int] | None] = []
    for path in files:
        try:
            status = path.stat()
        except OSError:
            found.append(None)
        else:
            found.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return found
