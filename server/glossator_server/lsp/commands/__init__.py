"""Own the table of the commands, one module a command; none decides what a comment says."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Sequence

from glossator_server.lsp.commands.answer import answer
from glossator_server.lsp.commands.ask import ask
from glossator_server.lsp.commands.cancel import cancel
from glossator_server.lsp.commands.do import do
from glossator_server.lsp.commands.document import document
from glossator_server.lsp.commands.document_all import document_all
from glossator_server.lsp.commands.edit import edit
from glossator_server.lsp.commands.explain import explain
from glossator_server.lsp.commands.fix import fix
from glossator_server.lsp.commands.index import pause, resume
from glossator_server.lsp.commands.proposals import apply, discard
from glossator_server.lsp.commands.review import review
from glossator_server.lsp.commands.search import search
from glossator_server.lsp.commands.status import status
from glossator_server.lsp.language_server import GlossatorServer


async def try_prompt(ls: GlossatorServer, arguments: Sequence[object]) -> object:
    """Try a prompt; what measures its result is imported by who tries one."""
    module = await asyncio.to_thread(
        importlib.import_module, "glossator_server.lsp.commands.try_prompt"
    )
    return await module.try_prompt(ls, arguments)


FUNCTIONS: dict[str, Callable[[GlossatorServer, Sequence[object]], Awaitable[object]]] = {
    "glossator.document": document,
    "glossator.documentAll": document_all,
    "glossator.fix": fix,
    "glossator.edit": edit,
    "glossator.review": review,
    "glossator.ask": ask,
    "glossator.explain": explain,
    "glossator.do": do,
    "glossator.answer": answer,
    "glossator.cancel": cancel,
    "glossator.status": status,
    "glossator.search": search,
    "glossator.proposal.apply": apply,
    "glossator.proposal.discard": discard,
    "glossator.prompt.try": try_prompt,
    "glossator.index.pause": pause,
    "glossator.index.resume": resume,
}
