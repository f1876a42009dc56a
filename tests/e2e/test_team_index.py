"""A slow embedding server, a team's index on a real `chroma run`, and owners between them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from glossator_server.app import open_index_client
from glossator_server.settings import IndexOptions
from tests.e2e.command_line import Ended, glossator
from tests.loopback_server import Received, Reply, serving

ROOT = Path(__file__).parents[2]
# What an owner needs to see that its configuration has changed, on a busy machine.
PATIENCE_S = 30.0
QUERY = "append an entry to the ring"


@dataclass
class Model:
    """An embedding server's model: words go to places of a vector, so that equal ones are near."""

    dim: int = 32
    texts: int = 0
    seconds_a_text: float = 0.0

    async def openai(self, received: Received, reply: Reply) -> None:
        rows = await self._rows(received.json["input"])
        data = [{"index": at, "embedding": row} for at, row in enumerate(rows)]
        await reply.json({"data": data})

    async def ollama(self, received: Received, reply: Reply) -> None:
        match received.path:
            case "/api/embed":
                await reply.json({"embeddings": await self._rows(received.json["input"])})
            case "/api/tags":
                model = {"name": "m:latest", "model": "m:latest", "digest": "d" * 64}
                await reply.json({"models": [model]})
            case "/api/show":
                await reply.json({"capabilities": ["embedding"], "model_info": {}})
            case _:
                await reply.json({"error": "not found"}, 404)

    async def _rows(self, texts: list[str]) -> list[list[float]]:
        self.texts += len(texts)
        await asyncio.sleep(self.seconds_a_text * len(texts))
        return [self._row(it) for it in texts]

    def _row(self, text: str) -> list[float]:
        row = [0.01] * self.dim
        for word in text.lower().split():
            row[hashlib.sha256(word.encode()).digest()[0] % self.dim] += 1.0
        return row


def configure(home: Path, *tables: str) -> None:
    folder = home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text("schema = 1\n" + "".join(tables))


def embedder_at(origin: str, api: str = "openai") -> str:
    return (
        f'[[model]]\nid = "vectors"\napi = "{api}"\norigin = "{origin}"\nmodel = ["m"]\n'
        'uses = ["embed"]\n[roles]\nembed = ["vectors"]\n'
    )


def team_at(origin: str) -> str:
    return f'[[index_server]]\nid = "team"\napi = "chroma"\norigin = "{origin}"\n'


def checkout(folder: Path) -> Path:
    shutil.copytree(ROOT / "examples/ringlog", folder)
    return folder


async def command(*words: str | Path) -> Ended:
    return await asyncio.to_thread(glossator, *words)


async def indexed(tree: Path, *words: str) -> dict[str, Any]:
    """Return how the index stands, with what was complained about."""
    ended = await command("index", "--json", *words, tree)
    assert ended.status == 0, ended
    status: dict[str, Any] = json.loads(ended.output)
    return status


async def searched(tree: Path, query: str = QUERY) -> list[dict[str, Any]]:
    ended = await command("search", query, "--json", "--workspace", tree)
    assert ended.status == 0, ended
    found: list[dict[str, Any]] = json.loads(ended.output)
    return found


async def indexed_until(
    tree: Path, is_so: Callable[[dict[str, Any]], bool], *words: str
) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so(status := await indexed(tree, *words)):
        assert time.monotonic() < deadline, status
    return status


def signals_of(hit: dict[str, Any]) -> dict[str, Any]:
    return dict(hit["signals"])


@pytest.mark.chroma
async def test_another_copy_gets_its_vectors_from_the_team(
    own_home: Path, tmp_path: Path, chroma_origin: str
) -> None:
    mine, theirs = checkout(tmp_path / "one/ringlog"), checkout(tmp_path / "two/copy")
    (theirs / ".glossator.toml").write_text('[index]\nproject = "ringlog"\n')
    (theirs / "added.c").write_text("int added_here(int a)\n{\n\treturn a + 1;\n}\n")
    model = Model()
    async with serving(model.openai) as server:
        configure(own_home, embedder_at(server.origin), team_at(chroma_origin))
        pushed = json.loads((await command("index", "--push", "--json", mine)).output)
        assert pushed["sent"] > 20
        made, model.texts, model.seconds_a_text = model.texts, 0, 0.5
        status = await indexed(theirs)
        assert status["vectors"] == status["chunks"] > made - 5
        assert status["problems"] == []
        # What the other copy has alone, and the text that says which dimension the model has.
        assert model.texts <= 3
        model.seconds_a_text = 0
        (first, *_) = await searched(theirs)
        assert signals_of(first)["vector store"] == "exact"


@pytest.mark.parametrize("api", ["openai", "ollama"])
async def test_a_server_that_fails_and_comes_back(api: str, own_home: Path, tmp_path: Path) -> None:
    tree, model = checkout(tmp_path / "ringlog"), Model()
    answer = model.openai if api == "openai" else model.ollama
    async with serving(answer) as server:
        configure(own_home, embedder_at(server.origin, api))
        status = await indexed(tree)
        assert (status["embedder"], status["problems"]) == ("m", [])
        assert status["vectors"] == status["chunks"]
        assert "vectors rank" in signals_of((await searched(tree))[0])
    (tree / "added.c").write_text("int added_here(int a)\n{\n\treturn a + 1;\n}\n")
    status = await indexed(tree)
    assert any("Nothing answers" in it for it in status["problems"]), status
    assert status["vectors"] == status["chunks"] - 1
    assert (await searched(tree, "added_here"))[0]["path"] == "added.c"
    model.dim = 16
    async with serving(answer, server.port):
        status = await indexed(tree)
        assert any("16 dimensions where it had 32" in it for it in status["problems"]), status
    model.dim = 32
    async with serving(answer, server.port):
        status = await indexed(tree)
        assert (status["vectors"], status["problems"]) == (status["chunks"], [])


async def test_the_former_model_answers_until_another_is_done(
    own_home: Path, tmp_path: Path
) -> None:
    tree, model = checkout(tmp_path / "ringlog"), Model(seconds_a_text=0.5)
    configure(own_home)
    former = (await indexed(tree))["embedder"]
    async with serving(model.openai) as server:
        configure(own_home, embedder_at(server.origin))
        # The owner that runs ends by itself, and the next one knows the other model.
        status = await indexed_until(tree, lambda it: it["embedder"] == "m", "--no-wait")
        assert any("embedding model has changed" in it for it in status["problems"]), status
        assert "vectors rank" in signals_of((await searched(tree))[0])
        model.seconds_a_text = 0
        status = await indexed(tree)
        assert (status["vectors"], status["problems"]) == (status["chunks"], [])
    configure(own_home)
    status = await indexed_until(tree, lambda it: it["embedder"] == former)
    assert status["problems"] == []


async def test_a_configuration_that_cannot_be_read_costs_no_vectors(
    own_home: Path, tmp_path: Path
) -> None:
    tree, model = checkout(tmp_path / "ringlog"), Model()
    async with serving(model.openai) as server:
        mended = embedder_at(server.origin)
        configure(own_home, mended)
        status = await indexed(tree)
        assert status["vectors"] == status["chunks"]
        # Somebody slips, or saves the file in the middle of a line, while an editor uses the index.
        slip = mended.replace('["vectors"]', '["vektors"]')
        async with open_index_client(tree, IndexOptions()) as editor:
            for written, said in ((slip, "'vektors'"), (f"{mended}[index\n", "mend that line")):
                configure(own_home, written)
                for _ in range(2):
                    await editor.refresh()
                    broken = await editor.status()
                    assert (broken.embedder, broken.vectors) == ("m", broken.chunks)
                    # Another owner begins with that file.
                    await editor.shutdown()
                (sentence,) = broken.urgent
                assert said in sentence
        model.texts = 0
        configure(own_home, mended)
        status = await indexed(tree)
        assert (status["embedder"], status["problems"]) == ("m", [])
        assert model.texts <= 3
        # An owner that begins with a slip ends, too, where mending it is to go without a server.
        configure(own_home, slip)
        async with open_index_client(tree, IndexOptions()) as editor:
            await editor.shutdown()
            await editor.refresh()
        configure(own_home)
        await indexed_until(tree, lambda it: it["embedder"] != "m")
