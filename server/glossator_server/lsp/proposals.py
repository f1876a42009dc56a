"""Own the proposals that wait for a person's answer: kept, shown as a diff, applied or let go.

A diff is a file in the state folder that the editor opens; it must not apply anything itself.
"""

from __future__ import annotations

import itertools
import logging
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from glossator_gate.errors import GlossatorError
from glossator_indexer.types import TextChange
from glossator_server.edits import apply_changes, unified_diff
from glossator_server.errors import UsageError
from glossator_server.files import write_report
from glossator_server.proposal import Evidence, FixProposal
from glossator_server.snapshot import Snapshot

# Whoever wants an older one asks again: the code has moved on.
MOST_KEPT = 50
# Only its owner reads what may be a piece of confidential code.
_MODE = 0o600

# Checks changes in a newer text as they were checked before; None where they may not be offered.
CheckAgain = Callable[[Snapshot, tuple[TextChange, ...]], Awaitable[FixProposal | None]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OfferedChange:
    """A proposal and the text that it was made for; `again` checks it in one that has moved on."""

    proposal: FixProposal
    snapshot: Snapshot
    again: CheckAgain


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """A change that waits, and the file with its diff, if there is one."""

    id: str
    offered: OfferedChange
    diff: Path | None


class Proposals:
    """What was proposed in this session, by id; the newest are kept."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._kept: dict[str, KeptProposal] = {}

    def keep(self, offered: OfferedChange) -> KeptProposal:
        """Keep a proposal and write its diff; where that fails, there is none to look at."""
        number = f"{os.getpid()}-{next(self._numbers)}"
        path = self._write(number, as_text(offered.proposal, offered.snapshot))
        kept = KeptProposal(number, offered, path)
        self._kept[number] = kept
        for old in list(self._kept)[:-MOST_KEPT]:
            del self._kept[old]
        return kept

    def keep_attempt(self, name: str, text: str) -> Path | None:
        """Write down an attempt that may not be applied, for who wants to read it."""
        return self._write(f"{os.getpid()}-{next(self._numbers)}-{name}", text)

    def take(self, number: str) -> KeptProposal:
        """Return a proposal and forget it; raises `UsageError` where there is none."""
        kept = self._kept.pop(number, None)
        if kept is None:
            raise UsageError(f"There is no proposal {number} any more; ask for the fix again.")
        return kept

    def forget(self, number: str) -> None:
        """Let go of a proposal that somebody has answered for, if it is still there."""
        self._kept.pop(number, None)

    def put_back(self, kept: KeptProposal) -> None:
        """Keep a proposal that was taken and not applied."""
        self._kept[kept.id] = kept

    def _write(self, name: str, text: str) -> Path | None:
        try:
            folder = platformdirs.user_state_path("glossator", appauthor=False) / "proposals"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{name}.diff"
            write_report(path, text, _MODE)
            for old in sorted(folder.glob("*.diff"))[:-MOST_KEPT]:
                old.unlink(missing_ok=True)
        except (OSError, GlossatorError) as trouble:
            _log.warning("no diff could be written: %s", trouble)
            return None
        return path


def as_text(proposal: FixProposal, snapshot: Snapshot) -> str:
    """Return a proposal as a diff with its evidence above it, as `git apply` takes it."""
    name = snapshot.path.name if snapshot.path is not None else snapshot.uri
    if snapshot.path is not None:
        name = str(snapshot.path).lstrip("/")
    after = apply_changes(snapshot.text, proposal.edits[0].changes)
    lines = [proposal.title, "", *(_told(it) for it in proposal.evidence), *proposal.history]
    if proposal.review:
        lines.append(f"The reviewer: {proposal.review}")
    lines += [*proposal.notices, f"by {proposal.model} ({proposal.route})", ""]
    return "\n".join(lines) + "\n" + unified_diff(name, snapshot.text, after)


def _told(evidence: Evidence) -> str:
    before = f"{evidence.before} -> " if evidence.before else ""
    tool = f"{evidence.tool} {evidence.version}".strip()
    return f"{evidence.verdict} {evidence.check} ({tool}): {before}{evidence.after}"
