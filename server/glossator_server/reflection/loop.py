"""Own the loop of a fix: ask, check, criticise, ask again, and return the best that was checked.

Models are asked through what they are given as; it must not know editors, files or how checks run.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from glossator_clients.costs import Cost, added, cost_of
from glossator_clients.errors import IncompleteReplyError, ModelError, PromptTooLongError
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.types import ChatReply, ChatRequest, ModelInfo
from glossator_gate.errors import GlossatorError
from glossator_gate.types import Errand
from glossator_indexer.parsing import ParsedSource
from glossator_indexer.types import TextChange
from glossator_server.edits import apply_to_source, unified_diff
from glossator_server.prompts.files import template_for
from glossator_server.prompts.fix import (
    CriticVerdict,
    ReviewedChange,
    asked_again,
    critic_request,
    read_verdict,
)
from glossator_server.reflection.edits import UnusableEditError, apply_edits, read_edits
from glossator_server.reflection.guards import objection
from glossator_server.reflection.judging import (
    FixTask,
    Judgement,
    judge,
    reviewed,
    sentence,
)
from glossator_server.verify.checker import Checker, Suggestion

CRITIC_ROLE = "critic"
# What does not compile is sent back without counting, but not for ever.
MOST_SENT_BACK = 2
# Two rounds without a better score: the next will not bring one either.
MOST_IDLE_ROUNDS = 2

Report = Callable[[str], None]
# The first request for a model, None where none fits it.
Question = Callable[[ModelInfo], ChatRequest | None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a fix may cost: rounds of the loop, seconds of wall time, tokens of all models."""

    rounds: int = 2
    seconds: float = 180.0
    tokens: int = 100_000


@dataclass(frozen=True, slots=True)
class Means:
    """What a fix is made with.

    `generator` opens the model that writes, `critic` the one that judges, None where none can;
    neither is opened before it is asked. `question` makes the first request, before which
    `suggestions` are tried. The prompts are names or paths, empty for the usual ones.
    """

    generator: Callable[[], Awaitable[ChatModel]]
    critic: Callable[[], Awaitable[ChatModel | None]]
    checker: Checker
    question: Question
    suggestions: tuple[Suggestion, ...] = ()
    prompt: str = ""
    critic_prompt: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A state that was checked; `author` is a model's id or a tool's name, `changes` its edit."""

    author: str
    after: ParsedSource
    changes: tuple[TextChange, ...]
    judgement: Judgement
    round: int
    verdict: CriticVerdict | None = None

    @property
    def is_approved(self) -> bool:
        """Tell whether no critic speaks against it."""
        return self.verdict is None or self.verdict.approve

    @property
    def rank(self) -> tuple[object, ...]:
        """Return what smaller is better: what checks say, then the critic, then the size."""
        score = self.judgement.score
        return (replace(score, diff_size=0), not self.is_approved, score.diff_size)


@dataclass(slots=True)
class Spending:
    """What the models of one fix cost; owned by its loop."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answer_seconds: float = 0.0
    cost: Cost | None = None

    def count(self, reply: ChatReply, info: ModelInfo, seconds: float) -> None:
        """Add an answer."""
        self.calls += 1
        self.answer_seconds += seconds
        if reply.usage is not None:
            self.prompt_tokens += reply.usage.prompt_tokens
            self.completion_tokens += reply.usage.completion_tokens
            self.cost = added(self.cost, cost_of(reply.usage, info.price))

    @property
    def tokens(self) -> int:
        """Return all tokens so far."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Mended:
    """How a fix ended.

    `best` may be offered, None where nothing may; then `reason` says why, and `attempt` is what
    came nearest, to be read. `history` has a line a round. `model` is the one that wrote, `critic`
    the id of the one that judged.
    """

    best: Candidate | None
    attempt: Candidate | None
    reason: str
    rounds: int
    history: tuple[str, ...]
    spending: Spending
    model: ModelInfo | None = None
    critic: str = ""


async def mend(task: FixTask, means: Means, budget: Budget, report: Report) -> Mended:
    """Return the best checked state of a text in which problems were to be mended.

    Raises a `ModelError` where the model cannot answer at all, `SandboxUnavailableError` where
    nothing can be checked.
    """
    run = _Run(task, means, budget, report)
    await _try_suggestions(run)
    if run.goes_on():
        await _ask_models(run)
    return run.result()


@dataclass(slots=True)
class _Run:
    task: FixTask
    means: Means
    budget: Budget
    report: Report
    started: float = field(default_factory=time.monotonic)
    spending: Spending = field(default_factory=Spending)
    candidates: list[Candidate] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    history: list[str] = field(default_factory=list)
    reasons: tuple[str, ...] = ()
    answer: str = ""
    model: ModelInfo | None = None
    critic: str = ""
    round: int = 0
    idle: int = 0
    repairs_left: int = 1
    stopped: str | None = None

    def goes_on(self) -> bool:
        return self.stopped is None

    @property
    def seconds_left(self) -> float:
        return self.budget.seconds - (time.monotonic() - self.started)

    @property
    def offered(self) -> list[Candidate]:
        return [it for it in self.candidates if it.judgement.may_be_offered(self.task)]

    @property
    def best(self) -> Candidate | None:
        return min(self.offered, key=lambda it: it.rank, default=None)

    def result(self) -> Mended:
        best = self.best
        attempt = min(self.candidates, key=lambda it: it.rank, default=None)
        why = self.stopped or "the rounds are used up"
        if best is None and self.reasons:
            why = f"{why}; the last attempt: {self.reasons[0].partition('; ')[0]}"
        history = tuple(self.history)
        return Mended(
            best, attempt, why, self.round, history, self.spending, self.model, self.critic
        )

    def say(self, words: str) -> None:
        line = f"round {self.round} of {self.budget.rounds}: {words}" if self.round else words
        self.report(line)

    def note(self, words: str) -> None:
        self.say(words)
        self.history.append(f"round {self.round}: {words}" if self.round else words)


async def _try_suggestions(run: _Run) -> None:
    for it in run.means.suggestions:
        # A model is to have its time, too.
        if run.seconds_left < run.budget.seconds / 2:
            return
        after = await asyncio.to_thread(apply_to_source, run.task.source, it.changes)
        if after.text in run.seen or after.text == run.task.source.text:
            continue
        run.seen.add(after.text)
        if objection(run.task.source, after, run.task.targets) is not None:
            continue
        run.say(f"checking what {it.tool} suggests")
        judgement = await judge(run.means.checker, run.task, after)
        run.note(f"{it.tool} suggests a change: {_progress(run.task, judgement)}")
        run.candidates.append(Candidate(it.tool, after, it.changes, judgement, 0))
        if judgement.may_be_offered(run.task) and judgement.score.is_clean:
            run.stopped = "mended"
            return


async def _ask_models(run: _Run) -> None:
    while run.goes_on() and run.round < run.budget.rounds:
        run.round += 1
        before = run.best
        await _round(run)
        better = run.best is not None and (before is None or run.best.rank < before.rank)
        run.idle = 0 if better else run.idle + 1
        if run.goes_on() and run.idle >= MOST_IDLE_ROUNDS:
            run.stopped = f"{MOST_IDLE_ROUNDS} rounds brought nothing better"


async def _round(run: _Run) -> None:
    """Have one candidate made and judged; what does not compile is sent back at once."""
    for _ in range(MOST_SENT_BACK + 1):
        candidate = await _candidate(run)
        if candidate is None:
            return
        run.candidates.append(candidate)
        run.reasons = candidate.judgement.words(run.task)
        run.note(_progress(run.task, candidate.judgement))
        if candidate.judgement.is_whole:
            await _criticise(run, candidate)
            return


async def _candidate(run: _Run) -> Candidate | None:
    """Return a state that an answer makes, checked; None where none of them can be had."""
    while (answer := await _ask(run)) is not None:
        try:
            changes = apply_edits(run.task.source, run.task.name, read_edits(answer))
        except UnusableEditError as trouble:
            run.reasons = (str(trouble),)
            # After the semicolon the model is told what to do.
            run.note(f"the answer cannot be used: {str(trouble).partition('; ')[0]}")
            if run.repairs_left > 0:
                run.repairs_left -= 1
                continue
            return None
        after = await asyncio.to_thread(apply_to_source, run.task.source, changes)
        if after.text in run.seen:
            run.stopped = "the model repeats itself"
            run.note("the same answer as before")
            return None
        run.seen.add(after.text)
        against = await asyncio.to_thread(objection, run.task.source, after, run.task.targets)
        if against is not None:
            run.reasons = (against,)
            run.note(against)
            return None
        run.say("checking")
        judgement = await judge(run.means.checker, run.task, after)
        author = "" if run.model is None else run.model.id
        return Candidate(author, after, changes, judgement, run.round)
    return None


async def _ask(run: _Run) -> str | None:
    """Return the model's next answer, None where the budget is used up."""
    if run.spending.tokens >= run.budget.tokens:
        run.stopped = f"the budget of {run.budget.tokens} tokens is used up"
        return None
    try:
        model = await run.means.generator()
        run.model = model.info
        request = _next_request(run, model.info)
        run.say(f"{model.info.id} writes")
        reply = await _complete(run, model, request)
        # Another may have taken over.
        run.model = model.info
    except IncompleteReplyError:
        run.answer = ""
        return ""
    except PromptTooLongError:
        if run.spending.calls == 0 and run.best is None:
            raise
        # The first question fitted; what did not is what was sent back.
        run.stopped = "what was to be sent back does not fit the model"
        return None
    except GlossatorError as trouble:
        if run.spending.calls == 0 and run.best is None:
            raise
        # What was found so far is not lost with it.
        run.stopped = str(trouble).rstrip(".")
        return None
    if reply is None:
        return None
    run.answer = reply.text
    return reply.text


def _next_request(run: _Run, info: ModelInfo) -> ChatRequest:
    first = run.means.question(info)
    if first is None:
        raise PromptTooLongError(
            f"The code around the problem does not fit {info.id}; use a model with more context."
        )
    if not run.reasons:
        return first
    template = template_for("fix", run.means.prompt, info)
    return asked_again(first, run.answer, run.reasons, template)


async def _complete(run: _Run, model: ChatModel, request: ChatRequest) -> ChatReply | None:
    """Return a whole answer, None where the time is used up before it ends."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(max(0.0, run.seconds_left)):
            reply = await complete(model, request)
    except TimeoutError:
        run.stopped = f"the {run.budget.seconds:.0f} seconds are used up"
        return None
    run.spending.count(reply, model.info, time.monotonic() - began)
    return reply


async def _criticise(run: _Run, candidate: Candidate) -> None:
    """Have a candidate judged by a critic, and stop where there is nothing left to do."""
    verdict = await _verdict(run, candidate)
    if verdict is not None:
        judgement = reviewed(run.task, candidate.judgement, resolved=verdict.resolved)
        candidate = replace(candidate, judgement=judgement, verdict=verdict)
        run.candidates[-1] = candidate
        if not verdict.approve and verdict.words:
            run.reasons = (*run.reasons, f"the reviewer says: {verdict.words}")
            run.note(f"the reviewer: {verdict.words}")
    judgement = candidate.judgement
    if judgement.may_be_offered(run.task) and judgement.score.is_clean and candidate.is_approved:
        run.stopped = "mended"
    elif not run.reasons:
        # Better, and not yet right: what is still wrong is not of the kind that checks name.
        run.reasons = ("the change is not complete",)


async def _verdict(run: _Run, candidate: Candidate) -> CriticVerdict | None:
    """Return what the critic says, None where nothing hangs on it or it says nothing."""
    judgement = candidate.judgement
    has_more_rounds = run.round < run.budget.rounds
    if judgement.introduced and not has_more_rounds:
        return None
    critic = await run.means.critic()
    if critic is None:
        return None
    run.say(f"{critic.info.id} reviews")
    task = run.task
    request = critic_request(
        ReviewedChange(
            task.source.language.id,
            tuple(map(sentence, task.targets)),
            unified_diff(task.name, task.source.text, candidate.after.text),
            "\n".join(judgement.words(task)) or judgement.score.in_words,
        ),
        critic.info,
        run.means.critic_prompt,
    )
    request = replace(request, errand=Errand("chat", CRITIC_ROLE, task.data_class))
    try:
        reply = await _complete(run, critic, request)
        run.critic = critic.info.id
    except ModelError as trouble:
        _log.info("no verdict of %s: %s", critic.info.id, trouble)
        return None
    return None if reply is None else read_verdict(reply.text)


def _progress(task: FixTask, judgement: Judgement) -> str:
    """Return for example `3 errors → 1 error`."""
    return f"{task.original.in_words} → {judgement.score.in_words}"
