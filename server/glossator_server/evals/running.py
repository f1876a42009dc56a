"""Own the running of cases under several configurations, side by side, and going on after a break.

It must not print, decide what a case is, or compute figures over cases.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from glossator_clients.errors import ModelUnavailableError
from glossator_gate.errors import GlossatorError, PolicyError
from glossator_server.evals.folder import OutcomeLog, RunFolder
from glossator_server.evals.opened import OpenedConfiguration
from glossator_server.evals.types import Case, CaseResult, Measure, Outcome, Suite

# A model that is away so often in a row does not come back by itself.
_MOST_AWAY = 3


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is: so many outcomes of so many, and the case that is next, if any."""

    done: int
    total: int
    doing: str = ""


Follow = Callable[[Step], None]


@dataclass(slots=True)
class Runner:
    """Runs the cases of one run that have no outcome yet."""

    suite: Suite
    cases: Sequence[Case]
    subjects: Sequence[OpenedConfiguration]
    folder: RunFolder
    follow: Follow
    _away: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Run what is left; every outcome is on the disk before the next case begins.

        A model that fails is an outcome. Raises a `PolicyError` where a model may not be asked, a
        `ModelError` where one is not there, what was done staying done.
        """
        with self.folder.writing() as log:
            known = {(it.case, it.configuration) for it in self.folder.outcomes() if not it.again}
            todo = [it for it in _interleaved(self.cases, self.subjects) if _key(*it) not in known]
            total = len(self.cases) * len(self.subjects)
            self.follow(Step(total - len(todo), total))
            for at, (case, subject) in enumerate(todo):
                name = subject.configuration.name
                self.follow(Step(total - len(todo) + at, total, f"{case.title} ({name})"))
                await self._take(log, case, subject)
            self.follow(Step(total, total))

    async def _take(self, log: OutcomeLog, case: Case, subject: OpenedConfiguration) -> None:
        outcome, trouble = await self._outcome(case, subject)
        await asyncio.to_thread(log.add, outcome)
        name = subject.configuration.name
        self._away[name] = self._away.get(name, 0) + 1 if outcome.again else 0
        if trouble is not None and self._away[name] >= _MOST_AWAY:
            raise trouble

    async def _outcome(
        self, case: Case, subject: OpenedConfiguration
    ) -> tuple[Outcome, ModelUnavailableError | None]:
        trouble: ModelUnavailableError | None = None
        started = time.perf_counter()
        subject.meter.take()
        try:
            result = await self.suite.run(case, subject)
        except PolicyError:
            raise
        except ModelUnavailableError as away:
            trouble = away
            result = CaseResult(problem=str(away))
        except GlossatorError as failed:
            # One bad answer, or a file that has changed, does not end a run; a refusal does.
            result = CaseResult(problem=str(failed))
        spent = subject.meter.take()
        # What the policy has everybody wait for is nobody's time.
        seconds = time.perf_counter() - started - spent.waited
        outcome = Outcome(
            case.id,
            subject.configuration.name,
            with_failures(result, self.suite.measures),
            seconds,
            spent.seconds,
            spent.prompt_tokens,
            spent.completion_tokens,
            spent.cost,
            again=trouble is not None,
            first_prompt_tokens=spent.first_prompt_tokens,
        )
        return outcome, trouble


async def open_models(
    suite: Suite, cases: Sequence[Case], subjects: Sequence[OpenedConfiguration]
) -> None:
    """Open what will be asked: a refusal comes before the first case, and not in its middle.

    Raises a `PolicyError` where a model may not be asked, a `ModelError` where one is not there.
    """
    for subject in subjects:
        for role in suite.roles:
            for data_class in sorted({it.data_class for it in cases}):
                await subject.model(role, data_class)


def with_failures(result: CaseResult, measures: Sequence[Measure]) -> CaseResult:
    """Return the result with what a case that ended in a problem counts."""
    if result.problem is None:
        return result
    failed = {it.name: it.when_failed for it in measures if it.when_failed is not None}
    return replace(result, measures={**failed, **result.measures})


def _interleaved(
    cases: Sequence[Case], subjects: Sequence[OpenedConfiguration]
) -> list[tuple[Case, OpenedConfiguration]]:
    """Return the work case by case, each configuration first as often as any other.

    What else the machine does then falls on all alike, and so does what the first one warms up.
    """
    return [
        (case, subjects[(at + turn) % len(subjects)])
        for at, case in enumerate(cases)
        for turn in range(len(subjects))
    ]


def _key(case: Case, subject: OpenedConfiguration) -> tuple[str, str]:
    return case.id, subject.configuration.name
