"""Own the vectors that no worker can make: taken from the team, else from a model on a server.

It holds the turn for one batch at a time only; the words answer meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence

from glossator_gate.errors import GlossatorError
from glossator_indexer.index.refreshing import Progress
from glossator_indexer.index.stores import Stores
from glossator_indexer.index.updating import Updates

# Some hundred hashes: few requests, and a stop is honoured within a second.
_FILES_A_REQUEST = 50
_log = logging.getLogger(__name__)


class Embedding:
    """Makes the vectors that are missing; `problems` say why some still are."""

    def __init__(self, stores: Stores, updates: Updates) -> None:
        self._stores = stores
        self._updates = updates
        self.problems: tuple[str, ...] = ()

    def run(self, begin: Callable[[int], Progress], stop: Callable[[], bool]) -> bool:
        """Make what is missing as far as that can be done; tell whether nothing stopped it."""
        self.problems = ()
        numbers = sorted(self._stores.lacking_vectors())
        self._stores.awaits_vectors = bool(numbers)
        if not numbers:
            return True
        progress = begin(len(numbers))
        left = self._from_team(numbers, progress, stop)
        for number in left:
            if stop():
                return False
            if sentence := self._updates.embed_file(number):
                # The next refresh asks again.
                self.problems = (*self.problems, sentence)
                return True
            progress.add(1)
        self._stores.awaits_vectors = False
        return True

    def _from_team(
        self, numbers: Sequence[int], progress: Progress, stop: Callable[[], bool]
    ) -> Sequence[int]:
        """Take what the team has made; return the numbers of files that lack some still."""
        team = self._stores.parts.team
        if team is None:
            return numbers
        left: list[int] = []
        for at, group in _groups(numbers):
            if stop():
                return numbers
            hashes = {it for number in group for it in self._hashes(number)}
            try:
                found = team.fetch(list(hashes))
            except GlossatorError as trouble:
                self.problems = (str(trouble),)
                return [*left, *numbers[at:]]
            missing = self._updates.take_vectors(group, self._fitting(found))
            left += missing
            progress.add(len(group) - len(missing))
        _log.info(
            "the team had the vectors of %d files of %d", len(numbers) - len(left), len(numbers)
        )
        return left

    def _hashes(self, number: int) -> list[bytes]:
        entry = self._stores.truth.file(number)
        return [] if entry is None else [it.hash for it in entry[1].chunks]

    def _fitting(self, vectors: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
        """Return those of the right length: others were written by something else."""
        dim = self._stores.parts.embedder.dim
        return {name: row for name, row in vectors.items() if len(row) == dim}


def _groups(numbers: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    for at in range(0, len(numbers), _FILES_A_REQUEST):
        yield at, numbers[at : at + _FILES_A_REQUEST]
