"""Own the pictures of quality against what it takes: time, and money where there is a price.

It must not weigh one against the other: that is the reader's to do.
"""

from __future__ import annotations

from collections.abc import Mapping

from glossator_server.evals.report.axes import Axis, widened
from glossator_server.evals.report.marks import Mark, shape
from glossator_server.evals.report.markup import Element, element
from glossator_server.evals.report.pictures import picture
from glossator_server.evals.report.reading import MeasureRow, Result, Score
from glossator_server.evals.report.words import figure

_WIDTH, _HEIGHT = 560.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 24.0, 18.0, 46.0
_LETTER_WIDTH = 7.2


def tradeoffs(result: Result, marks: dict[str, Mark]) -> list[Element]:
    """Return the headline's score against seconds, and against cost where any model has a price."""
    headline = result.headline
    if headline is None:
        return []
    scores = {
        name: found[headline.name]
        for name, found in result.scores.items()
        if headline.name in found and name in marks
    }
    if not scores:
        return []
    scored = [it for it in result.configurations if it.name in scores]
    seconds = {it.name: it.p50 for it in scored}
    made = [_picture(headline, scores, seconds, "median seconds a case", marks)]
    currencies = {it.cost.currency for it in scored if it.cost}
    # Two currencies have no common axis.
    if len(currencies) == 1:
        costs = {
            it.name: 1000 * it.price / max(1, it.cases) for it in scored if it.price is not None
        }
        priced = {name: it for name, it in scores.items() if name in costs}
        made.append(
            _picture(headline, priced, costs, f"{currencies.pop()} for a thousand cases", marks)
        )
    return made


def _picture(
    measure: MeasureRow,
    scores: Mapping[str, Score],
    takes: Mapping[str, float],
    unit: str,
    marks: Mapping[str, Mark],
) -> Element:
    _, right = widened(0.0, max(takes.values()) or 1.0, 0.25)
    low, high = widened(
        min(it.low for it in scores.values()), max(it.high for it in scores.values()), 0.2
    )
    across = Axis(0.0, right, _LEFT, _WIDTH - _LEFT - _RIGHT)
    up = Axis(low, high, _TOP, _HEIGHT - _TOP - _BOTTOM, is_reversed=measure.is_higher_better)
    told = "; ".join(
        f"{name}: {figure(score.mean, measure.unit)} at {figure(takes[name])} {unit}"
        for name, score in scores.items()
    )
    drawn = picture(
        f"{measure.title} against {unit}. {told}",
        [
            _grid(across, up),
            _labels(unit),
            *(
                _point(score, takes[name], across, up, marks[name])
                for name, score in scores.items()
            ),
        ],
        (_WIDTH, _HEIGHT),
        "wide",
    )
    caption = element(
        "figcaption", f"{measure.title} against {unit}: the best place is the upper left."
    )
    return element("figure", drawn, caption)


def _grid(across: Axis, up: Axis) -> Element:
    floor, left, right = _HEIGHT - _BOTTOM, _LEFT, _WIDTH - _RIGHT
    parts = []
    for value in up.ticks:
        y = up.place(value)
        parts.append(element("line", x1=left, x2=right, y1=y, y2=y, class_="grid"))
        parts.append(element("text", up.written(value), x=left - 8, y=y + 4, text_anchor="end"))
    for value in across.ticks:
        x = across.place(value)
        parts.append(element("line", x1=x, x2=x, y1=floor, y2=floor + 5, class_="axis"))
        parts.append(
            element("text", across.written(value), x=x, y=floor + 18, text_anchor="middle")
        )
    parts.append(element("line", x1=left, x2=right, y1=floor, y2=floor, class_="axis"))
    parts.append(element("line", x1=left, x2=left, y1=_TOP, y2=floor, class_="axis"))
    return element("g", parts)


def _labels(unit: str) -> Element:
    across, up = (_LEFT + _WIDTH - _RIGHT) / 2, (_TOP + _HEIGHT - _BOTTOM) / 2
    return element(
        "g",
        element(
            "text",
            f"◀ less  ·  {unit}",
            x=across,
            y=_HEIGHT - 8,
            text_anchor="middle",
            class_="label",
        ),
        element(
            "text",
            "better ▶",
            x=14,
            y=up,
            text_anchor="middle",
            transform=f"rotate(-90 14 {up:.0f})",
            class_="label",
        ),
    )


def _point(score: Score, takes: float, across: Axis, up: Axis, mark: Mark) -> Element:
    x, y = across.place(takes), up.place(score.mean)
    name = f"{mark.letter} {mark.name}"
    # A name that would leave the picture stands on the other side of its point.
    is_left = x + 14 + len(name) * _LETTER_WIDTH > _WIDTH - _RIGHT
    ends = (up.place(score.low), up.place(score.high))
    return element(
        "g",
        element("line", x1=x, x2=x, y1=ends[0], y2=ends[1], class_="whisker"),
        *(element("line", x1=x - 4, x2=x + 4, y1=end, y2=end, class_="whisker") for end in ends),
        shape(mark.shape, x, y, 6.5, class_="point"),
        element(
            "text",
            name,
            x=x - 12 if is_left else x + 12,
            y=y + 4,
            text_anchor="end" if is_left else "start",
            class_="name",
        ),
        class_=mark.style,
    )
