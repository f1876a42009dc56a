"""Own the pictures of how each measure is spread over the cases, a row a configuration.

It must not draw single cases: however many there are, a picture has the same few bars.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from glossator_server.evals.report.axes import Axis, widened
from glossator_server.evals.report.marks import Mark, badge
from glossator_server.evals.report.markup import Element, element
from glossator_server.evals.report.pictures import WIDTH, picture, row_axis, scale, share_bar
from glossator_server.evals.report.reading import MeasureRow, Result
from glossator_server.evals.report.tables import scrolled
from glossator_server.evals.report.words import figure, share

_BINS = 30
_HEIGHT = 44.0
# Seconds have a long tail, and nobody learns from an axis that is empty but for its end.
_TAIL = 0.99

Values = dict[str, list[float]]


def spreads(result: Result, marks: dict[str, Mark]) -> list[Element]:
    """Return a table of pictures for each measure that cases have; shares of yes and no as bars."""
    found = []
    for measure in result.measures:
        values = _values(result, measure)
        if sum(map(len, values.values())) == 0:
            continue
        is_yes_no = {it for some in values.values() for it in some} <= {0.0, 1.0}
        made = _yes_no if is_yes_no else _spread
        found.append(made(measure, values, marks))
    return found


def _values(result: Result, measure: MeasureRow) -> Values:
    values: Values = {it.name: [] for it in result.configurations}
    for outcome in result.outcomes:
        if measure.name in outcome.measures and outcome.configuration in values:
            values[outcome.configuration].append(outcome.measures[measure.name])
    return values


def _spread(measure: MeasureRow, values: Values, marks: dict[str, Mark]) -> Element:
    every = sorted(it for some in values.values() for it in some)
    high = every[-1] if measure.is_quality else every[int(_TAIL * (len(every) - 1))]
    low, high = (
        (0.0, 1.0) if _is_share(measure, every) else widened(every[0], max(high, every[0]), 0)
    )
    axis = row_axis(low, high)
    counts = {name: _counted(some, axis) for name, some in values.items()}
    most = max((max(it) / max(1, len(values[name])) for name, it in counts.items()), default=1.0)
    rows = [
        element(
            "tr",
            element("th", badge(marks[name]), scope="row"),
            element(
                "td",
                _bars(counts[name], most * len(some), axis, marks[name], _said(measure, some)),
                class_="pictured",
            ),
            *(element("td", it, class_="number") for it in _middle(measure, some)),
        )
        for name, some in values.items()
        if some
    ]
    heads = ("Configuration", "Cases by their value", "Mean", "Median", "Lowest tenth under")
    return _framed(measure, heads, rows, scale(axis, "The scale of the values"))


def _yes_no(measure: MeasureRow, values: Values, marks: dict[str, Mark]) -> Element:
    rows = [
        element(
            "tr",
            element("th", badge(marks[name]), scope="row"),
            element(
                "td",
                share_bar(
                    _said(measure, some), [(sum(some) / len(some), f"{marks[name].style} filled")]
                ),
                class_="pictured",
            ),
            element("td", f"{sum(some):.0f} of {len(some)}", class_="number"),
            element("td", share(sum(some) / len(some)), class_="number"),
        )
        for name, some in values.items()
        if some
    ]
    return _framed(measure, ("Configuration", "Share of the cases", "Cases", "Share"), rows, None)


def _framed(
    measure: MeasureRow, heads: Sequence[str], rows: Sequence[Element], scale: Element | None
) -> Element:
    unit = f" in {measure.unit}" if measure.unit else ""
    direction = "higher is better" if measure.is_higher_better else "lower is better"
    caption = element("caption", f"{measure.title}{unit} ({direction})")
    head = element("thead", element("tr", *(element("th", it, scope="col") for it in heads)))
    foot = None
    if scale is not None:
        foot = element(
            "tfoot", element("tr", element("td"), element("td", scale), element("td", colspan="3"))
        )
    made = element("table", caption, head, element("tbody", rows), foot, class_="spread")
    return scrolled(made, f"How {measure.title} is spread")


def _is_share(measure: MeasureRow, ordered: Sequence[float]) -> bool:
    return not measure.unit and ordered[0] >= 0.0 and ordered[-1] <= 1.0


def _counted(values: Sequence[float], axis: Axis) -> list[int]:
    counts = [0] * _BINS
    for value in values:
        part = (min(max(value, axis.low), axis.high) - axis.low) / (axis.high - axis.low)
        counts[min(_BINS - 1, int(part * _BINS))] += 1
    return counts


def _middle(measure: MeasureRow, values: Sequence[float]) -> tuple[str, str, str]:
    ordered = sorted(values)
    return (
        figure(statistics.fmean(values), measure.unit),
        figure(statistics.median(values), measure.unit),
        figure(ordered[len(ordered) // 10], measure.unit),
    )


def _said(measure: MeasureRow, values: Sequence[float]) -> str:
    mean = figure(statistics.fmean(values), measure.unit)
    return f"{measure.title} of {len(values)} cases, mean {mean}"


def _bars(counts: Sequence[int], most: float, axis: Axis, mark: Mark, title: str) -> Element:
    width, floor = axis.length / _BINS, _HEIGHT - 1
    bars = [
        element(
            "rect",
            x=axis.start + at * width + 0.5,
            y=floor - (tall := (_HEIGHT - 6) * count / most),
            width=width - 1,
            height=tall,
        )
        for at, count in enumerate(counts)
        if count
    ]
    drawn = [
        element("g", bars, class_=f"{mark.style} filled"),
        element(
            "line", x1=axis.start, x2=axis.start + axis.length, y1=floor, y2=floor, class_="axis"
        ),
    ]
    return picture(title, drawn, (WIDTH, _HEIGHT))
