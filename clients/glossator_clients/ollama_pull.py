"""Own the pulling of a model by an Ollama server, with progress.

It must not fetch anything itself: the server does, and keeps what it has when it is interrupted.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from glossator_clients.errors import IncompleteReplyError
from glossator_clients.ollama_client import OllamaModel, OllamaOptions
from glossator_clients.ollama_metadata import METADATA, check_runs_here
from glossator_clients.ollama_sdk import OllamaSdk
from glossator_clients.retries import BusyError
from glossator_clients.types import ModelInfo
from glossator_gate.types import Destination

# A server that checks the hash of many gigabytes says nothing meanwhile; the rest of its answer is
# a hundred bytes for each step of the way.
_SILENCE_S = 600.0
_TOTAL_S = 24 * 3600.0
_RESPONSE_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a pull is: `status` in the server's words, bytes of all parts seen so far."""

    status: str
    completed: int
    total: int


async def pull_model(
    info: ModelInfo,
    destination: Destination,
    on_progress: Callable[[PullProgress], None],
    options: OllamaOptions | None = None,
) -> ModelInfo:
    """Let the server pull the model, and return what it then says of it.

    What a cancel or a break leaves behind is kept by the server, which goes on there the next time.
    Raises `PolicyError` where the model turns out to run elsewhere or not to be the pinned one.
    """
    check_runs_here(info.name, None, None)
    limits = replace(
        destination.limits,
        silence_s=max(destination.limits.silence_s, _SILENCE_S),
        total_s=_TOTAL_S,
        response_bytes=_RESPONSE_BYTES,
    )
    sdk = OllamaSdk(info, replace(destination, limits=limits))
    try:
        await _pull(info, sdk, on_progress)
    except BusyError as busy:
        raise busy.final from busy
    finally:
        await sdk.transport.aclose()
    model = OllamaModel(info, destination, options)
    try:
        return await model.inspect()
    finally:
        await model.close()


async def _pull(
    info: ModelInfo, sdk: OllamaSdk, on_progress: Callable[[PullProgress], None]
) -> None:
    parts: dict[str, tuple[int, int]] = {}
    status = None
    async with aclosing(sdk.pull(info.name, METADATA)) as steps:
        async for step in steps:
            status = step.status or ""
            if step.digest and step.total:
                parts[step.digest] = (step.completed or 0, step.total)
            completed = sum(it[0] for it in parts.values())
            on_progress(PullProgress(status, completed, sum(it[1] for it in parts.values())))
    if status != "success":
        raise IncompleteReplyError(
            f"The pull of {info.name} broke off; run `glossator models fetch {info.id}` again, "
            "it goes on where it stopped."
        )
