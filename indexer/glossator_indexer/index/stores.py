"""Own the stores of one index: how they are opened, brought together, repaired and closed.

The truth comes first; what is derived from it is compared with it at opening. It walks nothing.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from glossator_indexer.disk import NO_SPACE, has_room, sentence_about, told_from_damage
from glossator_indexer.errors import IndexUnavailableError, StoreCorruptError
from glossator_indexer.index.parts import IndexParts, TruthVectors
from glossator_indexer.index.texts import Texts
from glossator_indexer.lexical import LexicalStore
from glossator_indexer.pipeline import Derived, Missing, Writer
from glossator_indexer.ports import DerivedStore, Embedder, VectorStore
from glossator_indexer.records import DISK, IndexedFile
from glossator_indexer.search import Searcher
from glossator_indexer.store import open_store, remove_store
from glossator_indexer.team import Scored, TeamSearch
from glossator_indexer.vectors import ExactVectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

_LEXICAL = "lexical"
_VECTORS = "vectors"
# Below, all of the truth is read in less time than anybody notices; above, beside the work.
_SCRUBBED_AT_ONCE_BYTES = 48 << 20
# What may be repaired before an index answers: a second's worth.
_FILES_AT_ONCE = 3000
_MOST_PROBLEMS = 20
# What a library may say of a damaged file that it was not prepared for.
_UNREADABLE = (StoreCorruptError, OSError, ValueError, LookupError, TypeError, EOFError)
StoreT = TypeVar("StoreT", bound=DerivedStore)


class Stores:
    """The stores of an index that is open. Its owner sees to it that one thread writes at a time.

    `vectors` are those of the embedder that was asked for; while they are not complete and another
    model's are, the searcher has the others.
    """

    def __init__(self, folder: Path, root: Path, parts: IndexParts, problems: list[str]) -> None:
        self.folder = folder
        self.root = root
        self.parts = parts
        self.texts = Texts(str(root))
        self._found = problems
        self._is_damaged = False
        self._is_open = False
        self._team: TeamSearch | None = None
        self._scrubbing: threading.Thread | None = None
        self._former: VectorStore | None = None
        self._former_key: str | None = None
        self._former_embedder: Embedder | None = None
        # The team can only add to a search what is to be embedded here yet.
        self.awaits_vectors = True
        self._open()

    def _open(self) -> None:
        self.truth, sentence = open_store(self.folder, str(self.root), self.parts.model)
        if sentence:
            self._found.append(sentence)
        # A repair that fails is tried again with each question, and must not leave more each time.
        with contextlib.ExitStack() as opened:
            opened.callback(lambda: self.truth.close())  # noqa: PLW0108 -- it may be begun anew
            self._check_truth()
            self._drop_sessions()
            self.lexical: Derived[LexicalStore] = self._derived(_LEXICAL, LexicalStore)
            opened.callback(_close, self.lexical.store)
            name = f"{_VECTORS}/{self.parts.model}"
            self.vectors: Derived[VectorStore] = self._derived(name, self._open_vectors)
            opened.callback(_close, self.vectors.store)
            self.drain_vectors(_FILES_AT_ONCE)
            opened.pop_all()
        self.writer = Writer(self.truth, self.lexical, self.vectors, str(self.root))
        self._open_former()
        self._team = TeamSearch(self.parts.team, self.truth) if self.parts.team else None
        self.searcher = self._make_searcher()
        self._is_open = True

    # What is missing --------------------------------------------------------------------------

    def missing(self) -> Missing:
        """Return what workers are to make although the files are as they were."""
        vectors = self.lacking_vectors() if self.parts.worker_embedder is not None else frozenset()
        texts = frozenset(self.lexical.backlog)
        return Missing(texts, vectors, frozenset(self.truth.damaged()))

    def lacking_vectors(self) -> frozenset[int]:
        """Return the numbers of files on disk whose vectors are not made yet."""
        have = self.truth.numbers_with_vectors(self.parts.model)
        numbers = self.truth.numbers(DISK).values()
        return frozenset(
            it for it in numbers if it not in have and (k := self.truth.known(it)) and k.chunks
        )

    def drain_vectors(self, most_files: int) -> bool:
        """Fill the vectors from the truth, which has them; tell whether more is left to fill."""
        if not self.vectors.backlog:
            return False
        with told_from_damage(self.folder):
            left = self.vectors.drain(self._file_of, most_files)
            self.vectors.commit()
        return left

    def switch_when_complete(self) -> None:
        """Let the new model's vectors answer as soon as none of them is missing."""
        words = json.dumps(_model_words(self.parts.embedder))
        if self.vectors.backlog or self.truth.noted("answering") == words or self.lacking_vectors():
            return
        self.truth.note("answering", words)
        former, self._former = self._former, None
        self._former_embedder = None
        self.searcher = self._make_searcher()
        if former is not None:
            former.close()
        if self._former_key is not None:
            self.truth.forget_vectors_but([self.parts.model])
            self._former_key = None
        for path in (self.folder / _VECTORS).iterdir():
            if path.name != self.parts.model:
                shutil.rmtree(path, ignore_errors=True)

    # Damage -----------------------------------------------------------------------------------

    def note_damage(self, sentence: str) -> None:
        """Remember that a store cannot be read, for `repair`."""
        _log.warning("%s", sentence)
        self._is_damaged = True
        if sentence not in self._found:
            self._found.append(sentence)

    @property
    def is_damaged(self) -> bool:
        """Tell whether a store was found damaged, or torn from the truth, since it was opened."""
        return self._is_damaged or not self._is_open or self.writer.is_torn

    def can_be_repaired(self) -> bool:
        """Tell whether there is room to open everything again: until then it answers as it is."""
        return not self._is_open or has_room(self.folder)

    def repair(self) -> None:
        """Close all and open it again, with what is damaged removed; the rest is derived anew.

        Raises `IndexUnavailableError` where that cannot be done now; the next call tries again.
        """
        if not self.can_be_repaired():
            raise IndexUnavailableError(NO_SPACE)
        if self._is_open:
            sound = self.truth.is_sound()
            self._is_open = False
            self.close_stores()
            if not sound:
                remove_store(self.folder)
        self._open()
        self._is_damaged = False

    def problems(self, troubled: int) -> tuple[str, ...]:
        """Return what people should know, as sentences."""
        parts = (self.lexical.store, self.vectors.store, self.parts.walker)
        more = [it for part in parts for it in getattr(part, "problems", ())]
        if troubled:
            files = "1 file" if troubled == 1 else f"{troubled} files"
            more.append(f"{files} could not be read in whole.")
        if self._former_key is not None:
            more.append("The embedding model has changed; its vectors are being made.")
        return tuple(dict.fromkeys([*self._found, *more]))[:_MOST_PROBLEMS]

    def close(self) -> None:
        """Commit what was taken in and close everything."""
        with contextlib.suppress(IndexUnavailableError, StoreCorruptError):
            self._drop_sessions_written()
            self.writer.commit()
            self.truth.note("closed", "cleanly")
        if self.parts.team is not None:
            self.parts.team.close()
        if self.parts.ranker is not None:
            self.parts.ranker.close()
        self.close_stores()

    def close_stores(self) -> None:
        """Close everything as it is."""
        for store in (self.lexical.store, self.vectors.store, self._former):
            if store is not None:
                _close(store)
        self._former = None
        if self._team is not None:
            self._team.close()
        self.truth.close()
        if self._scrubbing is not None and self._scrubbing is not threading.current_thread():
            self._scrubbing.join()
            self._scrubbing = None

    # Inside -----------------------------------------------------------------------------------

    def _check_truth(self) -> None:
        if self.truth.size() > _SCRUBBED_AT_ONCE_BYTES:
            self._scrubbing = threading.Thread(target=self._scrub, daemon=True, name="index-scrub")
            self._scrubbing.start()
            return
        if not self._is_whole():
            self.truth.close()
            remove_store(self.folder)
            self._found.append("The index's database was damaged; it is built anew.")
            self.truth, _ = open_store(self.folder, str(self.root), self.parts.model)

    def _is_whole(self) -> bool:
        try:
            if not self.truth.is_sound():
                return False
            self.truth.scrub()
        except StoreCorruptError:
            return False
        return True

    def _scrub(self) -> None:
        truth = self.truth
        with contextlib.suppress(IndexUnavailableError):
            if not self._is_whole() and truth is self.truth:
                self.note_damage("The index's database was damaged; it is built anew.")

    def _drop_sessions(self) -> None:
        # Editors send their unsaved texts again.
        known = map(self.truth.known, self.truth.all_numbers())
        gone = [it.number for it in known if it is not None and it.session != DISK]
        if gone:
            self.truth.write([], gone)

    def _drop_sessions_written(self) -> None:
        known = map(self.truth.known, self.truth.all_numbers())
        self.writer.remove([it.number for it in known if it is not None and it.session != DISK])

    def _open_vectors(self, folder: Path) -> VectorStore:
        dim, source = self.parts.embedder.dim, TruthVectors(self.truth, self.parts.model)
        if self.parts.open_vectors is None:
            return ExactVectors(folder, dim)
        return self.parts.open_vectors(folder, dim, source)

    def _derived(self, name: str, opener: Callable[[Path], StoreT]) -> Derived[StoreT]:
        """Open a derived store and bring it as far as it comes, anew where that fails."""
        store = self._opened(name, opener)
        try:
            return Derived(store, self.truth)
        except _UNREADABLE as exc:
            with contextlib.suppress(*_UNREADABLE):
                store.close()
            self._refuse_to_remove_for_want_of_room(exc)
            _log.warning("a derived store is begun anew: %s", exc)
            _remove(self.folder / name)
            self._found.append(_rebuilt(name))
            return Derived(self._opened(name, opener), self.truth)

    def _opened(self, name: str, opener: Callable[[Path], StoreT]) -> StoreT:
        """Open a derived store, or an empty one in the place of one that cannot be opened."""
        folder = self.folder / name
        try:
            store = opener(folder)
        except _UNREADABLE as exc:
            self._refuse_to_remove_for_want_of_room(exc)
            _log.warning("a derived store is opened anew: %s", exc)
            _remove(folder)
            self._found.append(_rebuilt(name))
            try:
                store = opener(folder)
            except _UNREADABLE as again:
                raise IndexUnavailableError(
                    f"The index in {folder} cannot be written; check space and permissions."
                ) from again
        if trouble := getattr(store, "trouble", None):
            self._found.append(str(trouble))
        return store

    def _refuse_to_remove_for_want_of_room(self, trouble: BaseException) -> None:
        # A quota is used up although the disk has room.
        is_full = isinstance(trouble, OSError) and sentence_about(trouble.errno) == NO_SPACE
        if is_full or not has_room(self.folder):
            raise IndexUnavailableError(NO_SPACE) from trouble

    def _file_of(self, number: int) -> IndexedFile | None:
        entry = self.truth.file(number)
        if entry is None:
            return None
        vectors = self.truth.vectors_of(number, self.parts.model)
        return IndexedFile(number, entry[0], entry[1].path, len(entry[1].chunks), (), vectors)

    def _open_former(self) -> None:
        """Open the vectors that answer until those of a new model are complete."""
        words = _words_noted(self.truth.noted("answering"))
        if words is None or words == _model_words(self.parts.embedder):
            return
        name, version, dim, key = words
        find = self.parts.former_embedder
        embedder = find(name, version) if find is not None else None
        self._former_key = key
        if embedder is not None and embedder.dim == dim:
            folder = self.folder / _VECTORS / key
            self._former = self._opened(
                f"{_VECTORS}/{folder.name}", lambda it: ExactVectors(it, dim)
            )
            self._former_embedder = embedder

    def _make_searcher(self) -> Searcher:
        vectors = self._former or self.vectors.store
        embedder = self._former_embedder or self.parts.embedder
        return Searcher(
            self.truth,
            self.lexical.store,
            vectors,
            embedder,
            self.texts.read,
            self.parts.reranker,
            # The vectors of a former model and those of the team do not compare.
            ask_team=self._ask_team if self._team and self._former is None else None,
            ranker=self.parts.ranker,
        )

    def _ask_team(self, query: NDArray[np.float32], limit: int) -> Callable[[], Scored]:
        if self._team is None or not self.awaits_vectors:
            return _nothing
        return self._team.ask(query, limit)


def _nothing() -> Scored:
    return []


def _model_words(embedder: Embedder) -> tuple[str, str, int, str]:
    from glossator_indexer.index.parts import model_key

    return embedder.name, embedder.version, embedder.dim, model_key(embedder)


def _words_noted(noted: str | None) -> tuple[str, str, int, str] | None:
    if noted is None:
        return None
    try:
        name, version, dim, key = json.loads(noted)
    except ValueError:
        return None
    return str(name), str(version), int(dim), str(key)


def _rebuilt(name: str) -> str:
    return f"The index's {name.partition('/')[0]} store was damaged; it is built again."


def _close(store: DerivedStore) -> None:
    with contextlib.suppress(StoreCorruptError, IndexUnavailableError, OSError):
        store.close()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
