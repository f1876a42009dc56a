"""Own what of a conversation goes into the next question: within a budget, the oldest shortened.

It must not keep conversations, nor decide what is asked.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from glossator_clients.protocol import complete
from glossator_gate.errors import GlossatorError
from glossator_gate.types import DataClass, Errand, strictest
from glossator_server.actions.citations import names_in
from glossator_server.actions.questions import Answer, AskSources, Question, Turn
from glossator_server.agent.data import as_data, cut, shown
from glossator_server.prompts.ask import summarise_request
from glossator_server.prompts.document import estimated_tokens
from glossator_server.prompts.fix import is_small
from glossator_server.reflection.loop import Spending

ROLE = "summarise"
# What was said before helps to understand a question; the pieces answer it.
MOST_TOKENS = 1_200
# The newest turns are what "it" and "there" mean, and stay as they are.
KEPT_WHOLE = 2
MOST_ANSWER_CHARACTERS = 2_500
MOST_SUMMARY_CHARACTERS = 2_000
MOST_TURNS = 20
MOST_NAMES = 12
_log = logging.getLogger(__name__)

_LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(<[^>\n]*>\)")


@dataclass(frozen=True, slots=True)
class Remembered:
    """The turns that are kept, and sentences about what became of the rest."""

    turns: tuple[Turn, ...]
    notices: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return them as they are shown to a model, empty where there are none."""
        return as_data("the conversation", _told(self.turns)) if self.turns else ""


async def remembered(turns: Sequence[Turn], sources: AskSources, spending: Spending) -> Remembered:
    """Return the turns that fit their budget; the oldest are summarised, or go.

    Turns that were made from what is more secret than this question's models may see go first.
    """
    allowed = [it for it in turns if it.data_class.rank <= sources.data_class.rank]
    notices = []
    if gone := len(turns) - len(allowed):
        notices.append(f"{_turns(gone)} about more secret code left out of the conversation")
    if estimated_tokens(_told(allowed)) <= MOST_TOKENS:
        return Remembered(tuple(allowed), tuple(notices))
    older, newer = allowed[:-KEPT_WHOLE], allowed[-KEPT_WHOLE:]
    if older:
        summary = await _summary(older, sources, spending)
        if summary is not None:
            notices.append(f"{_turns(len(older))} of the conversation summarised")
            older = [summary]
    kept = [*older, *newer]
    while kept and estimated_tokens(_told(kept)) > MOST_TOKENS:
        kept.pop(0)
    if gone := len(older) + len(newer) - len(kept):
        notices.append(f"the {_turns(gone)} that came first left out of the conversation")
    return Remembered(tuple(kept), tuple(notices))


def continued(question: Question, answer: Answer, data_class: DataClass) -> tuple[Turn, ...]:
    """Return a conversation with one more turn; of a long one the newest are kept."""
    said = plain(answer.markdown)
    names = dict.fromkeys(
        [*([question.symbol] if question.symbol else []), *names_in(question.text), *names_in(said)]
    )
    turn = Turn(
        question.text[:MOST_ANSWER_CHARACTERS],
        cut(said, MOST_ANSWER_CHARACTERS, "ask again for more"),
        tuple(it[:100] for it in names)[:MOST_NAMES],
        data_class,
    )
    return (*(answer.turns or question.turns), turn)[-MOST_TURNS:]


def plain(markdown: str) -> str:
    """Return an answer with the words of its links instead of the links."""
    return _LINK.sub(lambda it: re.sub(r"\\(.)", r"\1", it[1]), markdown)


async def _summary(turns: Sequence[Turn], sources: AskSources, spending: Spending) -> Turn | None:
    """Return one turn that says what several did, None where no model does."""
    try:
        model = await sources.open_model(ROLE)
    except GlossatorError as trouble:
        _log.info("no summary: %s", trouble)
        return None
    prompt = sources.asking.prompt("summarise")
    try:
        request = summarise_request(as_data("the conversation", _told(turns)), model.info, prompt)
        if request is None or is_small(model.info):
            return None
        started = time.monotonic()
        errand = Errand("chat", ROLE, sources.data_class)
        reply = await complete(model, replace(request, errand=errand))
        spending.count(reply, model.info, time.monotonic() - started)
    except GlossatorError as trouble:
        # A question is answered without what was said long before, too.
        _log.info("no summary: %s", trouble)
        return None
    finally:
        await model.close()
    words = shown(reply.text).strip()[:MOST_SUMMARY_CHARACTERS]
    if not words:
        return None
    names = tuple(dict.fromkeys(it for turn in turns for it in turn.names))[-MOST_NAMES:]
    return Turn("", words, names, strictest(it.data_class for it in turns))


def _told(turns: Sequence[Turn]) -> str:
    return "\n\n".join(
        f"Question: {it.question}\nAnswer: {it.answer}" if it.question else f"Before: {it.answer}"
        for it in turns
    )


def _turns(count: int) -> str:
    return f"{count} turn{'s' if count != 1 else ''}"
