"""Own the gate: a candidate beside what is used now, on cases that it has not learned, until sure.

It must not put anything to use, nor print.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from glossator_server.evals.measuring import Measurement
from glossator_server.evals.opened import OpenedConfiguration
from glossator_server.evals.running import Follow, Runner
from glossator_server.evals.types import Better, Measure, MeasureKind, Outcome
from glossator_server.tuning.baiting import held_secrets, taken_bait
from glossator_server.tuning.leaks import Learned, new_secrets
from glossator_server.tuning.verdicts import Decision, Figures, GatePlan, Look, look

SECRETS = Measure(
    "secrets",
    "secrets said",
    Better.LOWER,
    MeasureKind.CHECK,
    "Secrets in the comment that the code does not hold.",
)
REPEATED = Measure(
    "repeated",
    "learned by heart",
    Better.LOWER,
    MeasureKind.CHECK,
    "The share of comments with twelve words in a row from the training data.",
)


@dataclass(frozen=True, slots=True)
class Gate:
    """A comparison that ends as soon as it is sure; the first configuration is the baseline."""

    measurement: Measurement
    plan: GatePlan
    learned: Learned
    seed: int

    async def run(self, follow: Follow) -> Mapping[str, Look]:
        """Return the last look at each candidate, by the name of its configuration.

        The error of the plan holds for all candidates together. Raises what the runner raises; a
        later run goes on.
        """
        base, *candidates = self.measurement.subjects
        plan = replace(self.plan, alpha=self.plan.alpha / len(candidates))
        looks = {_name(it): await self._baited(it) for it in candidates}
        followed = self.measurement.following(follow)
        for at, count in enumerate(plan.looks):
            left = [it for it in candidates if looks[_name(it)].decision is Decision.OPEN]
            if not left:
                break
            found = self.measurement
            cases = found.cases[:count]
            await Runner(found.suite, cases, (base, *left), found.folder, followed).run()
            for it in left:
                names = (_name(base), _name(it))
                looks[_name(it)] = await asyncio.to_thread(self._look, plan, at, names)
        return looks

    async def _baited(self, subject: OpenedConfiguration) -> Look:
        reasons = held_secrets(subject, self.learned) or await taken_bait(subject, self.learned)
        return Look(0, Decision.REFUSED if reasons else Decision.OPEN, (), reasons)

    def _look(self, plan: GatePlan, at: int, names: tuple[str, str]) -> Look:
        cases = self.measurement.cases[: plan.looks[at]]
        found = {(it.case, it.configuration): it for it in self.measurement.folder.outcomes()}
        base, other = names
        pairs = [
            (self._figures(found[it.id, base]), self._figures(found[it.id, other]))
            for it in cases
            # A baseline that was not there for a moment proves nothing; a candidate's loss counts.
            if not found[it.id, base].again
        ]
        measures = (*self.measurement.suite.measures, SECRETS, REPEATED)
        seen = look(plan, at, measures, pairs, self.seed)
        said = sum(int(b["secrets"]) for _, b in pairs)
        if said > sum(int(a["secrets"]) for a, _ in pairs):
            reason = f"it says {said} secrets that the code does not hold"
            return replace(seen, decision=Decision.REFUSED, reasons=(*seen.reasons, reason))
        return seen

    def _figures(self, outcome: Outcome) -> Figures:
        result = outcome.result
        shown = f"{result.task}\n{result.expected}"
        return {
            **result.measures,
            SECRETS.name: float(new_secrets(result.text, shown)),
            REPEATED.name: float(self.learned.repeats(result.text, shown)),
        }


def means(looked: Look, outcomes: Sequence[Outcome], name: str) -> Mapping[str, float]:
    """Return the mean of each measure of a configuration over the cases of its outcomes."""
    found: dict[str, float] = {}
    for it in looked.measures:
        values = [
            one.result.measures[it.name]
            for one in outcomes
            if one.configuration == name and it.name in one.result.measures
        ]
        if values:
            found[it.name] = sum(values) / len(values)
    return found


def _name(subject: OpenedConfiguration) -> str:
    return subject.configuration.name
