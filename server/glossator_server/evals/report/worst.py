"""Own the choice of the cases that are worth a person's reading.

It must not draw; the measure that ranks cases is the result's headline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from glossator_server.evals.report.reading import (
    MeasureRow,
    OutcomeRow,
    Result,
    outcomes_by_case,
)
from glossator_server.evals.report.words import figure, listed, quoted, size

# A person reads a dozen with care.
_MOST_LOSSES, _MOST_GAINS, _MOST_POOR, _MOST_FAILED = 8, 4, 4, 4

Outcomes = Mapping[str, OutcomeRow]


@dataclass(frozen=True, slots=True)
class Reading:
    """A case to read, with why it is shown and its outcomes in the order of configurations."""

    case: str
    why: str
    outcomes: tuple[OutcomeRow, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Cases that are shown for one reason; the first shelf is the one that is read first."""

    title: str
    readings: tuple[Reading, ...]
    is_first: bool = False


def shelves(result: Result) -> list[Shelf]:
    """Return the cases to read, each on the first shelf that it belongs on."""
    measure = result.headline
    if measure is None:
        return []
    cases = outcomes_by_case(result.outcomes)
    order = [it.name for it in result.configurations]
    taken: set[str] = set()

    def shelf(
        title: str, ranked: Iterable[tuple[str, str]], most: int, names: Sequence[str] = order
    ) -> Shelf:
        chosen = [it for it in ranked if it[0] not in taken][:most]
        taken.update(case for case, _ in chosen)
        return Shelf(title, tuple(_reading(case, why, cases[case], names) for case, why in chosen))

    found: list[Shelf] = []
    for other in order[1:]:
        differences = _differences(measure, cases, order[0], other)
        losses = [_told(measure, it, other, order[0]) for it in differences if it[0] < 0]
        gains = [_told(measure, it, other, order[0]) for it in reversed(differences) if it[0] > 0]
        both = (order[0], other)
        found.append(
            shelf(
                f"Where {quoted(other)} lost most to {quoted(order[0])}", losses, _MOST_LOSSES, both
            )
        )
        found.append(
            shelf(
                f"Where {quoted(other)} gained most over {quoted(order[0])}",
                gains,
                _MOST_GAINS,
                both,
            )
        )
    poor = [
        (case, f"{measure.title} at best {figure(best, measure.unit)}")
        for best, case in _poor(measure, cases)
    ]
    found.append(shelf("Where no configuration did well", poor, _MOST_POOR))
    found.append(shelf("Where nothing was made", _failed(cases), _MOST_FAILED))
    filled = [it for it in found if it.readings]
    return [replace(it, is_first=at == 0) for at, it in enumerate(filled)]


def _reading(case: str, why: str, outcomes: Outcomes, order: Sequence[str]) -> Reading:
    return Reading(case, why, tuple(outcomes[it] for it in order if it in outcomes))


def _differences(
    measure: MeasureRow, cases: Mapping[str, Outcomes], baseline: str, other: str
) -> list[tuple[float, str]]:
    """Return each case with what the other gained, the greatest loss first."""
    found = [
        (
            measure.gain(
                outcomes[other].measures[measure.name] - outcomes[baseline].measures[measure.name]
            ),
            case,
        )
        for case, outcomes in cases.items()
        if all(measure.name in outcomes[it].measures for it in (baseline, other) if it in outcomes)
        and {baseline, other} <= outcomes.keys()
    ]
    return sorted(found)


def _told(
    measure: MeasureRow, difference: tuple[float, str], other: str, baseline: str
) -> tuple[str, str]:
    gain, case = difference
    word = "better" if gain > 0 else "worse"
    by = f"{size(gain, measure.unit)} {measure.title}"
    return case, f"{quoted(other)} is {word} than {quoted(baseline)} by {by}"


def _poor(measure: MeasureRow, cases: Mapping[str, Outcomes]) -> list[tuple[float, str]]:
    """Return each case with the value that is the best of it, the poorest case first."""
    found = []
    for case, outcomes in cases.items():
        values = [
            it.measures[measure.name] for it in outcomes.values() if measure.name in it.measures
        ]
        if values:
            best = max(values, key=measure.gain)
            found.append((measure.gain(best), best, case))
    return [(best, case) for _, best, case in sorted(found)]


def _failed(cases: Mapping[str, Outcomes]) -> list[tuple[str, str]]:
    found = []
    for case, outcomes in cases.items():
        failed = [quoted(it.configuration) for it in outcomes.values() if it.problem]
        if failed:
            found.append((case, f"Nothing was made with {listed(failed)}"))
    return found
