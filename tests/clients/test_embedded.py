"""Own the proof that the embedded engine is one process, shared, restarted and gone when unused.

These tests run the real engine with the real small model.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from glossator_clients import engine_state
from glossator_clients.embedded import EmbeddedModel, EmbeddedOptions
from glossator_clients.engine_state import EngineState
from glossator_clients.errors import ModelUnavailableError, PromptTooLongError
from glossator_clients.openai_client import OpenAIModel
from glossator_clients.protocol import complete
from glossator_clients.types import (
    Author,
    ChatRequest,
    Finished,
    Message,
    Sampling,
    StartedOver,
    TextDelta,
)
from glossator_gate.types import Destination, Origin

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


def asking(text: str, tokens: int = 40) -> ChatRequest:
    return ChatRequest((Message(Author.USER, text),), Sampling(max_tokens=tokens, seed=1))


SHORT = ChatRequest(asking("Name a colour as JSON.").messages, Sampling(max_tokens=60), SCHEMA)
LONG = asking("Write a very long story about a compiler.", 4000)


@pytest.fixture
def small(model_file: Path, own_home: Path) -> Iterator[Path]:
    """Return the model's file, reached under a path of this test alone: so is its engine."""
    pytest.importorskip("xllamacpp", reason="the engine is not installed")
    path = own_home / "small.gguf"
    path.symlink_to(model_file)
    yield path
    for state in states(own_home):
        with suppress(ProcessLookupError):
            os.kill(state.pid, signal.SIGKILL)


def states(home: Path) -> list[EngineState]:
    """Return the states of all engines that were started under this home."""
    files = (home / "run" / "glossator").glob("engine-*.json")
    return [EngineState(**json.loads(it.read_text())) for it in files]


def names_in(folder: str) -> list[str]:
    return [it.name for it in Path(folder).iterdir()]


@pytest.fixture
async def model(small: Path) -> AsyncIterator[EmbeddedModel]:
    opened = EmbeddedModel("tiny", str(small))
    yield opened
    await opened.close()


async def begun(model: EmbeddedModel) -> asyncio.Task[list[object]]:
    """Ask for a long answer and return the reading of it, once it has begun."""
    first = asyncio.Event()

    async def read() -> list[object]:
        events: list[object] = []
        async for event in model.stream(LONG):
            events.append(event)
            first.set()
            if isinstance(event, StartedOver):
                # Enough was seen; the rest of a story takes minutes.
                events += [it async for it in model.stream(SHORT)]
                break
        return events

    task = asyncio.create_task(read())
    await first.wait()
    return task


async def gone(pid: int) -> None:
    """Wait for the end of a process that is no child of ours."""
    with suppress(psutil.NoSuchProcess):
        await asyncio.to_thread(psutil.Process(pid).wait, 20)


async def test_an_answer_fits_its_schema(model: EmbeddedModel) -> None:
    reply = await complete(model, SHORT)
    assert json.loads(reply.text)["colour"] in {"red", "green"}
    assert reply.usage is not None
    assert reply.model == model.info.name
    assert model.info.local
    assert model.info.context_tokens == 8192


async def test_a_prompt_that_does_not_fit_is_refused(model: EmbeddedModel) -> None:
    with pytest.raises(PromptTooLongError):
        await complete(model, asking("word " * 9000))


async def test_cancelling_frees_the_engine_for_the_next_request(
    model: EmbeddedModel, own_home: Path
) -> None:
    task = await begun(model)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # The engine has one slot: were the story still being written, this would take minutes.
    await asyncio.wait_for(complete(model, SHORT), 60)
    assert len(states(own_home)) == 1


async def test_requests_at_once_are_answered_one_after_the_other(
    model: EmbeddedModel, own_home: Path
) -> None:
    replies = await asyncio.gather(*(complete(model, SHORT) for _ in range(3)))
    assert all(json.loads(it.text) for it in replies)
    assert len(states(own_home)) == 1


async def test_an_engine_killed_in_mid_answer_is_started_again_once(
    model: EmbeddedModel, own_home: Path
) -> None:
    task = await begun(model)
    (first,) = states(own_home)
    os.kill(first.pid, signal.SIGKILL)
    events = await task
    assert isinstance(events[0], TextDelta)
    assert StartedOver() in events
    assert isinstance(events[-1], Finished)
    (second,) = states(own_home)
    assert second.pid != first.pid


async def test_an_engine_that_dies_twice_is_given_up_with_one_sentence(
    model: EmbeddedModel, own_home: Path
) -> None:
    killed: list[int] = []

    def kill_the_writer(_text: str) -> None:
        (state,) = states(own_home)
        if state.pid not in killed:
            killed.append(state.pid)
            os.kill(state.pid, signal.SIGKILL)

    with pytest.raises(ModelUnavailableError, match="ended twice"):
        await complete(model, LONG, kill_the_writer)
    assert len(killed) == 2


async def test_an_engine_killed_between_answers_is_replaced(
    model: EmbeddedModel, own_home: Path
) -> None:
    await complete(model, SHORT)
    (first,) = states(own_home)
    os.kill(first.pid, signal.SIGKILL)
    await gone(first.pid)
    await complete(model, SHORT)
    assert states(own_home)[0].pid != first.pid


async def test_an_engine_that_hangs_is_replaced(model: EmbeddedModel, own_home: Path) -> None:
    await complete(model, SHORT)
    (first,) = states(own_home)
    os.kill(first.pid, signal.SIGSTOP)
    # Another editor finds it so; ours would wait for the words that it is owed.
    other = EmbeddedModel("tiny", model.info.name)
    await complete(other, SHORT)
    await other.close()
    assert states(own_home)[0].pid != first.pid


ASK = """
import asyncio, sys
from glossator_clients.embedded import EmbeddedModel
from glossator_clients.protocol import complete
from glossator_clients.types import Author, ChatRequest, Message, Sampling

async def main():
    model = EmbeddedModel("tiny", sys.argv[1])
    await complete(model, ChatRequest((Message(Author.USER, "Hi"),), Sampling(max_tokens=1, stop=(" ",))))
    await model.close()

try:
    asyncio.run(main())
except Exception as error:
    if type(error).__name__ != "IncompleteReplyError":
        raise
"""  # noqa: E501 -- a program of its own


async def test_processes_that_start_at_once_share_one_engine(small: Path, own_home: Path) -> None:
    programs = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", ASK, str(small))
        for _ in range(3)
    ]
    assert [await it.wait() for it in programs] == [0, 0, 0]
    (state,) = states(own_home)
    ours = [
        it.pid
        for it in psutil.process_iter(["cmdline", "cwd"])
        if "glossator_clients.embedded_engine" in (it.info["cmdline"] or [])
        and (it.info["cwd"] or "").startswith(str(own_home))
    ]
    assert ours == [state.pid]


async def test_an_engine_that_nobody_needs_ends(small: Path, own_home: Path) -> None:
    model = EmbeddedModel("tiny", str(small), EmbeddedOptions(idle_s=0.5))
    await complete(model, SHORT)
    (state,) = states(own_home)
    await gone(state.pid)
    assert states(own_home) == []
    # And the next request starts another.
    await complete(model, SHORT)
    assert states(own_home)[0].pid != state.pid
    await model.close()


async def test_an_engine_ends_when_its_run_folder_is_removed(
    model: EmbeddedModel, own_home: Path
) -> None:
    await complete(model, SHORT)
    (state,) = states(own_home)
    shutil.rmtree(own_home / "run" / "glossator")
    await gone(state.pid)


async def test_the_state_is_for_the_user_alone_and_the_key_is_needed(
    model: EmbeddedModel, own_home: Path
) -> None:
    await complete(model, SHORT)
    folder = own_home / "run" / "glossator"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) in {0o600, 0o700}
    (state,) = states(own_home)
    assert state.key not in " ".join(psutil.Process(state.pid).cmdline())
    stranger = OpenAIModel(
        model.info, Destination(Origin("http", "127.0.0.1", state.port), key="guessed")
    )
    with pytest.raises(ModelUnavailableError, match="key"):
        await complete(stranger, SHORT)
    await stranger.close()


async def test_the_engine_listens_on_loopback_in_an_empty_folder(
    model: EmbeddedModel, own_home: Path
) -> None:
    await complete(model, SHORT)
    (state,) = states(own_home)
    process = psutil.Process(state.pid)
    listening = [it for it in process.net_connections() if it.status == psutil.CONN_LISTEN]
    assert [it.laddr.ip for it in listening] == ["127.0.0.1"]
    assert names_in(process.cwd()) == []


@pytest.mark.parametrize("content", ["cut in the middle", "nothing inside"])
async def test_a_broken_model_file_is_told_with_the_log(
    small: Path, own_home: Path, content: str
) -> None:
    broken = own_home / "broken.gguf"
    with small.open("rb") as whole:
        half = whole.read(40_000_000)
    # The engine does not survive the second one, which costs its own process only.
    empty = b"GGUF" + bytes([3, 0, 0, 0]) + bytes(16) + b"garbage" * 100
    broken.write_bytes(half if content == "cut in the middle" else empty)
    model = EmbeddedModel("broken", str(broken))
    with pytest.raises(ModelUnavailableError, match=r"engine\.log"):
        await complete(model, SHORT)
    assert engine_state.log_file().read_text()
    assert states(own_home) == []


async def test_a_run_folder_of_somebody_else_is_refused(small: Path, own_home: Path) -> None:
    elsewhere = own_home / "elsewhere"
    elsewhere.mkdir()
    (own_home / "run" / "glossator").symlink_to(elsewhere)
    with pytest.raises(ModelUnavailableError, match="folder of your own"):
        await complete(EmbeddedModel("tiny", str(small)), SHORT)
    assert list(elsewhere.iterdir()) == []


async def test_a_state_folder_that_cannot_be_made_is_told_in_a_sentence(
    small: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(own_home / "file"))
    model = EmbeddedModel("small", str(small))
    with pytest.raises(ModelUnavailableError, match="mend its permissions"):
        await complete(model, SHORT)


async def test_the_engine_finds_what_was_installed_for_one_user(
    small: Path, own_home: Path
) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = own_home / ".local" / "lib" / version / "site-packages"
    site.mkdir(parents=True)
    (site / "all.pth").write_text("\n".join(filter(None, sys.path)) + "\n")
    program = f"""
import asyncio
from glossator_clients.embedded import EmbeddedModel
from glossator_clients.protocol import complete
from glossator_clients.types import Author, ChatRequest, Message, Sampling
request = ChatRequest((Message(Author.USER, "Hello"),), Sampling(max_tokens=200, seed=1))
print(asyncio.run(complete(EmbeddedModel("small", {str(small)!r}), request)).model)
"""
    done = await asyncio.create_subprocess_exec(
        str(Path(sys.base_prefix) / "bin" / version),
        "-c",
        program,
        env=os.environ | {"HOME": str(own_home)},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await done.communicate()
    assert said.decode().strip() == str(small)
