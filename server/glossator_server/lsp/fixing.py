"""Own how the editor's problems lead to fixes: the code actions, and the workshop of one fix.

Code actions are made from what the editor sends along: no I/O, no model.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

from lsprotocol import types

from glossator_clients.protocol import ChatModel
from glossator_gate.errors import GlossatorError
from glossator_indexer.records import ContextPiece
from glossator_indexer.symbols import symbol_at
from glossator_server.actions.targeting import Complaint
from glossator_server.actions.workshop import Workshop, opened_workshop
from glossator_server.errors import UsageError
from glossator_server.lsp.convert import PositionMap, range_as_sent, selected_lines
from glossator_server.lsp.findings import SOURCE
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.shortening import shortened
from glossator_server.snapshot import Snapshot

# A title has to fit a menu.
MOST_TITLE = 60
# A menu has no room for more, and nobody has more problems in one place.
MOST_OFFERED = 5
# Who selects more wants the file mended, which the command line does.
MOST_LINES = 200
# A model takes seconds to write; nobody notices this before it.
INDEX_SECONDS = 1.0
_MENDABLE = (types.DiagnosticSeverity.Error, types.DiagnosticSeverity.Warning, None)

_log = logging.getLogger(__name__)


def fix_actions(
    params: types.CodeActionParams, snapshot: Snapshot, positions: PositionMap
) -> Iterator[types.CodeAction]:
    """Yield a fix for each problem that the editor shows at the place, and for each finding."""
    uri = params.text_document.uri
    for it in [it for it in params.context.diagnostics if _is_mendable(it)][:MOST_OFFERED]:
        symbol = symbol_at(snapshot.source, positions.offset(it.range.start))
        where = f" `{symbol.name}`" if symbol is not None and symbol.name else ""
        title = f"Fix{where}: {shortened(it.message, MOST_TITLE)}"
        argument = {"uri": uri, "version": snapshot.version, "diagnostics": [_as_sent(it)]}
        yield types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[it],
            command=types.Command(title, "glossator.fix", arguments=[argument]),
        )


def fix_of_lines(params: types.CodeActionParams, snapshot: Snapshot) -> Iterator[types.CodeAction]:
    """Yield a fix of what checks find on the lines, where no problem is shown and a person asks.

    Some editors send a server only what it said itself: another one's errors are not told of.
    """
    is_automatic = params.context.trigger_kind is types.CodeActionTriggerKind.Automatic
    if is_automatic or params.context.diagnostics:
        return
    at = selected_lines(params.range)
    lines = snapshot.text.split("\n")[at.start - 1 : at.stop - 1]
    if not 0 < len(lines) <= MOST_LINES or not any(it.strip() for it in lines):
        return
    first, last = at.start, at.start + len(lines) - 1
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    title = f"Fix what checks find on {where}"
    argument = {
        "uri": params.text_document.uri,
        "version": snapshot.version,
        "range": range_as_sent(params.range),
    }
    yield types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        command=types.Command(title, "glossator.fix", arguments=[argument]),
    )


def complaint_of(diagnostic: types.Diagnostic) -> Complaint:
    """Return what a diagnostic says, with its lines counted from 1."""
    code = "" if diagnostic.code is None else str(diagnostic.code)
    is_error = diagnostic.severity in (types.DiagnosticSeverity.Error, None)
    lines = selected_lines(diagnostic.range)
    message = " ".join(diagnostic.message.split())
    return Complaint(
        message,
        lines.start,
        max(lines.start, lines.stop - 1),
        is_error,
        diagnostic.source or "",
        code,
    )


def is_finding(diagnostic: types.Diagnostic) -> bool:
    """Tell whether a diagnostic is what a review of ours found."""
    data = diagnostic.data
    return diagnostic.source == SOURCE and isinstance(data, dict) and "review" in data


@asynccontextmanager
async def open_workshop(ls: GlossatorServer, snapshot: Snapshot) -> AsyncIterator[Workshop]:
    """Open what a fix of a document is made with, and let go of the models after it.

    Raises `UsageError` where the document lies in no folder that is open.
    """
    if snapshot.path is None:
        raise UsageError("The text has no file; save it first, so that it can be checked.")
    root = ls.session.root_of(snapshot.path)
    if root is None:
        raise UsageError(
            f"{snapshot.path.name} is in no workspace folder; open the folder of its project."
        )
    checker = await ls.session.open_checker(root, snapshot.path)

    async def open_model(role: str) -> ChatModel:
        return await ls.session.open_model(role, snapshot)

    async def ask_index(about: Snapshot, line: int, text: str) -> Sequence[ContextPiece]:
        return await pieces_around(ls, about, line, text)

    async with opened_workshop(root, checker, open_model, ask_index) as workshop:
        yield workshop


async def pieces_around(
    ls: GlossatorServer, snapshot: Snapshot, line: int, text: str
) -> Sequence[ContextPiece]:
    """Return what the index knows around a line, nothing where it does not answer at once."""
    if ls.indexing is None:
        return ()
    documents = list(ls.session.documents.values())
    try:
        async with asyncio.timeout(INDEX_SECONDS):
            return await ls.indexing.indexes.pieces_around(snapshot, line, text, documents)
    except (GlossatorError, TimeoutError) as trouble:
        _log.info("nothing from the index: %s", str(trouble) or "it took too long")
        return ()


def _is_mendable(diagnostic: types.Diagnostic) -> bool:
    is_others = diagnostic.source != SOURCE
    return bool(diagnostic.message) and (
        (is_others and diagnostic.severity in _MENDABLE) or is_finding(diagnostic)
    )


def _as_sent(diagnostic: types.Diagnostic) -> dict[str, object]:
    """Return what of a diagnostic comes back with the command."""
    sent: dict[str, object] = {
        "range": range_as_sent(diagnostic.range),
        "message": diagnostic.message,
    }
    if diagnostic.severity is not None:
        sent["severity"] = int(diagnostic.severity)
    if diagnostic.source is not None:
        sent["source"] = diagnostic.source
    if diagnostic.code is not None:
        sent["code"] = diagnostic.code
    if is_finding(diagnostic):
        sent["data"] = diagnostic.data
    return sent
