"""Own `Wanted`: what a complete comment of a symbol describes, in a style's own spelling.

Plain data; each style says for each symbol what it wants.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Need(StrEnum):
    """How much a comment needs the description of something."""

    REQUIRED = "required"  # without it the comment is incomplete
    WELCOME = "welcome"  # the style's own tool does without it
    TOLD = "told"  # the declaration says it itself, or hides it
    NONE = "none"  # there is nothing to describe, and a description would be wrong


@dataclass(frozen=True, slots=True)
class DocumentedName:
    """A name as a comment spells it: `list`, `outer.inner`, `*args`, `<T>`."""

    path: str
    need: Need


@dataclass(frozen=True, slots=True)
class Wanted:
    """The names that a comment may describe, each once, in order; whether it tells of a value.

    `raises` are the exceptions (or Rust's sections) that it may tell of; none of them is required.
    A style without sections for names (Go, Rust) has none. `plain` makes a model's cleaned words
    mean themselves where the style would read markup in them; done twice it changes nothing more.
    """

    names: tuple[DocumentedName, ...] = ()
    returns: Need = Need.NONE
    raises: tuple[str, ...] = ()
    plain: Callable[[str], str] | None = field(default=None, compare=False)


def requiring(wanted: Wanted, names: Container[str | None]) -> Wanted:
    """Return what is wanted of a comment that lacks `names`, by what else it describes."""
    return replace(
        wanted,
        names=tuple(
            replace(it, need=Need.REQUIRED) if it.need is Need.TOLD and it.path in names else it
            for it in wanted.names
        ),
    )
