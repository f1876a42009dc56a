"""Own the way of changed code into the editor: the diff first, then a person's word, then the edit.

What is applied is what was checked: where the text has moved on, the change is checked anew in it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from glossator_indexer.symbols import find_symbols, own_code
from glossator_server.edits import file_edit, sha256_of
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.lsp.evidence import evidence_in_short
from glossator_server.lsp.jobs import JobReport
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.moving import moved_changes
from glossator_server.lsp.proposals import OfferedChange
from glossator_server.lsp.sending import has_arrived, require_edits, send_edit, text_now
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import FixProposal
from glossator_server.session import Remembered
from glossator_server.snapshot import Snapshot

APPLY, DISCARD = "Apply", "Discard"
# A person reads the diff; after this the question is taken back, not the proposal.
PATIENCE_SECONDS = 600.0
MOST_ATTEMPTS = 3
# Editors keep what was typed last to themselves for a moment (Neovim 150 ms), and Neovim does not
# look at the version of an edit of a text that was not changed before.
SETTLING_SECONDS = 0.25

_log = logging.getLogger(__name__)


async def offer_change(ls: GlossatorServer, offered: OfferedChange, report: JobReport) -> str:
    """Show a change, ask, and have it applied where a person says so; say how it ended."""
    require_edits(ls)
    if ls.session.settings.review == "multi-file":
        return await apply_change(ls, offered, report)
    kept = ls.proposals.keep(offered)
    report.say("waits for an answer")
    try:
        await _show(ls, kept.diff)
        answer = await _ask(ls, offered.proposal)
    except asyncio.CancelledError:
        ls.proposals.forget(kept.id)
        raise
    if answer == APPLY:
        ls.proposals.forget(kept.id)
        return await apply_change(ls, offered, report)
    if answer == DISCARD:
        ls.proposals.forget(kept.id)
        return "discarded; nothing was changed"
    where = f" ({kept.diff})" if kept.diff is not None else ""
    ls.note(f"Proposal {kept.id} waits{where}; glossator.proposal.apply applies it.")
    return f"nothing was changed yet; proposal {kept.id} waits"


async def apply_change(ls: GlossatorServer, offered: OfferedChange, report: JobReport) -> str:
    """Have the editor apply a change; say what was found out about it.

    Raises `StaleDocumentError` where the text changed in what the change is about, or will not
    stand still; `UsageError` where the editor refuses.
    """
    proposal, snapshot = offered.proposal, offered.snapshot
    uri = proposal.edits[0].uri
    await asyncio.sleep(SETTLING_SECONDS)
    for _ in range(MOST_ATTEMPTS):
        now = ls.session.snapshot(uri, path_of(uri))
        if sha256_of(now.text) != sha256_of(snapshot.text):
            report.say("checking again: the text has changed")
            proposal = await _moved(replace(offered, proposal=proposal, snapshot=snapshot), now)
            snapshot = now
        elif now.version != snapshot.version:
            proposal, snapshot = _for_version(proposal, now), now
        if text_now(ls, uri) != now.text:
            continue
        sent = await send_edit(ls, proposal, now)
        if await has_arrived(ls, uri, sent):
            _remember(ls, proposal, now)
            return evidence_in_short(proposal)
        if text_now(ls, uri) == sent.before:
            raise UsageError(
                f"The editor said that it applied {proposal.what}, but its text does not show it; "
                "run the command again."
            )
    raise StaleDocumentError(
        f"{uri.rpartition('/')[2]} changes too fast for {proposal.what}; pause and ask for the fix "
        "again."
    )


async def _moved(offered: OfferedChange, now: Snapshot) -> FixProposal:
    proposal = offered.proposal
    changes = moved_changes(proposal.edits[0].changes, offered.snapshot.text, now.text)
    if changes is None:
        raise StaleDocumentError(
            f"The text changed where {proposal.what} would go, so that it would not be what was "
            "checked; ask for the fix again."
        )
    checked = await offered.again(now, changes)
    if checked is None:
        raise StaleDocumentError(
            f"In the text as it is now {proposal.what} no longer passes its checks; ask for the "
            "fix again."
        )
    return replace(checked, title=proposal.title, history=proposal.history)


def _for_version(proposal: FixProposal, now: Snapshot) -> FixProposal:
    return replace(proposal, edits=(file_edit(now, proposal.edits[0].changes),))


async def _show(ls: GlossatorServer, diff: Path | None) -> None:
    """Open the diff in the editor, where it can be opened."""
    if diff is None or not ls.editor.shows_documents:
        return
    params = types.ShowDocumentParams(diff.as_uri(), external=False, take_focus=False)
    try:
        await ls.window_show_document_async(params)
    except JsonRpcException as trouble:
        _log.info("the diff is not shown: %s", trouble)


async def _ask(ls: GlossatorServer, proposal: FixProposal) -> str | None:
    """Return what a person answered, None for no answer."""
    params = types.ShowMessageRequestParams(
        type=types.MessageType.Info,
        message=f"{proposal.title}: {evidence_in_short(proposal)}. {_in_lines(proposal)}",
        actions=[types.MessageActionItem(APPLY), types.MessageActionItem(DISCARD)],
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await ls.window_show_message_request_async(params)
    except (TimeoutError, JsonRpcException) as trouble:
        _log.info("nobody answered: %s", trouble)
        return None
    return None if answer is None else answer.title


def _in_lines(proposal: FixProposal) -> str:
    """Return the size of a change, for who cannot see its diff."""
    added = sum(it.new_text.count("\n") + 1 for it in proposal.edits[0].changes)
    return f"It writes {added} line{'s' if added != 1 else ''}; apply it?"


def _remember(ls: GlossatorServer, proposal: FixProposal, snapshot: Snapshot) -> None:
    document = ls.session.documents.get(snapshot.uri)
    after = None if document is None else document.snapshot(ls.session.settings.document)
    if after is None or not proposal.symbol:
        return
    for symbol in find_symbols(after.source, proposal.symbol)[:1]:
        remembered = Remembered(own_code(after.text, symbol), None, evidence_in_short(proposal))
        ls.session.remember(snapshot.uri, proposal.symbol, remembered)
