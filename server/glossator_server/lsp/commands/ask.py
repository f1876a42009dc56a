"""Own `glossator.ask`: a question, with or without a place in a document, to an answer on screen.

It changes nothing, whatever the text says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glossator_indexer.symbols import symbol_at
from glossator_server.actions.ask import ask as ask_repository
from glossator_server.actions.ask import check_question
from glossator_server.actions.conversation import continued
from glossator_server.actions.conversations import keep_conversation, last_conversation
from glossator_server.actions.questions import NOTHING_BEFORE, Answer, AskReport, Question
from glossator_server.edits import lines_of_span, offset_of_line
from glossator_server.errors import UsageError
from glossator_server.lsp.answering import answered, sources_for
from glossator_server.lsp.commands.arguments import (
    Target,
    lines_of,
    read_object,
    read_target,
    snapshot_of,
)
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.uris import path_of
from glossator_server.shortening import shortened
from glossator_server.snapshot import Snapshot

_KEYS = frozenset({"uri", "version", "range", "symbol", "text", "continue"})
_TITLE_CHARACTERS = 50


@dataclass(frozen=True, slots=True)
class Questioned:
    """A question, and whether it goes on with the last conversation."""

    question: Question
    goes_on: bool = False


async def ask(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that answers a question; answer with the job's number."""
    argument = read_object(arguments, _KEYS)
    text, goes_on = argument.get("text"), argument.get("continue", False)
    if not isinstance(text, str):
        raise UsageError("The command needs `text`, your question.")
    if not isinstance(goes_on, bool):
        raise UsageError("`continue` must be true or false.")
    target = read_target(arguments, _KEYS) if argument.get("uri") is not None else None
    asked = Questioned(question_of(ls, text, target), goes_on)
    check_question(asked.question)
    title = f"Ask: {shortened(text, _TITLE_CHARACTERS)}"

    async def work(report: JobReport) -> str:
        return await answer_question(ls, asked, report)

    key = f"ask {argument.get('uri')} {argument.get('symbol')} {text}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


def question_of(ls: GlossatorServer, text: str, target: Target | None) -> Question:
    """Return a question with the place that it is about, as far as one is named."""
    if target is None:
        return Question(text)
    path = path_of(target.uri)
    if path is None:
        raise UsageError("The text has no file; save it first, or ask without a place.")
    if target.range is None and target.symbol is None:
        return Question(text, path)
    symbol, lines = meant(target, snapshot_of(ls, target))
    return Question(text, path, symbol, lines)


def meant(target: Target, snapshot: Snapshot) -> tuple[str, range | None]:
    """Return the symbol that a target means and its lines; of a mere cursor what it stands in."""
    lines = lines_of(target, snapshot)
    if lines is None or target.symbol is not None or target.range is None:
        return target.symbol or "", lines
    if target.range.start != target.range.end:
        return "", lines
    offset = offset_of_line(snapshot.text, lines.start)
    symbol = None if offset is None else symbol_at(snapshot.source, offset)
    if symbol is None or not symbol.name:
        return "", lines
    return symbol.qualified_name, lines_of_span(snapshot.text, symbol.extent)


async def answer_question(ls: GlossatorServer, asked: Questioned, report: JobReport) -> str:
    """Have a question answered and shown; say how it ended."""
    question = asked.question
    sources = await sources_for(ls, question.path)
    if asked.goes_on:
        question = replace(question, turns=last_conversation(sources.root))
        if not question.turns:
            ls.note(NOTHING_BEFORE)

    async def work(shown: AskReport) -> Answer:
        answer = await ask_repository(question, sources, shown)
        if answer.found:
            keep_conversation(sources.root, continued(question, answer, sources.data_class))
        return answer

    return await answered(ls, question.text[:200], report, work)
