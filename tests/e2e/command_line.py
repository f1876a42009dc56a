"""Own how tests run the `glossator` command: as a process of its own, as a user does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-P", "-m", "glossator_server")
# Even a start from a cold disk on a busy machine is quicker.
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    output: str
    errors: str


def glossator(*words: str | Path, cwd: Path | None = None) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    # Bytes, because text mode would fold the line ends that some tests are about.
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def started(words: Sequence[str | Path], cwd: Path) -> subprocess.Popen[bytes]:
    """Start a command that the test will disturb."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def check_one_sentence(ended: Ended, status: int, *words: str) -> None:
    """Check that a command ended with this status and one sentence, which holds these words."""
    assert ended.status == status, ended
    assert "Traceback" not in ended.errors
    (line,) = ended.errors.splitlines()
    assert line.startswith("glossator: ")
    assert line.endswith(".")
    for word in words:
        assert word in line
