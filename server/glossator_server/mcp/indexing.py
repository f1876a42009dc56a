"""Own how the index is asked for another assistant: brought up to date first, for a while.

It must not say more of a file than where something is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client import IndexClient
from glossator_indexer.records import IndexPhase, IndexStatus
from glossator_server.mcp.desk import Inquiry

# A first index of a middling project takes about as long; who asks waits a minute at most.
FIRST_SECONDS = 20.0
# What changed since the last question is there by then, or is searched without.
LATER_SECONDS = 1.0
_SECONDS_BETWEEN_REPORTS = 1.0


async def ready_index(inquiry: Inquiry) -> IndexClient:
    """Return the index, brought up to date as far as that goes in a while.

    Raises `IndexUnavailableError` where there is none.
    """
    index = await inquiry.desk.index(inquiry.rules.settings.index)
    status = await index.status()
    if status.progress.phase is IndexPhase.PAUSED:
        return index
    seconds = LATER_SECONDS if status.files else FIRST_SECONDS
    with contextlib.suppress(TimeoutError, IndexUnavailableError):
        # What is in it answers all the same, and the notices say why there is no more.
        async with asyncio.timeout(seconds), _progress_told(index, inquiry):
            await index.refresh()
    return index


def notices_of(status: IndexStatus) -> tuple[str, ...]:
    """Return what must be known of the index to judge what it found, as sentences."""
    progress = status.progress
    if progress.phase is IndexPhase.PAUSED:
        first: tuple[str, ...] = ("Indexing is paused, so what changed since is not found.",)
    elif progress.phase is not IndexPhase.READY:
        first = (f"Indexing goes on ({_how_far(status)}); ask again for more.",)
    else:
        first = () if status.files else ("The index holds no file of a language that it knows.",)
    return (*first, *status.urgent)


def prefix_of(inquiry: Inquiry, index: IndexClient) -> str:
    """Return where the folder that is served lies below the index's root, with `/` at the end."""
    folder = inquiry.desk.folder.relative_to(index.root).as_posix()
    return "" if folder == "." else f"{folder}/"


def inner_path(inquiry: Inquiry, prefix: str, path: str) -> str | None:
    """Return a path of the index as one below the folder, None where nothing may be told of it."""
    if not path.startswith(prefix):
        return None
    inner = path.removeprefix(prefix)
    return inner if inquiry.may_tell(inner) else None


@contextlib.asynccontextmanager
async def _progress_told(index: IndexClient, inquiry: Inquiry) -> AsyncIterator[None]:
    async def tell() -> None:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_REPORTS)
            inquiry.report(f"indexing: {_how_far(await index.status())}")

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError, IndexUnavailableError):
            await telling


def _how_far(status: IndexStatus) -> str:
    progress = status.progress
    if progress.files_total:
        return f"{progress.files_done:,} of {progress.files_total:,} files"
    return f"{progress.phase}, {status.files:,} files so far"
