"""Which embedder an index uses: the policy's, also while its server is away, else the package's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from glossator_clients.errors import ModelUnavailableError
from glossator_gate.errors import ConfigurationError
from glossator_gate.types import Api, ModelEntry, Origin, Policy
from glossator_indexer import static_embedder
from glossator_indexer.errors import EmbedderError
from glossator_indexer.index import Index, IndexParts, open_index
from glossator_indexer.records import SearchQuery
from glossator_indexer.walking import RepositoryWalker
from glossator_server.embedders import LateEmbedder, ModelIdentity, choose_embedder
from tests.loopback_server import Received, Reply, serving


def policy_of(origin: str) -> Policy:
    entry = ModelEntry("v", Api.OPENAI, ("m",), Origin.parse(origin), "/v1", uses=("embed",))
    return Policy((entry,), MappingProxyType({"embed": ("v",)}))


async def answer(received: Received, reply: Reply) -> None:
    texts = received.json["input"]
    data = [{"index": at, "embedding": [1.0, float(len(it))]} for at, it in enumerate(texts)]
    await reply.json({"data": data})


def test_without_a_role_the_package_embeds(tmp_path: Path) -> None:
    chosen = choose_embedder(Policy(()), tmp_path)
    static = static_embedder.load()
    assert chosen.embedder.version == static.version
    assert chosen.in_workers is not None
    assert chosen.former(static.name, static.version) is not None
    assert chosen.former(static.name, "another") is None


@pytest.mark.parametrize("of", ["a whole file", "another width"])
def test_a_damaged_model_leaves_the_words_and_keeps_the_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    root, folder = tmp_path / "root", tmp_path / "index"
    root.mkdir()
    (root / "a.c").write_text("int append_entry(void)\n{\n\treturn 1;\n}\n")
    file = tmp_path / "model.bin"
    if of == "a whole file":
        file.write_bytes(static_embedder._FILE.read_bytes()[:-1])
    else:
        tables = static_embedder.Tables(("word",), np.ones((1, 128), np.float32), 0.5)
        static_embedder.save(file, tables, {})

    def opened() -> Index:
        static_embedder.load.cache_clear()
        chosen = choose_embedder(Policy(()), folder)
        parts = IndexParts(
            RepositoryWalker(root), chosen.embedder, chosen.in_workers, chosen.former
        )
        index = open_index(folder, root, parts)
        index.refresh(lambda _: None, lambda: False)
        return index

    index = opened()
    count = index.status().vectors
    assert count > 0
    index.close()
    with monkeypatch.context() as patched:
        patched.setattr(static_embedder, "_FILE", file)
        (root / "b.c").write_text("int remove_entry(void)\n{\n\treturn 1;\n}\n")
        index = opened()
        assert [it.symbol for it in index.search(SearchQuery("remove entry", 1))] == [
            "remove_entry"
        ]
        (sentence,) = index.status().urgent
        assert sentence.endswith("is damaged or not one of this version; install Glossator again.")
        index.close()
    index = opened()
    assert index.status().urgent == ()
    assert index.status().vectors == 2 * count
    index.close()


async def test_a_server_that_is_away_costs_no_vectors(tmp_path: Path) -> None:
    async with serving(answer) as server:
        policy, port = policy_of(server.origin), server.port
        first = (await asyncio.to_thread(choose_embedder, policy, tmp_path)).embedder
        assert (first.name, first.dim) == ("m", 2)
        first.close()  # type: ignore[attr-defined]
    away = await asyncio.to_thread(choose_embedder, policy, tmp_path)
    known = (first.name, first.dim, first.version)
    assert (away.embedder.name, away.embedder.dim, away.embedder.version) == known
    assert away.in_workers is None
    with pytest.raises(ModelUnavailableError, match="Nothing answers"):
        await asyncio.to_thread(away.embedder.encode, ["text"])
    async with serving(answer, port):
        rows = await asyncio.to_thread(away.embedder.encode, ["text"])
        assert np.allclose(np.linalg.norm(rows, axis=1), 1)
        away.embedder._opened.close()  # type: ignore[attr-defined]


async def test_a_model_that_became_another_is_not_mixed_in() -> None:
    async with serving(answer) as server:
        from glossator_clients.search_models import open_embedder

        opened = await asyncio.to_thread(open_embedder, policy_of(server.origin))
        late = LateEmbedder(ModelIdentity("m", 3, "m/3"), lambda: opened)
        with pytest.raises(EmbedderError, match="--rebuild"):
            late.encode(["text"])
        assert opened is not None
        await asyncio.to_thread(opened.close)


async def test_a_configuration_that_cannot_be_read_costs_no_vectors(tmp_path: Path) -> None:
    async with serving(answer) as server:
        first = (
            await asyncio.to_thread(choose_embedder, policy_of(server.origin), tmp_path)
        ).embedder
        await asyncio.to_thread(first.close)  # type: ignore[attr-defined]
    broken = Policy((), embed_problem="config.toml is not valid TOML; mend that line.")
    chosen = choose_embedder(broken, tmp_path)
    assert (chosen.embedder.version, chosen.in_workers) == (first.version, None)
    with pytest.raises(ConfigurationError, match="mend that line"):
        chosen.embedder.encode(["text"])
    # Who has gone back to the package's model gets that one.
    choose_embedder(Policy(()), tmp_path)
    assert choose_embedder(broken, tmp_path).in_workers is not None


def test_a_server_that_never_answered_leaves_the_packages(tmp_path: Path) -> None:
    chosen = choose_embedder(policy_of("http://127.0.0.1:1"), tmp_path)
    assert chosen.embedder.name == static_embedder.load().name
    (tmp_path / "embedder.json").write_text('{"name": 3')
    assert choose_embedder(policy_of("http://127.0.0.1:1"), tmp_path).in_workers is not None
