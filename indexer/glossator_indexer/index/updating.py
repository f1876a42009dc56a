"""Own what one process does itself for a few files: saves, unsaved texts, what a kill cut off.

It starts no worker and walks only where a folder came or went.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from glossator_gate.errors import GlossatorError
from glossator_indexer.extraction import extract_text
from glossator_indexer.index.refreshing import BYTES_THAT_A_FILE_COUNTS
from glossator_indexer.index.stores import Stores
from glossator_indexer.pipeline import (
    Job,
    Made,
    Missing,
    Reading,
    Turns,
    job_for,
    made_of,
    make,
    plan,
    vectors_by_hash,
)
from glossator_indexer.ports import Embedder
from glossator_indexer.records import DISK, FoundFile

# Opening takes no longer than a second for these, counted as batches are, of which it is more than
# two; what is more waits for the refresh.
_BYTES_REPLAYED = 1536 << 10
# To look at one path costs a listing of each folder above it, a walk lists every folder once.
_MOST_PATHS_SINGLY = 200
# Vectors of files that were saved and wait for a server's: 100 kB a file, less than 50 MB.
_FILES_LEFT_OVER = 500


class Updates:
    """Makes few files here and now, and writes them."""

    def __init__(self, stores: Stores, turns: Turns) -> None:
        self._stores = stores
        self._turns = turns
        self._parts = stores.parts
        self._root = str(stores.root)
        self._left_over: dict[str, dict[bytes, bytes]] = {}

    def replay(self) -> None:
        """Make again what a kill left out of the words, as far as that takes no time to notice."""
        stores = self._stores
        numbers = sorted(stores.lexical.backlog)
        known = [it for it in map(stores.truth.known, numbers) if it is not None]
        if not known or sum(it.size + BYTES_THAT_A_FILE_COUNTS for it in known) > _BYTES_REPLAYED:
            return
        made = []
        for it in known:
            found = self._parts.walker.found(it.path)
            if found is None:
                made.append(Made(it.path, "gone"))
                continue
            job = job_for(found, it.content_hash)._replace(force=True, embed=False)
            made.append(make(self._root, job, self._embedder_here))
        stores.writer.take_in(made)
        stores.writer.commit()

    def jobs_for(self, paths: Sequence[str]) -> tuple[list[Job], list[int]]:
        """Return what is to be made of named paths, and numbers of what is no more."""
        truth = self._stores.truth
        numbers = truth.numbers(DISK)
        wanted = dict.fromkeys(paths)
        if len(wanted) > _MOST_PATHS_SINGLY:
            return self._at_or_below(frozenset(wanted), numbers)
        jobs, gone, others = [], [], set[str]()
        for path in wanted:
            if (found := self._parts.walker.found(path)) is not None:
                known = truth.find(DISK, path)
                jobs.append(job_for(found, known.content_hash if known else b""))
            elif path in numbers:
                gone.append(numbers[path])
            elif not (Path(self._root) / path).is_file():
                others.add(path.rstrip("/"))
        if others:
            jobs_below, gone_below = self._at_or_below(frozenset(others), numbers)
            jobs.extend(jobs_below)
            gone.extend(gone_below)
        return jobs, gone

    def save(self, jobs: Sequence[Job], gone: Sequence[int]) -> None:
        """Make files, write them and commit: on return they can be found."""
        embedder, reusable = self._embedder_here, self._reusable
        made = [make(self._root, it, embedder, reusable(it.path, DISK)) for it in jobs]
        with self._turns.save():
            self._stores.writer.remove(gone)
            self._stores.writer.take_in(made)
            self._stores.writer.commit()

    def made_of_buffer(self, session: int, path: str, text: str | None) -> Made | None:
        """Make an unsaved text; None where it belongs to no file of the index."""
        if text is None:
            self._stores.texts.forget(session, path)
            return Made(path, "gone")
        found = self._found_for_buffer(path)
        if found is None:
            return None
        extracted = extract_text(found, text)
        known = self._stores.truth.find(DISK, path)
        self._stores.texts.keep(session, path, text)
        if known is not None and known.content_hash == extracted.record.content_hash:
            return Made(path, "gone")
        stamps = Reading(b"", found.size, time.time_ns(), 0, 0, 0)
        return made_of(extracted, stamps, self._embedder_here, self._reusable(path, session))

    def embed_file(self, number: int) -> str | None:
        """Make the vectors of one file; return why the embedder cannot, None where it can."""
        known = self._stores.truth.known(number)
        found = self._parts.walker.found(known.path) if known else None
        if known is None or found is None:
            return None
        job = job_for(found, known.content_hash)._replace(force=True)
        try:
            made = make(self._root, job, self._parts.embedder, self._left_over.get(known.path, {}))
        except GlossatorError as exc:
            return str(exc)
        self._left_over.pop(known.path, None)
        with self._turns.bulk():
            self._stores.writer.take_in([made])
            self._stores.writer.commit_if_due()
        return None

    def take_vectors(self, numbers: Sequence[int], found: Mapping[bytes, bytes]) -> list[int]:
        """Write the vectors of files whose every chunk is in `found`; return the other numbers.

        What was found for those is kept, so that an embedder makes the rest only.
        """
        taken, left = [], []
        for number in numbers:
            entry, known = self._stores.truth.file(number), self._stores.truth.known(number)
            file = self._parts.walker.found(known.path) if known else None
            if entry is None or known is None or file is None:
                continue
            reusable = self._left_over.get(known.path, {}) | {
                it.hash: found[it.hash] for it in entry[1].chunks if it.hash in found
            }
            if all(it.hash in reusable for it in entry[1].chunks):
                job = job_for(file, known.content_hash)._replace(force=True)
                made = make(self._root, job, None, reusable)
                if made.outcome != "made" or made.vectors is not None:
                    taken.append(made)
                    self._left_over.pop(known.path, None)
                    continue
            left.append(number)
            if reusable and len(self._left_over) < _FILES_LEFT_OVER:
                self._left_over[known.path] = reusable
        with self._turns.bulk():
            self._stores.writer.take_in(taken)
            self._stores.writer.commit_if_due()
        return left

    @property
    def _embedder_here(self) -> Embedder | None:
        """The embedder where it is fast enough to be waited for."""
        return self._parts.embedder if self._parts.worker_embedder is not None else None

    def _at_or_below(
        self, paths: frozenset[str], numbers: Mapping[str, int]
    ) -> tuple[list[Job], list[int]]:
        """Do the same, with one walk, for many paths, and folders that came, went, were renamed."""
        known = {numbers[it] for it in numbers if _is_at_or_below(it, paths)}
        if not any((Path(self._root) / it).exists() for it in paths):
            return [], list(known)
        walked = [it for it in self._parts.walker.walk() if _is_at_or_below(it.path, paths)]
        work = plan(self._stores.truth, walked, Missing())
        return list(work.jobs), [it for it in work.gone if it in known]

    def _reusable(self, path: str, session: int) -> dict[bytes, bytes]:
        """Return vectors by the hash of their chunk that the path has already."""
        truth = self._stores.truth
        for known in (truth.find(session, path), truth.find(DISK, path)):
            entry = truth.file(known.number) if known else None
            vectors = truth.vectors_of(known.number, self._parts.model) if known else None
            if entry is not None and vectors:
                return self._left_over_of(path, vectors_by_hash(entry[1], vectors))
        return self._left_over.get(path, {})

    def _left_over_of(self, path: str, vectors: dict[bytes, bytes]) -> dict[bytes, bytes]:
        # A server makes the missing ones later; by then the former file is forgotten.
        if self._parts.worker_embedder is None and len(self._left_over) < _FILES_LEFT_OVER:
            self._left_over[path] = vectors
        return vectors

    def _found_for_buffer(self, path: str) -> FoundFile | None:
        found = self._parts.walker.found(path)
        if found is not None:
            return found
        known = self._stores.truth.find(DISK, path)
        return known and FoundFile(path, known.size, known.mtime_ns, 0, known.language)


def _is_at_or_below(path: str, paths: frozenset[str]) -> bool:
    while path:
        if path in paths:
            return True
        path = path.rpartition("/")[0]
    return False
