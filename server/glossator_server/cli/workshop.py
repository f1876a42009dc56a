"""Own what the command line works on code with: workspace, checks, models, index.

It must start no index: a model's first words would come later than without.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.errors import GlossatorError
from glossator_indexer.records import ContextPiece
from glossator_server.actions.workshop import Workshop, opened_workshop
from glossator_server.app import Application, load_application, open_checker
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.printing import complain
from glossator_server.cli.targets import Target, read_target, workspace_of
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot
from glossator_server.indexes import Indexes
from glossator_server.snapshot import Snapshot

INDEX_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A file that is worked on, as the configuration that holds for it has it read.

    `root` is the folder whose files the checks get to see: the workspace, else the file's own.
    """

    target: Target
    application: Application
    snapshot: Snapshot
    root: Path


def subject_of(word: str, purpose: str) -> Subject:
    """Return what a word of the command line means; problems of the configuration are told.

    Raises what `subject_at` does.
    """
    subject = subject_at(read_target(word), purpose)
    for problem in subject.application.problems:
        complain(problem)
    return subject


def subject_at(target: Target, purpose: str) -> Subject:
    """Return a target with what holds for its file.

    Raises `UsageError` where it is no source file, `PolicyError` where it is never read.
    """
    if target.path.is_dir():
        raise UsageError(f"{target.path} is a folder; name one file to be {purpose}.")
    application = load_application(workspace_of(target.path))
    application.workspace_policy.check_readable(target.path)
    read = read_snapshot(target.path, application.settings)
    snapshot = application.workspace_policy.admitted(read)
    folder = application.workspace or target.path.resolve().parent
    return Subject(target, application, snapshot, folder.resolve())


@asynccontextmanager
async def workshop_for(subject: Subject) -> AsyncIterator[Workshop]:
    """Open what a fix is made with, and let go of the models after it.

    Raises `SandboxUnavailableError` where nothing can be run, what the router raises where no model
    may serve.
    """
    application, snapshot = subject.application, subject.snapshot
    settings = application.settings
    checker = await open_checker(subject.root, application.policy, settings)

    async def open_model(role: str) -> ChatModel:
        need = Need(role, snapshot.data_class, settings.preferred_models)
        return await application.open_model(need)

    async with running_indexes([subject.target.path], settings.index) as indexes:

        async def ask_index(about: Snapshot, line: int, text: str) -> Sequence[ContextPiece]:
            return await pieces_around(indexes, about, line, text)

        async with opened_workshop(subject.root, checker, open_model, ask_index) as workshop:
            yield workshop


async def pieces_around(
    indexes: Indexes, snapshot: Snapshot, line: int, text: str
) -> Sequence[ContextPiece]:
    """Return what a running index knows around a line, nothing where none answers at once."""
    try:
        async with asyncio.timeout(INDEX_SECONDS):
            return await indexes.pieces_around(snapshot, line, text, ())
    except (GlossatorError, TimeoutError):
        return ()
