"""Own the finding of a model where no file names one: those that Ollama runs on this machine.

It must not look anywhere but at Ollama's own port of this machine, nor add to what a file lists.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from glossator_clients.errors import ModelError
from glossator_clients.json_http import JsonHttp
from glossator_clients.ollama_metadata import ListedModel, OllamaMetadata, check_runs_here
from glossator_gate.errors import EgressError, PolicyError
from glossator_gate.types import (
    AddressClass,
    Api,
    Destination,
    EgressLimits,
    ModelEntry,
    Origin,
    Policy,
)

_LOG = logging.getLogger(__name__)

RULE = "built-in: models of this machine"
OLLAMA_HERE = Origin("http", "127.0.0.1", 11434)

# A server of this machine lists its models in a few milliseconds; an editor waits for this.
_DEADLINE_S = 0.3
_RESPONSE_BYTES = 1024 * 1024
# Who starts Ollama or pulls a model does not want to wait for long; who has none pays rarely.
_REMEMBERED_S = 30.0
# Families trained for code: of the newer ones a small model beats a large one of the older ones.
_CODE_FAMILIES = (
    ("qwen3-coder", "qwen2.5-coder", "codestral", "devstral", "deepseek-coder"),
    ("granite-code", "codegemma", "starcoder", "codellama", "codeqwen", "coder", "code"),
)
# Below about a thousand million weights a model of code is no better than a general one.
_TINY_BYTES = 700_000_000
# What makes vectors or scores, or looks at pictures only, cannot chat.
_NO_CHAT = re.compile(
    r"embed|minilm|\bbge\b|\be5\b|\bgte\b|rerank|moondream|\bocr\b", re.IGNORECASE
)
_NO_CHAT_FAMILIES = frozenset({"bert", "nomic-bert", "nomic-bert-moe", "xlm-roberta", "clip"})
# A model needs more memory than its files for its context; the rest of the machine goes on.
_MEMORY_SHARE = 0.7


class ModelFinder:
    """Asks one Ollama server for its models and remembers for a short time what it said."""

    def __init__(
        self,
        origin: Origin = OLLAMA_HERE,
        memory_bytes: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        deadline_s: float = _DEADLINE_S,
    ) -> None:
        self._origin = origin
        self._deadline_s = deadline_s
        self._memory = memory_bytes
        self._clock = clock
        self._found: tuple[ModelEntry, ...] = ()
        self._good_until = float("-inf")

    async def models(self, policy: Policy) -> tuple[ModelEntry, ...]:
        """Return entries for the models found, the fittest for code first; none under a policy.

        A file that lists a model, or an administrator's that cannot be read, leaves no room for
        others.
        """
        if policy.names_models or policy.managed_in_force or policy.managed_problem is not None:
            return ()
        if self._clock() >= self._good_until:
            self._found = await self._ask()
            self._good_until = self._clock() + _REMEMBERED_S
        return self._found

    async def _ask(self) -> tuple[ModelEntry, ...]:
        seconds = self._deadline_s
        limits = EgressLimits(
            connect_s=seconds,
            silence_s=seconds,
            total_s=seconds,
            response_bytes=_RESPONSE_BYTES,
        )
        http = JsonHttp("Ollama", Destination(self._origin, limits=limits, rule=RULE))
        try:
            async with asyncio.timeout(seconds):
                listed = await OllamaMetadata(http).listed()
        except (ModelError, EgressError, PolicyError, TimeoutError) as error:
            _LOG.debug("no models of this machine: %r", error)
            return ()
        finally:
            await http.close()
        memory = _physical_memory() if self._memory is None else self._memory
        return tuple(_entry(it.name, self._origin) for it in fittest_first(listed, memory))


_FINDER = ModelFinder()


async def discovered_models(policy: Policy) -> tuple[ModelEntry, ...]:
    """Return entries for the models that Ollama runs here, where no file names a model.

    The fittest for code comes first. It takes 0.3 s at most, and nothing for a while after.
    """
    return await _FINDER.models(policy)


async def with_discovered(policy: Policy) -> Policy:
    """Return the policy with the models of this machine first, where no file names one."""
    rate = policy.limits.requests_per_min
    found = [replace(it, requests_per_min=rate) for it in await discovered_models(policy)]
    return replace(policy, models=(*found, *policy.models)) if found else policy


def choice_reason(found: Sequence[ModelEntry]) -> str | None:
    """Return why the first of several was chosen, as one sentence; None where there is no choice.

    It is for people: what it says follows from `fittest_first`.
    """
    if len(found) < 2:
        return None
    first, *others = (it.name for it in found)
    is_for_code = _family_rank(first) < len(_CODE_FAMILIES)
    what = "is the fittest for code" if is_for_code else "is the largest"
    return (
        f"{first} {what} of the models that Ollama has here and that fit the memory; to use "
        f"{others[0]} or another one, list it in config.toml."
    )


def fittest_first(listed: Sequence[ListedModel], memory_bytes: int) -> list[ListedModel]:
    """Return the models that chat, run here and fit the memory: for code first, then by size."""
    usable = [
        it
        for it in listed
        if it.name and _chats(it) and _is_here(it) and it.bytes <= memory_bytes * _MEMORY_SHARE
    ]
    return sorted(
        usable,
        key=lambda it: (it.bytes < _TINY_BYTES, _family_rank(it.name), -it.bytes, it.name),
    )


def _family_rank(name: str) -> int:
    # The name may begin with its author's, or with the host that it came from.
    model = name.lower().rpartition("/")[2]
    ranks = (
        rank
        for rank, families in enumerate(_CODE_FAMILIES)
        if any(family in model for family in families)
    )
    return next(ranks, len(_CODE_FAMILIES))


def _chats(model: ListedModel) -> bool:
    return model.family not in _NO_CHAT_FAMILIES and not _NO_CHAT.search(model.name)


def _is_here(model: ListedModel) -> bool:
    try:
        check_runs_here(model.name, None, model)
    except PolicyError:
        return False
    # What is only passed on has no files.
    return model.bytes > 0


def _entry(name: str, origin: Origin) -> ModelEntry:
    return ModelEntry(
        id=name,
        api=Api.OLLAMA,
        names=(name,),
        origin=origin,
        address=AddressClass.LOOPBACK,
        must_be_local=True,
        rule=RULE,
    )


def _physical_memory() -> int:
    """Return the bytes of the machine's memory, or of its container's, whichever is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total
