from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glossator_indexer.errors import EmbedderError
from glossator_indexer.ports import Embedder
from tests.indexer.index.conftest import Repository


@dataclass
class ServerEmbedder:
    """An embedder as a server runs it: no worker can load it, and it counts what it is asked."""

    version: str = "1"
    name: str = "server"
    dim: int = 32
    asked: list[str] = field(default_factory=list)
    fails: bool = False

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fails:
            raise EmbedderError("The embedding server does not answer; start it.")
        self.asked.extend(texts)
        rows = [np.random.default_rng(sum(it.encode())).normal(size=self.dim) for it in texts]
        return np.array([it / np.linalg.norm(it) for it in rows], np.float32)


def _texts_with(embedder: ServerEmbedder, word: str) -> int:
    return sum(word in it for it in embedder.asked)


def test_a_servers_vectors_are_made_after_the_words(repository: Repository) -> None:
    server = ServerEmbedder()
    for at in range(3):
        repository.write(f"{at}.c", f"counted_{at}")
    index = repository.open(embedder=server, worker_embedder=None)
    index.refresh(repository.progress.append, lambda: False)
    status = index.status()
    assert (status.vectors, status.embedder) == (status.chunks, "server")
    assert _texts_with(server, "counted_1") == 1


def test_a_server_is_asked_about_changed_chunks_only(repository: Repository) -> None:
    server = ServerEmbedder()
    repository.write("a.c", *(f"function_number_{at}" for at in "abcdef"))
    index = repository.open(embedder=server, worker_embedder=None)
    repository.refresh()
    server.asked.clear()
    text = (repository.root / "a.c").read_text()
    (repository.root / "a.c").write_text(f"{text}int added_later(void)\n{{\n\treturn 5;\n}}\n")
    index.update_files(["a.c"])
    assert repository.where("added_later") == ["a.c"]
    assert server.asked == []
    repository.refresh()
    assert _texts_with(server, "added_later") >= 1
    assert index.status().vectors == index.status().chunks
    assert len(server.asked) < index.status().chunks + 1


def test_the_old_models_vectors_answer_until_the_new_ones_are_complete(
    repository: Repository,
) -> None:
    old, new = ServerEmbedder("1"), ServerEmbedder("2")
    repository.write("a.c", "counted_it")
    repository.open(embedder=old, worker_embedder=None)
    repository.refresh()

    def former(name: str, version: str) -> Embedder | None:
        return old if (name, version) == ("server", "1") else None

    index = repository.open(embedder=new, former_embedder=former)
    old.asked.clear()
    new.asked.clear()
    assert repository.said("counted_it") == ["counted_it"]
    assert "counted_it" in old.asked
    assert not new.asked
    assert any("model has changed" in it for it in index.status().problems)
    repository.refresh()
    old.asked.clear()
    assert repository.said("counted_it") == ["counted_it"]
    assert not old.asked
    assert index.status().problems == ()
    assert len(list((repository.folder / "vectors").iterdir())) == 1


def test_a_server_that_does_not_answer_leaves_the_words(repository: Repository) -> None:
    server = ServerEmbedder(fails=True)
    repository.write("a.c", "counted_it")
    index = repository.open(embedder=server, worker_embedder=None)
    repository.refresh()
    assert repository.said("counted_it") == ["counted_it"]
    assert index.status().problems == ("The embedding server does not answer; start it.",)
    server.fails = False
    repository.refresh()
    assert index.status().problems == ()
    assert index.status().vectors == 1
