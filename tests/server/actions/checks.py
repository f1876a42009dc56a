"""Own the few ways in which tests of actions speak: a source with a cursor in, titles or text out.

`<|>` marks the cursor, two of them a selection; nothing else in here touches the interface.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import Span
from glossator_server.actions.document import document_symbol
from glossator_server.actions.registry import OfferContext, offers
from glossator_server.edits import apply_changes
from glossator_server.proposal import CommentProposal, Outcome, SkipCause, Skipped
from glossator_server.settings import DocumentOptions
from glossator_server.snapshot import Snapshot

CURSOR = "<|>"
DEFAULTS = DocumentOptions()
AUTOMATIC = OfferContext(automatic=True)
INVOKED = OfferContext()


def snapshot_of(text: str, version: int | None = 1, file: str = "file.c") -> Snapshot:
    path = Path("/project") / file
    language = language_for_path(path)
    assert language is not None
    return Snapshot(path.as_uri(), path, version, parse(text, language))


def marked(source: str) -> tuple[Snapshot, Span]:
    before, *rest = source.split(CURSOR)
    assert rest, "the source has no cursor"
    start = len(before)
    end = start + len("".join(rest[:-1]))
    return snapshot_of(before + "".join(rest)), Span(start, end)


def titles_at(source: str, context: OfferContext) -> list[str]:
    snapshot, selection = marked(source)
    return [it.title for it in offers(snapshot, selection, context)]


def check_offered(source: str, title: str, context: OfferContext = AUTOMATIC) -> None:
    assert title in titles_at(source, context)


def check_not_offered(source: str, context: OfferContext = AUTOMATIC) -> None:
    """Check that nothing is offered for a symbol; what is offered for the file is no matter."""
    assert [it for it in titles_at(source, context) if "`" in it] == []


async def document(
    text: str,
    name: str,
    model: ChatModel | Sequence[str | ScriptedReply],
    options: DocumentOptions = DEFAULTS,
    file: str = "file.c",
) -> Outcome:
    snapshot = snapshot_of(text, file=file)
    if isinstance(model, Sequence):
        model = ScriptedModel(model)
    symbol = find_symbols(snapshot.source, name)[0]
    return await document_symbol(snapshot, symbol, model, options, lambda _: None)


def proposed(outcome: Outcome) -> CommentProposal:
    assert isinstance(outcome, CommentProposal), outcome
    return outcome


def check_skipped(outcome: Outcome, cause: SkipCause, *words: str) -> None:
    assert isinstance(outcome, Skipped), outcome
    assert outcome.cause is cause
    for word in words:
        assert word in outcome.reason


def applied(text: str, outcome: Outcome) -> str:
    (edit,) = proposed(outcome).edits
    return apply_changes(text, edit.changes)
