from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glossator_indexer.errors import EmbedderError, IndexUnavailableError
from glossator_indexer.ports import Catalog, Embedder
from glossator_indexer.records import SearchQuery, Trust, key_of
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


@dataclass
class ATeam:
    """A team that has the vectors in `texts`, by hash, and finds `hits`."""

    embedder: ServerEmbedder
    texts: dict[bytes, bytes] = field(default_factory=dict)
    hits: list[tuple[int, float]] = field(default_factory=list)
    asked: int = 0
    fails: bool = False

    def fetch(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        if self.fails:
            raise IndexUnavailableError("The index server does not answer; start it.")
        return {it: self.texts[it] for it in hashes if it in self.texts}

    def search(
        self, query: NDArray[np.float32], limit: int, catalog: Catalog
    ) -> list[tuple[int, float]]:
        self.asked += 1
        assert query.shape == (self.embedder.dim,)
        assert limit > 0
        assert catalog.numbers(0)
        return self.hits

    def close(self) -> None:
        self.fails = True


def test_what_a_team_has_is_not_made_again(repository: Repository) -> None:
    server = ServerEmbedder()
    team = ATeam(server)
    repository.write("a.c", "of_the_team", "of_nobody")
    repository.write("b.c", "team_alone")
    index = repository.open(embedder=server, worker_embedder=None)
    repository.refresh()
    truth = index._stores.truth
    for path in ("a.c", "b.c"):
        record = truth.file(truth.numbers(0)[path])[1]  # type: ignore[index]
        for chunk in record.chunks:
            team.texts[chunk.hash] = b"\x7f" + bytes(31)
        if path == "a.c":
            team.texts[record.chunks[-1].hash] = b"too short"
    server.asked.clear()
    another = ServerEmbedder("2")
    index = repository.open(embedder=another, worker_embedder=None, team=team)
    repository.refresh()
    assert index.status().vectors == index.status().chunks
    assert index.status().problems == ()
    assert len(another.asked) == 1
    # All is here: the team could add nothing.
    repository.said("of_the_team")
    assert team.asked == 0


def test_a_team_joins_while_vectors_are_missing(repository: Repository) -> None:
    server = ServerEmbedder(fails=True)
    team = ATeam(server, fails=True)
    repository.write("a.c", "alpha")
    repository.write("b.c", "beta")
    index = repository.open(embedder=server, worker_embedder=None, team=team)
    repository.refresh()
    assert "The index server does not answer; start it." in index.status().problems
    assert repository.said("alpha") == ["alpha"]
    server.fails = False
    number = index._stores.truth.numbers(0)["b.c"]
    team.hits = [(key_of(number, 0), 0.9), (key_of(9_999, 0), 0.8)]
    (hit,) = index.search(SearchQuery("something else entirely"))
    assert (hit.path, hit.trust) == ("b.c", Trust.TEAM), hit.signals
    assert dict(hit.signals)["vector store"] == "team"
    # Found here as well, it is the tree's own.
    assert {it.trust for it in index.search(SearchQuery("beta"))} == {Trust.PROJECT}
