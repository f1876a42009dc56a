"""Own the judgement whether an audit log is as it was written.

It must not mend anything. Who can write the folder can write a whole new log: copies of its lines
kept elsewhere are what shows that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from glossator_gate.audit import GENESIS, lines, read_head


@dataclass(frozen=True, slots=True)
class AuditFlaw:
    """Something that is not as it was written: in which file and line (from 1), as a sentence."""

    file: str
    line: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What was found; `torn` counts lines that a kill left unfinished, which is no flaw."""

    lines: int
    files: int
    torn: int
    flaws: tuple[AuditFlaw, ...]

    @property
    def is_whole(self) -> bool:
        """Say whether every line is there and as it was written."""
        return not self.flaws


def verify(folder: Path) -> AuditVerdict:
    """Follow the chain from the first line to the last; raises `OSError` for unreadable files."""
    flaws: list[AuditFlaw] = []
    hashes: set[str] = set()
    files: set[str] = set()
    last = (GENESIS, 0)
    count = torn = 0
    for name, number, raw, line in lines(folder):
        files.add(name)
        if line is None:
            torn += 1
            continue
        count += 1
        if (line.get("prev"), line.get("n")) != (last[0], last[1] + 1):
            flaws.append(AuditFlaw(name, number, _what_is_wrong(name, number, last[1])))
        digest = hashlib.sha256(raw).hexdigest()
        hashes.add(digest)
        found = line.get("n")
        last = (digest, found if isinstance(found, int) else last[1] + 1)
    if (flaw := _flaw_of_end(folder, hashes)) is not None:
        flaws.append(flaw)
    return AuditVerdict(count, len(files), torn, tuple(flaws))


def _what_is_wrong(name: str, number: int, before: int) -> str:
    if before == 0:
        return (
            f"{name}:{number} is not the first line that was written: what came before it is gone."
        )
    return (
        f"{name}:{number} does not follow the line before it: one of them was changed, or lines "
        "between them were taken out or put in."
    )


def _flaw_of_end(folder: Path, hashes: set[str]) -> AuditFlaw | None:
    head = read_head(folder)
    if head is None:
        if not hashes:
            return None
        what = (
            "The file head is gone, so that nobody can tell whether lines are missing at the end."
        )
        return AuditFlaw("head", None, what)
    if head.hash in hashes or (head.hash == GENESIS and not hashes):
        return None
    what = (
        f"Line {head.number}, the last one that was written, is not as it was or gone: the end of "
        f"{head.file} was cut off or changed."
    )
    return AuditFlaw(head.file, None, what)
