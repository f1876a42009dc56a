"""Own embeddings from an Ollama server, through its native interface.

It must not choose models or use those that Ollama only passes on to somebody else's machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from glossator_clients.embedding import Embedded, EmbeddingServer, embed_all
from glossator_gate.errors import PolicyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class OllamaEmbedder:
    """An embedding model that an Ollama server runs itself; making it asks the server."""

    def __init__(self, server: EmbeddingServer, model: str) -> None:
        self._server = server
        self.name = model
        self._refuse_elsewhere()
        self.version = self._digest()
        self.dim = int(embed_all(server, ["int main(void)"], None, self._ask).shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, shape (len(texts), dim); raises a `ModelError`."""
        return embed_all(self._server, texts, self.dim, self._ask)

    def close(self) -> None:
        """End what is under way, also from another thread."""
        self._server.close()

    def _ask(self, texts: Sequence[str]) -> Embedded:
        # Without `truncate` the server embeds the head of a long text and says nothing.
        body = {"model": self.name, "input": list(texts), "truncate": False}
        answer = self._server.call("POST", "/api/embed", body)
        return Embedded(answer.get("embeddings"), answer.get("prompt_eval_count"))

    def _refuse_elsewhere(self) -> None:
        shown = self._server.call("POST", "/api/show", {"model": self.name})
        if shown.get("remote_host") or shown.get("remote_model"):
            raise PolicyError(
                f"{self.name} does not run on this machine: Ollama passes it on to another one; "
                "choose a model that was pulled here."
            )

    def _digest(self) -> str:
        """Return the digest of the model's files, its name where the server lists none."""
        listed = self._server.call("GET", "/api/tags").get("models")
        models: list[Mapping[str, Any]] = [
            it for it in (listed if isinstance(listed, list) else []) if isinstance(it, dict)
        ]
        wanted = {self.name, f"{self.name}:latest"}
        digests = [it.get("digest") for it in models if it.get("name") in wanted]
        return str(digests[0]) if digests and digests[0] else self.name
