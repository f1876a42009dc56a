"""Own work beside the loop that may be left in its middle: who cancels it does not wait for it.

It is for reading alone. `asyncio.to_thread` would have the process wait for the end of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """Return what a function returns that runs in a thread of its own; raise what it raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, trouble: BaseException | None) -> None:
        if done.done():
            return
        if trouble is not None:
            done.set_exception(trouble)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, trouble = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 -- it is raised where it is waited for
            trouble = raised
        # The loop may be gone by now.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, trouble)

    threading.Thread(target=run, name="aside", daemon=True).start()
    return await done
