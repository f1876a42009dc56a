"""Own what a fix is made with: the workspace, its checks, the models, the index.

It must not decide what is mended, nor know who asks.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_gate.errors import GlossatorError
from glossator_indexer.records import ContextPiece
from glossator_server.prompts.fix import is_small
from glossator_server.snapshot import Snapshot
from glossator_server.verify.checker import Checker
from glossator_server.verify.code_checker import CodeChecker

# From a text, a line of it and words to what the index knows around and about them.
AskIndex = Callable[[Snapshot, int, str], Awaitable[Sequence[ContextPiece]]]
# From a role to the model that the router chooses for it.
OpenModel = Callable[[str], Awaitable[ChatModel]]

_log = logging.getLogger(__name__)


class Models:
    """The models of one fix, opened when they are asked for: much is mended by compilers alone."""

    def __init__(self, open_model: OpenModel) -> None:
        self._open = open_model
        self._opened: dict[str, ChatModel] = {}

    async def generator(self) -> ChatModel:
        """Return the model that writes; raises what the router raises where none may or can."""
        return await self._of("fix")

    async def critic(self) -> ChatModel | None:
        """Return the model that judges, None where none may, or can."""
        try:
            model = await self._of("critic")
        except GlossatorError as trouble:
            _log.info("no critic: %s", trouble)
            return None
        return None if is_small(model.info) else model

    async def close(self) -> None:
        """Let go of all that were opened."""
        while self._opened:
            await self._opened.popitem()[1].close()

    async def _of(self, role: str) -> ChatModel:
        if role not in self._opened:
            self._opened[role] = await self._open(role)
        return self._opened[role]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a fix is made with: the workspace, its checks, the models, the index.

    `not_run` says why commands of tests did not run.
    """

    root: Path
    checker: Checker
    models: Models
    ask_index: AskIndex
    not_run: tuple[str, ...] = ()


@asynccontextmanager
async def opened_workshop(
    root: Path, checker: CodeChecker, open_model: OpenModel, ask_index: AskIndex
) -> AsyncIterator[Workshop]:
    """Give what a fix is made with, and let go of the models after it."""
    models = Models(open_model)
    try:
        yield Workshop(root, checker, models, ask_index, checker.tests.refusals)
    finally:
        await models.close()
