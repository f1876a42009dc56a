"""Own the way of a proposal into the editor: version check, edit, and the look at what came of it.

It must not write files: the editor applies, and may refuse.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from lsprotocol import types

from glossator_server.actions.document import place_again
from glossator_server.edits import apply_changes, sha256_of
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.lsp.evidence import evidence_in_short
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import CommentProposal, FileEdit, Outcome, Skipped
from glossator_server.session import Remembered
from glossator_server.snapshot import Snapshot

# A person may think about a confirmation; an editor that forgot the question must not hold a job.
ANSWER_SECONDS = 120.0
# Editors send the change along with the answer or right after it.
CHANGE_SECONDS = 3.0
# Somebody who types all the time gets the words back rather than an endless chase.
MOST_ATTEMPTS = 3

Finish = Callable[[CommentProposal, Snapshot], Outcome]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent:
    """An edit as it went out: for which text, and what must come of it."""

    before: str
    meant: str
    new_text: str


def require_edits(ls: GlossatorServer) -> None:
    """Raise `UsageError` where the editor cannot be asked to apply anything."""
    if not ls.editor.applies_edits:
        raise UsageError(
            "This editor applies no edits of a language server (workspace/applyEdit);"
            " run `glossator document` in a terminal instead."
        )


async def apply_proposal(
    ls: GlossatorServer, proposal: CommentProposal, finish: Finish | None = None
) -> Outcome:
    """Have the editor apply a proposal of one file, placed anew where the text has moved on.

    `finish` is what else is to be changed with it, made anew for each text that it is placed in.

    Returns the proposal as applied, or why its words no longer fit. Raises `UsageError` where the
    editor refuses, `StaleDocumentError` where the text will not stand still.
    """
    require_edits(ls)
    uri = proposal.edits[0].uri
    for _ in range(MOST_ATTEMPTS):
        snapshot = ls.session.snapshot(uri, path_of(uri))
        placed = await _placed(proposal, snapshot)
        if not isinstance(placed, Skipped) and finish is not None:
            placed = await asyncio.to_thread(finish, placed, snapshot)
        if isinstance(placed, Skipped):
            ls.feedback.discarded(proposal, snapshot)
            return placed
        if _now(ls, uri) != snapshot.text:
            continue  # It moved on while the words were placed.
        try:
            sent = await _send(ls, placed, snapshot)
        except UsageError:
            ls.feedback.discarded(proposal, snapshot)
            raise
        if await _has_arrived(ls, uri, sent):
            _remember(ls, placed, snapshot)
            ls.feedback.applied(placed, snapshot)
            return placed
        if _now(ls, uri) == sent.before:
            raise UsageError(
                f"The editor said that it applied the comment of {proposal.symbol}, but its text"
                " does not show it; run the command again."
            )
        _log.info("an edit was dropped as stale; placing it again")
    raise StaleDocumentError(
        f"{uri} changes too fast for the comment of {proposal.symbol}; pause and run it again."
    )


async def _placed(proposal: CommentProposal, snapshot: Snapshot) -> Outcome:
    edit = proposal.edits[0]
    if edit.version == snapshot.version and edit.base_sha256 == sha256_of(snapshot.text):
        return proposal
    return await asyncio.to_thread(place_again, proposal, snapshot)


def _now(ls: GlossatorServer, uri: str) -> str | None:
    document = ls.session.documents.get(uri)
    if document is not None:
        return document.text
    path = path_of(uri)
    return ls.session.snapshot(uri, path).text if path is not None else None


async def _send(ls: GlossatorServer, proposal: CommentProposal, snapshot: Snapshot) -> _Sent:
    edit = proposal.edits[0]
    params = types.ApplyWorkspaceEditParams(
        edit=_workspace_edit(ls, edit, snapshot), label=proposal.title
    )
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            result = await ls.workspace_apply_edit_async(params)
    except TimeoutError:
        raise UsageError(
            f"The editor did not answer whether it applied the comment of {proposal.symbol};"
            " look, and run the command again."
        ) from None
    document = ls.session.documents.get(edit.uri)
    moved_on = document is not None and document.version != snapshot.version
    if not result.applied and not moved_on:
        reason = (result.failure_reason or "it gave no reason").rstrip(".")
        raise UsageError(
            f"The editor did not apply the comment of {proposal.symbol}: {reason}; run it again."
        )
    meant = apply_changes(snapshot.text, edit.changes)
    return _Sent(snapshot.text, meant, "".join(it.new_text for it in edit.changes))


async def _has_arrived(ls: GlossatorServer, uri: str, sent: _Sent) -> bool:
    """Wait until the editor's text is what was meant, or holds it among later changes.

    Some editors answer that they applied an edit which they dropped as stale.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CHANGE_SECONDS
    while True:
        document = ls.session.documents.get(uri)
        if document is None:
            return True  # Closed, or never open: there is nothing to compare with.
        if document.text == sent.meant:
            return True
        if document.text != sent.before and _is_in(sent.new_text, document.text):
            return True
        try:
            async with asyncio.timeout_at(deadline):
                await document.changed.wait()
        except TimeoutError:
            return False


def _is_in(new_text: str, text: str) -> bool:
    # Editors may turn line ends into their own.
    return _lines(new_text).strip() in _lines(text)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _workspace_edit(ls: GlossatorServer, edit: FileEdit, snapshot: Snapshot) -> types.WorkspaceEdit:
    positions = ls.documents.positions(edit.uri, snapshot.text)
    edits = [types.TextEdit(positions.range(it.span), it.new_text) for it in edit.changes]
    if not ls.editor.versions_edits:
        return types.WorkspaceEdit(changes={edit.uri: edits})
    document = types.OptionalVersionedTextDocumentIdentifier(uri=edit.uri, version=snapshot.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, edits)])


def _remember(ls: GlossatorServer, proposal: CommentProposal, snapshot: Snapshot) -> None:
    # A deletion that comes with it is no comment.
    change = next(it for it in proposal.edits[0].changes if it.new_text)
    remembered = Remembered(proposal.code, change.new_text, evidence_in_short(proposal))
    ls.session.remember(snapshot.uri, proposal.symbol, remembered)
