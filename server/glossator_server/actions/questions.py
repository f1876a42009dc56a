"""Own the data of a question about a repository: what is asked, with what, and what came of it.

Nothing in here does anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from glossator_clients.costs import Cost
from glossator_gate.types import DataClass
from glossator_indexer.records import (
    ContextPiece,
    FoundEntity,
    Hit,
    PiecesQuery,
    SearchQuery,
)
from glossator_server.actions.workshop import OpenModel
from glossator_server.agent.staging import OpenText
from glossator_server.policies import WorkspacePolicy
from glossator_server.sampling import AskingOptions

NOTHING_BEFORE = (
    "there is no conversation about this repository to go on with; asked as a new question"
)
# A question, not a document.
MOST_QUESTION_CHARACTERS = 10_000


class AskIndex(Protocol):
    """What a question asks the index of its repository; `IndexClient` fits."""

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Return the best hits, best first."""
        ...

    async def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a place or a question, role by role, best first."""
        ...

    async def entities(self, name: str, limit: int = 50) -> list[FoundEntity]:
        """Return named things whose name is, begins with, or holds the words of `name`."""
        ...


class AskReport(Protocol):
    """Who is told how a question goes, and shows the answer as it comes."""

    def say(self, words: str) -> None:
        """Say what is being done now."""
        ...

    def write(self, markdown: str) -> None:
        """Show the next checked piece of the answer."""
        ...

    def start_over(self) -> None:
        """Take back all that was shown of the answer."""
        ...


class SilentReport:
    """Tells nobody."""

    def say(self, words: str) -> None:
        """Drop the words."""

    def write(self, markdown: str) -> None:
        """Drop the piece."""

    def start_over(self) -> None:
        """Have nothing to take back."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was answered before, and the answer as it was shown.

    `names` are the names of the code that both speak of; `data_class` is that of what was shown
    for it. A summary of older turns has no question.
    """

    question: str
    answer: str
    names: tuple[str, ...] = ()
    data_class: DataClass = DataClass.RESTRICTED


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, where (a file, a symbol of it, some lines, from 1), and what was said before.

    The oldest turn is the first.
    """

    text: str
    path: Path | None = None
    symbol: str = ""
    lines: range | None = None
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """Lines of a file (both from 1, both included) that say what an answer says."""

    path: str
    start_line: int
    end_line: int

    def __str__(self) -> str:
        lines = f"{self.start_line}-{self.end_line}"
        return f"{self.path}:{self.start_line if self.start_line == self.end_line else lines}"


Link = Callable[[Citation], str]
# Waits until an index that is still being made is whole; tells whether there was anything to wait
# for.
WaitForIndex = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class AskSources:
    """What a question is answered from and with.

    `root` is the real path of the workspace, which lies `prefix` below the root of the index; what
    is more secret than `data_class` is not shown to a model. `open_texts` are the documents of an
    editor by real path, and `open_paths` those files below the root of the index. `link` makes
    Markdown of a citation.
    """

    root: Path
    index: AskIndex | None
    open_model: OpenModel
    policy: WorkspacePolicy
    data_class: DataClass
    link: Link
    prefix: str = ""
    open_texts: Mapping[Path, OpenText] = field(default_factory=dict)
    open_paths: tuple[str, ...] = ()
    asking: AskingOptions = field(default_factory=AskingOptions)
    wait_for_index: WaitForIndex | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a file that may answer a question; `lines` has a text for each, secrets redacted.

    `why` says how it was found: "place" is where the question was asked, "file" the file
    of it, "name" bears a name that
    the question has, "hit" came from the search, "related" is used by or uses another piece.
    `transformer` is the score of the model that read it again, None where none did.
    """

    path: str
    start_line: int
    lines: tuple[str, ...]
    symbol: str = ""
    kind: str = ""
    why: str = "hit"
    score: float = 0.0
    transformer: float | None = None
    trust: str = "project"

    @property
    def end_line(self) -> int:
        """Return the last line."""
        return self.start_line + len(self.lines) - 1

    @property
    def text(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines)

    @property
    def citation(self) -> Citation:
        """Return the place of the whole piece."""
        return Citation(self.path, self.start_line, self.end_line)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found for a question, most useful first, and whether it supports an answer.

    `support` is the number that decided, `notices` are sentences about what could not be looked at.
    """

    pieces: tuple[Piece, ...]
    support: float
    is_supported: bool
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question, and what stands behind it.

    `markdown` is safe to render; where `found` is false it says that there is no answer. `pieces`
    are those that the model was shown, and `quoted` those that speak for themselves because no
    model was asked. `dropped` counts what was left out of its words because nothing shown bears it
    out.
    """

    markdown: str
    citations: tuple[Citation, ...]
    found: bool
    pieces: tuple[Piece, ...] = ()
    model: str = ""
    route: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    cost: Cost | None = None
    notices: tuple[str, ...] = ()
    dropped: int = 0
    quoted: tuple[Piece, ...] = ()
    support: float = 0.0
    turns: Sequence[Turn] = ()
