"""Own the scoring of texts against a query by a server, in the shapes that servers know.

It must not choose models, nor read configuration or the environment.

llama.cpp, vLLM and others take Jina's shape, `{model, query, documents}`, and answer `results` with
an `index` and a `relevance_score` each; TEI takes `{query, texts}` and answers a list with an
`index` and a `score` each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from glossator_clients.embedding import EmbeddingServer
from glossator_clients.errors import PromptTooLongError
from glossator_gate.types import Errand

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Who does not say how secret the texts are sends what is restricted.
RERANK = Errand("rerank", "rerank")

_OK = 200
# What servers of the other shape say to a body or a path that they do not know.
_UNKNOWN_SHAPE = frozenset({400, 404, 405, 422})
_TEXTS_A_BATCH = 64
# A text that does not fit is cut to its head, which holds the signature, but not below this.
_SHORTEST_CUT = 64


class _Shape(Enum):
    JINA = auto()
    TEI = auto()


class ServerReranker:
    """A model on a server that scores texts against a query; any thread may ask it."""

    def __init__(self, server: EmbeddingServer, model: str, base_path: str = "/v1") -> None:
        self._server = server
        self._base_path = base_path
        self._shape: _Shape | None = None
        self.name = model

    def close(self) -> None:
        """End what is under way, also from another thread."""
        self._server.close()

    def scores(
        self, query: str, texts: Sequence[str], errand: Errand | None = None
    ) -> NDArray[np.float32]:
        """Return one score a text, in their order, higher is better; raises a `ModelError`.

        Scores of one call can be compared with each other, and with nothing else. Texts that do
        not fit are cut to their heads. `errand` is that of these texts, else the server's own.
        """
        import numpy as np

        parts = [
            self._batch(query, texts[at : at + _TEXTS_A_BATCH], errand)
            for at in range(0, len(texts), _TEXTS_A_BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _batch(
        self, query: str, texts: Sequence[str], errand: Errand | None
    ) -> NDArray[np.float32]:
        # Servers refuse an empty text.
        texts = [text if text.strip() else "(empty)" for text in texts]
        while True:
            try:
                return self._asked(query, texts, errand)
            except PromptTooLongError:
                longest = max(map(len, texts))
                if longest <= _SHORTEST_CUT:
                    raise
                texts = [text[: max(_SHORTEST_CUT, longest // 2)] for text in texts]

    def _asked(
        self, query: str, texts: Sequence[str], errand: Errand | None
    ) -> NDArray[np.float32]:
        for shape in _Shape if self._shape is None else (self._shape,):
            path, body = self._request(shape, query, texts)
            status, content = self._server.exchange("POST", path, body, errand)
            if status == _OK:
                scores = self._read(shape, self._server.json_of(content), len(texts))
                self._shape = shape
                return scores
            refusal = self._server.refusal(status, content)
            if status not in _UNKNOWN_SHAPE or isinstance(refusal, PromptTooLongError):
                break
        raise refusal

    def _request(
        self, shape: _Shape, query: str, texts: Sequence[str]
    ) -> tuple[str, dict[str, object]]:
        if shape is _Shape.JINA:
            return (
                f"{self._base_path}/rerank",
                {"model": self.name, "query": query, "documents": list(texts)},
            )
        # Its routes stand beside those of OpenAI's interface, not below them.
        return (
            f"{self._base_path.removesuffix('/v1')}/rerank",
            {"query": query, "texts": list(texts), "raw_scores": True, "truncate": False},
        )

    def _read(self, shape: _Shape, answer: Any, count: int) -> NDArray[np.float32]:  # noqa: ANN401
        """Return the scores in the order of the texts, whichever order the server chose."""
        import numpy as np

        name = "relevance_score" if shape is _Shape.JINA else "score"
        if shape is _Shape.JINA:
            answer = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(answer, list) or len(answer) != count:
            raise self._server.wrong_answer()
        by_index: dict[object, object] = {
            it.get("index"): it.get(name) for it in answer if isinstance(it, Mapping)
        }
        if by_index.keys() != set(range(count)):
            raise self._server.wrong_answer()
        try:
            # What is too large for 32 bits becomes infinite, and is refused.
            with np.errstate(over="ignore"):
                scores = np.array([by_index[at] for at in range(count)], dtype=np.float32)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._server.wrong_answer() from error
        if scores.ndim != 1 or not bool(np.isfinite(scores).all()):
            raise self._server.wrong_answer()
        return scores
