"""Own what happens in a function's own frame: does it return a value, yield, raise, and what.

A language says how its nodes are called; this module must not know any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from glossator_indexer.parsing import Node, ParsedSource, find_in_frame


@dataclass(frozen=True, slots=True)
class FrameNodes:
    """How a grammar calls what matters; `others` open frames of their own.

    `raised_name` returns the name of what a raising statement raises, None where it has none.
    `is_nothing` says that a returned expression is no value (`None`).
    """

    returns: str
    yields: frozenset[str]
    raises: str
    others: frozenset[str]
    raised_name: Callable[[Node], str | None]
    is_nothing: Callable[[Node], bool] = lambda node: False  # noqa: ARG005 -- of no node


@dataclass(slots=True)
class Frame:
    """What happens in a function's own frame; `raised` in order of appearance."""

    raised: dict[str, None] = field(default_factory=dict)
    yields: bool = False
    returns: bool = False


def frame_of(source: ParsedSource, body: Node, nodes: FrameNodes) -> Frame:
    """Return what happens in a body, functions inside of it left out."""
    found = Frame()
    wanted = nodes.yields | {it for it in (nodes.returns, nodes.raises) if it}
    for node in find_in_frame(source, body, wanted, nodes.others):
        if node.type in nodes.yields:
            found.yields = True
        elif node.type == nodes.returns:
            value = None if found.returns else first_named(node)
            found.returns |= value is not None and not nodes.is_nothing(value)
        elif node.type == nodes.raises and (name := nodes.raised_name(node)):
            found.raised[name] = None
    return found


def first_named(node: Node) -> Node | None:
    """Return the first child that is neither punctuation nor a comment."""
    return next((it for it in node.named_children if "comment" not in it.type), None)
