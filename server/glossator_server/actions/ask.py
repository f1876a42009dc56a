"""Own the action "ask": a question about a repository, answered from what was found in it.

Every sentence names lines that were shown to the model; what does not is left out. It changes
nothing, whatever the question says.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from glossator_clients.errors import IncompleteReplyError
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.types import (
    ChatReply,
    ChatRequest,
    Finished,
    ModelInfo,
    Packing,
    StartedOver,
    TextDelta,
)
from glossator_gate.types import Errand
from glossator_indexer.errors import IndexUnavailableError
from glossator_server.actions.answers import AnswerFilter
from glossator_server.actions.ask_retrieval import retrieve, wording_of
from glossator_server.actions.citations import Shown, unique
from glossator_server.actions.conversation import Remembered, remembered
from glossator_server.actions.questions import (
    MOST_QUESTION_CHARACTERS,
    Answer,
    AskReport,
    AskSources,
    Citation,
    Piece,
    Question,
    Retrieved,
)
from glossator_server.actions.safe_markdown import as_code
from glossator_server.actions.small_answers import SmallAnswer, answer_of_claims, quotation
from glossator_server.agent.data import as_data
from glossator_server.errors import UsageError
from glossator_server.prompts.ask import (
    NOTHING_SAID,
    AskPrompt,
    AskSubject,
    SaidClaim,
    ask_prompt,
    read_claims,
)
from glossator_server.prompts.fix import is_small
from glossator_server.reflection.loop import Spending

__all__ = ["ask", "retrieve"]

ROLE = "ask"
NOT_FOUND = "I could not find an answer in this codebase"
MOST_PLACES = 8
# Where nothing fits, a piece is shown by its first lines.
_FEWEST_LINES = 12
# What a small model says is worth no longer wait: the code answers at once.
SMALL_SECONDS = 20.0

_log = logging.getLogger(__name__)


async def ask(question: Question, sources: AskSources, report: AskReport) -> Answer:
    """Answer a question; the answer is shown block by block as it is borne out.

    Raises `UsageError` for what is no question, a `ModelError` or `PolicyError` where no model may
    or can answer.
    """
    check_question(question)
    started = time.monotonic()
    if sources.index is None and question.path is None:
        raise IndexUnavailableError(
            "There is no index of this repository to answer from; switch index.enabled on, or say "
            "which file the question is about."
        )
    report.say("looks for what answers it")
    found = await retrieve(question, sources)
    if not found.is_supported and sources.wait_for_index and await sources.wait_for_index():
        # That there is nothing can only be said of the whole.
        found = await retrieve(question, sources)
    if not found.is_supported:
        answer = not_found(found.pieces, sources)
        report.write(answer.markdown)
        return replace(
            answer,
            notices=(*found.notices, *answer.notices),
            seconds=time.monotonic() - started,
            support=found.support,
            turns=question.turns,
        )
    model = await sources.open_model(ROLE)
    try:
        asking = _Asking(question, sources, report, model, found)
        answer = await asking.answer()
    finally:
        await model.close()
    return replace(answer, seconds=time.monotonic() - started, support=found.support)


def check_question(question: Question) -> None:
    """Raise `UsageError` for what cannot be a question."""
    if not any(map(str.isalnum, question.text)):
        raise UsageError("The question is empty; say what you want to know.")
    if len(question.text) > MOST_QUESTION_CHARACTERS:
        raise UsageError(
            f"The question has more than {MOST_QUESTION_CHARACTERS} characters; shorten it."
        )


def not_found(pieces: Sequence[Piece], sources: AskSources) -> Answer:
    """Return the answer that there is none, with the places that were looked at."""
    places = unique(it.citation for it in pieces)[:MOST_PLACES]
    lines = [f"{NOT_FOUND}."]
    if places:
        lines += ["", "Places that were looked at:", ""]
        names = {it.citation: it.symbol for it in pieces}
        for it in places:
            name = f" {as_code(names[it])}" if names[it] else ""
            lines.append(f"- {sources.link(it)}{name}")
    notices = () if pieces else ("the index holds nothing that has to do with the question",)
    looked_at = tuple(pieces[:MOST_PLACES])
    return Answer("\n".join(lines), places, found=False, pieces=looked_at, notices=notices)


def shown_piece(number: int, piece: Piece) -> str:
    """Return a piece as a model is shown it: numbered, its lines with their numbers, as data."""
    name = f", {piece.kind} {piece.symbol}".rstrip() if piece.symbol else ""
    title = f"[{number}] {piece.path}, lines {piece.start_line} to {piece.end_line}{name}"
    lines = (f"{at}\t{line}" for at, line in enumerate(piece.lines, piece.start_line))
    return as_data(title, "\n".join(lines))


def shown_briefly(number: int, piece: Piece) -> str:
    """Return a piece as a small model is shown it, to which each token is seconds."""
    text = "\n".join(it for it in piece.lines if it.strip())
    return f"[{number}] {piece.path} {piece.symbol}\n{text}"


def beginning(piece: Piece) -> Piece:
    """Return the first lines of a piece, which are all that a small model is shown."""
    return replace(piece, lines=piece.lines[:_FEWEST_LINES])


@dataclass
class _Asking:
    """One question on its way; owns what was spent and what became of it."""

    question: Question
    sources: AskSources
    report: AskReport
    model: ChatModel
    found: Retrieved
    spending: Spending = field(default_factory=Spending)
    before: Remembered = field(default_factory=lambda: Remembered(()))

    async def answer(self) -> Answer:
        """Return the checked answer, or that there is none."""
        data_class = self.sources.data_class
        self.before = await remembered(
            self.question.turns, self.model.info, self.sources, self.spending
        )
        info = self.model.info
        prompt = self.prompt(info)
        if prompt is None:
            return self._done(not_found(self.found.pieces, self.sources), info, ())
        packing = Packing(info, self._request)
        request = replace(prompt.request, errand=Errand("chat", ROLE, data_class), packing=packing)
        self.report.say(f"asks {info.id}")
        if is_small(info):
            return await self._small(request, prompt)
        return await self._streamed(request, prompt)

    def prompt(self, info: ModelInfo) -> AskPrompt | None:
        """Return the question as it fits a model."""
        if is_small(info):
            pieces = [
                shown_briefly(at, it) for at, it in enumerate(map(beginning, self.found.pieces), 1)
            ]
        else:
            pieces = [shown_piece(at, it) for at, it in enumerate(self.found.pieces, 1)]
        question = self.question
        lines = question.lines
        where = "" if question.path is None else question.path.name
        if lines is not None:
            where += f", lines {lines.start} to {lines.stop - 1}"
        subject = AskSubject(question.text, tuple(pieces), where, self.before.text)
        return ask_prompt(subject, info, self.sources.sampling)

    def _request(self, info: ModelInfo) -> ChatRequest | None:
        prompt = self.prompt(info)
        if prompt is None or is_small(info) != is_small(self.model.info):
            return None
        errand = Errand("chat", ROLE, self.sources.data_class)
        return replace(prompt.request, errand=errand)

    async def _streamed(self, request: ChatRequest, prompt: AskPrompt) -> Answer:
        shown = self._shown(prompt)
        passed = await stream_checked(
            self.model, request, AnswerFilter(shown, self.sources.link), self.report, self.spending
        )
        if not passed.markdown:
            nothing = not_found(self.found.pieces, self.sources)
            self.report.write(nothing.markdown)
            dropped = 0 if passed.says_nothing else passed.filter.dropped
            return self._done(replace(nothing, dropped=dropped), passed.info, self._notices(prompt))
        answer = Answer(
            passed.markdown,
            unique(passed.filter.citations),
            found=True,
            pieces=shown.pieces,
            dropped=passed.filter.dropped,
        )
        return self._done(answer, passed.info, self._notices(prompt))

    async def _small(self, request: ChatRequest, prompt: AskPrompt) -> Answer:
        shown = Shown(tuple(map(beginning, self.found.pieces[: prompt.shown])))
        started = time.monotonic()
        claims: tuple[SaidClaim, ...] = ()
        notices = self._notices(prompt)
        try:
            async with asyncio.timeout(SMALL_SECONDS):
                reply = await complete(self.model, request)
        except (IncompleteReplyError, TimeoutError) as trouble:
            # The code itself can still be quoted.
            _log.info("no claims: %s", str(trouble) or "it took too long")
            notices = (f"{self.model.info.id} did not finish its answer in time", *notices)
        else:
            self.spending.count(reply, self.model.info, time.monotonic() - started)
            claims = read_claims(reply.text)
        info = self.model.info
        wording = wording_of(self.question)
        said = answer_of_claims(claims, shown, wording, self.sources.link)
        if not said.markdown:
            quoted = quotation(self.found.pieces, wording, self.sources.link)
            said, shown = replace(quoted, dropped=said.dropped), Shown(self.found.pieces)
        self.report.write(said.markdown)
        return self._done(_answer_of(said, shown), info, notices)

    def _shown(self, prompt: AskPrompt) -> Shown:
        return Shown(self.found.pieces[: prompt.shown])

    def _notices(self, prompt: AskPrompt) -> tuple[str, ...]:
        notices = []
        if left := len(self.found.pieces) - prompt.shown:
            whole = len(self.found.pieces)
            notices.append(f"{left} of {whole} pieces that were found did not fit the prompt")
        if prompt.without_turns:
            notices.append("the conversation so far did not fit the prompt")
        return tuple(notices)

    def _done(self, answer: Answer, info: ModelInfo, notices: tuple[str, ...]) -> Answer:
        notices += left_out_notice(answer.dropped)
        return replace(
            answer,
            model=info.id,
            route=info.route,
            prompt_tokens=self.spending.prompt_tokens,
            completion_tokens=self.spending.completion_tokens,
            cost=self.spending.cost,
            notices=(*self.found.notices, *self.before.notices, *notices),
            turns=self.before.turns,
        )


@dataclass
class Passed:
    """What of a model's words was let through, and by which model they are."""

    filter: AnswerFilter
    info: ModelInfo
    markdown: str = ""
    says_nothing: bool = False


async def stream_checked(
    model: ChatModel,
    request: ChatRequest,
    letting: AnswerFilter,
    report: AskReport,
    spending: Spending,
) -> Passed:
    """Have a model answer and show what is let through as it comes.

    Raises `IncompleteReplyError` where the answer breaks off, what the model raises else.
    Cancelling it closes the connection to the model.
    """
    passed = Passed(letting, model.info)
    words: list[str] = []
    started = time.monotonic()

    def show(markdown: str) -> None:
        if markdown:
            passed.markdown += markdown
            report.write(markdown)

    async with aclosing(model.stream(request)) as events:
        async for event in events:
            match event:
                case TextDelta():
                    words.append(event.text)
                    show(passed.filter.feed(event.text))
                case StartedOver():
                    words.clear()
                    passed.filter = AnswerFilter(letting.shown, letting.link)
                    passed.markdown = ""
                    report.start_over()
                case Finished():
                    show(passed.filter.end())
                    passed.info = model.info
                    text = "".join(words)
                    passed.says_nothing = text.strip().strip(".*`").startswith(NOTHING_SAID)
                    reply = ChatReply(text, event.usage, event.model, (), event.from_cache)
                    spending.count(reply, model.info, time.monotonic() - started)
                    return passed
                case _:
                    pass
    raise IncompleteReplyError(
        f"The answer of {model.info.id} broke off before its end; try again, or raise max_tokens."
    )


def left_out_notice(dropped: int) -> tuple[str, ...]:
    """Return the sentence about what was left out of a model's words, none where nothing was."""
    if not dropped:
        return ()
    said = "1 statement" if dropped == 1 else f"{dropped} statements"
    return (f"{said} of the model left out: no place that was shown bears that out",)


def _answer_of(said: SmallAnswer, shown: Shown) -> Answer:
    citations: tuple[Citation, ...] = said.citations
    return Answer(
        said.markdown,
        citations,
        found=True,
        pieces=shown.pieces,
        dropped=said.dropped,
        own_words=said.own_words,
    )
