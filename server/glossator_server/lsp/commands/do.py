"""Own `glossator.do`: free text, from what it asks for to the command that does it.

It must not do anything that a command of its own does not do; what none does is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from lsprotocol import types

from glossator_gate.errors import GlossatorError
from glossator_indexer.types import Symbol
from glossator_server.actions.instructions import (
    instructed_symbol,
    instruction_at,
    line_at,
    without_instruction,
)
from glossator_server.actions.targeting import FixWish
from glossator_server.actions.understanding import check_text, query_of, understand, why_not
from glossator_server.errors import SymbolNotFoundError, UsageError
from glossator_server.lsp.applying import Finish
from glossator_server.lsp.commands.arguments import (
    Target,
    lines_of,
    read_object,
    read_target,
    snapshot_of,
    symbol_of,
)
from glossator_server.lsp.commands.ask import Questioned, answer_question, question_of
from glossator_server.lsp.commands.document import write_comment
from glossator_server.lsp.commands.edit import asked_for, write_change
from glossator_server.lsp.commands.explain import explain_target, explained_by
from glossator_server.lsp.commands.fix import write_fix
from glossator_server.lsp.commands.search import search
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.proposal import CommentProposal, Outcome
from glossator_server.shortening import shortened
from glossator_server.snapshot import Snapshot

MOST_HITS = 10
# A message of the editor's has room for few lines; the log has all.
MOST_SHOWN = 3
_KEYS = frozenset({"uri", "version", "range", "symbol", "text"})
_TITLE_CHARACTERS = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Wish:
    """A text and where it was said; `target` is None where it names no document."""

    text: str
    target: Target | None


async def do(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that does what a text asks for; answer with the job's number."""
    argument = read_object(arguments, _KEYS)
    text = argument.get("text")
    if not isinstance(text, str):
        raise UsageError("The command needs `text`, what is to be done in your words.")
    check_text(text)
    wish = _Wish(text, read_target(arguments) if "uri" in argument else None)
    title = f"Do: {shortened(text, _TITLE_CHARACTERS)}"

    async def work(report: JobReport) -> str:
        return await _do(ls, wish, report)

    key = f"do {argument.get('uri')} {argument.get('symbol')} {text}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


async def _do(ls: GlossatorServer, wish: _Wish, report: JobReport) -> str:
    # What stands around the cursor is read before a model is waited for.
    snapshot = _snapshot(ls, wish.target)
    target = wish.target
    asked = _tried(lambda: asked_for(ls, wish.text, target))
    question = _tried(lambda: question_of(ls, wish.text, target))
    explained = None if target is None else _tried(partial(explained_by, ls, target))
    known = await understand(
        wish.text,
        ls.session.data_class_of(snapshot),
        lambda role: ls.session.open_model(role, snapshot),
        ls.session.settings.prompts.get("intent", ""),
    )
    if known.trouble is not None:
        ls.note(f"No model was asked what the text means: {known.trouble}")
    report.say(f"taken for {known.in_short}")
    if (reason := why_not(known.guess.intent)) is not None:
        report.warn(reason)
        return f"{known.in_short}; nothing was changed"
    if known.guess.intent == "search":
        return f"{known.in_short}; {await _search(ls, wish.text)}"
    if known.guess.intent == "ask":
        wanted = Questioned(_given(question))
        return f"{known.in_short}; {await answer_question(ls, wanted, report)}"
    if known.guess.intent == "edit":
        return f"{known.in_short}; {await write_change(ls, _given(asked), report)}"
    if target is None or explained is None:
        raise UsageError("To work on code, the command needs `uri` and a `symbol` or a `range`.")
    if snapshot is None:
        # Says why the document cannot be worked on.
        snapshot = snapshot_of(ls, target)
    if known.guess.intent == "explain":
        return f"{known.in_short}; {await explain_target(ls, _given(explained), report)}"
    if known.guess.intent == "fix":
        about = FixWish(lines=lines_of(target, snapshot), text=wish.text)
        return f"{known.in_short}; {await write_fix(ls, snapshot, about, report)}"
    done = await _document(ls, snapshot, target, report)
    return f"{known.in_short}; {done}"


def _tried(make: Callable[[], T]) -> T | GlossatorError:
    """Return what a text would be about, or why it can be about nothing, should it ask for that."""
    try:
        return make()
    except GlossatorError as trouble:
        return trouble


def _given(tried: T | GlossatorError) -> T:
    if isinstance(tried, GlossatorError):
        raise tried
    return tried


def _snapshot(ls: GlossatorServer, target: Target | None) -> Snapshot | None:
    if target is None:
        return None
    try:
        return snapshot_of(ls, target)
    except UsageError:
        # A text that is only searched in needs none.
        return None


async def _document(
    ls: GlossatorServer, snapshot: Snapshot, target: Target, report: JobReport
) -> str:
    symbol, line = _instructed(ls, snapshot, target)
    if symbol is None:
        return await write_comment(ls, snapshot, symbol_of(ls, target, snapshot), report)
    return await write_comment(ls, snapshot, symbol, report, _deletion_of(line))


def _deletion_of(line: str) -> Finish:
    def finish(proposal: CommentProposal, snapshot: Snapshot) -> Outcome:
        return without_instruction(proposal, snapshot, line)

    return finish


def _instructed(
    ls: GlossatorServer, snapshot: Snapshot, target: Target
) -> tuple[Symbol | None, str]:
    """Return the symbol that a comment on the line of the range means, and that line."""
    is_now = target.version is None or target.version == snapshot.version
    if target.range is None or target.symbol is not None or not is_now:
        return None, ""
    offset = ls.documents.positions(snapshot.uri, snapshot.text).offset(target.range.start)
    instruction = instruction_at(snapshot.text, offset)
    if instruction is None:
        return None, ""
    symbol = instructed_symbol(snapshot, instruction)
    if symbol is None:
        raise SymbolNotFoundError("No declaration follows the instruction; put it above one.")
    return symbol, line_at(snapshot.text, offset)


async def _search(ls: GlossatorServer, text: str) -> str:
    hits = await search(ls, [{"text": query_of(text), "limit": MOST_HITS}])
    if not hits:
        ls.say(types.MessageType.Info, "Nothing was found; use other words.")
        return "nothing was found"
    for hit in hits:
        ls.note(_place(hit))
    shown = "; ".join(_place(it) for it in hits[:MOST_SHOWN])
    more = len(hits) - MOST_SHOWN
    tail = f"; {more} more in the log" if more > 0 else ""
    ls.say(types.MessageType.Info, f"Found {shown}{tail}.")
    return f"{len(hits)} found"


def _place(hit: Mapping[str, object]) -> str:
    symbol = f" {hit['symbol']}" if hit["symbol"] else ""
    return f"{hit['path']}:{hit['start_line']}{symbol}"
