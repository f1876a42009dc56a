"""Own what an edit of several files is made with: workspace, checks, models, index, open texts.

It must not decide what is changed, nor know who asks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_gate.types import DataClass
from glossator_server.actions.workshop import OpenModel
from glossator_server.agent.access import Access
from glossator_server.agent.looking import CodeIndex
from glossator_server.agent.running import RunPython, SearchWeb
from glossator_server.agent.staging import OpenText
from glossator_server.policies import WorkspacePolicy
from glossator_server.verify.checker import Checker


class EditModels:
    """The models of one edit by role, opened when they are first asked for."""

    def __init__(self, open_model: OpenModel) -> None:
        self._open = open_model
        self._opened: dict[str, ChatModel] = {}

    async def of(self, role: str) -> ChatModel:
        """Return the model of a role; raises what the router raises where none may or can."""
        if role not in self._opened:
            self._opened[role] = await self._open(role)
        return self._opened[role]

    async def close(self) -> None:
        """Let go of all that were opened."""
        while self._opened:
            await self._opened.popitem()[1].close()


@dataclass(frozen=True, slots=True)
class Workbench:
    """What an edit of several files is made with.

    `root` is the real path of the workspace, which lies `prefix` below the root of the index.
    `data_class` is the strictest that models may see in this edit. `open_texts` are the documents
    of an editor by real path. Transcripts are kept in the folder `transcripts`. `run_python` and
    `search_web` are None where they are not allowed or not there; `not_run` says why commands of
    tests did not run.
    """

    root: Path
    checker: Checker
    models: EditModels
    policy: WorkspacePolicy
    data_class: DataClass
    index: CodeIndex | None = None
    prefix: str = ""
    open_texts: Mapping[Path, OpenText] = field(default_factory=dict)
    run_python: RunPython | None = None
    search_web: SearchWeb | None = None
    transcripts: Path | None = None
    not_run: tuple[str, ...] = ()

    def access(self, allowed: frozenset[str] | None = None) -> Access:
        """Return what may be touched; `allowed` are the paths that may be changed."""
        return Access(self.root, self.policy, self.data_class, allowed)


@asynccontextmanager
async def closing_models(workbench: Workbench) -> AsyncIterator[Workbench]:
    """Give a workbench, and let go of its models after it."""
    try:
        yield workbench
    finally:
        await workbench.models.close()
