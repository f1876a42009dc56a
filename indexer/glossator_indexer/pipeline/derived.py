"""Own how far a derived store has come: what it lacks, and which position it may claim.

It makes no record and reads no source; a store that cannot be replayed from the truth alone keeps
its backlog until somebody makes the texts again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from glossator_indexer.ports import DerivedStore
from glossator_indexer.records import IndexedFile
from glossator_indexer.store import Store

StoreT = TypeVar("StoreT", bound=DerivedStore)


class Derived(Generic[StoreT]):
    """A derived store with its backlog: numbers of files that it should hold and does not yet.

    While there is a backlog its commits claim the position from which the backlog follows, so that
    a kill in between finds the same backlog again.
    """

    def __init__(self, store: StoreT, truth: Store) -> None:
        """Take over an open store and bring it as far as it comes without any text."""
        self.store = store
        self._truth = truth
        self._base = truth.position
        self.backlog: set[int] = set()
        self.is_rebuilt = False
        self._dirty = False
        self._catch_up()

    def _catch_up(self) -> None:
        truth, position = self._truth, self.store.position()
        if position is None or not truth.can_replay_from(position):
            self.begin_anew()
            return
        touched = truth.journal_after(position)
        self._base = position
        if touched:
            # What changed is taken out at once: better not found than found as it was.
            self.store.remove(touched)
            self.backlog = {it for it in touched if truth.known(it) is not None}
            self._dirty = True
            self.commit()

    def begin_anew(self) -> None:
        """Forget everything; all files of the truth are the backlog."""
        truth = self._truth
        self.store.clear()
        self.backlog = set(truth.all_numbers())
        self.is_rebuilt = bool(self.backlog)
        self._base = truth.first_position
        self._dirty = True
        self.commit()

    def replace(self, files: Sequence[IndexedFile], gone: Sequence[int]) -> None:
        """Put files in, take files out; what is no more is no backlog either."""
        if gone:
            self.store.remove(gone)
        if files:
            self.store.replace(files)
        self.backlog.difference_update(gone)
        self.backlog.difference_update(it.number for it in files)
        self._dirty = True

    def drain(self, file_of: Callable[[int], IndexedFile | None], batch: int) -> bool:
        """Take a batch of the backlog from what `file_of` still has; tell whether more is left."""
        numbers = sorted(self.backlog)[:batch]
        files = [it for it in map(file_of, numbers) if it is not None]
        self.replace(files, [])
        self.backlog.difference_update(numbers)
        return bool(self.backlog)

    def commit(self) -> None:
        """Make what was put in durable and visible."""
        if not self._dirty and self.store.position() == self._truth.position:
            return
        position = self._base if self.backlog else self._truth.position
        self.store.commit(position)
        self._dirty = False
        if not self.backlog:
            self.is_rebuilt = False
