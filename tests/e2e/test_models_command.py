"""`glossator models`: what is there and why, and fetching, in words and for programs."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from glossator_server.cli.fetching import LinesOfFetch
from tests.e2e.command_line import COMMAND, Ended, check_one_sentence, glossator
from tests.fake_ollama import DIGEST, FakeOllama
from tests.loopback_server import serving

_TRIES = 8
GB = 10**9
STEPS = (
    {"status": "pulling manifest"},
    {"status": "pulling aaa", "digest": "sha256:aaa", "total": 2 * GB, "completed": GB},
    {"status": "success"},
)
SHOW = {"capabilities": ["completion", "tools"], "model_info": {"qwen.context_length": 32768}}


@pytest.fixture
def config(own_home: Path) -> Path:
    folder = own_home / "config" / "glossator"
    folder.mkdir()
    return folder / "config.toml"


def ollama_entry(origin: str, model_id: str = "coder", name: str = "qwen:7b") -> str:
    return f"""
[[model]]
id = "{model_id}"
api = "ollama"
origin = "{origin}"
address = "loopback"
model = ["{name}"]
must_be_local = true
"""


def configure(config: Path, *entries: str) -> None:
    config.write_text("schema = 1\n" + "".join(entries))


async def run(answer: FakeOllama, config: Path, words: Sequence[str], *names: str) -> Ended:
    """Run a command with a configured model a name, all on one server."""
    async with serving(answer) as server:
        entries = [
            ollama_entry(server.origin, f"model-{number}", name)
            for number, name in enumerate(names, start=1)
        ]
        configure(config, *entries)
        return await asyncio.to_thread(glossator, *words)


async def test_a_table_says_what_each_model_is_and_why_not(config: Path) -> None:
    ended = await run(
        FakeOllama(show=SHOW), config, ["models", "list"], "qwen:7b", "qwen:14b", "big:cloud"
    )
    head, *lines = ended.output.splitlines()
    assert head.split()[:6] == ["ID", "API", "STATE", "WHERE", "CONTEXT", "USES"]
    assert lines[0].split() == [
        "model-1", "ollama", "ready", "this", "machine", "32,768", "chat", "restricted", "-",
    ]  # fmt: skip
    at = next(number for number, line in enumerate(lines) if line.startswith("model-2"))
    assert "unreachable" in lines[at]
    assert "glossator models fetch model-2" in lines[at + 1]
    assert any(line.startswith("model-3") and "refused" in line for line in lines)
    assert ended.status == 0


async def test_programs_get_one_versioned_object(config: Path) -> None:
    ended = await run(FakeOllama(show=SHOW), config, ["models", "check", "--json"], "qwen:7b")
    told = json.loads(ended.output)
    assert told["schema"] == 1
    first: dict[str, Any] = told["models"][0]
    assert first.pop("origin").startswith("http://127.0.0.1:")
    first.pop("rule")
    assert first == {
        "id": "model-1",
        "api": "ollama",
        "name": "qwen:7b",
        "local": True,
        "state": "ready",
        "reason": None,
        "context_tokens": 32768,
        "uses": ["chat"],
        "max_class": "restricted",
        "price": None,
        "adapters": [],
        "adapter_problems": [],
    }
    assert ended.status == 0


async def test_with_no_file_the_models_of_this_machine_are_found() -> None:
    others = ({"model": "llama3.1:8b", "size": 1, "model_info": {}},)
    try:
        async with serving(FakeOllama(others=others, name="coder:7b", listed={"size": 2}), 11434):
            # Whoever is later than 0.3 s is not there, and a busy machine can be.
            for _ in range(_TRIES):
                ended = await asyncio.to_thread(glossator, "models", "list", "--json")
                rows = json.loads(ended.output)["models"]
                if len(rows) > 1:
                    break
    except OSError:
        pytest.skip("somebody listens where Ollama does")
    assert [it["id"] for it in rows] == ["coder:7b", "llama3.1:8b", "smollm2"]
    assert rows[0]["rule"] == "built-in: models of this machine"
    assert (rows[0]["state"], rows[0]["local"]) == ("ready", True)
    assert "coder:7b is the fittest for code" in ended.errors


async def test_an_ollama_server_pulls_with_progress(config: Path) -> None:
    answer = FakeOllama(pulled=STEPS)
    ended = await run(answer, config, ["models", "fetch", "model-1"], "qwen:7b")
    assert (ended.status, ended.output) == (0, f"{DIGEST}\n")
    assert "qwen:7b: pulling manifest" in ended.errors
    assert "1.0 GB of 2.0 GB" in ended.errors


@pytest.mark.parametrize(
    ("lines", "status", "words"),
    [
        ([{"error": "pull model manifest: file does not exist"}], 4, "has no model"),
        ([{"error": "dial tcp: lookup registry: no such host"}], 4, "network"),
        ([{"error": "no space left on device"}], 4, "make room"),
        ([STEPS[0]], 4, "glossator models fetch model-1"),
    ],
)
async def test_a_pull_that_fails_says_what_to_do(
    config: Path, lines: Sequence[dict[str, Any]], status: int, words: str
) -> None:
    ended = await run(FakeOllama(pulled=lines), config, ["models", "fetch", "model-1"], "qwen:7b")
    assert ended.status == status
    *_, last = ended.errors.splitlines()
    assert last.startswith("glossator: ")
    assert words in last
    assert "Traceback" not in ended.errors


async def test_a_cloud_model_is_not_pulled(config: Path) -> None:
    ended = await run(FakeOllama(), config, ["models", "fetch", "model-1"], "big:480b-cloud")
    check_one_sentence(ended, 3, "somebody else's machine")


def test_a_name_that_nobody_knows_is_told_with_those_that_are() -> None:
    check_one_sentence(glossator("models", "fetch", "gpt-9"), 2, "smollm2", "minilm")


async def test_a_terminal_sees_a_bar(config: Path) -> None:
    async with serving(FakeOllama(pulled=STEPS)) as server:
        configure(config, ollama_entry(server.origin))
        seen = await asyncio.to_thread(_on_a_terminal, "models", "fetch", "coder")
    assert "1.0/2.0 GB" in seen
    assert "\x1b[" in seen


def _on_a_terminal(*words: str) -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "120"},
    ) as program:
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        os.close(ours)
        assert program.wait() == 0
    return seen.decode("utf-8", "replace")


def test_lines_tell_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 1.0, 5.0, 6.0, 7.0])
    lines = LinesOfFetch(lambda: next(times))
    for done in (10_000_000, 20_000_000, 60_000_000):
        lines.show("fetching small", done, 100_000_000)
    lines.show("unpacking", 0, 0)
    lines.show("unpacking", 0, 0)
    assert capsys.readouterr().err.splitlines() == [
        "fetching small: 10.0 MB of 100.0 MB",
        "fetching small: 60.0 MB of 100.0 MB, 10.0 MB/s, 4 s left",
        "unpacking",
    ]
