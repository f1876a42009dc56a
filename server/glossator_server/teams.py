"""Own the way to a team's index: which server, under which name, opened when it is first asked.

It must not decide which server is allowed: it takes only what the policy lists as usable.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from glossator_gate.errors import ConfigurationError, PolicyError
from glossator_gate.policy import default_classification, destination_of_server, refusal_for
from glossator_gate.types import Errand, IndexServerEntry, Policy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glossator_indexer.ports import Catalog
    from glossator_indexer.team import TeamIndex


def chosen_server(policy: Policy, wanted: str | None) -> IndexServerEntry:
    """Return the server of that id, or the first one; raises `PolicyError` where there is none."""
    servers = {entry.id: entry for entry in policy.index_servers}
    if not servers:
        raise PolicyError(
            "No index server is listed: write an [[index_server]] into config.toml, as the page "
            "about sharing an index shows."
        )
    if wanted is None:
        return next(iter(servers.values()))
    if wanted not in servers:
        raise ConfigurationError(
            f"No index server has the id {wanted!r}; choose one of {', '.join(servers)}."
        )
    return servers[wanted]


def check_questions(entry: IndexServerEntry, policy: Policy) -> None:
    """Raise `PolicyError` where a server may not be asked: a question is made of ordinary code."""
    refusal = refusal_for(entry, default_classification(policy).data_class)
    if refusal is not None:
        raise PolicyError(refusal)


def open_team(entry: IndexServerEntry, project: str, model: str) -> TeamIndex:
    """Return the index of a project and a model on a server; nothing is sent yet.

    Raises `ConfigurationError` where the server's key cannot be read, and `IndexUnavailableError`
    where Chroma is not installed.
    """
    from glossator_gate.blocking import BlockingHttp
    from glossator_indexer.chroma_store.server import ChromaServer
    from glossator_indexer.team import TeamIndex

    # Who pushes and who asks has left out what the server may not see.
    errand = Errand("index_server", "embed", entry.max_class)
    session = BlockingHttp(destination_of_server(entry), errand)
    try:
        return TeamIndex(ChromaServer(session, str(entry.origin)), project, model)
    except BaseException:
        session.close()
        raise


class LateTeam:
    """A team's index that is opened when it is first asked: most lives of an index never do.

    Implements `ports.Team`; why it cannot be opened is raised by whichever question is first.
    """

    def __init__(self, opened: Callable[[], TeamIndex]) -> None:
        self._open = opened
        self._lock = threading.Lock()
        self._opened: TeamIndex | None = None

    def fetch(self, hashes: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return vectors by the hash of their chunk, int8, as far as there are any."""
        return self._team().fetch(hashes)

    def search(
        self, query: NDArray[np.float32], limit: int, catalog: Catalog
    ) -> list[tuple[int, float]]:
        """Return keys and cosines of near chunks that `catalog` holds, nearest first."""
        return self._team().search(query, limit, catalog)

    def close(self) -> None:
        """End what is under way."""
        opened = self._opened
        if opened is not None:
            opened.close()

    def _team(self) -> TeamIndex:
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened
