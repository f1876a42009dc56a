"""Own what the command line works on code with: workspace, checks, models, index.

It must start no index: a model's first words would come later than without.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from glossator_clients.router import Need
from glossator_gate.errors import GlossatorError
from glossator_indexer.records import ContextPiece
from glossator_server.actions.fix import Workshop
from glossator_server.app import Application, load_application, open_checker
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.targets import workspace_of
from glossator_server.indexes import Indexes
from glossator_server.prompts.fix import is_small
from glossator_server.snapshot import Snapshot

INDEX_SECONDS = 1.0


def application_for(path: Path) -> Application:
    """Return the configuration as it holds for a file, in the workspace around it."""
    return load_application(workspace_of(path))


def root_of(application: Application, snapshot: Snapshot) -> Path:
    """Return the folder whose files the checks get to see: the workspace, else the file's own."""
    folder = (snapshot.path or Path()).resolve().parent
    return folder if application.workspace is None else application.workspace.resolve()


@asynccontextmanager
async def opened_workshop(
    application: Application, snapshot: Snapshot, root: Path
) -> AsyncIterator[Workshop]:
    """Open what a fix is made with, and let go of the models after it.

    Raises `SandboxUnavailableError` where nothing can be run, what the router raises where no model
    may serve.
    """
    checker = await open_checker(root, application.policy, application.settings)
    preferred = application.settings.preferred_models
    generator = await application.open_model(Need("fix", snapshot.data_class, preferred))
    critic = None
    try:
        critic = await application.open_model(Need("critic", snapshot.data_class, preferred))
        async with running_indexes(
            [snapshot.path] if snapshot.path else [], application.settings.index
        ) as indexes:

            async def ask_index(about: Snapshot, line: int, text: str) -> Sequence[ContextPiece]:
                return await pieces_around(indexes, about, line, text)

            judging = None if is_small(critic.info) else critic
            not_run = checker.tests.refusals
            yield Workshop(root, checker, generator, judging, ask_index, not_run)
    finally:
        await generator.close()
        if critic is not None:
            await critic.close()


async def pieces_around(
    indexes: Indexes, snapshot: Snapshot, line: int, text: str
) -> Sequence[ContextPiece]:
    """Return what a running index knows around a line, nothing where none answers at once."""
    try:
        async with asyncio.timeout(INDEX_SECONDS):
            return await indexes.pieces_around(snapshot, line, text, ())
    except (GlossatorError, TimeoutError):
        return ()
