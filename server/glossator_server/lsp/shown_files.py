"""Own the files in the state folder that the editor opens: plans, diffs, attempts.

Only their owner reads what may be a piece of confidential code; the newest are kept.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

import platformdirs

from glossator_gate.errors import GlossatorError
from glossator_server.files import write_report

MOST_FILES = 50
_MODE = 0o600

_log = logging.getLogger(__name__)


def write_shown(folder: str, name: str, text: str) -> Path | None:
    """Write a new file for a person to read and return its path, None where that fails."""
    return write_anew(folder, f"{time.strftime('%Y%m%d-%H%M%S')}-{name}", text)


def write_anew(folder: str, name: str, text: str) -> Path | None:
    """Write a file of this very name, in the place of the one before; as `write_shown` else."""
    try:
        place = platformdirs.user_state_path("glossator", appauthor=False) / folder
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = place / name
        write_report(path, text, _MODE)
        # By their times: not all have them in their names.
        for old in sorted(place.glob(f"*{path.suffix}"), key=_written_at)[:-MOST_FILES]:
            old.unlink(missing_ok=True)
    except (OSError, GlossatorError) as trouble:
        _log.warning("%s could not be written: %s", name, trouble)
        return None
    return path


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        # Another server has removed it.
        return 0
