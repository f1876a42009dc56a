"""Own the proposals that wait for a person's answer: kept, shown as a diff, applied or let go.

It must not apply anything itself.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_server.change_set import ChangeSet
from glossator_server.changes.diffs import diff_of
from glossator_server.errors import UsageError
from glossator_server.lsp.shown_files import write_shown
from glossator_server.proposal import Evidence, Proposal

# Whoever wants an older one asks again: the code has moved on.
MOST_KEPT = 50


@dataclass(frozen=True, slots=True)
class Failing:
    """Why changes may not be offered as they are: a sentence without its full stop."""

    reason: str


# Has a change applied in another way than by its texts, and says how that ended.
Apply = Callable[[], Awaitable[str]]
# Checks a part of the changes, or what they are in newer texts, as they were checked before.
CheckAgain = Callable[[ChangeSet], Awaitable[Proposal | Failing]]


@dataclass(frozen=True, slots=True)
class OfferedChange:
    """A proposal with the texts that it was made for; `again` checks others.

    `told` are lines about how it came about. `noun` is what a person asks for again. `along` are
    paths of files that change with whatever is taken of the others; those of `confirm` are asked
    for one by one, because programs obey them. A `by_parts` change is always shown before it is
    applied, and can be taken in part; one with `apply` is taken whole, in its own way.
    """

    proposal: Proposal
    changes: ChangeSet
    again: CheckAgain
    told: tuple[str, ...] = ()
    noun: str = "fix"
    along: frozenset[str] = frozenset()
    confirm: tuple[str, ...] = ()
    by_parts: bool = False
    apply: Apply | None = None

    def narrowed(self, changes: ChangeSet) -> OfferedChange:
        """Return the same of other changes, which nobody has checked."""
        return replace(self, changes=changes)


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """A change that waits, and the file with its diff, if there is one.

    `is_whole` is False for what is left of a change of which a part was taken or let go.
    """

    id: str
    offered: OfferedChange
    diff: Path | None
    is_whole: bool = True


class Proposals:
    """What was proposed in this session, by id; the newest are kept."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._kept: dict[str, KeptProposal] = {}

    def keep(self, offered: OfferedChange) -> KeptProposal:
        """Keep a proposal and write its diff; where that fails, there is none to look at."""
        number = self._next()
        path = write_shown("proposals", f"{number}.diff", as_text(offered))
        kept = KeptProposal(number, offered, path)
        self._kept[number] = kept
        for old in list(self._kept)[:-MOST_KEPT]:
            del self._kept[old]
        return kept

    def keep_attempt(self, name: str, text: str) -> Path | None:
        """Write down an attempt that may not be applied, for who wants to read it."""
        return write_shown("proposals", f"{self._next()}-{name}.diff", text)

    def waiting(self, number: str) -> KeptProposal:
        """Return a proposal; raises `UsageError` where there is none."""
        kept = self._kept.get(number)
        if kept is None:
            raise UsageError(f"There is no proposal {number} any more; ask for it again.")
        return kept

    def take(self, kept: KeptProposal) -> None:
        """Forget a proposal; raises `UsageError` where it waits no more as it was."""
        if self.waiting(kept.id) is not kept:
            raise UsageError(f"Proposal {kept.id} has changed meanwhile; look at it again.")
        del self._kept[kept.id]

    def forget(self, number: str) -> None:
        """Let go of a proposal that somebody has answered for, if it is still there."""
        self._kept.pop(number, None)

    def put_back(self, kept: KeptProposal) -> None:
        """Keep a proposal that was taken and not applied."""
        self._kept[kept.id] = kept

    def _next(self) -> str:
        return f"{os.getpid()}-{next(self._numbers)}"


def as_text(offered: OfferedChange) -> str:
    """Return a proposal as a diff with its evidence above it, as `git apply` takes it."""
    proposal = offered.proposal
    lines = [proposal.title, "", *(_told(it) for it in proposal.evidence), *offered.told]
    lines += [*proposal.notices, f"by {proposal.model} ({proposal.route})", ""]
    return "\n".join(lines) + "\n" + diff_of(offered.changes)


def _told(evidence: Evidence) -> str:
    before = f"{evidence.before} -> " if evidence.before else ""
    tool = f"{evidence.tool} {evidence.version}".strip()
    return f"{evidence.verdict} {evidence.check} ({tool}): {before}{evidence.after}"
