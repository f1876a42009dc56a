"""Own the points in time that people type."""

from __future__ import annotations

import re
import time
from datetime import datetime

from glossator_server.errors import UsageError

_AGO = re.compile(r"(?P<count>\d{1,6})(?P<unit>[smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def moment(word: str) -> float:
    """Return a POSIX time for a date, a time of a date, or a length of time ago.

    Times without a zone are local. Raises `UsageError`.
    """
    if ago := _AGO.fullmatch(word):
        return time.time() - int(ago["count"]) * _SECONDS[ago["unit"]]
    try:
        return datetime.fromisoformat(word).timestamp()
    except (ValueError, OverflowError, OSError) as trouble:
        raise UsageError(
            f"{word!r} is no point in time; write 2026-01-31, 2026-01-31T14:00, 3d or 2h."
        ) from trouble
