"""Own the models that look at hits again, as a search asks them: what one may see, for how long.

It must not choose who may serve (the policy does), nor rank.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from glossator_clients.errors import ModelTimeoutError
from glossator_clients.search_models import open_reranker, rerank_entry
from glossator_gate.errors import GlossatorError
from glossator_gate.policy import class_of, default_classification, place_of, refusal_for
from glossator_gate.types import Errand, ModelEntry, Policy, strictest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glossator_indexer.ports import Reranker

# Who waits for hits waits no longer for a better order of them.
PATIENCE_S = 10.0


class Scores(Protocol):
    """A model that scores texts against a question."""

    def scores(
        self, query: str, texts: Sequence[str], errand: Errand | None = None
    ) -> NDArray[np.float32]:
        """Return one score a text, higher is better."""
        ...

    def close(self) -> None:
        """End what is under way, also from another thread."""
        ...


class NamedRanker:
    """The model that the role `rerank` names; it is opened when it is first asked.

    Implements `ports.TextRanker`. One question at a time is put to it: they all wait for the same
    processors.
    """

    def __init__(
        self,
        policy: Policy,
        root: Path,
        opened: Callable[[ModelEntry], Scores] = open_reranker,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._policy = policy
        self._root = root
        self._open = opened
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._model: Scores | None = None
        self._asking = ThreadPoolExecutor(1, "rerank")

    @property
    def name(self) -> str:
        """Return the user's name for the model."""
        return self._entry().id

    def hides(self, path: str) -> str | None:
        """Say why a file's text may not be shown to the model, None where it may."""
        place = place_of(self._policy, self._root, Path(path))
        return refusal_for(self._entry(), place.data_class)

    def scores(self, query: str, texts: Sequence[str], paths: Sequence[str]) -> NDArray[np.float32]:
        """Return one score a text; raises `ModelTimeoutError` where that takes too long."""
        question = default_classification(self._policy).data_class
        seen = strictest((question, class_of(self._policy, self._root, map(Path, paths))))
        asked = self._asking.submit(self._scores, query, texts, Errand("rerank", "rerank", seen))
        try:
            return asked.result(self._patience_s)
        except TimeoutError as error:
            self._give_up(asked)
            raise ModelTimeoutError(
                f"{self.name} did not put the hits in order within {self._patience_s:g} s, so that "
                "the fast order stays; ask again, or name a faster model for the role rerank."
            ) from error

    def close(self) -> None:
        """End what is under way."""
        with self._lock:
            model, self._model = self._model, None
        if model is not None:
            model.close()
        self._asking.shutdown(wait=False, cancel_futures=True)

    def _scores(self, query: str, texts: Sequence[str], errand: Errand) -> NDArray[np.float32]:
        with self._lock:
            if self._model is None:
                self._model = self._open(self._entry())
            model = self._model
        return model.scores(query, texts, errand)

    def _give_up(self, asked: Future[NDArray[np.float32]]) -> None:
        """Let go of a question, so that the next one does not wait behind it."""
        if asked.cancel():
            # It waited behind another one, which somebody else gives up.
            return
        with self._lock:
            model, self._model = self._model, None
        if model is not None:
            model.close()

    def _entry(self) -> ModelEntry:
        entry = rerank_entry(self._policy)
        if entry is None:
            raise GlossatorError("No model is named for the role rerank; name one in [roles].")
        return entry


def named_ranker(policy: Policy, root: Path) -> NamedRanker | None:
    """Return the model that a policy names for the role `rerank`, None where it names none."""
    return NamedRanker(policy, root) if "rerank" in policy.roles else None


class LateReranker:
    """A re-ranker that is loaded when it is first asked, because most searches never ask it.

    It is looked for until it is there, so that what is installed meanwhile counts.
    """

    def __init__(self, cache_folder: Path) -> None:
        self._cache_folder = cache_folder
        self._loading = threading.Lock()
        self._loaded: Reranker | None = None

    @property
    def name(self) -> str:
        """Return what people call the model."""
        from glossator_indexer import rerank

        return rerank.NAME

    def score(
        self, query: str, keys: Sequence[bytes], text_of: Callable[[int], str | None]
    ) -> NDArray[np.float32]:
        """Return one score a text; raises `EmbedderError` where the model cannot be run."""
        return self._model().score(query, keys, text_of)

    def warm(self, keys: Sequence[bytes], text_of: Callable[[int], str | None]) -> int:
        """Remember texts, in a repository where quality mode is used; return the room left."""
        from glossator_indexer import rerank

        if self._loaded is None and not rerank.was_asked(self._cache_folder):
            return 0
        return self._model().warm(keys, text_of)

    def _model(self) -> Reranker:
        from glossator_indexer import rerank

        with self._loading:
            if self._loaded is None:
                self._loaded = rerank.load(self._cache_folder)
            return self._loaded
