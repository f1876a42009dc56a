"""Own what a person is shown and asked in any editor: a file that opens, a question with answers.

Where the editor knows no questions, its code actions have the answers.

It must not decide anything: no answer is an answer too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from glossator_server.lsp.language_server import GlossatorServer

# A person reads first; after this the question is taken back, not what it is about.
PATIENCE_SECONDS = 600.0

# A message of the editor's has no room for more.
MOST_NAMED = 6

_log = logging.getLogger(__name__)


async def show_file(ls: GlossatorServer, path: Path | None) -> None:
    """Open a file in the editor, where one can be opened; the cursor stays where it is."""
    if path is None or not ls.editor.shows_documents:
        return
    params = types.ShowDocumentParams(path.as_uri(), external=False, take_focus=False)
    try:
        await ls.window_show_document_async(params)
    except JsonRpcException as trouble:
        _log.info("%s is not shown: %s", path.name, trouble)


def where_to_read(ls: GlossatorServer, path: Path | None) -> str:
    """Return where a person finds what this editor does not open, within a sentence."""
    return f" ({path})" if path is not None and not ls.editor.shows_documents else ""


def named(names: Sequence[str]) -> str:
    """Return names as they stand in a sentence; of many the first, and how many more there are."""
    more = len(names) - MOST_NAMED
    shown = list(names) if more <= 0 else [*names[:MOST_NAMED], f"{more} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


async def ask(ls: GlossatorServer, message: str, answers: Sequence[str]) -> str | None:
    """Return which of the answers a person chose, None for none."""
    params = types.ShowMessageRequestParams(
        type=types.MessageType.Info,
        message=message,
        actions=[types.MessageActionItem(it) for it in answers],
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                answer = await ls.window_show_message_request_async(params)
            except JsonRpcException as trouble:
                if trouble.code != types.ErrorCodes.MethodNotFound:
                    raise
                ls.say(types.MessageType.Info, f"{message} The code actions have the answers.")
                return await ls.questions.ask(message, answers)
    except (TimeoutError, JsonRpcException) as trouble:
        _log.info("nobody answered: %s", trouble)
        return None
    return answer.title if answer is not None and answer.title in answers else None
