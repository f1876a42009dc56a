"""Own the answers that were kept on disk, and `CachedModel`, which gives them again.

It must not see what the guard takes out: it stands below the guard, next to the model. The caller
decides whether the policy lets answers be kept at all.

A file an answer, named by a hash of everything that could change it: the server, the model (with
its digest where that is known), the whole conversation, sampling, schema, tools, the product's
version. Only whole answers are kept, and a file that does not check is as good as none.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from glossator_clients.protocol import ChatModel, count_tokens
from glossator_clients.token_bounds import most_prompt_tokens
from glossator_clients.types import (
    ChatEvent,
    ChatReply,
    ChatRequest,
    Finished,
    ModelInfo,
    StartedOver,
    TextDelta,
    Thought,
    TokenCount,
    ToolCall,
    Usage,
)

_LOG = logging.getLogger(__name__)

_SCHEMA = 1
_SUFFIX = ".json"
# Looking at every file costs more than a few answers too many.
_STORES_A_PRUNING = 32
# Room is made for more than one answer, so that not every one of them makes it.
_KEPT_SHARE = 0.9


class CacheScope(StrEnum):
    """Which answers are kept.

    `REPEATABLE` are those that the model would give again: of temperature 0, or with a seed; who
    asks a second time without these wants to see another answer. `EVERY` is for runs over many
    symbols that are begun again after a break.
    """

    REPEATABLE = "repeatable"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """How much is kept, and for how long; an answer longer than `answer_bytes` is not."""

    total_bytes: int = 64 * 1024 * 1024
    answer_bytes: int = 1024 * 1024
    age_s: float = 30 * 24 * 3600.0


class ResponseCache:
    """Answers in the files of one folder, which any number of processes may share.

    `version` is the product's: its prompts change with it, and what is made of the answers too.
    """

    def __init__(
        self,
        folder: Path,
        version: str,
        limits: CacheLimits | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._version = version
        self._limits = limits or CacheLimits()
        self._now = now
        self._stores = 0

    def key(self, info: ModelInfo, request: ChatRequest) -> str:
        """Return the name for the answer to a request, the same only where nothing differs."""
        parts = {
            "schema": _SCHEMA,
            "version": self._version,
            "model": [info.origin, info.api, info.name, info.digest],
            # The same words may be asked for with an adapter or without.
            "prompt": request.prompt,
            "messages": [asdict(it) for it in request.messages],
            "sampling": asdict(request.sampling),
            "answer": request.schema,
            "tools": [[it.name, it.description, it.parameters] for it in request.tools],
        }
        # Not sorted: the order of a schema's fields is the order in which they are written.
        text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"), default=dict)
        return hashlib.sha256(text.encode()).hexdigest()

    def find(self, key: str) -> ChatReply | None:
        """Return the answer of that name; what is damaged or too old is not there."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        kept = _read(content, key)
        if kept is None or not 0 <= self._now() - kept.at <= self._limits.age_s:
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            # When it was last of use; its age stands in the file.
            os.utime(path, (self._now(), self._now()))
        return kept.reply

    def store(self, key: str, reply: ChatReply) -> None:
        """Keep a whole answer; where that is impossible nothing is kept."""
        content = _written(key, reply, self._now())
        if len(content) > self._limits.answer_bytes:
            return
        path = self._path(key)
        # Each writer has a file of its own until it is whole.
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.parent.mkdir(exist_ok=True, mode=0o700)
            _write_private(part, content)
            os.utime(part, (self._now(), self._now()))
            part.replace(path)
        except OSError as error:
            _LOG.warning("an answer could not be kept in %s (%s)", self._folder, error.strerror)
            with suppress(OSError):
                part.unlink(missing_ok=True)
            return
        self._stores += 1
        if self._stores % _STORES_A_PRUNING == 1:
            self.prune()

    def prune(self) -> None:
        """Remove what is too old, and what was of no use for longest where there is too much."""
        files = sorted(self._files(), key=lambda it: it[1].st_mtime, reverse=True)
        room = self._limits.total_bytes
        if sum(status.st_size for _, status in files) > room:
            room = int(room * _KEPT_SHARE)
        for path, status in files:
            room -= status.st_size
            if room < 0 or self._now() - status.st_mtime > self._limits.age_s:
                with suppress(OSError):
                    path.unlink()

    def clear(self) -> None:
        """Remove every answer."""
        for path, _status in self._files():
            with suppress(OSError):
                path.unlink()

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key[2:]}{_SUFFIX}"

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield every file of ours, also what a killed writer has left."""
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            if path.name.endswith((_SUFFIX, ".part")):
                with suppress(OSError):
                    yield path, path.lstat()


class CachedModel:
    """A chat model whose answers are kept and given again; it stands below the guard."""

    def __init__(
        self, model: ChatModel, cache: ResponseCache, scope: CacheScope = CacheScope.REPEATABLE
    ) -> None:
        self._model = model
        self._cache = cache
        self._scope = scope

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        return self._model.info

    async def close(self) -> None:
        """Let go of the model's connections."""
        await self._model.close()

    async def count_tokens(self, request: ChatRequest) -> TokenCount:
        """Return the size of a request's prompt, as the model counts it if it does."""
        counted = await count_tokens(self._model, request)
        return counted or TokenCount(most_prompt_tokens(request), exact=False)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer that was kept, else the model's, which is kept where it is whole."""
        if not self._is_kept(request):
            async with aclosing(self._model.stream(request)) as events:
                async for event in events:
                    yield event
            return
        key = self._cache.key(self._model.info, request)
        kept = await asyncio.to_thread(self._cache.find, key)
        if kept is not None:
            for event in _events(kept):
                yield event
            return
        gathered = _Gathered()
        async with aclosing(self._model.stream(request)) as events:
            async for event in events:
                reply = gathered.take(event)
                if reply is not None:
                    # The first request may have taught what the model is called or how it is made.
                    key = self._cache.key(self._model.info, request)
                    await asyncio.to_thread(self._cache.store, key, reply)
                yield event

    def _is_kept(self, request: ChatRequest) -> bool:
        sampling = request.sampling
        repeatable = sampling.temperature == 0 or sampling.seed is not None
        return repeatable or self._scope is CacheScope.EVERY


class _Gathered:
    """An answer as its events come in."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: list[ToolCall] = []

    def take(self, event: ChatEvent) -> ChatReply | None:
        """Return the whole answer with its last event."""
        match event:
            case TextDelta():
                self._text.append(event.text)
            case ToolCall():
                self._calls.append(event)
            case StartedOver():
                self._text.clear()
                self._calls.clear()
            case Finished():
                calls = tuple(self._calls)
                return ChatReply("".join(self._text), event.usage, event.model, calls)
            case Thought():
                pass
        return None


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    reply: ChatReply


def _events(reply: ChatReply) -> Iterator[ChatEvent]:
    if reply.text:
        yield TextDelta(reply.text)
    yield from reply.tool_calls
    yield Finished(reply.usage, reply.model, from_cache=True)


def _write_private(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _written(key: str, reply: ChatReply, at: float) -> bytes:
    """Return the file for an answer: a line with its checksum, then the answer."""
    value = {"schema": _SCHEMA, "key": key, "at": at, "reply": asdict(reply)}
    body = json.dumps(value, ensure_ascii=True).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _read(content: bytes, key: str) -> _Kept | None:
    """Return what a file holds, None where it is not what was written for that key."""
    checksum, _, body = content.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        return None
    try:
        value = json.loads(body)
        if (value["schema"], value["key"]) != (_SCHEMA, key):
            return None
        reply = value["reply"]
        usage = None if reply["usage"] is None else Usage(**reply["usage"])
        calls = tuple(ToolCall(**call) for call in reply["tool_calls"])
        return _Kept(float(value["at"]), ChatReply(reply["text"], usage, reply["model"], calls))
    except (ValueError, KeyError, TypeError):
        return None
