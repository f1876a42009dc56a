"""Own the thread that keeps Chroma as the truth is.

It must not answer questions, and no trouble of Chroma's leaves it but as a sentence.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from glossator_indexer.chroma_store.behind import Behind
from glossator_indexer.chroma_store.store import ChromaStore
from glossator_indexer.errors import IndexUnavailableError

_LOG = logging.getLogger(__name__)

# What is filled between two looks at whether to stop: about a second of work.
_FILES_A_ROUND = 200
# A store that breaks this often in one life is left alone until the next one.
_MOST_TROUBLES = 3
# Its own position does not matter: the list of files that are behind says what is missing.
_FOLLOWING = 0
# Whoever closes an editor does not wait for Chroma; a store that is to be deleted is waited for.
_PATIENCE_S = 10.0
_LONGEST_ROUND_S = 180.0


class VectorSource(Protocol):
    """The truth, as far as a store of vectors is filled from it; called from a thread."""

    def file_numbers(self) -> Sequence[int]:
        """Return the numbers of all files."""
        ...

    def vectors_of(self, number: int) -> bytes | None:
        """Return the vectors of a file, int8 row by row; None where it has none or is gone."""
        ...


class Follower:
    """Chroma in a folder, following a source; `expected` says how many vectors it should hold."""

    def __init__(
        self, folder: Path, dim: int, source: VectorSource, expected: Callable[[], int]
    ) -> None:
        self._folder = folder
        self._dim = dim
        self._source = source
        self._expected = expected
        self._wake = threading.Condition()
        self._behind: Behind | None = None
        self._store: ChromaStore | None = None
        self._thread: threading.Thread | None = None
        self._leaving: threading.Thread | None = None
        self._is_stopping = False
        self._trouble: str | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Return what is wrong, as sentences."""
        return () if self._trouble is None else (self._trouble,)

    @property
    def store(self) -> ChromaStore | None:
        """Return the store where it holds all that it should."""
        with self._wake:
            return None if self._behind is None or len(self._behind) else self._store

    def start(self) -> None:
        """Begin to follow, where that is not so yet."""
        with self._wake:
            # Two threads would write the same list.
            is_leaving = self._leaving is not None and self._leaving.is_alive()
            if self._thread is not None or is_leaving:
                return
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._behind = Behind(self._folder / "behind")
            except OSError as error:
                self._give_up(_cannot_write(error))
                return
            self._is_stopping = False
            self._thread = threading.Thread(target=self._run, name="chroma", daemon=True)
            self._thread.start()

    def follow(self, numbers: Iterable[int]) -> None:
        """Note that files changed; cheap, and on disk before it returns."""
        with self._wake:
            if self._behind is None:
                return
            try:
                self._behind.add(numbers)
            except OSError as error:
                # What is not on the list would stay wrong: nobody may open this store again.
                self._give_up(_cannot_write(error))
            self._wake.notify_all()

    def report(self, store: ChromaStore, error: Exception) -> None:
        """Stop asking a store that failed; the thread opens it again or makes it anew."""
        with self._wake:
            if self._store is store:
                self._store = None
                self._trouble = str(error)
                self._wake.notify_all()

    def caught_up(self, seconds: float) -> bool:
        """Wait until the store holds what it should; say whether it does."""
        with self._wake:
            return self._wake.wait_for(lambda: self.store is not None, seconds)

    def discard(self) -> None:
        """Stop following and delete all of it."""
        self.close(_LONGEST_ROUND_S)
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self, patience_s: float = _PATIENCE_S) -> None:
        """Stop following; what is missing stays on the list.

        A round that takes longer is left to itself: it ends with the process, as after a kill.
        """
        with self._wake:
            self._leave()
            self._wake.notify_all()
        if self._leaving is not None:
            self._leaving.join(patience_s)
        self._behind = None

    def _run(self) -> None:
        troubles = 0
        while not self._is_stopping and troubles < _MOST_TROUBLES:
            store: ChromaStore | None = None
            try:
                store = ChromaStore(self._folder, self._dim)
                self._keep_up(store)
                if not self._is_stopping:
                    # Whoever asked it met trouble.
                    troubles += 1
            except IndexUnavailableError as error:
                troubles += 1
                self._tell(str(error))
            except Exception:  # noqa: BLE001 -- a background job: whatever it was, exact search goes on
                troubles += 1
                _LOG.exception("Chroma could not be kept up to date")
                self._tell("Chroma could not be kept up to date; exact search answers.")
            finally:
                with self._wake:
                    self._store = None
                if store is not None:
                    store.close()

    def _tell(self, sentence: str) -> None:
        _LOG.warning("%s", sentence)
        with self._wake:
            self._trouble = sentence

    def _keep_up(self, store: ChromaStore) -> None:
        """Follow until there is an end to it, or trouble with the store."""
        behind = self._behind
        if behind is None:
            return
        if store.position() is None:
            with self._wake:
                behind.add(self._source.file_numbers())
        is_checked = False
        while True:
            with self._wake:
                taken = behind.some(_FILES_A_ROUND)
            if taken:
                store.put({number: self._source.vectors_of(number) or b"" for number in taken})
                store.commit(_FOLLOWING)
            elif store.is_worn or not (is_checked or store.count() == self._expected()):
                # A list that was lost with the machine's power shows in the count.
                with self._wake:
                    self._store = None
                store.clear()
                with self._wake:
                    behind.add(self._source.file_numbers())
                is_checked = True
                continue
            else:
                is_checked = True
            if not self._wait(store, behind, taken):
                return

    def _wait(self, store: ChromaStore, behind: Behind, taken: dict[int, int]) -> bool:
        """Take off what is done and wait for more; say whether to go on with this store."""
        with self._wake:
            behind.done(taken)
            if not len(behind) and not taken:
                self._store, self._trouble = store, None
                self._wake.notify_all()
                self._wake.wait_for(lambda: self._is_stopping or len(behind) or self._store is None)
                return not self._is_stopping and self._store is not None
            return not self._is_stopping

    def _give_up(self, why: str) -> None:
        self._trouble = why
        self._behind = self._store = None
        self._leave()
        with contextlib.suppress(OSError):
            (self._folder / "current").unlink(missing_ok=True)

    def _leave(self) -> None:
        self._is_stopping = True
        self._leaving, self._thread = self._thread or self._leaving, None


def _cannot_write(error: OSError) -> str:
    return (
        f"Chroma's folder cannot be written ({error.strerror}); exact search answers until there "
        "is room."
    )
