"""Own what the embedded engine and its users share on disk: the run folder, its locks, its state.

It must not start processes or open connections.

The engine keeps its state file locked for as long as it lives, so that a file that can be locked
was left by an engine that is gone: no process id is trusted. Users hold the lease's lock, shared,
while they need the engine; it ends only when it can take that lock alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO

import platformdirs

from glossator_clients.errors import ModelUnavailableError

if sys.platform != "win32":
    import fcntl


class EngineUse(StrEnum):
    """What an engine is started for; one that makes vectors or scores answers no chats."""

    CHAT = "chat"
    EMBED = "embed"
    RERANK = "rerank"


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What an engine is started with: whoever asks for the same shares it.

    `pooling` says how the vectors of a text's tokens become one ("mean"), empty where the model's
    file says it. `adapters` are pairs of a file and its sha256; none is applied unless a request
    says so.
    """

    model: str
    context_tokens: int
    threads: int
    idle_s: float
    use: EngineUse = EngineUse.CHAT
    pooling: str = ""
    adapters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Orders:
    """What an engine's program is told; the two file descriptors are inherited.

    The engine says on `answer_fd` how its start went, and closes `lock_fd`, the start lock, then.
    `model_sha256` is empty for a file that is not pinned.
    """

    folder: str
    name: str
    model: str
    model_sha256: str
    context_tokens: int
    threads: int
    idle_s: float
    use: str
    pooling: str
    adapters: list[str]
    key: str = field(repr=False)
    answer_fd: int
    lock_fd: int


@dataclass(frozen=True, slots=True)
class EngineState:
    """What a running engine tells its user's other processes; the file is for that user alone."""

    pid: int
    port: int
    key: str = field(repr=False)
    model: str
    model_sha256: str


@dataclass(frozen=True, slots=True)
class EnginePlaces:
    """The files of one engine; `start_lock` is held from the decision to start until it runs."""

    folder: Path
    name: str

    @property
    def state(self) -> Path:
        """Return the state file."""
        return self.folder / f"{self.name}.json"

    @property
    def lease(self) -> Path:
        """Return the file whose time and lock say that somebody needs the engine."""
        return self.folder / f"{self.name}.lease"

    @property
    def start_lock(self) -> Path:
        """Return the file that lets one starter in."""
        return self.folder / f"{self.name}.lock"

    @property
    def empty_folder(self) -> Path:
        """Return the engine's working directory, in which nothing can be imported or read."""
        return self.folder / "empty"


def engine_places(settings: EngineSettings) -> EnginePlaces:
    """Return where the engine for these settings keeps its files, in a folder made for the user."""
    folder = _private_folder(_run_folder())
    # What decides about answers; idling and threads are the first starter's choice.
    identity = f"{settings.model}\0{settings.context_tokens}\0{settings.use}\0{settings.pooling}"
    identity += "".join(f"\0{digest}" for _, digest in settings.adapters)
    name = f"engine-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    places = EnginePlaces(folder, name)
    _private_folder(places.empty_folder)
    return places


def log_file() -> Path:
    """Return where the engine writes what it has to say."""
    folder = Path(platformdirs.user_state_dir("glossator", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unusable(folder, error) from error
    return folder / "engine.log"


def read_live_state(places: EnginePlaces) -> EngineState | None:
    """Return the state of the engine that is running, or None where none is."""
    try:
        with places.state.open(encoding="utf-8") as file:
            if not _belongs_to_us(os.fstat(file.fileno())) or try_lock_shared(file):
                return None
            return EngineState(**json.load(file))
    except (OSError, ValueError, TypeError):
        return None


@contextlib.contextmanager
def published_state(places: EnginePlaces, state: EngineState) -> Iterator[IO[str]]:
    """Write the state file, locked from before it is seen until the caller is done or dead."""
    temporary = places.folder / f".{places.name}.{secrets.token_hex(8)}"
    handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        if not try_lock_alone(file):
            raise OSError(f"{temporary} is locked by somebody else")
        json.dump(asdict(state), file)
        file.flush()
        temporary.replace(places.state)
        yield file


def is_current(places: EnginePlaces, file: IO[str]) -> bool:
    """Say whether the state file is still the one that `file` holds open."""
    own = os.fstat(file.fileno())
    try:
        seen = places.state.stat()
    except OSError:
        return False
    return (own.st_dev, own.st_ino) == (seen.st_dev, seen.st_ino)


def open_lock_file(path: Path) -> IO[bytes]:
    """Open a file to be locked, made for the user alone."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")


def try_lock_alone(file: IO[bytes] | IO[str]) -> bool:
    """Take the file's lock for oneself, if nobody has it; it ends when the file is closed."""
    return _try_lock(file, 0 if sys.platform == "win32" else fcntl.LOCK_EX)


def try_lock_shared(file: IO[bytes] | IO[str]) -> bool:
    """Take a share in the file's lock, if nobody has it alone; it ends when the file is closed."""
    return _try_lock(file, 0 if sys.platform == "win32" else fcntl.LOCK_SH)


def unlock(file: IO[bytes]) -> None:
    """Let go of the file's lock."""
    if sys.platform != "win32":
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def _try_lock(file: IO[bytes] | IO[str], kind: int) -> bool:
    if sys.platform == "win32":
        raise ModelUnavailableError(
            "The embedded engine runs on Linux and macOS only; use WSL2, or an Ollama server."
        )
    try:
        fcntl.flock(file.fileno(), kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run_folder() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    # After `su` or `sudo` it may still be the one of another user.
    if runtime.startswith("/") and Path(runtime).is_dir() and _belongs_to_us(Path(runtime).stat()):
        return Path(runtime) / "glossator"
    return Path(platformdirs.user_cache_dir("glossator", appauthor=False)) / "run"


def _private_folder(folder: Path) -> Path:
    """Make the folder for the user alone, or refuse one that somebody else could have laid out."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or not _belongs_to_us(status):
            raise ModelUnavailableError(
                f"{folder} must be a folder of your own that others cannot enter; remove it."
            )
        folder.chmod(0o700)
    except OSError as error:
        raise _unusable(folder, error) from error
    return folder


def _unusable(folder: Path, error: OSError) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The embedded engine cannot use {folder} ({error.strerror}); mend its permissions."
    )


def _belongs_to_us(status: os.stat_result) -> bool:
    return sys.platform == "win32" or status.st_uid == os.getuid()
