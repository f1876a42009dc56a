"""Own what the command line makes edits with: repository, checks, models, index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.errors import GlossatorError
from glossator_gate.types import DataClass
from glossator_indexer.owner_client import IndexClient
from glossator_server.actions.outside import python_in, web_search_of
from glossator_server.actions.workbench import EditModels, Workbench
from glossator_server.app import Application, load_application, open_checker
from glossator_server.cli.printing import complain
from glossator_server.cli.search import made_useful
from glossator_server.cli.workspaces import client_of, workspace_root


@dataclass(frozen=True, slots=True)
class Place:
    """The repository that is worked on, as the configuration that holds for it has it read.

    A question is about `folder`, the root or a folder below it.
    """

    root: Path
    application: Application
    data_class: DataClass
    folder: Path


def place_of(folder: Path, path: Path | None) -> Place:
    """Return what is worked on; problems of the configuration are told.

    Raises `UsageError` where there is no such folder, `PolicyError` for a file that is never read.
    """
    root = workspace_root(folder).resolve()
    application = load_application(root)
    for problem in application.problems:
        complain(problem)
    holds = application.workspace_policy
    holds.check_readable(path)
    classes = [holds.class_of(None), *([] if path is None else [holds.class_of(path)])]
    return Place(root, application, max(classes, key=lambda it: it.rank), root)


@asynccontextmanager
async def workbench_for(place: Place) -> AsyncIterator[Workbench]:
    """Open what an edit is made with, and let go of the models after it.

    Raises `SandboxUnavailableError` where nothing can be checked.
    """
    application = place.application
    checker = await open_checker(place.root, application.policy, application.settings)

    async def open_model(role: str) -> ChatModel:
        need = Need(role, place.data_class, application.settings.preferred_models)
        return await application.open_model(need)

    models = EditModels(open_model)
    try:
        async with index_of(place) as index:
            yield Workbench(
                place.root,
                checker,
                models,
                application.workspace_policy,
                place.data_class,
                index,
                run_python=python_in(checker.sandbox, place.root),
                search_web=web_search_of(application.policy, place.data_class),
                transcripts=transcripts_folder(),
                not_run=checker.tests.refusals,
            )
    finally:
        await models.close()


def transcripts_folder() -> Path:
    """Return the folder where transcripts of edits are kept."""
    return platformdirs.user_state_path("glossator", appauthor=False) / "transcripts"


@asynccontextmanager
async def index_of(place: Place) -> AsyncIterator[IndexClient | None]:
    """Give the index of a repository as far as it is made, None where there is none."""
    if not place.application.settings.index.enabled:
        yield None
        return
    client = client_of(place.root)
    try:
        await client.open()
        await made_useful(client)
    except GlossatorError as trouble:
        complain(str(trouble))
        await client.close()
        yield None
        return
    try:
        yield client
    finally:
        await client.close()
