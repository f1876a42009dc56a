"""Own the reasons to work slowly: a battery that runs down, a machine that is busy already.

It must not slow anything itself.
"""

from __future__ import annotations

import os
from pathlib import Path

POWER = Path("/sys/class/power_supply")
# Our own workers are a load of one a core; what is above twice the cores is somebody else's.
_BUSY_LOAD = 2.0


def reason_to_be_quiet(power: Path = POWER) -> str | None:
    """Return a sentence that says why indexing goes slowly, None where nothing speaks for it."""
    if _runs_on_battery(power):
        return "Indexing goes slowly because the machine runs on its battery."
    if os.getloadavg()[0] > _BUSY_LOAD * (os.cpu_count() or 1):
        return "Indexing goes slowly because the machine is busy."
    return None


def _runs_on_battery(power: Path) -> bool:
    try:
        supplies = [(_word(it / "type"), it) for it in power.iterdir()]
    except OSError:
        return False
    mains = [it for kind, it in supplies if kind == "Mains"]
    if any(_word(it / "online") == "1" for it in mains):
        return False
    # A mouse has a battery too: its scope says that it is not the machine's.
    return any(
        kind == "Battery"
        and _word(it / "status") == "Discharging"
        and _word(it / "scope") != "Device"
        for kind, it in supplies
    )


def _word(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
