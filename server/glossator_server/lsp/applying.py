"""Own the way of a comment into the editor: placed in the text as it is, sent, and looked after.

It must not write files: the editor applies, and may refuse.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from glossator_server.actions.document import place_again
from glossator_server.edits import sha256_of
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.lsp.evidence import evidence_in_short
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.sending import has_arrived, require_edits, send_edit, text_now
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import CommentProposal, Outcome, Skipped
from glossator_server.session import Remembered
from glossator_server.snapshot import Snapshot

# Somebody who types all the time gets the words back rather than an endless chase.
MOST_ATTEMPTS = 3

Finish = Callable[[CommentProposal, Snapshot], Outcome]

_log = logging.getLogger(__name__)


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
        placed = await asyncio.to_thread(placed_in, proposal, snapshot)
        if not isinstance(placed, Skipped) and finish is not None:
            placed = await asyncio.to_thread(finish, placed, snapshot)
        if isinstance(placed, Skipped):
            ls.feedback.discarded(proposal, snapshot)
            return placed
        if text_now(ls, uri) != snapshot.text:
            continue  # It moved on while the words were placed.
        try:
            sent = await send_edit(ls, placed, snapshot)
        except UsageError:
            ls.feedback.discarded(proposal, snapshot)
            raise
        if await has_arrived(ls, sent):
            _remember(ls, placed, snapshot)
            ls.feedback.applied(placed, snapshot)
            return placed
        if text_now(ls, uri) == sent.before:
            raise UsageError(
                f"The editor said that it applied the comment of {proposal.symbol}, but its text"
                " does not show it; look, and run the command again where it is not there."
            )
        _log.info("an edit was dropped as stale; placing it again")
    raise StaleDocumentError(
        f"{uri} changes too fast for the comment of {proposal.symbol}; pause and run it again."
    )


def placed_in(proposal: CommentProposal, snapshot: Snapshot) -> Outcome:
    """Return a comment as it goes into a text: as it was made, or placed anew and checked."""
    edit = proposal.edits[0]
    if edit.version == snapshot.version and edit.base_sha256 == sha256_of(snapshot.text):
        return proposal
    return place_again(proposal, snapshot)


def _remember(ls: GlossatorServer, proposal: CommentProposal, snapshot: Snapshot) -> None:
    # A deletion that comes with it is no comment.
    change = next(it for it in proposal.edits[0].changes if it.new_text)
    remembered = Remembered(proposal.code, change.new_text, evidence_in_short(proposal))
    ls.session.remember(snapshot.uri, proposal.symbol, remembered)
