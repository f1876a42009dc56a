"""Own what a fix is made with: the workspace, its checks, the models, the index.

It must not decide what is mended, nor know who asks.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_clients.types import ChatEvent, ChatRequest, ModelInfo
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


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a fix is made with: the workspace, its checks, the models, the index.

    `critic` is None where no model may judge; `not_run` says why commands of tests did not run.
    """

    root: Path
    checker: Checker
    generator: ChatModel
    critic: ChatModel | None
    ask_index: AskIndex
    not_run: tuple[str, ...] = ()


@asynccontextmanager
async def opened_workshop(
    root: Path, checker: CodeChecker, open_model: OpenModel, ask_index: AskIndex
) -> AsyncIterator[Workshop]:
    """Open the models of a fix, and let go of them after it.

    Where no model may serve, or none can, that is raised by who asks one: much is mended by what
    compilers suggest.
    """
    generator = await _opened(open_model, "fix")
    critic = None
    try:
        critic = await _opened(open_model, "critic")
        can_judge = not isinstance(critic, _AbsentModel) and not is_small(critic.info)
        not_run = checker.tests.refusals
        yield Workshop(root, checker, generator, critic if can_judge else None, ask_index, not_run)
    finally:
        await generator.close()
        if critic is not None:
            await critic.close()


async def _opened(open_model: OpenModel, role: str) -> ChatModel:
    try:
        return await open_model(role)
    except GlossatorError as trouble:
        return _AbsentModel(trouble)


class _AbsentModel:
    """Stands where a model cannot be had, and says why as soon as it is asked."""

    info = ModelInfo("the model", "", "", "", None, local=True)

    def __init__(self, trouble: GlossatorError) -> None:
        self._trouble = trouble

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:  # noqa: ARG002 -- as the protocol has it
        raise self._trouble
        yield  # type: ignore[unreachable]  # what makes it a generator

    async def close(self) -> None:
        """Let go of nothing."""
