"""Own the action "ask": a question about a repository, answered from what was found in it.

Every sentence names lines that were shown to the model; what does not is left out. It changes
nothing, whatever the question says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from glossator_clients.errors import IncompleteReplyError, PromptTooLongError
from glossator_clients.protocol import ChatModel
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
    Piece,
    Question,
    Retrieved,
)
from glossator_server.actions.safe_markdown import as_code
from glossator_server.actions.small_answers import quotation
from glossator_server.agent.data import as_data
from glossator_server.errors import UsageError
from glossator_server.prompts.ask import NOTHING_SAID, AskPrompt, AskSubject, ask_prompt
from glossator_server.prompts.fix import is_small
from glossator_server.reflection.loop import Spending

__all__ = ["ask", "retrieve"]

ROLE = "ask"
NOT_FOUND = "I could not find an answer in this codebase"
MOST_PLACES = 8


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
    return Answer("\n".join(lines), places, found=False, notices=notices)


def shown_piece(number: int, piece: Piece) -> str:
    """Return a piece as a model is shown it: numbered, its lines with their numbers, as data."""
    name = f", {piece.kind} {piece.symbol}".rstrip() if piece.symbol else ""
    title = f"[{number}] {piece.path}, lines {piece.start_line} to {piece.end_line}{name}"
    lines = (f"{at}\t{line}" for at, line in enumerate(piece.lines, piece.start_line))
    return as_data(title, "\n".join(lines))


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
    # As it was made for the model that is asked now, maybe one that has taken over.
    sent: AskPrompt | None = None

    async def answer(self) -> Answer:
        """Return the checked answer, or that there is none."""
        info = self.model.info
        if is_small(info):
            return self._quoted(info)
        self.before = await remembered(self.question.turns, self.sources, self.spending)
        request = self._request(info)
        if request is None:
            raise PromptTooLongError(
                f"The question leaves no room for code in the prompt of {info.id}; ask in fewer "
                "words, or use a model with a larger context."
            )
        self.report.say(f"asks {info.id}")
        try:
            return await self._streamed(replace(request, packing=Packing(info, self._request)))
        except PromptTooLongError:
            if not is_small(self.model.info):
                raise
            # The router has nobody else left, and has had taken back what the last one began.
            return self._quoted(self.model.info)

    def _prompt(self, info: ModelInfo) -> AskPrompt | None:
        pieces = [shown_piece(at, it) for at, it in enumerate(self.found.pieces, 1)]
        question = self.question
        lines = question.lines
        where = "" if question.path is None else question.path.name
        if lines is not None:
            where += f", lines {lines.start} to {lines.stop - 1}"
        subject = AskSubject(question.text, tuple(pieces), where, self.before.text)
        return ask_prompt(subject, info, self.sources.asking)

    def _request(self, info: ModelInfo) -> ChatRequest | None:
        """Return the question as it fits a model; None where it does not, or that is too small."""
        prompt = None if is_small(info) else self._prompt(info)
        if prompt is None:
            return None
        self.sent = prompt
        errand = Errand("chat", ROLE, self.sources.data_class)
        return replace(prompt.request, errand=errand)

    async def _streamed(self, request: ChatRequest) -> Answer:
        passed = await stream_checked(
            self.model, request, self._letting, self.report, self.spending
        )
        shown = passed.filter.shown.pieces
        if not passed.markdown:
            nothing = not_found(self.found.pieces, self.sources)
            self.report.write(nothing.markdown)
            dropped = 0 if passed.says_nothing else passed.filter.dropped
            nothing = replace(nothing, pieces=shown, dropped=dropped)
            return self._done(nothing, passed.info)
        answer = Answer(
            passed.markdown,
            unique(passed.filter.citations),
            found=True,
            pieces=shown,
            dropped=passed.filter.dropped,
        )
        return self._done(answer, passed.info)

    def _letting(self) -> AnswerFilter:
        shown = 0 if self.sent is None else self.sent.shown
        return AnswerFilter(Shown(self.found.pieces[:shown]), self.sources.link)

    def _quoted(self, info: ModelInfo) -> Answer:
        """Have the code answer: what a small model says of it does not bear a look."""
        said = quotation(self.found.pieces, wording_of(self.question), self.sources.link)
        self.report.write(said.markdown)
        return Answer(
            said.markdown,
            said.citations,
            found=True,
            notices=(*self.found.notices, not_asked_notice(info)),
            quoted=said.quoted,
            turns=self.question.turns,
        )

    def _notices(self, answer: Answer) -> Iterator[str]:
        yield from (*self.found.notices, *self.before.notices)
        whole = len(self.found.pieces)
        if left := whole - len(answer.pieces):
            yield f"{left} of {whole} pieces that were found did not fit the prompt"
        if self.sent is not None and self.sent.without_turns:
            yield "the conversation so far did not fit the prompt"
        yield from left_out_notice(answer.dropped)

    def _done(self, answer: Answer, info: ModelInfo) -> Answer:
        return replace(
            answer,
            model=info.id,
            route=info.route,
            prompt_tokens=self.spending.prompt_tokens,
            completion_tokens=self.spending.completion_tokens,
            cost=self.spending.cost,
            notices=tuple(self._notices(answer)),
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
    letting: Callable[[], AnswerFilter],
    report: AskReport,
    spending: Spending,
) -> Passed:
    """Have a model answer and show what is let through as it comes.

    `letting` says anew what lets it through whenever an answer begins, by then of another model
    maybe, which was shown less. Raises `IncompleteReplyError` where the answer breaks off, what the
    model raises else.
    Cancelling it closes the connection to the model.
    """
    passed = Passed(letting(), model.info)
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
                    if not words:
                        passed.filter = letting()
                    words.append(event.text)
                    show(passed.filter.feed(event.text))
                case StartedOver():
                    words.clear()
                    passed.filter = letting()
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


def not_asked_notice(info: ModelInfo) -> str:
    """Return the sentence about a model that is too small to be asked."""
    return f"{info.id} is too small to answer in words of its own; name a larger model to have them"
