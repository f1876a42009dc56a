"""Own what an edit of several files is made with in an editor: its texts, models, checks and index.

It must not plan or change anything.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from glossator_clients.protocol import ChatModel
from glossator_server.actions.outside import python_in, web_search_of
from glossator_server.actions.workbench import EditModels, Workbench, closing_models
from glossator_server.agent.staging import OpenText
from glossator_server.errors import UsageError
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.places import documents_by_path
from glossator_server.lsp.recovering import recover_writes

if TYPE_CHECKING:
    from glossator_indexer.owner_client import IndexClient


@asynccontextmanager
async def open_workbench(
    ls: GlossatorServer, path: Path | None, hidden: Mapping[Path, str]
) -> AsyncIterator[Workbench]:
    """Open what an edit is made with, and let go of the models after it.

    `path` is the file that the edit is asked for in, None for the first folder. `hidden` are texts
    that are worked on in the place of those of documents.

    Raises `UsageError` where there is no folder to work in.
    """
    root = root_for(ls, path)
    # What is half written must not be taken for the code as it is.
    await recover_writes(ls, root)
    checker = await ls.session.open_checker(root, path or root)
    holds = ls.session.holds(path or root)
    classes = [holds.class_of(None), *([] if path is None else [holds.class_of(path)])]
    data_class = max(classes, key=lambda it: it.rank)

    async def open_model(role: str) -> ChatModel:
        return await ls.session.open_model_for(role, data_class, path or root)

    index, prefix = await index_of(ls, root)
    workbench = Workbench(
        root=root,
        checker=checker,
        models=EditModels(open_model),
        policy=holds,
        data_class=data_class,
        index=index,
        prefix=prefix,
        open_texts=open_texts_of(ls, hidden),
        run_python=python_in(checker.sandbox, root),
        search_web=web_search_of(ls.session.policy_for(path or root), data_class),
        transcripts=platformdirs.user_state_path("glossator", appauthor=False) / "transcripts",
        not_run=checker.tests.refusals,
    )
    async with closing_models(workbench):
        yield workbench


def open_texts_of(
    ls: GlossatorServer, hidden: Mapping[Path, str] | None = None
) -> Mapping[Path, OpenText]:
    """Return the open documents as they are now, by real path; `hidden` stand in for theirs."""
    others = {Path(os.path.realpath(path)): text for path, text in (hidden or {}).items()}
    return {
        path: OpenText(others.get(path, it.text), it.version)
        for path, it in documents_by_path(ls).items()
    }


def root_for(ls: GlossatorServer, path: Path | None) -> Path:
    """Return the folder that a file is in, the first one without; raises `UsageError` for none."""
    if path is None:
        folder = next(iter(ls.session.folders.values()), None)
        if folder is None:
            raise UsageError("No workspace folder is open; open the folder of the project.")
        return Path(os.path.realpath(folder))
    root = ls.session.root_of(path)
    if root is None:
        raise UsageError(f"{path.name} is in no workspace folder; open the folder of its project.")
    return root


async def index_of(ls: GlossatorServer, root: Path) -> tuple[IndexClient | None, str]:
    """Return the index of a folder, and where the folder lies in it."""
    if ls.indexing is None:
        return None, ""
    place = ls.indexing.indexes.place(root)
    if place is None:
        return None, ""
    await ls.indexing.indexes.send_buffers(ls.session.documents.values())
    return place.client, "" if place.path == "." else f"{place.path}/"
