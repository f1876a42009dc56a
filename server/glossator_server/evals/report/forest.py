"""Own the forest plots: each paired difference with its interval, better always to the right.

It must not decide what a difference means: the verdict stands in the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from glossator_server.evals.report.axes import Axis, widened
from glossator_server.evals.report.marks import Mark, badge, shape
from glossator_server.evals.report.markup import Element, element
from glossator_server.evals.report.pictures import WIDTH, picture, row_axis, scale
from glossator_server.evals.report.reading import Comparison, MeasureRow, Result
from glossator_server.evals.report.tables import scrolled
from glossator_server.evals.report.words import between, quoted, signed

Row = tuple[MeasureRow, Comparison]

_HEIGHT = 26.0
_APART = frozenset({"judge", "time", "cost"})
# The shape says the verdict too, for whoever does not see the colour.
_SHAPES = {"better": "right", "worse": "left"}
_WORDS = {"better": "▶ better", "worse": "◀ worse"}


def forest(result: Result, marks: dict[str, Mark]) -> list[Element]:
    """Return a table with a picture in each row for every group of measures that share an axis."""
    baseline = result.baseline.name
    order = {it.name: at for at, it in enumerate(result.measures)}
    rows = [
        (result.measure(it.measure), it) for it in result.comparisons if it.baseline == baseline
    ]
    rows.sort(key=lambda it: (*_axis_of(it[0]), order[it[0].name]))
    groups = [(key, list(found)) for key, found in groupby(rows, lambda it: _axis_of(it[0]))]
    groups.sort(key=lambda it: order[it[1][0][0].name])
    return [_group(key, found, marks[baseline], marks) for key, found in groups]


def _axis_of(measure: MeasureRow) -> tuple[str, str, bool]:
    """Return what measures on one axis have in common: shares of a judge's are of another size."""
    kind = measure.kind if measure.kind in _APART else ""
    return (kind, measure.unit, measure.is_higher_better)


def _group(
    key: tuple[str, str, bool], rows: Sequence[Row], baseline: Mark, marks: dict[str, Mark]
) -> Element:
    _, unit, is_higher_better = key
    ends = [0.0, *(it.low for _, it in rows), *(it.high for _, it in rows)]
    low, high = widened(min(ends), max(ends))
    axis = row_axis(low, high, is_reversed=not is_higher_better)
    direction = "higher is better" if is_higher_better else "lower is better"
    in_unit = f" in {unit}" if unit and " " not in unit else ""
    caption = element(
        "caption",
        f"Difference from {quoted(baseline.name)}{in_unit}; {direction}, which is to the right",
    )
    head = element(
        "thead",
        element(
            "tr",
            *(element("th", it, scope="col") for it in ("Measure", "Configuration")),
            element(
                "th",
                element("span", "◀ worse"),
                element("span", "better ▶"),
                scope="col",
                class_="ends",
            ),
            *(element("th", it, scope="col") for it in ("Difference (95 % interval)", "So it is")),
        ),
    )
    body: list[Element] = []
    for _, found in groupby(rows, lambda it: it[0].name):
        together = [(measure, it, marks[it.configuration]) for measure, it in found]
        head_cell = _measure_head(together[0][0], len(together))
        body += [
            _row(measure, it, axis, mark, None if at else head_cell)
            for at, (measure, it, mark) in enumerate(together)
        ]
    foot = element(
        "tfoot",
        element(
            "tr",
            element("td", colspan="2"),
            element("td", scale(axis, "The scale of the differences")),
            element("td", colspan="2"),
        ),
    )
    return scrolled(
        element("table", caption, head, element("tbody", body), foot, class_="forest"),
        f"Differences from {quoted(baseline.name)}",
    )


def _measure_head(measure: MeasureRow, rows: int) -> Element:
    says = measure.says or None
    return element("th", measure.title, scope="rowgroup", rowspan=str(rows), title=says)


def _row(
    measure: MeasureRow, comparison: Comparison, axis: Axis, mark: Mark, head: Element | None
) -> Element:
    words = (
        f"{signed(comparison.difference, measure.unit)} "
        f"({between(comparison.low, comparison.high, measure.unit)})"
    )
    verdict = comparison.verdict if comparison.verdict in _WORDS else "same"
    return element(
        "tr",
        head,
        element("th", badge(mark), scope="row"),
        element(
            "td",
            _picture(comparison, axis, f"{mark.name}, {measure.title}: {words}"),
            class_="pictured",
        ),
        element("td", words, class_="number"),
        element("td", _WORDS.get(verdict, "= no difference seen"), class_=f"verdict {verdict}"),
        class_=None if head is None else "first",
    )


def _picture(comparison: Comparison, axis: Axis, title: str) -> Element:
    middle = _HEIGHT / 2
    low, high = axis.place(comparison.low), axis.place(comparison.high)
    at, zero = axis.place(comparison.difference), axis.place(0.0)
    verdict = comparison.verdict if comparison.verdict in _WORDS else "same"
    parts = [
        element("rect", x=zero, y=0, width=WIDTH - zero, height=_HEIGHT, class_="good-side"),
        element("line", x1=zero, x2=zero, y1=0, y2=_HEIGHT, class_="zero"),
        element("line", x1=low, x2=high, y1=middle, y2=middle, class_="whisker"),
        *(
            element("line", x1=end, x2=end, y1=middle - 4, y2=middle + 4, class_="whisker")
            for end in (low, high)
        ),
        shape(_SHAPES.get(verdict, "circle"), at, middle, 5.5, class_="point"),
    ]
    return picture(title, parts, (WIDTH, _HEIGHT), verdict)
