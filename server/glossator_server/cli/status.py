"""Own the exit statuses, which scripts rely on."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the end of a command means."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    REFUSED_BY_POLICY = 3
    MODEL_UNAVAILABLE = 4
    INDEX_UNAVAILABLE = 4
    # 128 + SIGINT, as shells expect.
    SIGINT = 130
