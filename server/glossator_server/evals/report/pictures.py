"""Own the frame of every picture, and the line with numbers below a column of them.

It must not know what is drawn. Colours come from the style sheet by class, so that a picture
follows the reader's light or dark.
"""

from __future__ import annotations

from collections.abc import Iterable

from glossator_server.evals.report.axes import Axis
from glossator_server.evals.report.markup import Element, Part, element

# Of the pictures that stand in a column of a table, and what they leave free at both ends.
WIDTH, EDGE = 340.0, 10.0
_SCALE_HEIGHT = 22.0


def picture(
    title: str, parts: Iterable[Part], size: tuple[float, float], class_: str = ""
) -> Element:
    """Return a picture of `size` (width, height) in pixels, which says its title to a reader."""
    width, height = size
    return element(
        "svg",
        element("title", title),
        parts,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=width,
        height=height,
        role="img",
        class_=f"picture {class_}".strip(),
    )


def row_axis(low: float, high: float, *, is_reversed: bool = False) -> Axis:
    """Return the axis that the pictures of one column share."""
    return Axis(low, high, EDGE, WIDTH - 2 * EDGE, is_reversed)


def scale(axis: Axis, title: str) -> Element:
    """Return the line with numbers that stands under a column of pictures."""
    parts: list[Part] = [element("line", x1=0, x2=WIDTH, y1=0.5, y2=0.5, class_="axis")]
    for value in axis.ticks:
        x = axis.place(value)
        parts.append(element("line", x1=x, x2=x, y1=0, y2=5, class_="axis"))
        parts.append(element("text", axis.written(value), x=x, y=18, text_anchor="middle"))
    return picture(title, parts, (WIDTH, _SCALE_HEIGHT))


def share_bar(title: str, parts: Iterable[tuple[float, str]]) -> Element:
    """Return a bar of `WIDTH` filled by shares of it from the left, each with its class."""
    length, at = WIDTH - 2 * EDGE, EDGE
    drawn: list[Part] = [element("rect", x=EDGE, y=3, width=length, height=14, class_="empty-bar")]
    for part, class_ in parts:
        if part > 0:
            bar = element("rect", x=at, y=3, width=length * part, height=14)
            drawn.append(element("g", bar, class_=class_))
        at += length * part
    return picture(title, drawn, (WIDTH, 20.0))
