"""The run over many symbols: how much is open at once, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ModelInfo
from glossator_gate.errors import LimitError, RateLimitError
from glossator_gate.types import Policy
from glossator_server.cli import bulk
from glossator_server.cli.bulk import BulkOptions, BulkRun
from glossator_server.cli.pace import Pace
from glossator_server.cli.progress import Progress
from glossator_server.cli.summary import Summary
from glossator_server.cli.targets import Target
from glossator_server.policies import WorkspacePolicy
from glossator_server.proposal import Outcome
from glossator_server.settings import IndexOptions, Settings
from glossator_server.snapshot import Snapshot

WORDS = (
    '{"summary": "Return what was given", "parameters": {"a": "what is given"}, "returns": "it"}'
)
SETTINGS = Settings(index=IndexOptions(enabled=False))


class OneModel:
    """An application with one model."""

    settings = SETTINGS
    policy = Policy(models=())
    workspace_policy = WorkspacePolicy(policy, None)

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    async def open_model(self, need: Need) -> ChatModel:  # noqa: ARG002 -- there is no other
        return self._model


class Listing:
    """A printer that keeps names."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def show(self, outcome: Outcome, snapshot: Snapshot) -> None:  # noqa: ARG002
        self.shown.append(outcome.symbol)

    def written(self, path: Path, count: int) -> None:
        self.shown.append(f"{path.name}: {count}")

    def end(self, summary: Summary) -> None:
        raise AssertionError(summary)


def the_run(model: ChatModel, **options: object) -> tuple[BulkRun, Listing]:
    printer = Listing()
    chosen = BulkOptions(SETTINGS, writing=True, **options)  # type: ignore[arg-type]
    run = BulkRun(OneModel(model), chosen, printer, Progress(Pace(2)))  # type: ignore[arg-type]
    return run, printer


@pytest.fixture
def files(tmp_path: Path) -> list[Target]:
    for name in "xy":
        text = "\n".join(f"int {name}{it}(int a)\n{{\n\treturn a;\n}}\n" for it in range(3))
        (tmp_path / f"{name}.c").write_text(text, "utf-8")
    return [Target(tmp_path / "x.c"), Target(tmp_path / "y.c")]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 -- nothing tells when a request comes in
            await asyncio.sleep(0.01)


async def test_as_many_are_open_as_there_is_room_for(files: list[Target]) -> None:
    go = asyncio.Event()
    model = ScriptedModel([ScriptedReply(WORDS, repeat=True, hold=go)])
    run, printer = the_run(model, jobs=4)
    working = asyncio.create_task(run.run(files))
    await until(lambda: len(model.requests) == 4)
    for _ in range(20):
        await asyncio.sleep(0)
    assert (len(model.requests), printer.shown) == (4, [])
    go.set()
    await working
    assert printer.shown == ["x0", "x1", "x2", "x.c: 3", "y0", "y1", "y2", "y.c: 3"]
    assert len(model.requests) == 6
    # Who looks ahead finds nothing to do in a file that is written by then.
    assert (run.progress.pace.symbols, run.progress.pace.symbols_done) == (6, 6)


async def test_what_was_done_out_of_order_is_told_after_an_interrupt(files: list[Target]) -> None:
    never = asyncio.Event()
    first = ScriptedReply(WORDS, when="x1", repeat=True, hold=never)
    model = ScriptedModel([first, ScriptedReply(WORDS, repeat=True)])
    run, printer = the_run(model, jobs=2)
    working = asyncio.create_task(run.run(files))
    before = files[0].path.read_bytes()
    await until(lambda: run.progress.pace.symbols_done == 5)
    assert printer.shown == ["x0"]
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    run.tell_rest()
    assert printer.shown == ["x0", "x2", "y0", "y1", "y2", "y.c: 3"]
    assert files[0].path.read_bytes() == before
    assert run.summary.offered == 5


@pytest.mark.parametrize(
    ("api", "expected"), [("embedded", 1), ("scripted", 1), ("openai", 4), ("ollama", 4)]
)
async def test_without_a_number_it_is_what_the_model_can_do(
    files: list[Target], api: str, expected: int
) -> None:
    go = asyncio.Event()
    info = ModelInfo("m", api, "m", "here", 8192, local=True)
    model = ScriptedModel([ScriptedReply(WORDS, repeat=True, hold=go)], info)
    run, _ = the_run(model)
    working = asyncio.create_task(run.run(files))
    await until(lambda: len(model.requests) == expected)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(model.requests) == expected
    go.set()
    await working


class Limited(ScriptedModel):
    """A model behind a limit that some of its requests meet."""

    def __init__(self, limits: list[LimitError]) -> None:
        super().__init__([ScriptedReply(WORDS, repeat=True)])
        self.limits = limits

    def stream(self, request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        if self.limits:
            raise self.limits.pop()
        return super().stream(request)


async def test_a_limit_of_requests_a_minute_is_waited_for(
    files: list[Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_LIMIT_SECONDS", 0.01)
    run, printer = the_run(Limited([RateLimitError("Wait."), RateLimitError("Wait.")]))
    await run.run(files)
    assert printer.shown[-1] == "y.c: 3"
    assert not run.summary.skipped


async def test_a_limit_of_a_day_ends_the_run(files: list[Target]) -> None:
    run, _ = the_run(Limited([LimitError("Used up.")]))
    with pytest.raises(LimitError):
        await run.run(files)
