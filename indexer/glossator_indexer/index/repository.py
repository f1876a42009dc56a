"""Own the class `Index`: one repository's index, open for writing by this process alone.

Writers take turns; readers take none: they see what was committed last.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError, StoreCorruptError
from glossator_indexer.index.embedding import Embedding
from glossator_indexer.index.lock import FolderLock, LocksUnsupportedError
from glossator_indexer.index.parts import IndexParts
from glossator_indexer.index.refreshing import Making, Progress, Report, Stop, effort_of, make_all
from glossator_indexer.index.stores import Stores
from glossator_indexer.index.updating import Updates
from glossator_indexer.index.warming import Rest, warm
from glossator_indexer.pipeline import (
    Job,
    Turns,
    plan,
)
from glossator_indexer.records import (
    DISK,
    ContextPiece,
    FoundEntity,
    Hit,
    IndexPhase,
    IndexProgress,
    IndexStatus,
    PiecesQuery,
    SearchQuery,
)

# What a save makes in this process: starting workers costs as much as some dozens of files.
_MOST_FILES_HERE = 24
_MOST_BYTES_HERE = 4 << 20
# The folders that somebody looked at last are read first.
_FIRST_FOLDERS = 8
_SIZE_KEPT_SECONDS = 5.0
_FREE_AFTER_SECONDS = 2.0
# A save waits for no more than this many files.
_FILES_DRAINED = 500
_NO_LOCKS = (
    "The cache folder's file system knows no locks, so the index is built for this session only;"
    " choose a cache folder on a local disk."
)


def open_index(folder: Path, root: Path, parts: IndexParts) -> Index:
    """Open the index of the repository at `root` that is kept in `folder`, or begin it.

    What is damaged in it is repaired or built anew; `status().problems` says so. Raises
    `IndexUnavailableError` where the folder cannot be used or another process has it open.
    """
    problems: list[str] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as exc:
        raise IndexUnavailableError(
            f"The index folder {folder} cannot be made ({exc.strerror}); choose another"
            " cache folder."
        ) from exc
    temporary = None
    try:
        lock = FolderLock(folder)
    except LocksUnsupportedError:
        # Without locks two owners would ruin the database of each other.
        temporary = folder = Path(tempfile.mkdtemp(prefix="glossator-index-"))
        problems.append(_NO_LOCKS)
        lock = FolderLock(folder)
    try:
        return Index(Stores(folder, root, parts, problems), lock, temporary)
    except BaseException:
        lock.release()
        raise


class Index:
    """A repository's index. Implements `ports.RepositoryIndex`; safe for many threads."""

    def __init__(self, stores: Stores, lock: FolderLock, temporary: Path | None) -> None:
        self._stores = stores
        self._parts = stores.parts
        self._root = str(stores.root)
        self._lock = lock
        self._temporary = temporary
        self._temporary_told = () if temporary is None else (_NO_LOCKS,)
        self._turns = Turns()
        self._refreshing = threading.Lock()
        self._texts = stores.texts
        self._progress = IndexProgress(IndexPhase.OPENING)
        self._first: dict[str, None] = dict.fromkeys(self._parts.first)
        self._size = (0.0, 0)
        self._asked_at = float("-inf")
        self._is_closed = threading.Event()
        self._updates = Updates(stores, self._turns)
        self._embedding = Embedding(stores, self._updates)
        self._updates.replay()

    # Writing ----------------------------------------------------------------------------------

    def refresh(self, report: Report, stop: Stop) -> None:
        """Bring the whole index up to date with the disk; ends early where `stop()` says so."""

        def tell(progress: IndexProgress) -> None:
            self._progress = progress
            report(progress)

        def is_over() -> bool:
            return self._is_closed.is_set() or stop()

        with self._refreshing:
            done = False
            try:
                done = self._refreshed(tell, is_over)
            finally:
                tell(IndexProgress(IndexPhase.READY if done else IndexPhase.PAUSED))

    def warm(self, rest: Rest) -> bool:
        """Make ready what quality mode may be asked for, folders that people look at first."""

        def is_free(seconds: float) -> bool:
            # Questions and saves come in rows: who came just now has the machine.
            free_at = self._asked_at + _FREE_AFTER_SECONDS
            return rest(max(seconds, free_at - time.monotonic())) and not self._is_closed.is_set()

        reranker = self._parts.reranker
        return reranker is None or warm(self._stores, reranker, tuple(self._first), is_free)

    def update_files(self, paths: Sequence[str]) -> None:
        """Take in what was saved, created, renamed or deleted; on return it is searchable."""
        with self._writable():
            jobs, gone = self._updates.jobs_for(paths)
            self._remember_first(paths)
            if _are_few(jobs):
                self._updates.save(jobs, gone)
            else:
                self._updates.save((), gone)
                progress = Progress(_ignore, IndexPhase.READING, len(jobs), _effort(jobs))
                writer = self._stores.writer
                make_all(
                    jobs, self._making(), writer, self._turns, progress, self._is_closed.is_set
                )
                with self._turns.bulk():
                    writer.commit()

    def update_buffers(self, session: int, buffers: Mapping[str, str | None]) -> None:
        """Take in an editor's unsaved texts by path; None says that the buffer is as on disk."""
        if session == DISK:
            raise ValueError("the disk is no session of an editor")
        self._remember_first(list(buffers))
        with self._writable():
            made = [
                it
                for path, text in buffers.items()
                if not (text is not None and self._texts.is_unchanged(session, path, text))
                if (it := self._updates.made_of_buffer(session, path, text)) is not None
            ]
            if made:
                with self._turns.save():
                    self._stores.writer.take_in(made, session)
                    self._stores.writer.commit()

    def end_session(self, session: int) -> None:
        """Forget the unsaved texts of an editor."""
        with self._writable(), self._turns.save():
            numbers = list(self._stores.truth.numbers(session).values())
            self._texts.forget_session(session)
            if session != DISK and numbers:
                self._stores.writer.remove(numbers)
                self._stores.writer.commit()

    def close(self) -> None:
        """Let go of everything; nothing acknowledged is lost."""
        self._is_closed.set()
        with self._refreshing, self._turns.save():
            self._stores.close()
        self._lock.release()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    # Reading ----------------------------------------------------------------------------------

    def search(self, query: SearchQuery) -> list[Hit]:
        """Return the best hits, best first."""
        self._remember_first(query.open_paths)
        with self._repaired_on_damage():
            return self._stores.searcher.search(query)

    def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a place or a question, role by role, best first."""
        self._remember_first(query.open_paths)
        with self._repaired_on_damage():
            return self._stores.searcher.pieces(query)

    def entities(self, name: str, limit: int, session: int) -> list[FoundEntity]:
        """Return named things whose name is, begins with, or holds the words of `name`."""
        with self._repaired_on_damage():
            return self._stores.searcher.entities(name, limit, session)

    def status(self) -> IndexStatus:
        """Return what is indexed."""
        stores = self._stores
        totals = stores.truth.totals()
        trouble = self._parts.embedder_trouble
        lacking = dict.fromkeys((*((trouble,) if trouble else ()), *self._embedding.problems))
        return IndexStatus(
            root=self._root,
            progress=self._progress,
            files=totals.files,
            entities=totals.entities,
            chunks=totals.chunks,
            vectors=stores.vectors.store.count(),
            vector_store=stores.vectors.store.name,
            embedder=self._parts.embedder.name,
            bytes_on_disk=self._bytes_on_disk(),
            updated=stores.truth.updated,
            buffers=totals.buffers,
            problems=(*stores.problems(totals.troubled), *lacking),
            languages=totals.languages,
            urgent=(*self._temporary_told, *lacking),
        )

    # Inside -----------------------------------------------------------------------------------

    def _refreshed(self, tell: Report, stop: Stop) -> bool:
        """Refresh, and again where a store turns out damaged on the way: it is whole by then."""
        try:
            with self._writable():
                return self._refresh(tell, stop)
        except IndexUnavailableError as exc:
            if not isinstance(exc.__cause__, StoreCorruptError):
                raise
        with self._writable():
            return self._refresh(tell, stop)

    def _refresh(self, tell: Report, stop: Stop) -> bool:
        stores = self._stores
        if not self._drain_vectors(tell, stop):
            return False
        tell(IndexProgress(IndexPhase.WALKING))
        walked = self._parts.walker.walk(tuple(self._first))
        if stop():
            return False
        phase = IndexPhase.REPAIRING if stores.lexical.backlog else IndexPhase.READING
        work = plan(stores.truth, walked, stores.missing())
        if work.gone:
            with self._turns.bulk():
                stores.writer.remove(work.gone)
        done = True
        if work.jobs and _are_few(work.jobs):
            self._updates.save(work.jobs, ())
        elif work.jobs:
            progress = Progress(tell, phase, len(work.jobs), _effort(work.jobs))
            done = make_all(work.jobs, self._making(), stores.writer, self._turns, progress, stop)
        with self._turns.bulk():
            stores.writer.commit()
        return done and self._embed(tell, stop)

    def _drain_vectors(self, tell: Report, stop: Stop) -> bool:
        """Fill the vectors from the truth, batch by batch; tell whether all are in."""
        left = bool(self._stores.vectors.backlog)
        if left:
            tell(IndexProgress(IndexPhase.REPAIRING))
        while left and not stop():
            with self._turns.bulk():
                left = self._stores.drain_vectors(_FILES_DRAINED)
        return not left

    def _embed(self, tell: Report, stop: Stop) -> bool:
        """Make the vectors that are missing where no worker can; tell whether all are made."""
        stores = self._stores

        def begin(files: int) -> Progress:
            return Progress(tell, IndexPhase.EMBEDDING, files)

        if self._parts.worker_embedder is None and not self._embedding.run(begin, stop):
            return False
        with self._turns.bulk():
            stores.writer.commit()
            stores.switch_when_complete()
        return True

    def _making(self) -> Making:
        return Making(self._root, self._parts.worker_embedder_name, self._parts.workers)

    def _remember_first(self, paths: Sequence[str]) -> None:
        self._asked_at = time.monotonic()
        for path in paths[:_FIRST_FOLDERS]:
            folder = path.rpartition("/")[0]
            if folder:
                self._first.pop(folder, None)
                self._first = {folder: None, **self._first}
        if len(self._first) > _FIRST_FOLDERS:
            self._first = dict.fromkeys(list(self._first)[:_FIRST_FOLDERS])

    @contextlib.contextmanager
    def _writable(self) -> Iterator[None]:
        """Repair what is damaged; where that cannot be done now, nothing is written."""
        if self._stores.is_damaged:
            self._repair()
        with self._repaired_on_damage():
            yield

    @contextlib.contextmanager
    def _repaired_on_damage(self) -> Iterator[None]:
        """Repair what turns out damaged, and say that the question is to be asked again.

        On a full disk there is no repair: what was committed last goes on to answer.
        """
        if self._stores.is_damaged and self._stores.can_be_repaired():
            self._repair()
        try:
            yield
        except StoreCorruptError as exc:
            self._stores.note_damage(str(exc))
            self._repair()
            raise IndexUnavailableError(
                "The index was damaged and is being repaired; ask again in a moment."
            ) from exc

    def _repair(self) -> None:
        with self._turns.save():
            if self._stores.is_damaged:
                self._stores.repair()

    def _bytes_on_disk(self) -> int:
        measured, size = self._size
        if time.monotonic() - measured > _SIZE_KEPT_SECONDS:
            size = 0
            for path in self._stores.folder.rglob("*"):
                with contextlib.suppress(OSError):
                    size += path.lstat().st_size
            self._size = (time.monotonic(), size)
        return size


def _are_few(jobs: Sequence[Job]) -> bool:
    return len(jobs) <= _MOST_FILES_HERE and sum(it.size for it in jobs) <= _MOST_BYTES_HERE


def _effort(jobs: Sequence[Job]) -> float:
    return sum(effort_of(it.size) for it in jobs)


def _ignore(_progress: IndexProgress) -> None:
    pass
