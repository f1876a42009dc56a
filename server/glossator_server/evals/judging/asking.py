"""Own the asking of a judge: each pair twice, with the places exchanged, several pairs at once.

It must not open the model, nor weigh what it says. What was said is on the disk before it counts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from glossator_clients.costs import added, cost_of
from glossator_clients.errors import ModelError, ModelUnavailableError
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.types import ChatReply, ChatRequest, ModelInfo
from glossator_gate.errors import RateLimitError
from glossator_gate.types import DataClass, Errand
from glossator_server.evals.durable_lines import DurableLines, LineAdder
from glossator_server.evals.judging.judgements import (
    Answer,
    Judgement,
    judgement_line,
    judgement_of,
)
from glossator_server.evals.judging.pairs import Pair, text_digest
from glossator_server.evals.judging.question import Compared, judge_request, read_opinion
from glossator_server.evals.metering import LIMIT_SECONDS
from glossator_server.evals.running import Follow, Step
from glossator_server.prompts import PromptTemplate
from glossator_server.sampling import SamplingOptions

ROLE = "judge"


@dataclass(frozen=True, slots=True)
class Judge:
    """A model that judges, for each class of text its own way to it; `what` the texts are."""

    models: dict[DataClass, ChatModel]
    template: PromptTemplate
    what: str
    sampling: SamplingOptions = field(default_factory=SamplingOptions)

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model."""
        return next(iter(self.models.values())).info

    @property
    def key(self) -> str:
        """Return what names the judge and how it is asked: other words make another judge."""
        asked = (self.template.sha256, repr(self.sampling), self.what)
        return text_digest(self.info.id, self.info.name, *asked)

    async def opinion(self, pair: Pair) -> Judgement:
        """Ask about a pair both ways round.

        An answer that is none, or does not come, is an answer without a place. Raises a
        `PolicyError` where the model may not be asked, `ModelUnavailableError` where it is away.
        """
        judgement = Judgement(pair.case, pair.baseline, pair.configuration, ())
        if pair.is_identical:
            return judgement
        texts = (pair.baseline_text, pair.configuration_text)
        for first, second in (texts, texts[::-1]):
            compared = Compared(self.what, pair.task, first, second)
            judgement = await self._asked(compared, pair.data_class, judgement)
        return judgement

    async def _asked(
        self, compared: Compared, data_class: DataClass, so_far: Judgement
    ) -> Judgement:
        model = self.models[data_class]
        request = judge_request(compared, self.template, model.info, self.sampling)
        if request is None:
            answer = Answer(None, "The texts do not fit the model.")
            return replace(so_far, answers=(*so_far.answers, answer))
        errand = Errand("chat", ROLE, data_class)
        started = time.perf_counter()
        reply: ChatReply | None = None
        try:
            reply = await _patiently(model, replace(request, errand=errand))
        except ModelUnavailableError:
            raise
        except ModelError as trouble:
            answer = Answer(None, str(trouble))
        else:
            opinion = read_opinion(reply.text)
            answer = Answer(opinion.better, opinion.reason) if opinion else Answer(None)
        usage = reply.usage if reply is not None else None
        return replace(
            so_far,
            answers=(*so_far.answers, answer),
            seconds=so_far.seconds + time.perf_counter() - started,
            prompt_tokens=so_far.prompt_tokens + (usage.prompt_tokens if usage else 0),
            completion_tokens=so_far.completion_tokens + (usage.completion_tokens if usage else 0),
            cost=added(so_far.cost, cost_of(usage, model.info.price) if usage else None),
        )


@dataclass(slots=True)
class Session:
    """The judging of one run's pairs; goes on with what an earlier session left."""

    judge: Judge
    pairs: Sequence[Pair]
    lines: DurableLines
    follow: Follow
    _done: int = 0

    async def run(self) -> list[Judgement]:
        """Return a judgement of every pair, in the order of the pairs.

        Cancelled or refused in the middle, it raises, and what was said so far stays.
        """
        with self.lines.adding("This run is being judged already; wait for it.") as adder:
            known = dict(self._known())
            todo = [it for it in self.pairs if _key(it) not in known]
            self._done = len(self.pairs) - len(todo)
            self._tell("")
            waiting = iter(todo)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(self.judge.info.requests_at_once):
                        group.create_task(self._work(waiting, known, adder))
            except BaseExceptionGroup as several:
                # The others were cancelled for the first one's sake.
                raise several.exceptions[0] from several
        return [known[_key(it)] for it in self.pairs]

    def _known(self) -> Iterator[tuple[tuple[str, str, str], Judgement]]:
        for line in self.lines.read():
            if line.get("asked") == self.judge.key:
                with suppress(KeyError, TypeError, ValueError, AttributeError):
                    found = judgement_of(line)
                    yield (found.case, found.configuration, str(line["texts"])), found

    async def _work(
        self,
        waiting: Iterator[Pair],
        known: dict[tuple[str, str, str], Judgement],
        adder: LineAdder,
    ) -> None:
        for pair in waiting:
            self._tell(f"{pair.title} ({pair.configuration})")
            judgement = await self.judge.opinion(pair)
            line = judgement_line(judgement, pair, self.judge.key)
            await asyncio.to_thread(adder.add, line)
            known[_key(pair)] = judgement
            self._done += 1
            self._tell("")

    def _tell(self, doing: str) -> None:
        self.follow(Step(self._done, len(self.pairs), doing))


def _key(pair: Pair) -> tuple[str, str, str]:
    return pair.case, pair.configuration, pair.digest


async def _patiently(model: ChatModel, request: ChatRequest) -> ChatReply:
    """Return the answer; where the policy's limit of a minute is reached, wait and ask again."""
    while True:
        try:
            return await complete(model, request)
        except RateLimitError:
            await asyncio.sleep(LIMIT_SECONDS)
