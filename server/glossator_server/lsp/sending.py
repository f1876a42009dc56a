"""Own the sending of checked edits to the editor, and the look at what came of them.

It must not decide what is sent, nor write files: the editor applies, and may refuse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from glossator_indexer.types import TextChange
from glossator_server.edits import apply_changes
from glossator_server.errors import UsageError
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import Proposal
from glossator_server.snapshot import Snapshot

# A person may think about a confirmation; an editor that forgot the question must not hold a job.
ANSWER_SECONDS = 120.0
# Editors send the change along with the answer or right after it, Emacs when nobody types.
CHANGE_SECONDS = 10.0
_ANNOTATION = "glossator"

Operation = types.CreateFile | types.RenameFile | types.DeleteFile


@dataclass(frozen=True, slots=True)
class Sent:
    """An edit of one text as it goes out: for which text, in which version, and what changes."""

    uri: str
    version: int | None
    before: str
    changes: tuple[TextChange, ...]

    @property
    def meant(self) -> str:
        """Return the text that must come of it."""
        return apply_changes(self.before, self.changes)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes out in one edit, in the order in which it is done."""

    creations: tuple[types.CreateFile, ...] = ()
    texts: tuple[Sent, ...] = ()
    operations: tuple[types.RenameFile | types.DeleteFile, ...] = ()


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
    sent = Sent(edit.uri, snapshot.version, snapshot.text, edit.changes)
    refusal = await deliver(ls, proposal, Delivery(texts=(sent,)))
    document = ls.session.documents.get(edit.uri)
    moved_on = document is not None and document.version != snapshot.version
    if refusal is not None and not moved_on:
        raise UsageError(f"The editor did not apply {proposal.what}: {refusal}; run it again.")
    return sent


async def deliver(ls: GlossatorServer, proposal: Proposal, delivery: Delivery) -> str | None:
    """Ask the editor to apply an edit; return why it says that it did not, None where it did.

    Raises `UsageError` where it does not answer.
    """
    says = proposal.says
    note = types.ChangeAnnotation(proposal.title, description=says) if says else None
    params = types.ApplyWorkspaceEditParams(
        edit=workspace_edit(ls, delivery, note), label=proposal.title
    )
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            result = await ls.workspace_apply_edit_async(params)
    except TimeoutError:
        raise UsageError(
            f"The editor did not answer whether it applied {proposal.what};"
            " look, and run the command again."
        ) from None
    except JsonRpcException as trouble:
        return str(trouble).rstrip(".") or "it gave no reason"
    if result.applied:
        return None
    return (result.failure_reason or "it gave no reason").rstrip(".")


async def has_arrived(ls: GlossatorServer, sent: Sent) -> bool:
    """Wait until the editor's text is what was meant, or holds it among later changes.

    Some editors answer that they applied an edit which they dropped as stale.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CHANGE_SECONDS
    while True:
        document = ls.session.documents.get(sent.uri)
        if document is None:
            return True  # Closed, or never open: there is nothing to compare with.
        if document.text == sent.meant:
            return True
        if document.text != sent.before and holds(document.text, sent):
            return True
        try:
            async with asyncio.timeout_at(deadline):
                await document.changed.wait()
        except TimeoutError:
            return False


def holds(text: str, sent: Sent) -> bool:
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


def workspace_edit(
    ls: GlossatorServer, delivery: Delivery, note: types.ChangeAnnotation | None = None
) -> types.WorkspaceEdit:
    """Return an edit in the form that the editor announced, with a note where it shows one."""
    if not ls.editor.versions_edits:
        plain = {it.uri: _text_edits(ls, it) for it in delivery.texts}
        return types.WorkspaceEdit(changes=plain)
    is_noted = note is not None and ls.editor.annotates_edits
    texts = [
        types.TextDocumentEdit(
            types.OptionalVersionedTextDocumentIdentifier(uri=it.uri, version=it.version),
            _noted(_text_edits(ls, it)) if is_noted else _text_edits(ls, it),
        )
        for it in delivery.texts
    ]
    changes = [*delivery.creations, *texts, *delivery.operations]
    if note is None or not is_noted:
        return types.WorkspaceEdit(document_changes=changes)
    return types.WorkspaceEdit(document_changes=changes, change_annotations={_ANNOTATION: note})


def _text_edits(ls: GlossatorServer, sent: Sent) -> Sequence[types.TextEdit]:
    if not sent.before:
        # Neovim leaves an empty line behind the text of a new file, but for an edit that reaches
        # beyond the end; every editor takes such a place for the end.
        whole = types.Range(types.Position(0, 0), types.Position(1, 0))
        return [types.TextEdit(whole, it.new_text) for it in sent.changes]
    positions = ls.documents.positions(sent.uri, sent.before)
    return [types.TextEdit(positions.range(it.span), it.new_text) for it in sent.changes]


def _noted(edits: Sequence[types.TextEdit]) -> list[types.AnnotatedTextEdit]:
    return [types.AnnotatedTextEdit(_ANNOTATION, it.range, it.new_text) for it in edits]
