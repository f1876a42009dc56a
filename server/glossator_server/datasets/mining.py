"""Own mining: from repositories to a file of records, in worker processes, with bounded memory.

Files are found as the index finds them. The file is written beside and put in place when whole.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from glossator_gate.policy import Policy, is_denied
from glossator_indexer.records import Trust
from glossator_indexer.styles import styles_of
from glossator_indexer.walking import RepositoryWalker, WalkOptions, repository_root
from glossator_server.datasets.near_duplicates import NearDuplicates, Signature
from glossator_server.datasets.pool import Work, in_order, sliced
from glossator_server.datasets.reading import FileJob, FileYield, read_file
from glossator_server.datasets.records import Record, line_of
from glossator_server.files import told
from glossator_server.policies import WorkspacePolicy
from glossator_server.settings import Settings

# A worker gets so many files at a time.
_FILES_TOGETHER = 16
# Two may say the same in the same words, more would teach that one sentence.
_MOST_SAME_SUMMARIES = 4

Told = Callable[["Mined"], None]


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder to mine, with what policy and settings say of it.

    `name` is the project's, empty for the name of the repository's root.
    """

    folder: Path
    name: str
    policy: Policy
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file to read, with the settings of its repository."""

    job: FileJob
    settings: Settings


@dataclass(slots=True)
class Mined:
    """What was found so far.

    `left_out` counts records by the first filter that they do not pass, `weak` the descriptions
    that are not asked for in those that are kept; `files` says what became of the files.
    """

    files_total: int = 0
    files_done: int = 0
    documented: int = 0
    kept: int = 0
    secrets: int = 0
    files: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    weak: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    projects: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def mine(repositories: Sequence[Repository], out: Path, workers: int, told_now: Told) -> Mined:
    """Write the records of repositories into `out`, in one step; return what was found.

    `told_now` hears of each slice of files. Raises `UsageError` where nothing can be written or
    read.
    """
    mined = Mined()
    jobs = [it for repository in repositories for it in _jobs(repository, mined)]
    mined.files_total = len(jobs)
    with _written(out) as file:
        sieve = _Sieve()
        for done in in_order(_READING, sliced(jobs, _FILES_TOGETHER), workers):
            mined.files_done += 1
            mined.files[done.what] += 1
            mined.secrets += done.secrets
            mined.problems += [done.trouble] if done.trouble else []
            for record, signature in done.records:
                sifted = sieve.sifted(record, signature)
                _count(mined, sifted)
                file.write(line_of(sifted).encode("utf-8", "surrogatepass"))
            told_now(mined)
    return mined


class _Sieve:
    """Finds what stands in the records before already."""

    def __init__(self) -> None:
        self._known = NearDuplicates()
        self._ids: set[str] = set()
        self._summaries: Counter[str] = Counter()

    def sifted(self, record: Record, signature: Signature) -> Record:
        """Return the record, left out where it is a near duplicate of one that is kept."""
        if record.left_out:
            return record
        if record.id in self._ids or next(self._known.like(signature), None) is not None:
            return replace(record, left_out=("duplicate",))
        summary = " ".join(record.fields.summary.lower().split())
        if self._summaries[summary] >= _MOST_SAME_SUMMARIES:
            return replace(record, left_out=("same-summary",))
        self._summaries[summary] += 1
        self._ids.add(record.id)
        self._known.add(record.id, signature)
        return record


def _count(mined: Mined, record: Record) -> None:
    mined.documented += 1
    if record.left_out:
        mined.left_out[record.left_out[0]] += 1
        return
    mined.kept += 1
    mined.weak.update(reason for _, reason in record.weak)
    mined.licences[record.licence] += 1
    mined.projects[record.project] += 1


def _jobs(repository: Repository, mined: Mined) -> Iterator[_Reading]:
    """Yield the files of a repository that people wrote and that may be read."""
    folder = repository.folder.resolve()
    root = repository_root(folder)
    options = WalkOptions(denied=lambda it: is_denied(repository.policy, it))
    walker = RepositoryWalker(root, options)
    found = walker.below("/".join(folder.relative_to(root).parts))
    if found is None:
        # It is left out of its repository, but somebody named it.
        root, walker = folder, RepositoryWalker(folder, options)
        found = walker.below("") or ()
    project = repository.name or root.name
    mined.problems += walker.problems
    policy = WorkspacePolicy(repository.policy, root)
    for it in found:
        if not styles_of(it.language):
            continue
        if it.trust in (Trust.GENERATED, Trust.VENDORED):
            mined.files[str(it.trust)] += 1
        elif policy.may_be_read(root / it.path):
            data_class = policy.class_of(root / it.path)
            job = FileJob(root, it.path, project, data_class, it.trust is Trust.TEST)
            yield _Reading(job, repository.settings)


def _read_slice(jobs: Sequence[_Reading]) -> list[FileYield]:
    return [read_file(it.job, it.settings) for it in jobs]


def _unread(job: _Reading) -> FileYield:
    return FileYield("unreadable", trouble=f"{job.job.path} took too much to take apart.")


_READING = Work(_read_slice, _unread)


@contextlib.contextmanager
def _written(out: Path) -> Iterator[IO[bytes]]:
    """Write a file beside `out` and put it in its place when the block is through."""
    # Named before it is made: an interrupt at any instant leaves nothing.
    new = out.absolute().parent / f".glossator.{secrets.token_hex(8)}"
    with told(out):
        try:
            with new.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            new.replace(out)
        except BaseException:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
