"""Own the embedded model: finding, starting and sharing the engine's process, and chatting with it.

It must not import the engine, whose crashes end its process; the chat itself is the OpenAI
client's.
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
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from glossator_clients.engine_state import (
    EnginePlaces,
    EngineSettings,
    EngineState,
    Orders,
    engine_places,
    log_file,
    open_lock_file,
    read_live_state,
    try_lock_alone,
    try_lock_shared,
)
from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from glossator_clients.gguf import context_tokens_of
from glossator_clients.model_files import KNOWN_MODELS, model_path, sha256_of
from glossator_clients.openai_client import OpenAIModel
from glossator_clients.types import ChatEvent, ChatRequest, Finished, ModelInfo, StartedOver
from glossator_gate.types import BUILTIN_ORIGIN, Destination, EgressLimits, Origin

_LOG = logging.getLogger(__name__)

# Enough for a function with its neighbours; more would cost memory on every machine.
_MOST_CONTEXT_TOKENS = 8192
# The engine's threads wait for each other by spinning: where the machine is busy, as it is while a
# project builds, each thread too many makes answers many times slower. Half the cores stay free.
_THREADS = max(1, min(8, (os.cpu_count() or 2) // 2))
_IDLE_S = 600.0
# The engine holds it alone for an instant, or until its process is gone.
_LEASE_S = 10.0
# A big model on a slow disk; a small one takes one second.
_START_S = 120.0
_POLL_S = 0.02
# The system frees a dead process's locks at once; under load that still takes a moment.
_DEATH_S = 2.0
_HEALTH = EgressLimits(connect_s=2.0, silence_s=5.0, total_s=5.0)
# Others may be served first, and nothing is sent until the whole prompt is read.
_CHAT = EgressLimits(connect_s=5.0, silence_s=180.0, total_s=900.0)
_LARGEST_LOG = 1024 * 1024
# What a process needs to run; nothing of the rest could do more than change the engine's behaviour.
_PASSED_ENVIRONMENT = (
    "CUDA_VISIBLE_DEVICES", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmbeddedOptions:
    """How the engine is run; the first who starts it decides about threads and idling."""

    threads: int = _THREADS
    idle_s: float = _IDLE_S
    context_tokens: int = _MOST_CONTEXT_TOKENS


class EmbeddedModel:
    """A chat model that runs on this machine, in one process for all of the user's editors.

    The process is started by the first request. `name` is a known model or the absolute path of a
    GGUF file; raises `ModelUnavailableError` where its file or the engine is not there.
    """

    def __init__(self, model_id: str, name: str, options: EmbeddedOptions | None = None) -> None:
        options = options or EmbeddedOptions()
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelUnavailableError(
                "The embedded engine is not installed; run pip install 'glossator[embedded]', "
                "or configure a model server."
            )
        path = model_path(name)
        context = min(options.context_tokens, context_tokens_of(path) or options.context_tokens)
        threads = max(1, min(options.threads, os.cpu_count() or 1))
        self._settings = EngineSettings(str(path), context, threads, options.idle_s)
        self._info = ModelInfo(model_id, "embedded", name, BUILTIN_ORIGIN, context, local=True)
        self._chat: OpenAIModel | None = None
        self._engine: EngineState | None = None
        # Two requests at once must not each open a connection of their own.
        self._connecting = asyncio.Lock()

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        return self._info

    async def close(self) -> None:
        """Let go of connections; the engine ends by itself when nobody needs it."""
        if self._chat is not None:
            await self._chat.close()
            self._chat = None

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer; where the engine dies in the middle, start it and the answer anew."""
        places = engine_places(self._settings)
        async with _lease(places):
            try:
                async with aclosing(self._answer(places, request)) as events:
                    async for event in events:
                        yield event
            except ModelTimeoutError:
                # It may hang: the next request looks at it anew.
                await self.close()
                raise
            except (IncompleteReplyError, ModelUnavailableError) as error:
                if self._engine is None or not await _died(places, self._engine):
                    raise
                _LOG.warning("the embedded engine ended in mid-answer and is started again")
                _LOG.debug("its end was noticed by %r", error)
            else:
                return
            yield StartedOver()
            try:
                async with aclosing(self._answer(places, request)) as events:
                    async for event in events:
                        yield event
            except ModelError as error:
                if await _died(places, self._engine):
                    raise _crashes(self._info) from error
                raise

    async def _answer(
        self, places: EnginePlaces, request: ChatRequest
    ) -> AsyncGenerator[ChatEvent]:
        async with self._connecting:
            chat = await self._connected(places)
        async with aclosing(chat.stream(request)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    yield replace(event, model=self._info.name)
                else:
                    yield event

    async def _connected(self, places: EnginePlaces) -> OpenAIModel:
        """Return a chat with the engine that runs now, started if need be."""
        if self._chat is not None and read_live_state(places) == self._engine:
            return self._chat
        await self.close()
        self._engine = await _running_engine(places, self._settings, self._info)
        self._chat = OpenAIModel(self._info, _destination(self._engine, _CHAT))
        return self._chat


@asynccontextmanager
async def _lease(places: EnginePlaces) -> AsyncIterator[None]:
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


async def _running_engine(
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
    probe = OpenAIModel(info, _destination(engine, _HEALTH))
    try:
        await probe.served_names()
    except ModelError:
        _LOG.warning("the embedded engine does not answer and is ended")
        # Its state file is locked, so the process lives and the number is its own.
        if read_live_state(places) == engine:
            with suppress(OSError):
                os.kill(engine.pid, signal.SIGKILL)
        await _died(places, engine)
        return None
    finally:
        await probe.close()
    return engine


async def _died(places: EnginePlaces, engine: EngineState) -> bool:
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
            orders = Orders(
                folder=str(places.folder),
                name=places.name,
                model=settings.model,
                model_sha256=digest,
                context_tokens=settings.context_tokens,
                threads=settings.threads,
                idle_s=settings.idle_s,
                key=secrets.token_urlsafe(32),
                answer_fd=engine_end,
                lock_fd=lock.fileno(),
            )
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


def _destination(engine: EngineState, limits: EgressLimits) -> Destination:
    return Destination(Origin("http", "127.0.0.1", engine.port), key=engine.key, limits=limits)


def _start_failed(what: str) -> ModelUnavailableError:
    return ModelUnavailableError(f"The embedded engine {what}; see {log_file()} and try again.")


def _crashes(info: ModelInfo) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The embedded engine ended twice in the middle of an answer of {info.id}; "
        f"see {log_file()}, or choose another model."
    )
