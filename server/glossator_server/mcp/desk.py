"""Own what another assistant's questions are answered from: one folder, and the rules as they are.

It must not answer them, nor know the protocol.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.errors import PolicyError
from glossator_gate.policy import Policy
from glossator_gate.types import DataClass
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.languages import language_of_file
from glossator_indexer.owner_client import IndexClient
from glossator_server.agent.access import Access
from glossator_server.files import read_snapshot
from glossator_server.indexes import Indexes
from glossator_server.policies import WorkspacePolicy
from glossator_server.settings import IndexOptions, Settings
from glossator_server.snapshot import Snapshot
from glossator_server.verify.checker import Subject
from glossator_server.verify.code_checker import CodeChecker

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rules:
    """Policy and settings as they hold now; `root` is the folder whose own file narrows them."""

    policy: Policy
    settings: Settings
    root: Path


@dataclass(frozen=True, slots=True)
class Means:
    """How the desk comes by what it needs; `app` puts this together."""

    load_rules: Callable[[], Rules]
    open_model: Callable[[Need, Policy], Awaitable[ChatModel]]
    open_index: Callable[[Path, IndexOptions], IndexClient]
    open_checker: Callable[[Path, Policy, Settings], Awaitable[CodeChecker]]


class Desk:
    """The one folder that is served, and the connection to its index."""

    def __init__(self, folder: Path, means: Means) -> None:
        self.folder = folder
        self.means = means
        self.indexes = Indexes(means.open_index)

    async def inquiry(self, report: Report) -> Inquiry:
        """Return what one question is answered with: rules may have changed since the last one."""
        rules = await asyncio.to_thread(self.means.load_rules)
        policy = WorkspacePolicy(rules.policy, rules.root)
        access = Access(self.folder, policy, rules.policy.mcp.max_class)
        return Inquiry(self, rules, access, report)

    async def index(self, options: IndexOptions) -> IndexClient:
        """Return the client of the index of the folder's repository.

        Raises `IndexUnavailableError` where there is none.
        """
        if not options.enabled:
            raise IndexUnavailableError(
                "The index is switched off; set enabled = true in [index] of config.toml."
            )
        if not self.indexes.clients:
            await self.indexes.use([self.folder], options)
        for client in self.indexes.clients:
            return client
        raise IndexUnavailableError(f"{self.folder} is not indexed; name a project's own folder.")

    async def close(self) -> None:
        """Hang up."""
        await self.indexes.close()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question: the rules that hold for it, what may be touched, where progress is told."""

    desk: Desk
    rules: Rules
    access: Access
    report: Report

    @property
    def policy(self) -> WorkspacePolicy:
        """Return what the policy says of the files."""
        return self.access.policy

    def path(self, name: str) -> str:
        """Return a path below the folder of a file that the assistant may be told of.

        Raises `ToolError` or `PolicyError` for any other.
        """
        inner = self.access.place(name)
        data_class = self.class_of(inner)
        bound = self.rules.policy.mcp
        if data_class.rank > bound.max_class.rank:
            raise PolicyError(
                f"{inner} is {data_class}, and other assistants are told of {bound.max_class} files"
                f" at most by {bound.rule}; have that changed, or work on it in an editor."
            )
        return self.access.readable(inner)

    def may_tell(self, inner: str) -> bool:
        """Say whether the assistant may be told of a path below the folder."""
        return self.access.why_unread(inner) is None

    def class_of(self, inner: str) -> DataClass:
        """Return how secret a file below the folder is."""
        return self.policy.class_of(self.desk.folder / inner)

    def file(self, inner: str) -> Path:
        """Return where a file really lies, so that no link is followed once more."""
        # Unlike `resolve`, it takes a link that leads to itself for a file that cannot be read.
        return Path(os.path.realpath(self.desk.folder / inner))

    def snapshot(self, inner: str) -> Snapshot:
        """Return a source file as it is; raises `UsageError` where it is none."""
        return self.policy.admitted(read_snapshot(self.file(inner), self.rules.settings))

    def subject(self, inner: str, snapshot: Snapshot) -> Subject:
        """Return a source file as what is checked."""
        path = self.file(inner)
        language = language_of_file(path, snapshot.text)
        return Subject(self.desk.folder, path, "" if language is None else language.id)

    async def open_model(self, role: str, data_class: DataClass) -> ChatModel:
        """Open the model that the router chooses; raises a `ModelError` or a `PolicyError`."""
        need = Need(role, data_class, self.rules.settings.preferred_models)
        return await self.desk.means.open_model(need, self.rules.policy)

    async def open_checker(self) -> CodeChecker:
        """Open what checks code; raises `SandboxUnavailableError` where nothing can be run."""
        means = self.desk.means
        return await means.open_checker(self.desk.folder, self.rules.policy, self.rules.settings)
