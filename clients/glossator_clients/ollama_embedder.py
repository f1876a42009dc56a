"""Own embeddings from an Ollama server, through its native interface.

It must not choose models or use those that Ollama only passes on to somebody else's machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from glossator_clients.embedding import Embedded, EmbeddingServer, embed_all
from glossator_clients.ollama_metadata import (
    METADATA,
    check_digest,
    check_runs_here,
    read_listed,
    read_shown,
    same_name,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class OllamaEmbedder:
    """An embedding model that an Ollama server runs itself; making it asks the server.

    `digest` is the only one that its files may have, None where any will do. Raises `PolicyError`
    where it is another one, or where the model runs somewhere else.
    """

    def __init__(self, server: EmbeddingServer, model: str, digest: str | None = None) -> None:
        self._server = server
        self.name = model
        self.version = self._checked_version(digest)
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

    def _checked_version(self, digest: str | None) -> str:
        """Return the digest of the model's files, its name where the server lists none."""
        check_runs_here(self.name, None, None)
        call = self._server.call
        shown = read_shown(call("POST", "/api/show", {"model": self.name}, METADATA))
        rows = read_listed(call("GET", "/api/tags", None, METADATA))
        row = next((it for it in rows or () if same_name(it.name, self.name)), None)
        check_runs_here(self.name, shown, row)
        check_digest(self.name, digest, row)
        return row.digest if row is not None and row.digest else self.name
