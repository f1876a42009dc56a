"""Own a run over the symbols of many files: several at once, told in order, each file written once.

It must not decide which files those are, nor how outcomes are printed.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from glossator_clients.errors import ModelError, ModelUnavailableError
from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.errors import LimitError, PolicyError, RateLimitError
from glossator_gate.types import DataClass
from glossator_indexer.parsing import reparse
from glossator_indexer.types import Span, Symbol, TextChange
from glossator_server.actions.document import document_symbol, place_again
from glossator_server.app import Application
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.journal import LASTING, Journal, journal_key
from glossator_server.cli.output import DocumentPrinter
from glossator_server.cli.printing import complain
from glossator_server.cli.progress import Progress
from glossator_server.cli.summary import Summary
from glossator_server.cli.targets import Target, symbols_of
from glossator_server.edits import file_edit
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.feedback import FeedbackStore, Offer
from glossator_server.files import read_snapshot, write_edit
from glossator_server.indexes import Indexes
from glossator_server.proposal import CommentProposal, Outcome, SkipCause, Skipped
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot

# A policy's minute is over soon; asking more often finds nothing sooner.
_LIMIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """How a run is done.

    `jobs` is how many symbols are worked on at once, None for as many as their model can;
    `journal` keeps what could not be done, and what earlier runs could not do is not tried again,
    unless the run is `retrying`.
    """

    settings: Settings
    writing: bool
    jobs: int | None = None
    journal: Journal | None = None
    retrying: bool = False


@dataclass(slots=True)
class _File:
    """The work on one file: an outcome for each symbol, None until it is there."""

    path: Path
    snapshot: Snapshot
    outcomes: list[Outcome | None]
    shown: int = 0
    written: int = 0
    is_finished: bool = False

    @property
    def proposals(self) -> list[CommentProposal]:
        return [it for it in self.outcomes if isinstance(it, CommentProposal)]


@dataclass(slots=True)
class BulkRun:
    """One run; what was done before it was interrupted can be told all the same."""

    application: Application
    options: BulkOptions
    printer: DocumentPrinter
    progress: Progress
    summary: Summary = field(default_factory=Summary)
    outcomes: list[Outcome] = field(default_factory=list)
    _files: deque[_File] = field(default_factory=deque)
    _only_one: bool = False

    async def run(self, files: Sequence[Target]) -> None:
        """Document the files; raises what ends all of it.

        In a tree, a file that cannot be used is told and does not hide the others.
        """
        self._only_one = len(files) == 1
        self.summary.files = len(files)
        started = time.monotonic()
        paths = (it.path for it in files)
        counting = asyncio.create_task(self._count(files), name="counting")
        try:
            async with running_indexes(paths, self.options.settings.index) as indexes:
                models = _Models(self.application, self.options.jobs)
                try:
                    await self._document(files, models, indexes)
                finally:
                    await models.close()
        finally:
            counting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await counting
            self.summary.seconds = time.monotonic() - started

    def tell_rest(self) -> None:
        """Show what was done out of order before the run was interrupted."""
        while self._files:
            file = self._files.popleft()
            for outcome in file.outcomes[file.shown :]:
                if outcome is not None:
                    self._show(outcome, file)
            if file.written:
                self.printer.written(file.path, file.written)

    async def _document(self, files: Sequence[Target], models: _Models, indexes: Indexes) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for target in files:
                    try:
                        await self._begin(target, group, models, indexes)
                    except (UsageError, PolicyError) as trouble:
                        self._note_unusable(target.path, trouble)
        except BaseExceptionGroup as several:
            raise _first(several) from several

    async def _begin(
        self, target: Target, group: asyncio.TaskGroup, models: _Models, indexes: Indexes
    ) -> None:
        """Start the work on a file, symbol after symbol as there is room for it."""
        policy = self.application.workspace_policy
        read = await asyncio.to_thread(read_snapshot, target.path, self.options.settings)
        snapshot = policy.admitted(read)
        lane = await models.lane_for(snapshot)
        symbols = symbols_of(target, snapshot)
        self.progress.pace.expect(str(target.path), len(symbols))
        file = _File(target.path, snapshot, [None] * len(symbols))
        self._files.append(file)
        for index, symbol in enumerate(symbols):
            key = journal_key(snapshot, symbol, lane.model.info, self.options.settings.documenting)
            if (known := self._known(key, snapshot, symbol)) is not None:
                self._take(file, index, known)
                continue
            await lane.room.acquire()
            work = self._one(file, index, symbol, _Means(lane, indexes, key))
            group.create_task(work, name=symbol.qualified_name)
        if not symbols:
            self._finish(file)
            self._tell()

    async def _one(self, file: _File, index: int, symbol: Symbol, means: _Means) -> None:
        try:
            outcome = await self._asked(file, symbol, means)
        finally:
            means.lane.room.release()
        if isinstance(outcome, Skipped) and outcome.cause in LASTING and self.options.journal:
            self.options.journal.add(means.key, outcome.cause)
        self._take(file, index, outcome)

    async def _asked(self, file: _File, symbol: Symbol, means: _Means) -> Outcome:
        snapshot, model = file.snapshot, means.lane.model
        name = symbol.qualified_name
        self.progress.say(name, "")
        grounded = await means.indexes.with_examples(snapshot, symbol, ())
        while True:
            try:
                return await document_symbol(
                    grounded,
                    symbol,
                    model,
                    self.options.settings.documenting,
                    lambda what: self.progress.say(name, what),
                )
            except RateLimitError:
                self.progress.say(name, "waits for the policy's next minute")
                await asyncio.sleep(_LIMIT_SECONDS)
            except (ModelUnavailableError, LimitError):
                raise
            except ModelError as trouble:
                # One bad answer does not end a run over a tree; a missing model does.
                return Skipped(snapshot.path, name, SkipCause.MODEL_FAILED, str(trouble))

    def _known(self, key: str, snapshot: Snapshot, symbol: Symbol) -> Skipped | None:
        journal = self.options.journal
        if journal is None or self.options.retrying or (cause := journal.find(key)) is None:
            return None
        reason = f"an earlier run had {cause} for the same code; --retry asks again."
        return Skipped(snapshot.path, symbol.qualified_name, cause, reason)

    def _take(self, file: _File, index: int, outcome: Outcome) -> None:
        """Keep an outcome, write its file where it was the last one, tell what can be told."""
        file.outcomes[index] = outcome
        tokens = outcome.completion_tokens if isinstance(outcome, CommentProposal) else 0
        self.progress.pace.symbol_done(tokens)
        if None not in file.outcomes:
            self._finish(file)
        self._tell()

    def _finish(self, file: _File) -> None:
        file.is_finished = True
        self.progress.pace.file_done()
        if not self.options.writing or not file.proposals:
            return
        try:
            _write(file.snapshot, file.proposals)
        except (UsageError, StaleDocumentError) as trouble:
            self._note_unusable(file.path, trouble)
        else:
            file.written = len(file.proposals)
            self.summary.written += 1

    def _tell(self) -> None:
        """Show outcomes by file and position, however they came in."""
        self.progress.show()
        while self._files:
            file = self._files[0]
            while file.shown < len(file.outcomes):
                outcome = file.outcomes[file.shown]
                if outcome is None:
                    return
                file.shown += 1
                self._show(outcome, file)
            if not file.is_finished:
                return
            if file.written:
                with self.progress.paused():
                    self.printer.written(file.path, file.written)
            self._files.popleft()

    def _show(self, outcome: Outcome, file: _File) -> None:
        self.outcomes.append(outcome)
        self.summary.add(outcome, file.snapshot)
        if isinstance(outcome, CommentProposal) and self._keeps_feedback:
            offer = Offer("command-line", file.snapshot.source.language.id)
            FeedbackStore().add_offer(outcome, offer)
        with self.progress.paused():
            self.printer.show(outcome, file.snapshot)

    @property
    def _keeps_feedback(self) -> bool:
        policy = self.application.policy
        return self.options.settings.document.feedback and policy.may_keep_feedback

    def _note_unusable(self, path: Path, trouble: Exception) -> None:
        if self._only_one or isinstance(trouble, LimitError):
            raise trouble
        self.summary.unusable += 1
        self.progress.pace.expect(str(path), 0)
        with self.progress.paused():
            complain(str(trouble))

    async def _count(self, files: Sequence[Target]) -> None:
        """Look ahead how much there is to do, so that the time left can be told."""
        policy = self.application.workspace_policy

        def count(target: Target) -> int:
            try:
                snapshot = policy.admitted(read_snapshot(target.path, self.options.settings))
                return len(symbols_of(target, snapshot))
            except (UsageError, PolicyError):
                return 0

        pace = self.progress.pace
        for target in files[1:]:
            name = str(target.path)
            # What is under way is counted; what is written already has nothing left to count.
            if not pace.knows(name):
                found = await asyncio.to_thread(count, target)
                if not pace.knows(name):
                    pace.expect(name, found)


@dataclass(frozen=True, slots=True)
class _Lane:
    """A model, and the room for requests to it."""

    model: ChatModel
    room: asyncio.Semaphore


@dataclass(frozen=True, slots=True)
class _Means:
    """What a symbol's work needs; `key` is its name in the journal."""

    lane: _Lane
    indexes: Indexes
    key: str


@dataclass(slots=True)
class _Models:
    """The models for texts of each class, opened once for all files of it."""

    application: Application
    jobs: int | None
    _lanes: dict[DataClass, _Lane] = field(default_factory=dict)
    _rooms: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    async def lane_for(self, snapshot: Snapshot) -> _Lane:
        """Return the model for a text of the snapshot's class."""
        data_class = snapshot.data_class
        if data_class not in self._lanes:
            preferred = self.application.settings.preferred_models
            model = await self.application.open_model(Need("document", data_class, preferred))
            # Files of two classes may go to the same server, and share its room.
            place = "" if self.jobs else f"{model.info.origin} {model.info.id}"
            room = asyncio.Semaphore(self.jobs or model.info.requests_at_once)
            self._lanes[data_class] = _Lane(model, self._rooms.setdefault(place, room))
        return self._lanes[data_class]

    async def close(self) -> None:
        """Let go of the models."""
        for lane in self._lanes.values():
            await lane.model.close()


def _write(snapshot: Snapshot, proposals: Sequence[CommentProposal]) -> None:
    """Place the proposals one after the other, each checked in the text that is to be written.

    Raises `UsageError` where one does not fit beside the others.
    """
    current = snapshot
    for proposal in proposals:
        placed = place_again(proposal, current)
        if isinstance(placed, Skipped):
            raise UsageError(f"{snapshot.path} was left as it is: {placed.reason}")
        current = replace(current, source=reparse(current.source, placed.edits[0].changes))
    # What was checked is what is written.
    whole = TextChange(Span(0, len(snapshot.text)), current.text)
    write_edit(file_edit(snapshot, [whole]))


def _first(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return one of the exceptions: what ended the run ended the others with it."""
    found = several.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
