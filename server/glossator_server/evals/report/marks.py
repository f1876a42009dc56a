"""Own how configurations are told apart: a letter, a shape and a colour each, never colour alone.

It must not know what is drawn with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glossator_server.evals.report.markup import Element, element

# As many as the style sheet has colours; more begin anew, and their letters differ.
COLOURS = 6
_SHAPES = ("circle", "square", "triangle", "diamond", "down", "cross")


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands for a configuration in every picture and table."""

    name: str
    letter: str
    shape: str
    style: str


def marks_of(names: Sequence[str]) -> dict[str, Mark]:
    """Return the mark of each configuration by its name."""
    return {
        name: Mark(name, _letter(at), _SHAPES[at % len(_SHAPES)], f"series-{at % COLOURS}")
        for at, name in enumerate(names)
    }


def badge(mark: Mark) -> Element:
    """Return the letter and name of a configuration for tables and headings."""
    letter = element("span", mark.letter, class_=f"letter {mark.style}", aria_hidden="true")
    return element("span", letter, " ", mark.name, class_="badge")


def shape(kind: str, x: float, y: float, radius: float, **attributes: str) -> Element:
    """Return a shape of a picture around a point."""
    if kind == "circle":
        return element("circle", cx=x, cy=y, r=radius, **attributes)
    points = " ".join(f"{x + dx * radius:.1f},{y + dy * radius:.1f}" for dx, dy in _CORNERS[kind])
    return element("polygon", points=points, **attributes)


_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    "diamond": ((0, -1.25), (1.1, 0), (0, 1.25), (-1.1, 0)),
    "down": ((0, 1.15), (1.1, -0.85), (-1.1, -0.85)),
    "left": ((-1.2, 0), (0.8, -1.0), (0.8, 1.0)),
    "right": ((1.2, 0), (-0.8, -1.0), (-0.8, 1.0)),
    "cross": (
        *((-0.35, -1.1), (0.35, -1.1), (0.35, -0.35), (1.1, -0.35), (1.1, 0.35), (0.35, 0.35)),
        *((0.35, 1.1), (-0.35, 1.1), (-0.35, 0.35), (-1.1, 0.35), (-1.1, -0.35), (-0.35, -0.35)),
    ),
}


def _letter(at: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return letters[at % len(letters)] * (at // len(letters) + 1)
