"""Own what a reader of any language says about one file before it is cut into chunks.

It must not know a language, and it reads no text: readers fill it in, the cutting takes it apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from glossator_indexer.records import EntityKind, Trust

# What a chunk calls and which types it uses: in order of appearance, without repeats.
Names = tuple[str, ...]


class OutlineEntity(NamedTuple):
    """A named thing of a file; lines count from 1 and ranges include both ends.

    `first_line` is where its doc comment (or the comment right above it) starts, `start_line` where
    itself does; they are equal where no comment stands above. A docstring inside is no reason for
    another `first_line`, but makes it documented. `container` is the qualified name of what it
    stands in. `signature` is its declaration without body, white space folded.
    """

    name: str
    kind: EntityKind
    container: str
    first_line: int
    start_line: int
    end_line: int
    signature: str
    is_definition: bool = True
    is_documented: bool = False


class References(Protocol):
    """Says what the code of some lines refers to."""

    def between(self, first_line: int, last_line: int, text: str) -> tuple[Names, Names]:
        """Return what these lines, whose text is `text`, call, and the types that they use."""
        ...


class ListedReferences:
    """References that a parser listed with their lines, both lists in order of line."""

    def __init__(
        self, calls: Iterable[tuple[int, str]] = (), types: Iterable[tuple[int, str]] = ()
    ) -> None:
        self._calls = tuple(calls)
        self._types = tuple(types)

    def between(
        self,
        first_line: int,
        last_line: int,
        text: str,  # noqa: ARG002 - a parser has read it already
    ) -> tuple[Names, Names]:
        """Return the names listed for these lines."""
        return (
            _between(self._calls, first_line, last_line),
            _between(self._types, first_line, last_line),
        )


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file holds.

    `entities` are sorted by `first_line`, an outer one before what stands in it; they nest or stand
    apart, they never cross. `trust` replaces what the path said where the content knows better.
    `trouble` says in one sentence why less than all was read.
    """

    entities: Sequence[OutlineEntity] = ()
    references: References = field(default_factory=ListedReferences)
    imports: Names = ()
    trust: Trust | None = None
    trouble: str | None = None


def _between(listed: tuple[tuple[int, str], ...], first_line: int, last_line: int) -> Names:
    begin = bisect_left(listed, (first_line, ""))
    end = bisect_left(listed, (last_line + 1, ""))
    return tuple(dict.fromkeys(name for _, name in listed[begin:end]))
