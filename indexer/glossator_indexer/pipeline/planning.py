"""Own what a walk says about the index: which files are new, changed, gone or in doubt.

It reads no file. Stamps decide, and any difference of a stamp counts, so that a clock that jumps
does no harm; the contents decide afterwards whether something changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glossator_indexer.pipeline.making import Job, job_for
from glossator_indexer.records import DISK, FoundFile
from glossator_indexer.store import KnownFile, Store

# A file written within this of being read may have been written again in the same tick of its
# file system's clock: two seconds on the coarsest.
_RACY_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Missing:
    """Numbers of unchanged files that are to be made nevertheless.

    `texts` because a derived store lacks them, `vectors` because the model's are missing,
    `records` because theirs are damaged.
    """

    texts: frozenset[int] = frozenset()
    vectors: frozenset[int] = frozenset()
    records: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do: jobs in the order of the walk, and numbers of files that are gone."""

    jobs: tuple[Job, ...]
    gone: tuple[int, ...]


def plan(store: Store, walked: Sequence[FoundFile], missing: Missing) -> Plan:
    """Compare a walk with the truth."""
    numbers = store.numbers(DISK)
    jobs = []
    for found in walked:
        number = numbers.get(found.path)
        known = None if number is None else store.known(number)
        if known is None:
            jobs.append(job_for(found))
        elif (job := _job_of_known(found, known, missing)) is not None:
            jobs.append(job)
    # What can be found no more, although nothing changed, is missed most.
    jobs.sort(key=lambda it: not it.force)
    present = {it.path for it in walked}
    return Plan(tuple(jobs), tuple(n for path, n in numbers.items() if path not in present))


def _job_of_known(found: FoundFile, known: KnownFile, missing: Missing) -> Job | None:
    number = known.number
    if number in missing.records:
        return job_for(found)
    force = number in missing.texts or number in missing.vectors
    if not force and not _is_in_doubt(found, known):
        return None
    job = job_for(found, known.content_hash)
    return job._replace(force=force, embed=number in missing.vectors)


def _is_in_doubt(found: FoundFile, known: KnownFile) -> bool:
    # The time of change is the one stamp that no program can set, as archives, copies and build
    # tools set the time of writing.
    stamps = (found.size, found.mtime_ns, found.inode, found.ctime_ns, found.language)
    if stamps != (*known[3:7], known.language):
        return True
    return max(known.mtime_ns, known.ctime_ns) > known.read_ns - _RACY_NS
