"""Own what an edit of several files ends in: a proposal that was checked, or the reason for none.

Plain data; nothing in here checks or applies anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from glossator_server.agent.plans import Plan
from glossator_server.change_set import ChangeSet
from glossator_server.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProposal(Proposal):
    """Changes of several files; `edits` is empty, `changes` says what they are.

    `history` has a line for what was done, `review` is what the critic said last, None where nobody
    was asked. `confirm` are the paths that a person has to agree to one by one, because programs
    obey them, or because they go altogether. `transcript` is the file that tells how it came about.
    """

    changes: ChangeSet
    plan: Plan
    history: tuple[str, ...]
    review: str | None = None
    confirm: tuple[str, ...] = ()
    transcript: Path | None = None

    @property
    def what(self) -> str:
        """Return what it is, within a sentence."""
        count = len(self.changes.files)
        return f"the change of {count} file{'s' if count != 1 else ''}"

    @property
    def says(self) -> str:
        """Return what was found out about it, in one line."""
        told = (f"{it.check} ({it.tool}): {it.after}" for it in self.evidence)
        return "; ".join(told)


class NoEditCause(StrEnum):
    """Why nothing is proposed; stable, for programs."""

    NO_PLAN = "no-plan"
    NOT_POSSIBLE = "not-possible"
    NOTHING_CHANGED = "nothing-changed"
    NOT_FINISHED = "not-finished"
    FAILED_CHECKS = "failed-checks"
    NOT_APPROVED = "not-approved"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True)
class NoEdit:
    """An edit for which nothing is proposed, with the reason as one sentence.

    `attempt` is the diff of what was staged, which must not be applied unread.
    """

    cause: NoEditCause
    reason: str
    history: tuple[str, ...] = ()
    attempt: str = ""
    transcript: Path | None = None


EditOutcome = EditProposal | NoEdit
