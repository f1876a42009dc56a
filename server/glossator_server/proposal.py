"""Own `Proposal` and `Evidence`: what Glossator offers, and why it may be believed.

Plain data; nothing in here checks, applies or shows anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from glossator_clients.costs import Cost
from glossator_indexer.styles.detecting import Conventions
from glossator_indexer.types import DocFields, TextChange
from glossator_server.settings import DocumentOptions


class Verdict(StrEnum):
    """What a check says of a proposal."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One check: which tool ran, in which version, and what it said before and after."""

    check: str
    tool: str
    version: str
    before: str
    after: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class FileEdit:
    """Changes to one file, sorted, not overlapping, in offsets of the text of `version`.

    `path` is None for a buffer that was never saved; `base_sha256` is of the UTF-8 text.
    """

    uri: str
    path: Path | None
    version: int | None
    base_sha256: str
    changes: tuple[TextChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that passed its checks.

    `symbol` is what it is about. `notices` are sentences about what was cut or filled in; `rounds`
    counts rounds of asking; `seconds` is wall time, `answer_seconds` what of it the models took.
    `route` says which model and where, `why` the router's reason; `cost` is None where the policy
    names no price. `assisted_by` says whether a commit's trailer is wanted.
    """

    title: str
    symbol: str
    edits: tuple[FileEdit, ...]
    evidence: tuple[Evidence, ...]
    model: str
    route: str
    notices: tuple[str, ...]
    rounds: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    why: str = ""
    answer_seconds: float = 0.0
    cost: Cost | None = None
    assisted_by: bool = False

    @property
    def what(self) -> str:
        """Return what it is, within a sentence."""
        return f"the change of {self.symbol}" if self.symbol else "the change"

    @property
    def stayed_here(self) -> bool:
        """Tell whether no other machine was sent anything for it."""
        return "://" not in self.route

    @property
    def says(self) -> str:
        """Return what an editor shows beside each change, empty for nothing."""
        return ""

    @property
    def trailer(self) -> str | None:
        """Return the trailer of a commit with a model's words in it, where it is wanted.

        As the kernel's Documentation/process asks of whoever uses such a tool; who signs off is a
        person's own affair, and never said here.
        """
        if not self.assisted_by or not self.rounds:
            return None
        return f"Assisted-by: Glossator:{self.model}"

    @property
    def tokens_per_second(self) -> float | None:
        """Return how fast the model wrote, None where nobody counted."""
        if not self.completion_tokens or self.answer_seconds <= 0:
            return None
        return self.completion_tokens / self.answer_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentProposal(Proposal):
    """A doc comment, with what is needed to place the same words in a text that has moved on.

    `fields` are the words, `code` is the symbol's as it was.
    """

    fields: DocFields
    code: str
    options: DocumentOptions
    conventions: Conventions

    @property
    def what(self) -> str:
        """Return what it is, within a sentence."""
        return f"the comment of {self.symbol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixProposal(Proposal):
    """A change of code, of one file.

    `history` has a line a round; `review` is what the critic said last, None where nobody was
    asked; `mends` are the identities of the problems that are gone with it.
    """

    history: tuple[str, ...]
    mends: tuple[tuple[str, ...], ...]
    review: str | None = None

    @property
    def says(self) -> str:
        """Return what was found out about it, in one line."""
        told = (f"{it.check} ({it.tool}): {it.after}" for it in self.evidence)
        return "; ".join(told)


class SkipCause(StrEnum):
    """Why nothing is proposed for a symbol; stable, for programs."""

    ALREADY_DOCUMENTED = "already-documented"
    SYNTAX_ERROR = "syntax-error"
    UNNAMED_PARAMETER = "unnamed-parameter"
    NO_USABLE_TEXT = "no-usable-text"
    FAILED_CHECKS = "failed-checks"
    PROMPT_TOO_LONG = "prompt-too-long"
    MODEL_FAILED = "model-failed"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A symbol for which nothing is proposed, with the reason as one sentence."""

    path: Path | None
    symbol: str
    cause: SkipCause
    reason: str


Outcome = CommentProposal | Skipped
