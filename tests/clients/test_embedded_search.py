"""Own the proof that the embedded engine makes vectors and scores, in processes of their own.

These tests run the real engine with tiny models that the suite writes itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

import numpy as np
import psutil
import pytest

from glossator_clients.embedded import EmbeddedModel
from glossator_clients.embedded_search import (
    EmbeddedEmbedder,
    EmbeddedReranker,
    EmbeddedSearchOptions,
)
from glossator_clients.embedding import ServerEmbedder
from glossator_clients.engine_state import EngineState
from glossator_clients.errors import ModelError, ModelProtocolError, ModelUnavailableError
from glossator_clients.protocol import complete
from glossator_clients.search_models import open_embedder, open_reranker, rerank_entry
from glossator_clients.types import Author, ChatRequest, Message
from glossator_gate.types import Api, ModelEntry, Policy
from tests.tiny_gguf import MEAN, RANK, write_encoder

pytestmark = pytest.mark.timeout(300)
pytest.importorskip("xllamacpp", reason="the engine is not installed")

SHORT_IDLE = EmbeddedSearchOptions(idle_s=0.5)


@pytest.fixture
def encoder(own_home: Path) -> Iterator[Path]:
    yield from _written(own_home, MEAN)


@pytest.fixture
def ranker(own_home: Path) -> Iterator[Path]:
    yield from _written(own_home, RANK)


def _written(home: Path, pooling: int) -> Iterator[Path]:
    path = home / f"tiny-{pooling}.gguf"
    write_encoder(path, pooling)
    yield path
    for state in states(home):
        with suppress(ProcessLookupError):
            os.kill(state.pid, signal.SIGKILL)


def states(home: Path) -> list[EngineState]:
    files = (home / "run" / "glossator").glob("engine-*.json")
    return [EngineState(**json.loads(it.read_text())) for it in files]


def test_vectors_are_made_and_fit_what_the_index_asks_for(encoder: Path, own_home: Path) -> None:
    embedder: ServerEmbedder = EmbeddedEmbedder("tiny", str(encoder))
    vectors = embedder.encode(["open file", "list add", "open file", "", "a " * 4000])
    assert vectors.shape == (5, embedder.dim) == (5, 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[0], vectors[2], atol=1e-5)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-2)
    # All who use the file share one process and call the model the same.
    other = EmbeddedEmbedder("tiny", str(encoder))
    assert (other.version, other.dim) == (embedder.version, embedder.dim)
    assert len(states(own_home)) == 1
    embedder.close()
    other.close()


def test_another_file_is_another_version(encoder: Path, tmp_path: Path) -> None:
    first = EmbeddedEmbedder("tiny", str(encoder), SHORT_IDLE)
    changed = tmp_path / "changed.gguf"
    changed.write_bytes(encoder.read_bytes()[:-4] + b"\0\0\0\0")
    second = EmbeddedEmbedder("tiny", str(changed), SHORT_IDLE)
    assert first.version != second.version
    first.close()
    second.close()


def test_texts_are_scored_in_their_order(ranker: Path) -> None:
    reranker = EmbeddedReranker("tiny", str(ranker), SHORT_IDLE)
    texts = ["open file", "list add", "a " * 4000, ""]
    scores = reranker.scores("open", texts)
    assert scores.shape == (4,)
    assert len(set(scores.tolist())) > 1
    again = reranker.scores("open", texts[::-1])
    assert np.allclose(again[::-1], scores, atol=1e-4)
    reranker.close()


def test_an_engine_that_was_killed_is_started_again(encoder: Path, own_home: Path) -> None:
    embedder = EmbeddedEmbedder("tiny", str(encoder))
    before = embedder.encode(["open file"])
    (state,) = states(own_home)
    os.kill(state.pid, signal.SIGKILL)
    assert np.allclose(embedder.encode(["open file"]), before, atol=1e-5)
    assert states(own_home)[0].pid != state.pid
    embedder.close()


def test_an_engine_that_nobody_needs_ends(encoder: Path, own_home: Path) -> None:
    embedder = EmbeddedEmbedder("tiny", str(encoder), SHORT_IDLE)
    (state,) = states(own_home)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(state.pid).wait(20)
    assert states(own_home) == []
    assert embedder.encode(["open file"]).shape == (1, 32)
    embedder.close()


def test_threads_may_ask_at_once(encoder: Path, own_home: Path) -> None:
    embedder = EmbeddedEmbedder("tiny", str(encoder), SHORT_IDLE)
    found: list[tuple[int, ...]] = []
    threads = [
        threading.Thread(target=lambda: found.append(embedder.encode(["open", "a"]).shape))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(2, 32)] * 4
    assert len(states(own_home)) == 1
    embedder.close()


def test_who_has_closed_gets_no_more(encoder: Path) -> None:
    embedder = EmbeddedEmbedder("tiny", str(encoder), SHORT_IDLE)
    embedder.close()
    with pytest.raises(ModelError):
        embedder.encode(["open"])


def test_a_file_that_was_made_for_something_else_is_refused(encoder: Path, ranker: Path) -> None:
    with pytest.raises(ModelProtocolError, match=r'uses = \["rerank"\]'):
        EmbeddedEmbedder("tiny", str(ranker))
    with pytest.raises(ModelProtocolError, match=r'uses = \["embed"\]'):
        EmbeddedReranker("tiny", str(encoder))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="not there"):
        EmbeddedEmbedder("tiny", str(tmp_path / "none.gguf"))


def test_roles_find_models_in_files(encoder: Path, ranker: Path) -> None:
    entries = (
        ModelEntry("e", Api.EMBEDDED, (str(encoder),), uses=("embed",), idle_s=0.5),
        ModelEntry("r", Api.EMBEDDED, (str(ranker),), uses=("rerank",), idle_s=0.5),
    )
    policy = Policy(entries, MappingProxyType({"embed": ("e",), "rerank": ("r",)}))
    embedder, named = open_embedder(policy), rerank_entry(policy)
    assert embedder is not None
    assert named is not None
    reranker = open_reranker(named)
    assert embedder.encode(["open"]).shape == (1, 32)
    assert reranker.scores("open", ["open", "list"]).shape == (2,)
    embedder.close()
    reranker.close()


@pytest.mark.model
def test_a_model_for_chats_makes_vectors_beside_its_chats(model_file: Path, own_home: Path) -> None:
    path = own_home / "small.gguf"
    path.symlink_to(model_file)
    embedder = EmbeddedEmbedder("small", str(path), EmbeddedSearchOptions(context_tokens=64))
    vectors = embedder.encode(["int open_file(const char *path)", "open a file"])
    assert vectors.shape == (2, 576)

    async def chat() -> str:
        model = EmbeddedModel("small", str(path))
        reply = await complete(model, ChatRequest((Message(Author.USER, "Say hi."),)))
        await model.close()
        return reply.text

    assert asyncio.run(chat())
    running = states(own_home)
    # A process that makes vectors answers no chats, so there are two.
    assert len(running) == 2
    for state in running:
        os.kill(state.pid, signal.SIGKILL)
    embedder.close()
