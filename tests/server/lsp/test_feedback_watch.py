"""The look at a comment five minutes later, and what it takes a changed symbol for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_clients.scripted import ScriptedModel
from glossator_gate.types import Policy
from glossator_indexer.languages import language_for_id
from glossator_indexer.symbols import find_symbols
from glossator_server.actions.document import document_symbol
from glossator_server.edits import apply_changes
from glossator_server.feedback import FeedbackStore
from glossator_server.lsp.feedback import Feedback
from glossator_server.proposal import CommentProposal
from glossator_server.session import DocumentId, OpenDocument, Session
from glossator_server.settings import DocumentOptions, Settings
from glossator_server.snapshot import Snapshot

URI = "file:///nowhere/a.c"
CODE = "int add(int a)\n{\n\treturn a;\n}\n"
WORDS = '{"summary": "Add one", "parameters": {"a": "what to add to"}, "returns": "the sum"}'


class Desk:
    """One open document in which a comment was offered, and a clock that somebody else holds."""

    def __init__(self, folder: Path) -> None:
        self.session = Session(Settings(), no_model, policy_now=lambda: POLICY)
        self.store = FeedbackStore(folder / "feedback.jsonl")
        self.feedback = Feedback(self.session, self.store, later_seconds=0.05)
        language = language_for_id("c")
        identity = DocumentId(URI, Path("/nowhere/a.c"), language)
        self.document = OpenDocument(identity, CODE, 1)
        self.session.documents[URI] = self.document

    async def offered(self) -> tuple[CommentProposal, Snapshot]:
        snapshot = self.session.snapshot(URI, None)
        (symbol,) = find_symbols(snapshot.source, "add")
        model, options = ScriptedModel([WORDS]), DocumentOptions()
        outcome = await document_symbol(snapshot, symbol, model, options, lambda _: None)
        assert isinstance(outcome, CommentProposal)
        return outcome, snapshot

    async def found(self, count: int) -> list[tuple[str, str]]:
        async with asyncio.timeout(20):
            while True:
                lines = [it for it in self.store.lines() if it["kind"] == "finding"]
                if len(lines) >= count:
                    return [(it["moment"], it["fate"]) for it in lines]
                await asyncio.sleep(0.01)


POLICY = Policy(models=())


async def no_model(need: object, policy: object) -> ScriptedModel:
    raise AssertionError(need, policy)


@pytest.mark.parametrize(
    ("old", "new", "fate"),
    [
        ("", "", "kept"),
        ("Add one", "Add 1", "edited"),
        # With another name nobody can say that it is the same one.
        ("int add(", "int sum(", "gone"),
        ("return a;", "return a + 1;", "kept"),
        (CODE, "int other;\n", "gone"),
    ],
)
async def test_what_stands_there_later(tmp_path: Path, old: str, new: str, fate: str) -> None:
    desk = Desk(tmp_path)
    proposal, snapshot = await desk.offered()
    text = apply_changes(CODE, proposal.edits[0].changes)
    desk.document.replace(text.replace(old, new) if old else text)
    desk.feedback.applied(proposal, snapshot)
    assert await desk.found(1) == [("five-minutes", fate)]
    # After that nobody looks again.
    desk.feedback.ending()
    assert len(await desk.found(1)) == 1


async def test_words_that_found_no_place_are_rejected(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.feedback.discarded(*await desk.offered())
    assert await desk.found(1) == [("placing", "rejected")]


async def test_a_document_that_was_closed_is_not_looked_at_later(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.feedback = Feedback(desk.session, desk.store, later_seconds=1000)
    desk.feedback.applied(*await desk.offered())
    desk.feedback.closing(URI)
    assert await desk.found(1) == [("close", "rejected")]
    desk.session.forget(URI)
    desk.feedback.saved(URI)
    desk.feedback.ending()
    assert len(await desk.found(1)) == 1


async def test_a_policy_that_forbids_it_is_asked_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    offered = await desk.offered()
    monkeypatch.setattr(f"{__name__}.POLICY", replace(POLICY, may_keep_feedback=False))
    desk.feedback.applied(*offered)
    desk.feedback.discarded(*offered)
    desk.feedback.saved(URI)
    for _ in range(20):
        await asyncio.sleep(0)
    assert list(desk.store.lines()) == []


async def test_what_is_seen_at_the_end_is_on_the_disk_before_the_server_goes(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.feedback = Feedback(desk.session, desk.store, later_seconds=1000)
    desk.feedback.applied(*await desk.offered())
    desk.feedback.ending()
    await desk.feedback.written()
    kinds = [it["kind"] for it in desk.store.lines()]
    assert sorted(kinds) == ["finding", "offer"]
