"""Own the engine's process: finding the one that runs, starting one, and noticing its end.

It must not import the engine, whose crashes end its process, and not know what it is asked.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from glossator_clients.engine_state import (
    EnginePlaces,
    EngineSettings,
    EngineState,
    Orders,
    log_file,
    open_lock_file,
    read_live_state,
    try_lock_alone,
    try_lock_shared,
)
from glossator_clients.errors import ModelError, ModelUnavailableError
from glossator_clients.model_files import KNOWN_MODELS, model_path, sha256_of
from glossator_clients.openai_client import OpenAIModel
from glossator_clients.types import ModelInfo
from glossator_gate.types import Destination, EgressLimits, Origin

_LOG = logging.getLogger(__name__)

# The engine's threads wait for each other by spinning: where the machine is busy, as it is while a
# project builds, each thread too many makes answers many times slower. Half the cores stay free.
ENGINE_THREADS = max(1, min(8, (os.cpu_count() or 2) // 2))
ENGINE_IDLE_S = 600.0
# The engine holds it alone for an instant, or until its process is gone.
_LEASE_S = 10.0
# A big model on a slow disk; a small one takes one second.
_START_S = 120.0
_POLL_S = 0.02
# The system frees a dead process's locks at once; under load that still takes a moment.
_DEATH_S = 2.0
_HEALTH = EgressLimits(connect_s=2.0, silence_s=5.0, total_s=5.0)
_LARGEST_LOG = 1024 * 1024
# What a process needs to run; nothing of the rest could do more than change the engine's behaviour.
_PASSED_ENVIRONMENT = (
    "CUDA_VISIBLE_DEVICES", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR",
)  # fmt: skip


def check_installed() -> None:
    """Raise `ModelUnavailableError` where the engine's library is not there."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise ModelUnavailableError(
            "The embedded engine is not installed; run pip install 'glossator[embedded]', "
            "or configure a model server."
        )


@asynccontextmanager
async def engine_lease(places: EnginePlaces) -> AsyncIterator[None]:
    """Keep the engine from ending by itself, and say when it was last needed."""
    with open_lock_file(places.lease) as lease:
        # The engine looks whether it is still needed, or is about to end.
        if not await _until(lambda: try_lock_shared(lease), _LEASE_S):
            raise _start_failed("does not let go of its lease")
        os.utime(lease.fileno())
        try:
            yield
        finally:
            os.utime(lease.fileno())


async def running_engine(
    places: EnginePlaces, settings: EngineSettings, info: ModelInfo
) -> EngineState:
    """Return the engine that runs and answers, or start one; of two starters one starts."""
    engine = await _healthy_engine(places, info)
    if engine is not None:
        return engine
    with open_lock_file(places.start_lock) as lock:
        if not await _until(lambda: try_lock_alone(lock), _START_S):
            raise _start_failed("takes too long to start")
        engine = await _healthy_engine(places, info)
        if engine is not None:
            return engine
        return await _started_engine(places, settings, lock)


async def _healthy_engine(places: EnginePlaces, info: ModelInfo) -> EngineState | None:
    """Return the engine that runs and answers; end one that runs and does not."""
    engine = read_live_state(places)
    if engine is None:
        return None
    probe = OpenAIModel(info, engine_destination(engine, _HEALTH))
    try:
        await probe.served_names()
    except ModelError:
        _LOG.warning("the embedded engine does not answer and is ended")
        # Its state file is locked, so the process lives and the number is its own.
        if read_live_state(places) == engine:
            with suppress(OSError):
                os.kill(engine.pid, signal.SIGKILL)
        await has_died(places, engine)
        return None
    finally:
        await probe.close()
    return engine


async def has_died(places: EnginePlaces, engine: EngineState) -> bool:
    """Say whether the engine is gone, or goes within a moment."""
    return await _until(lambda: read_live_state(places) != engine, _DEATH_S)


async def _until(holds: Callable[[], bool], patience_s: float) -> bool:
    """Wait until the condition holds; another process's lock can only be looked at."""
    end = asyncio.get_running_loop().time() + patience_s
    while not holds():
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(_POLL_S)
    return True


async def _started_engine(
    places: EnginePlaces, settings: EngineSettings, lock: IO[bytes]
) -> EngineState:
    """Start the process and wait until it serves, or raise what hinders it."""
    path = Path(settings.model)
    digest = await asyncio.to_thread(_checked_hash, path)
    answer_end, engine_end = os.pipe()
    try:
        try:
            orders = _orders(places, settings, digest, answer_fd=engine_end, lock_fd=lock.fileno())
            await _spawn(places, orders)
        finally:
            os.close(engine_end)
        answer = await _read_answer(answer_end)
    finally:
        os.close(answer_end)
    state = read_live_state(places)
    if answer is None or state is None:
        raise _start_failed("ended while it was starting")
    match answer.get("error"):
        case None:
            return state
        case "not-installed":
            raise ModelUnavailableError(
                "The embedded engine cannot be loaded; run "
                "pip install --force-reinstall 'glossator[embedded]'."
            )
        case _:
            raise ModelUnavailableError(
                f"The embedded engine cannot load {path}; see {log_file()}, "
                "or fetch the model again."
            )


def _orders(
    places: EnginePlaces, settings: EngineSettings, digest: str, *, answer_fd: int, lock_fd: int
) -> Orders:
    return Orders(
        folder=str(places.folder),
        name=places.name,
        model=settings.model,
        model_sha256=digest,
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        idle_s=settings.idle_s,
        use=settings.use,
        pooling=settings.pooling,
        adapters=[path for path, _ in settings.adapters],
        key=secrets.token_urlsafe(32),
        answer_fd=answer_fd,
        lock_fd=lock_fd,
    )


async def _spawn(places: EnginePlaces, orders: Orders) -> None:
    """Start the program; it detaches itself at once, so that what is waited for here ends soon."""
    log = log_file()
    try:
        mode = "wb" if log.is_file() and log.stat().st_size > _LARGEST_LOG else "ab"
        with log.open(mode) as output:
            program = await asyncio.create_subprocess_exec(
                sys.executable,
                # Nothing of the environment or of a current directory can be imported. What was
                # installed for this user alone can, where this process can import it, too.
                "-E",
                "-P",
                *(("-s",) if sys.flags.no_user_site else ()),
                "-m",
                "glossator_clients.embedded_engine",
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=places.empty_folder,
                env={name: os.environ[name] for name in _PASSED_ENVIRONMENT if name in os.environ},
                pass_fds=(orders.answer_fd, orders.lock_fd),
                start_new_session=True,
            )
        await program.communicate(json.dumps(asdict(orders)).encode())
    except OSError as error:
        raise _start_failed(f"cannot be started ({error.strerror})") from error


async def _read_answer(handle: int) -> dict[str, str] | None:
    """Return what the engine says of its start, None where it ended without a word."""
    os.set_blocking(handle, False)
    received = b""
    try:
        async with asyncio.timeout(_START_S):
            while not received.endswith(b"\n"):
                try:
                    piece = os.read(handle, 1024)
                except BlockingIOError:
                    await asyncio.sleep(_POLL_S)
                    continue
                if not piece:
                    return None
                received += piece
    except TimeoutError as error:
        raise _start_failed("takes too long to start") from error
    answer: dict[str, str] = json.loads(received)
    return answer


def _checked_hash(path: Path) -> str:
    """Return the pinned hash of a known model's file after checking it, else an empty text.

    A file that the user chose has no hash to compare with, and may be many gigabytes.
    """
    known = next((it for it in KNOWN_MODELS.values() if _is_file_of(it.name, path)), None)
    if known is None:
        return ""
    if sha256_of(path) != known.file_sha256:
        raise ModelUnavailableError(
            f"The model file {path} is damaged; remove it and run "
            f"`glossator models fetch {known.name}`."
        )
    return known.file_sha256


def _is_file_of(name: str, path: Path) -> bool:
    try:
        return model_path(name) == path
    except ModelUnavailableError:
        return False


def engine_destination(engine: EngineState, limits: EgressLimits, adapter: str = "") -> Destination:
    """Return where the requests to a running engine go, with the key of its run.

    `adapter` is the label of the one that they ask for, which the audit log tells.
    """
    origin = Origin("http", "127.0.0.1", engine.port)
    rule = "built-in: the embedded engine"
    name = Path(engine.model).stem + (f"+{adapter}" if adapter else "")
    return Destination(origin, key=engine.key, limits=limits, id=name, rule=rule)


def _start_failed(what: str) -> ModelUnavailableError:
    return ModelUnavailableError(f"The embedded engine {what}; see {log_file()} and try again.")
