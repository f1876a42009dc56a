"""Own the look at what becomes of comments in an editor: at the first save, after five minutes.

It must not decide what is kept or how (the store does), and nothing in here may disturb the editor.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from glossator_gate.errors import GlossatorError
from glossator_indexer.symbols import all_symbols, find_symbols, own_code
from glossator_server.feedback import (
    Fate,
    FeedbackStore,
    Finding,
    Moment,
    Offer,
    judged,
    offered_comment,
)
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import CommentProposal
from glossator_server.session import Session
from glossator_server.snapshot import Snapshot

# People settle on the words of a comment within minutes or not at all.
LATER_SECONDS = 300.0
# Of a session in which thousands are offered, the latest say enough.
MOST_WATCHED = 500

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Watched:
    """A comment that was applied; `left` are the moments at which it is still to be looked at."""

    offer: str
    uri: str
    symbol: str
    code: str
    comment: str
    left: set[Moment] = field(default_factory=lambda: {Moment.SAVE, Moment.FIVE_MINUTES})


class Feedback:
    """What was offered in one editor's session; lives on the main loop."""

    def __init__(
        self,
        session: Session,
        store: FeedbackStore | None = None,
        later_seconds: float = LATER_SECONDS,
    ) -> None:
        self._session = session
        self._store = store or FeedbackStore()
        self._later_seconds = later_seconds
        self._watched: list[_Watched] = []
        # What writes, and what waits to look again.
        self._writing: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()

    def applied(self, proposal: CommentProposal, snapshot: Snapshot) -> None:
        """Keep what was offered and applied, and look later what has become of it."""
        if not self._may_keep(snapshot):
            return
        offer = Offer("editor", snapshot.source.language.id)
        comment = offered_comment(proposal)
        watched = _Watched(offer.name, snapshot.uri, proposal.symbol, proposal.code, comment)
        # Known before it is written: the editor may save at once.
        self._watched = [*self._watched[1 - MOST_WATCHED :], watched]
        self._start(asyncio.to_thread(self._store.add_offer, proposal, offer), self._writing)
        self._start(self._look_later(watched), self._waiting)

    def discarded(self, proposal: CommentProposal, snapshot: Snapshot) -> None:
        """Keep what was offered and found no place."""
        if not self._may_keep(snapshot):
            return

        offer = Offer("editor", snapshot.source.language.id)

        def keep() -> None:
            self._store.add_offer(proposal, offer)
            self._store.add_finding(Finding(offer.name, Moment.PLACING, Fate.REJECTED, 1.0, None))

        self._start(asyncio.to_thread(keep), self._writing)

    def saved(self, uri: str) -> None:
        """Look at the comments of a document that was saved, at each one once."""
        self._look(Moment.SAVE, lambda it: it.uri == uri and Moment.SAVE in it.left)

    def closing(self, uri: str) -> None:
        """Look at the comments of a document for the last time."""
        self._look(Moment.CLOSE, lambda it: it.uri == uri)
        self._watched = [it for it in self._watched if it.uri != uri]

    def ending(self) -> None:
        """Look at all comments for the last time."""
        for uri in {it.uri for it in self._watched}:
            self.closing(uri)

    async def written(self) -> None:
        """Wait until what was seen is on the disk."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    def _may_keep(self, snapshot: Snapshot) -> bool:
        policy = self._session.policy_for(snapshot.path)
        return self._session.settings.document.feedback and policy.may_keep_feedback

    def _start(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work, name="feedback")
        among.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._writing.discard(task)
        self._waiting.discard(task)
        if not task.cancelled() and (trouble := task.exception()) is not None:
            _log.error("feedback failed: %s", type(trouble).__name__)
            _log.debug("feedback failed", exc_info=trouble)

    async def _look_later(self, watched: _Watched) -> None:
        await asyncio.sleep(self._later_seconds)
        if watched in self._watched:
            self._look(Moment.FIVE_MINUTES, lambda it: it is watched)
            self._watched.remove(watched)

    def _look(self, moment: Moment, is_meant: Callable[[_Watched], bool]) -> None:
        """Compare what was offered with what stands in the documents now."""
        for watched in filter(is_meant, list(self._watched)):
            watched.left.discard(moment)
            try:
                now = self._session.snapshot(watched.uri, path_of(watched.uri))
            except GlossatorError as trouble:
                _log.info("nobody knows what became of a comment: %s", trouble)
                continue
            if self._may_keep(now):
                judging = asyncio.to_thread(self._judge, watched, moment, now)
                self._start(judging, self._writing)

    def _judge(self, watched: _Watched, moment: Moment, now: Snapshot) -> None:
        self._store.add_finding(_finding(watched, moment, now))


def _finding(watched: _Watched, moment: Moment, now: Snapshot) -> Finding:
    named = find_symbols(now.source, watched.symbol)
    same = [it for it in named if own_code(now.text, it) == watched.code]
    if not named:
        # What holds it may have another name now, and its own code be the very same.
        same = [it for it in all_symbols(now.source) if own_code(now.text, it) == watched.code]
    candidates = same or list(named)
    if not candidates:
        return Finding(watched.offer, moment, Fate.GONE, None, None)
    comments = [it.comment.text for it in candidates if it.comment is not None]
    if not comments:
        return judged(watched.offer, moment, watched.comment, None)
    found = (judged(watched.offer, moment, watched.comment, it) for it in comments)
    return min(found, key=lambda it: it.distance or 0.0)
