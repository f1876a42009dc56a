"""`glossator search --quality` with a model of the policy's role `rerank`, behind a real owner."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import Ended, glossator
from tests.loopback_server import Received, Reply, serving

CONFIG = """\
schema = 1

[[classify]]
match = {{ path = ["hidden.c"] }}
class = "restricted"

[[model]]
id = "ranker"
api = "openai"
origin = "{origin}"
model = ["m"]
uses = ["rerank"]
max_class = "confidential"

[roles]
rerank = ["ranker"]
"""
FUNCTIONS = {
    "first.c": "int ring_append(int entry)\n{\n\treturn entry;\n}\n",
    "second.c": "int ring_append_entry_checked(int entry, int limit)\n{\n\treturn limit;\n}\n",
    "hidden.c": "int ring_append_entry_secretly(int entry)\n{\n\treturn 7;\n}\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    for name, text in FUNCTIONS.items():
        (folder / name).write_text(text)
    return folder


def search(folder: Path, *words: str) -> Ended:
    ended = glossator("search", "append an entry to the ring", "--json", *words, cwd=folder)
    assert ended.status == 0, ended
    return ended


def paths(ended: Ended) -> list[str]:
    return [it["path"] for it in json.loads(ended.output)]


def configure(own_home: Path, origin: str) -> None:
    path = own_home / "config" / "glossator" / "config.toml"
    path.parent.mkdir()
    path.write_text(CONFIG.format(origin=origin))


async def test_the_model_of_the_role_puts_what_it_may_see_in_its_order(
    repository: Path, own_home: Path
) -> None:
    asked: list[dict[str, Any]] = []
    wanted: list[str] = []

    async def prefers(received: Received, reply: Reply) -> None:
        asked.append(received.json)
        rows = [
            {"index": at, "relevance_score": float(it.startswith(wanted[0]))}
            for at, it in enumerate(received.json["documents"])
        ]
        await reply.json({"results": rows})

    async with serving(prefers) as server:
        configure(own_home, server.origin)
        fast = paths(await asyncio.to_thread(search, repository))
        assert (sorted(fast), asked) == (sorted(FUNCTIONS), [])
        seen = [it for it in fast if it != "hidden.c"]
        wanted.append(seen[-1])
        ended = await asyncio.to_thread(search, repository, "--quality")
    assert ended.errors == ""
    expected = iter(reversed(seen))
    assert paths(ended) == ["hidden.c" if it == "hidden.c" else next(expected) for it in fast]
    signals = {it["path"]: it["signals"] for it in json.loads(ended.output)}
    assert signals[wanted[0]]["transformer"] == "ranker"
    assert signals["hidden.c"]["transformer"].startswith("Not shown to ranker")
    (question,) = asked
    assert question["query"] == "append an entry to the ring"
    assert sorted(it.split("\n")[0] for it in question["documents"]) == ["first.c", "second.c"]
    assert "secretly" not in json.dumps(question)


def test_where_it_does_not_answer_the_fast_order_stays_with_a_sentence(
    repository: Path, own_home: Path
) -> None:
    configure(own_home, "http://127.0.0.1:1")
    fast, ended = search(repository), search(repository, "--quality")
    assert paths(ended) == paths(fast)
    (sentence,) = ended.errors.splitlines()
    assert "Nothing answers at http://127.0.0.1:1" in sentence
