"""Own the table of how many cases each configuration did better and worse than the baseline.

It must not weigh how much: the differences do.
"""

from __future__ import annotations

from collections.abc import Mapping

from glossator_server.evals.report.marks import Mark, badge
from glossator_server.evals.report.markup import Element, element
from glossator_server.evals.report.pictures import share_bar
from glossator_server.evals.report.reading import Result, outcomes_by_case
from glossator_server.evals.report.tables import table
from glossator_server.evals.report.words import quoted, share


def wins_table(result: Result, marks: Mapping[str, Mark]) -> Element | None:
    """Return in how many cases each configuration did better and worse, by the headline."""
    measure, baseline = result.headline, result.baseline.name
    if measure is None or len(result.configurations) < 2:
        return None
    cases = outcomes_by_case(result.outcomes)
    rows = []
    for other in result.configurations[1:]:
        gains = [
            measure.gain(
                it[other.name].measures[measure.name] - it[baseline].measures[measure.name]
            )
            for it in cases.values()
            if all(
                name in it and measure.name in it[name].measures for name in (baseline, other.name)
            )
        ]
        if gains:
            counts = (
                sum(it < 0 for it in gains),
                sum(it == 0 for it in gains),
                sum(it > 0 for it in gains),
            )
            rows.append(_won(marks[other.name], counts))
    if not rows:
        return None
    heads = ("Configuration", "Worse, equal, better", "Worse", "Equal", "Better")
    return table(
        f"In how many cases {measure.title} was better or worse than with {quoted(baseline)}",
        heads,
        rows,
    )


def _won(mark: Mark, counts: tuple[int, int, int]) -> Element:
    total = sum(counts)
    words = "worse in {}, equal in {}, better in {} cases".format(*counts)
    classes = ("bad-part", "tie", "good-part")
    return element(
        "tr",
        element("th", badge(mark), scope="row"),
        element(
            "td",
            share_bar(
                f"{mark.name}: {words}",
                [(it / total, class_) for it, class_ in zip(counts, classes, strict=True)],
            ),
        ),
        *(
            element("td", str(it), element("small", share(it / total)), class_="number")
            for it in counts
        ),
    )
