"""Own the protocols that the index asks of its parts: embedders, re-rankers, stores.

The indexer is the consumer; who implements one needs to import nothing from here. All of it is
synchronous: it runs in the owner's process, on threads of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from glossator_indexer.records import (
    ContextPiece,
    FileRecord,
    FoundEntity,
    FoundFile,
    Hit,
    IndexedFile,
    IndexProgress,
    IndexStatus,
    PiecesQuery,
    SearchQuery,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how alike they are."""

    @property
    def name(self) -> str:
        """Return what people call the model."""
        ...

    @property
    def dim(self) -> int:
        """Return the number of dimensions."""
        ...

    @property
    def version(self) -> str:
        """Return what changes whenever the vectors would; name and version key the index."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, shape (len(texts), dim).

        Raises a `GlossatorError` where the model cannot be reached or used.
        """
        ...


class Reranker(Protocol):
    """Scores texts against a query more carefully than vectors made beforehand can.

    A key changes whenever its text would: what a key names may be remembered, and is read only
    where it is not. `text_of` returns the text of the key at a position, None where it is gone.
    """

    @property
    def name(self) -> str:
        """Return what people call the model."""
        ...

    def score(
        self, query: str, keys: Sequence[bytes], text_of: Callable[[int], str | None]
    ) -> NDArray[np.float32]:
        """Return one score a key, higher is better, NaN where its text is gone."""
        ...

    def warm(self, keys: Sequence[bytes], text_of: Callable[[int], str | None]) -> int:
        """Remember texts for later questions; return how many more are worth bringing."""
        ...


class TextRanker(Protocol):
    """A model of the user's that puts texts in order; it sees only what it may.

    Every method may raise a `GlossatorError`; any number of threads may ask at once.
    """

    @property
    def name(self) -> str:
        """Return what people call the model."""
        ...

    def hides(self, path: str) -> str | None:
        """Say in a sentence why a file's text may not be shown to it, None where it may."""
        ...

    def scores(self, query: str, texts: Sequence[str], paths: Sequence[str]) -> NDArray[np.float32]:
        """Return one score a text, higher is better, within a time that a search may take.

        `paths` are those of the texts. Scores of one call compare with each other alone.
        """
        ...

    def close(self) -> None:
        """End what is under way, also from another thread."""
        ...


class DerivedStore(Protocol):
    """A store that is rebuilt from the truth, and says itself how far it has come.

    `replace`, `remove` and `clear` are in effect for readers and durable after `commit` only. A
    store that is killed anywhere opens again at the position of a commit, or at None.
    """

    @property
    def name(self) -> str:
        """Return the name that signals and messages show."""
        ...

    def position(self) -> int | None:
        """Return the position of the last commit, None where the store must be rebuilt."""
        ...

    def replace(self, files: Sequence[IndexedFile]) -> None:
        """Put the chunks of whole files in the place of all that these files had before."""
        ...

    def remove(self, file_numbers: Sequence[int]) -> None:
        """Forget all chunks of files."""
        ...

    def clear(self) -> None:
        """Forget everything, for a rebuild."""
        ...

    def commit(self, position: int) -> None:
        """Make everything since the last commit durable and visible, as of `position`."""
        ...

    def close(self) -> None:
        """Let go of files and threads; what was not committed is lost."""
        ...


class VectorStore(DerivedStore, Protocol):
    """A derived store of vectors. Files whose `vectors` are None are as if they had no chunks."""

    def count(self) -> int:
        """Return the number of committed vectors."""
        ...

    def search(
        self, query: NDArray[np.float32], limit: int, files: NDArray[np.bool_] | None
    ) -> list[tuple[int, float]]:
        """Return the keys and cosines of the nearest chunks, nearest first.

        `query` is a unit vector. Where `files` is given, only chunks of files whose number is True
        in it count (numbers beyond its end are False).
        """
        ...


class Team(Protocol):
    """Vectors that others have made of the same chunks with the same model.

    Every method may raise a `GlossatorError`; any number of threads may ask at once.
    """

    def fetch(self, hashes: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return vectors by the hash of their chunk, int8, as far as there are any."""
        ...

    def search(
        self, query: NDArray[np.float32], limit: int, catalog: Catalog
    ) -> list[tuple[int, float]]:
        """Return keys and cosines of near chunks that `catalog` holds, nearest first."""
        ...

    def close(self) -> None:
        """End what is under way, also from another thread."""
        ...


class Catalog(Protocol):
    """The truth, as far as a search reads it."""

    def file(self, number: int) -> tuple[int, FileRecord] | None:
        """Return the session and the record of a file, None where it is gone."""
        ...

    def numbers(self, session: int) -> Mapping[str, int]:
        """Return the numbers of a session's files by path; the mapping is not to be changed."""
        ...

    def modified(self, number: int) -> float:
        """Return when a file was modified last, a POSIX time in seconds."""
        ...


class RepositoryIndex(Protocol):
    """What the owner of an index can be asked; implemented by `index.Index` and by a fake."""

    def refresh(self, report: Callable[[IndexProgress], None], stop: Callable[[], bool]) -> None:
        """Bring the whole index up to date with the disk; ends early where `stop()` says so."""
        ...

    def warm(self, rest: Callable[[float], bool]) -> bool:
        """Make ready what questions may need, while there is nothing else to do; tell whether done.

        `rest` waits for some seconds and says whether to go on.
        """
        ...

    def update_files(self, paths: Sequence[str]) -> None:
        """Take in what was saved, created, renamed or deleted; on return it is searchable."""
        ...

    def update_buffers(self, session: int, buffers: Mapping[str, str | None]) -> None:
        """Take in an editor's unsaved texts by path; None says that the buffer is as on disk."""
        ...

    def end_session(self, session: int) -> None:
        """Forget the unsaved texts of an editor."""
        ...

    def search(self, query: SearchQuery) -> list[Hit]:
        """Return the best hits, best first."""
        ...

    def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a place or a question, role by role, best first."""
        ...

    def entities(self, name: str, limit: int, session: int) -> list[FoundEntity]:
        """Return named things whose name is, begins with, or holds the words of `name`."""
        ...

    def status(self) -> IndexStatus:
        """Return what is indexed."""
        ...

    def close(self) -> None:
        """Let go of everything; nothing acknowledged is lost."""
        ...


class Walker(Protocol):
    """Finds the files of a repository that belong into its index."""

    def walk(self, first: Sequence[str] = ()) -> Sequence[FoundFile]:
        """Return all files, those under the folders of `first` before the others."""
        ...

    def found(self, path: str) -> FoundFile | None:
        """Return one file as a walk would, None where it would not be found."""
        ...
