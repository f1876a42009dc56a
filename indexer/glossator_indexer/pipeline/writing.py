"""Own the order of writing: the truth first, what is derived from it then, the journal last.

Its caller holds the turn. It reads no source file and decides nothing about what is to be made.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from glossator_indexer.disk import told_from_damage
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.lexical import LexicalStore
from glossator_indexer.pipeline.derived import Derived
from glossator_indexer.pipeline.making import Made
from glossator_indexer.pipeline.reading import stamps_of
from glossator_indexer.ports import VectorStore
from glossator_indexer.records import DISK, IndexedFile
from glossator_indexer.store import KnownFile, NewFile, Store

# The first files can be found soon; later commits are rarer, because each has a price of its own.
_FIRST_INTERVAL = 0.4
_MOST_INTERVAL = 15.0
_GROWTH = 1.6
_TORN = "The index could not be written; it is opened again."


class Writer:
    """Takes in what was made, and commits it when it is due."""

    def __init__(
        self,
        store: Store,
        lexical: Derived[LexicalStore],
        vectors: Derived[VectorStore] | None,
        root: str,
    ) -> None:
        self.store = store
        self.lexical = lexical
        self.vectors = vectors
        self._root = root
        self._is_torn = False
        self.begin_bulk()

    @property
    def is_torn(self) -> bool:
        """Tell whether a derived store failed to take what the truth has; all is to be reopened."""
        return self._is_torn

    def begin_bulk(self) -> None:
        """Begin a row of batches: its first commit comes early."""
        self._interval = _FIRST_INTERVAL
        self._committed = time.monotonic()

    def take_in(self, batch: Sequence[Made], session: int = DISK) -> None:
        """Write a batch to the truth and hand it on; `commit` makes it visible."""
        # The last word about a path counts.
        latest = list({it.path: it for it in batch}.values())
        known = {it.path: self.store.find(session, it.path) for it in latest}
        if session == DISK:
            latest = [it for it in latest if not self._is_overtaken(it, known[it.path])]
        self._restamp(latest, known)
        made = [it for it in latest if it.outcome == "made"]
        again = [it for it in made if self._is_as_known(it, known[it.path])]
        self._hand_on_again(again, known)
        fresh = [it for it in made if not self._is_as_known(it, known[it.path])]
        gone = [k.number for it in latest if it.outcome == "gone" and (k := known[it.path])]
        if fresh or gone:
            self._write(fresh, gone, session)

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget files."""
        if numbers:
            self._hand_on([], self.store.write([], numbers).gone)

    def commit_if_due(self) -> bool:
        """Commit where the last commit is long enough ago for the size of the work."""
        if time.monotonic() - self._committed < self._interval:
            return False
        self._interval = min(_MOST_INTERVAL, self._interval * _GROWTH)
        self.commit()
        return True

    def commit(self) -> None:
        """Make all that was taken in durable in every store, and shorten the journal."""
        if self._is_torn:
            # A commit would claim what was never taken in; the journal still has it.
            raise IndexUnavailableError(_TORN)
        with self._telling_of_tears():
            self.lexical.commit()
            if self.vectors is not None:
                self.vectors.commit()
        positions = [self.lexical.store.position()]
        if self.vectors is not None:
            positions.append(self.vectors.store.position())
        if None not in positions:
            self.store.clear_journal(min(it for it in positions if it is not None))
        self._committed = time.monotonic()

    def _write(self, fresh: Sequence[Made], gone: Sequence[int], session: int) -> None:
        rows = [_row(it, session) for it in fresh]
        written = self.store.write(rows, gone)
        files = [
            IndexedFile(number, session, it.path, it.chunks, it.documents, it.vectors)
            for number, it in zip(written.numbers, fresh, strict=True)
        ]
        self._hand_on(files, written.gone)

    def _hand_on(self, files: Sequence[IndexedFile], gone: Sequence[int]) -> None:
        with self._telling_of_tears():
            self.lexical.replace(files, gone)
            if self.vectors is not None:
                self.vectors.replace(files, gone)

    @contextlib.contextmanager
    def _telling_of_tears(self) -> Iterator[None]:
        try:
            with told_from_damage(self.store.folder):
                yield
        except BaseException:
            self._is_torn = True
            raise

    def _hand_on_again(self, again: Sequence[Made], known: dict[str, KnownFile | None]) -> None:
        """Give files whose contents are as they were to the stores that lack them."""
        new_vectors = {
            former.number: it.vectors
            for it in again
            if it.vectors is not None and (former := known[it.path])
        }
        if new_vectors:
            self.store.put_vectors(new_vectors, self.store.model)
        for it in again:
            former = known[it.path]
            assert former is not None  # noqa: S101 - `_is_as_known` says so
            number = former.number
            lacks_vectors = self.vectors is not None and number in self.vectors.backlog
            if number in self.lexical.backlog or lacks_vectors or it.vectors is not None:
                vectors = it.vectors or self.store.vectors_of(number, self.store.model)
                file = IndexedFile(
                    number, former.session, it.path, it.chunks, it.documents, vectors
                )
                self._hand_on([file], ())

    def _is_overtaken(self, made: Made, known: KnownFile | None) -> bool:
        """Tell whether the truth has the file as it is now, and `made` an earlier state of it."""
        if known is None:
            return False
        now = stamps_of(self._root, made.path)
        return now == known[3:7] != made[2:6]

    def _is_as_known(self, made: Made, known: KnownFile | None) -> bool:
        """Tell whether the record of what was made is the one that is there, and whole."""
        if known is None or made.outcome != "made" or self.store.is_damaged(known.number):
            return False
        return made[7:12] == known[8:13]

    def _restamp(self, latest: Sequence[Made], known: dict[str, KnownFile | None]) -> None:
        stamped = []
        for it in latest:
            former = known[it.path]
            if former is None or (it.outcome != "same" and not self._is_as_known(it, former)):
                continue
            stamped.append(
                former._replace(
                    size=it.size,
                    mtime_ns=it.mtime_ns,
                    inode=it.inode,
                    ctime_ns=it.ctime_ns,
                    read_ns=it.read_ns,
                )
            )
        if stamped:
            self.store.restamp(stamped)


def _row(made: Made, session: int) -> NewFile:
    return NewFile(
        session,
        made.path,
        made.size,
        made.mtime_ns,
        made.inode,
        made.ctime_ns,
        made.read_ns,
        made.content_hash,
        made.language,
        made.entities,
        made.chunks,
        made.trouble,
        made.record,
        made.vectors,
    )
