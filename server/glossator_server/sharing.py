"""Own the way from a local index to a team's: which server, which project, which vectors.

It makes no vectors and must not choose among servers by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_gate.policy import denying_glob, load_policy, place_of, refusal_for
from glossator_server.app import index_places, policy_places
from glossator_server.settings import Settings
from glossator_server.teams import check_questions, chosen_server, open_team
from glossator_server.workspace_file import read_workspace

if TYPE_CHECKING:
    from glossator_indexer.records import FileRecord
    from glossator_indexer.store import Store
    from glossator_indexer.team import PushProgress, PushReport, TeamIndex


@dataclass(frozen=True, slots=True)
class Sharing:
    """What is shared, and where: None takes the policy's first server and the folder's name."""

    root: Path
    server: str | None = None
    project: str | None = None


def push_index(
    sharing: Sharing, report: Callable[[PushProgress], None], stop: Callable[[], bool]
) -> PushReport:
    """Send the vectors of the local index that the team's lacks; they are not made here.

    Raises `PolicyError` where no server is listed that may see ordinary code, `ConfigurationError`
    where its key cannot be read, and `IndexUnavailableError` where the local index or the server
    cannot be used.
    """
    with _opened(sharing) as (team, truth):
        return team.push(truth, report, stop)


def prune_index(sharing: Sharing) -> int:
    """Delete from the team's index what this tree lacks and nobody has pushed for a month.

    Returns how many chunks are gone; raises as `push_index` does.
    """
    with _opened(sharing) as (team, truth):
        return team.prune(truth)


class TruthFiles:
    """The files on disk with their vectors, as the truth of an index has them.

    Those that may not be sent are as if they were not there, so that what was sent is pruned too.
    """

    def __init__(self, store: Store, may_be_sent: Callable[[str], bool]) -> None:
        self._store = store
        self._may_be_sent = may_be_sent

    def files(self) -> Iterator[tuple[FileRecord, bytes | None]]:
        """Yield each file with its vectors, None where they are not made."""
        from glossator_indexer.records import DISK

        for number in list(self._store.numbers(DISK).values()):
            found = self._store.file(number)
            if found is not None and self._may_be_sent(found[1].path):
                yield found[1], self._store.vectors_of(number, self._store.model)


@contextmanager
def _opened(sharing: Sharing) -> Iterator[tuple[TeamIndex, TruthFiles]]:
    from glossator_indexer.index.parts import model_key
    from glossator_indexer.store import Store
    from glossator_server.embedders import choose_embedder

    places = index_places(sharing.root)
    narrowed = read_workspace(places.root, Settings(), load_policy(policy_places()))
    policy = narrowed.policy
    entry = chosen_server(policy, sharing.server)
    # Better told than a push of nothing.
    check_questions(entry, policy)

    def may_be_sent(path: str) -> bool:
        found = place_of(policy, places.root, places.root / path)
        is_read = denying_glob(policy, places.root, places.root / path) is None
        return is_read and refusal_for(entry, found.data_class) is None

    model = model_key(choose_embedder(policy, places.folder).embedder)
    team = open_team(entry, sharing.project or places.root.name, model)
    try:
        store = Store(places.folder, str(places.root), model)
        try:
            yield team, TruthFiles(store, may_be_sent)
        finally:
            store.close()
    finally:
        team.close()
