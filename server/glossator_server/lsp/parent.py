"""Own the watch over the editor's process, which may die without saying so.

It must not end anything itself: it calls back.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

# An editor that was killed leaves its server alone; nobody notices a few seconds.
CHECK_SECONDS = 3.0


def is_alive(process_id: int) -> bool:
    """Tell whether there is such a process."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


async def watch(process_id: int, on_death: Callable[[], None]) -> None:
    """Call back when the process is gone."""
    # No event tells of the death of a process that is not our child.
    while is_alive(process_id):  # noqa: ASYNC110
        await asyncio.sleep(CHECK_SECONDS)
    on_death()
