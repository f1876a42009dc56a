"""Own what is kept on this machine of offered comments: what was offered, and what became of it.

It must not send anything anywhere, nor decide whether anything may be kept: its callers ask policy
and settings. Secrets are taken out before a line is written.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import platformdirs

from glossator_gate.redaction import redact
from glossator_server.kept_lines import KeptLines
from glossator_server.proposal import CommentProposal

SCHEMA = 1
# Two files of this size are kept: some ten thousand comments.
_MOST_BYTES = 16 * 1000 * 1000
# Longer ones say no more about the words.
_MOST_CHARACTERS = 20_000
# Characters are compared with characters up to here, else words with words: half a second.
_MOST_COMPARED = 2_000_000


class Moment(StrEnum):
    """When it was looked at what had become of a comment."""

    PLACING = "placing"
    SAVE = "save"
    FIVE_MINUTES = "five-minutes"
    CLOSE = "close"


class Fate(StrEnum):
    """What became of a comment; `GONE` is its symbol, which says nothing of the comment."""

    KEPT = "kept"
    EDITED = "edited"
    REJECTED = "rejected"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a comment was offered, in code of which language; `name` is what findings refer to."""

    where: str
    language: str
    name: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of the comment of an offer; `comment` is what stands there, None for nothing."""

    offer: str
    moment: Moment
    fate: Fate
    distance: float | None
    comment: str | None


class FeedbackStore:
    """What was kept for this user; where a line cannot be written it is left out."""

    def __init__(self, path: Path | None = None, now: Callable[[], float] = time.time) -> None:
        folder = platformdirs.user_state_path("glossator", appauthor=False)
        self._kept = KeptLines(path or folder / "feedback.jsonl", _MOST_BYTES)
        self._now = now

    def add_offer(self, proposal: CommentProposal, offer: Offer) -> None:
        """Keep what was offered."""
        self._add(
            {
                "kind": "offer",
                "offer": offer.name,
                "where": offer.where,
                "language": offer.language,
                "symbol": proposal.symbol,
                "model": proposal.model,
                "rounds": proposal.rounds,
                "code": proposal.code,
                "comment": offered_comment(proposal),
            }
        )

    def add_finding(self, finding: Finding) -> None:
        """Keep what became of an offer."""
        distance = finding.distance
        self._add(
            {
                "kind": "finding",
                "offer": finding.offer,
                "moment": finding.moment,
                "fate": finding.fate,
                "distance": None if distance is None else round(distance, 4),
                "comment": finding.comment,
            }
        )

    def lines(self) -> Iterator[Mapping[str, Any]]:
        """Return what was kept, oldest first; what is no line of ours is left out.

        Raises `OSError` where a file is there and cannot be read.
        """
        return (it for it in self._kept.read() if it.get("schema") == SCHEMA)

    def clear(self) -> None:
        """Remove everything; raises `OSError` where that is impossible."""
        self._kept.clear()

    def _add(self, values: Mapping[str, object]) -> None:
        # Half a secret would not be known for one: they go before anything is cut.
        texts = {
            name: redact(value).text[:_MOST_CHARACTERS] if isinstance(value, str) else value
            for name, value in values.items()
        }
        self._kept.add({"schema": SCHEMA, "at": round(self._now(), 3), **texts})


def offered_comment(proposal: CommentProposal) -> str:
    """Return the comment of a proposal as it is written into the file."""
    return next(it.new_text for it in proposal.edits[0].changes if it.new_text).strip()


def judged(offer: str, moment: Moment, offered: str, found: str | None) -> Finding:
    """Return what became of a comment, by what stands at its symbol now."""
    if found is None:
        return Finding(offer, moment, Fate.REJECTED, 1.0, None)
    distance = edit_distance(_plain(offered), _plain(found))
    return Finding(offer, moment, Fate.EDITED if distance else Fate.KEPT, distance, found)


def edit_distance(one: str, other: str) -> float:
    """Return the Levenshtein distance of two texts, divided by the length of the longer one."""
    if one == other:
        return 0.0
    pair: tuple[Sequence[str], Sequence[str]] = (one, other)
    if len(one) * len(other) > _MOST_COMPARED:
        pair = (one.split()[:1000], other.split()[:1000])
    longest = max(map(len, pair))
    return _steps(*pair) / longest if longest else 0.0


def _plain(comment: str) -> str:
    # Code that moved to another column, or into a file with other line ends, is not edited.
    return "\n".join(line.strip() for line in comment.strip().splitlines())


def _steps(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the least number of insertions, deletions and replacements (Wagner and Fischer)."""
    before = list(range(len(other) + 1))
    for number, left in enumerate(one, 1):
        row = [number]
        for at, right in enumerate(other, 1):
            row.append(min(before[at] + 1, row[-1] + 1, before[at - 1] + (left != right)))
        before = row
    return before[-1]
