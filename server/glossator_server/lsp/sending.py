"""Own the sending of a checked edit to the editor, and the look at what came of it.

It must not decide what is sent, nor write files: the editor applies, and may refuse.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from lsprotocol import types

from glossator_indexer.types import TextChange
from glossator_server.edits import apply_changes
from glossator_server.errors import UsageError
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import Proposal
from glossator_server.snapshot import Snapshot

# A person may think about a confirmation; an editor that forgot the question must not hold a job.
ANSWER_SECONDS = 120.0
# Editors send the change along with the answer or right after it.
CHANGE_SECONDS = 3.0
_ANNOTATION = "glossator"


@dataclass(frozen=True, slots=True)
class Sent:
    """An edit as it went out: for which text, and what must come of it."""

    before: str
    meant: str
    changes: tuple[TextChange, ...]


def require_edits(ls: GlossatorServer) -> None:
    """Raise `UsageError` where the editor cannot be asked to apply anything."""
    if not ls.editor.applies_edits:
        raise UsageError(
            "This editor applies no edits of a language server (workspace/applyEdit);"
            " run `glossator` in a terminal instead."
        )


def text_now(ls: GlossatorServer, uri: str) -> str | None:
    """Return a document's text as the editor has it, or as it is on disk."""
    document = ls.session.documents.get(uri)
    if document is not None:
        return document.text
    path = path_of(uri)
    return ls.session.snapshot(uri, path).text if path is not None else None


async def send_edit(ls: GlossatorServer, proposal: Proposal, snapshot: Snapshot) -> Sent:
    """Ask the editor to apply a proposal of one file, made for the text of the snapshot.

    Raises `UsageError` where it refuses or does not answer.
    """
    edit = proposal.edits[0]
    params = types.ApplyWorkspaceEditParams(
        edit=_workspace_edit(ls, proposal, snapshot), label=proposal.title
    )
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            result = await ls.workspace_apply_edit_async(params)
    except TimeoutError:
        raise UsageError(
            f"The editor did not answer whether it applied {proposal.what};"
            " look, and run the command again."
        ) from None
    document = ls.session.documents.get(edit.uri)
    moved_on = document is not None and document.version != snapshot.version
    if not result.applied and not moved_on:
        reason = (result.failure_reason or "it gave no reason").rstrip(".")
        raise UsageError(f"The editor did not apply {proposal.what}: {reason}; run it again.")
    meant = apply_changes(snapshot.text, edit.changes)
    return Sent(snapshot.text, meant, edit.changes)


async def has_arrived(ls: GlossatorServer, uri: str, sent: Sent) -> bool:
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
        if document.text != sent.before and _holds(document.text, sent):
            return True
        try:
            async with asyncio.timeout_at(deadline):
                await document.changed.wait()
        except TimeoutError:
            return False


def _holds(text: str, sent: Sent) -> bool:
    """Tell whether a text, in which more has changed, has what an edit was to bring about."""
    # Editors may turn line ends into their own.
    now, before = _lines(text), _lines(sent.before)
    for it in sent.changes:
        new = _lines(it.new_text).strip()
        old = _lines(sent.before[it.span.start : it.span.end]).strip()
        # The same words may stand elsewhere: what counts is that there are more of them.
        if new and new not in old:
            if now.count(new) <= before.count(new):
                return False
        elif now.count(old) >= before.count(old):
            return False
    return True


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _workspace_edit(
    ls: GlossatorServer, proposal: Proposal, snapshot: Snapshot
) -> types.WorkspaceEdit:
    edit = proposal.edits[0]
    positions = ls.documents.positions(edit.uri, snapshot.text)
    plain = [types.TextEdit(positions.range(it.span), it.new_text) for it in edit.changes]
    if not ls.editor.versions_edits:
        return types.WorkspaceEdit(changes={edit.uri: plain})
    document = types.OptionalVersionedTextDocumentIdentifier(uri=edit.uri, version=snapshot.version)
    if not (ls.editor.annotates_edits and proposal.says):
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, plain)])
    noted = [types.AnnotatedTextEdit(_ANNOTATION, it.range, it.new_text) for it in plain]
    about = types.ChangeAnnotation(proposal.title, description=proposal.says)
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(document, noted)],
        change_annotations={_ANNOTATION: about},
    )
