"""Own embeddings from a server that speaks OpenAI's interface.

It must not choose models, nor read configuration or the environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from glossator_clients.embedding import Embedded, EmbeddingServer, embed_all

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class OpenAIEmbedder:
    """An embedding model behind `/v1/embeddings`; making it asks the server.

    `path` is where its interface begins, and `query` what each request of it carries.
    """

    def __init__(
        self,
        server: EmbeddingServer,
        model: str,
        path: str,
        query: Mapping[str, str] | None = None,
    ) -> None:
        self._server = server
        self._path = f"{path}/embeddings"
        if query:
            self._path += f"?{urlencode(query)}"
        self.name = model
        self.dim = int(embed_all(server, ["int main(void)"], None, self._ask).shape[1])
        # This interface says nothing of a model but its name.
        self.version = f"{model}/{self.dim}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, shape (len(texts), dim); raises a `ModelError`."""
        return embed_all(self._server, texts, self.dim, self._ask)

    def close(self) -> None:
        """End what is under way, also from another thread."""
        self._server.close()

    def _ask(self, texts: Sequence[str]) -> Embedded:
        body = {"model": self.name, "input": list(texts), "encoding_format": "float"}
        answer = self._server.call("POST", self._path, body)
        usage = answer.get("usage")
        tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
        return Embedded(self._in_order(answer.get("data"), len(texts)), tokens)

    def _in_order(self, data: object, count: int) -> list[object]:
        """Return the vectors in the order of the texts, whichever order the server chose."""
        if not isinstance(data, list) or len(data) != count:
            raise self._server.wrong_answer()
        by_index: dict[object, object] = {}
        for at, item in enumerate(data):
            if not isinstance(item, dict):
                raise self._server.wrong_answer()
            by_index[item.get("index", at)] = item.get("embedding")
        if by_index.keys() != set(range(count)):
            raise self._server.wrong_answer()
        return [by_index[at] for at in range(count)]
