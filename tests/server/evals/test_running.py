"""A run of several configurations: in turn, durable, and going on after every kind of end."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_clients.errors import ModelUnavailableError
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_gate.errors import ConfigurationError, PolicyError
from glossator_gate.types import Api, DataClass, ModelEntry, Policy, Price
from glossator_server.errors import UsageError
from glossator_server.evals.folder import RunFolder, runs_folder
from glossator_server.evals.measuring import Measurement, resumed
from glossator_server.evals.result import report_of
from glossator_server.evals.running import Step
from glossator_server.evals.types import Configuration
from tests.server.evals.measured import (
    NAMES,
    as_people_said,
    entry,
    environment,
    ignore,
    measurement,
    model,
    write_stack,
)

A, B = Configuration("a", "a"), Configuration("b", "b")
AWAY = ScriptedReply(error="unavailable")


def _pair(
    a: ScriptedModel | None = None, b: ScriptedModel | None = None
) -> dict[str, ScriptedModel]:
    return {"a": a or model("a", as_people_said()), "b": b or model("b", as_people_said())}


async def _resumed(
    folder: Path, models: dict[str, ScriptedModel], policy: Policy | None = None
) -> Measurement:
    holds = environment(folder, models, policy)
    async with resumed(RunFolder.find("last", runs_folder()), holds) as found:
        await found.run(ignore)
        return found


async def test_configurations_take_turns_case_by_case(tmp_path: Path) -> None:
    steps: list[Step] = []
    folder = write_stack(tmp_path / "stack")
    async with measurement(environment(folder, _pair()), A, B) as found:
        ran = await found.run(steps.append)
    order = [(it.case, it.configuration) for it in ran.outcomes]
    assert [name for _, name in order] == ["a", "b", "b", "a", "a", "b"]
    assert [case for case, _ in order] == [it.id for it in ran.cases for _ in "ab"]
    assert [it.done for it in steps] == [0, 0, 1, 2, 3, 4, 5, 6]
    assert all(it.total == 6 for it in steps)


async def test_a_model_that_is_not_approved_ends_it_before_it_begins(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    with pytest.raises(PolicyError, match="c is no model that the policy approves"):
        async with measurement(environment(folder, _pair()), A, Configuration("c", "c")):
            pass
    low = replace(entry("b"), max_class=DataClass.PUBLIC)
    policy = Policy(models=(entry("a"), low))
    with pytest.raises(PolicyError, match=r"b .*confidential"):
        async with measurement(environment(folder, _pair(), policy), A, B):
            pass
    listed = Policy(models=(entry("a"), entry("b")), roles={"document": ("a",)})
    with pytest.raises(PolicyError, match=r"b is not listed for the role document, .* has a; have"):
        async with measurement(environment(folder, _pair(), listed), A, B):
            pass
    # As a gate measures an adapter, whose model nobody has to name.
    embedded = ModelEntry("e", Api.EMBEDDED, ("smollm2",))
    listed = Policy(models=(entry("a"), embedded), roles={"document": ("a",)})
    for configuration in (Configuration("x", adapter="mine"), Configuration("x", "e")):
        with pytest.raises(PolicyError, match=r"e is not listed for the role document, .* has a;"):
            async with measurement(environment(folder, _pair(), listed), configuration):
                pass
    assert not list(runs_folder().glob("*"))


async def test_no_other_model_takes_over(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    models = _pair(a=model("a", [replace(AWAY, repeat=True)]))
    with pytest.raises(ModelUnavailableError):
        async with measurement(environment(folder, models), A) as found:
            await found.run(ignore)
    assert models["a"].requests
    assert not models["b"].requests


async def test_what_a_model_fails_at_is_an_outcome_and_the_others_go_on(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    broken = model("b", [ScriptedReply(error="timeout"), *as_people_said()])
    async with measurement(environment(folder, _pair(b=broken)), A, B) as found:
        report = report_of(await found.run(ignore))
    assert report["complete"]
    assert [it["failed"] for it in report["configurations"]] == [0, 1]
    (failed,) = [it for it in report["outcomes"] if it["problem"]]
    assert failed["configuration"] == "b"
    assert failed["measures"]["rouge_l"] == 0.0


async def test_who_is_away_is_asked_again_where_a_run_goes_on(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    away = model("b", [replace(AWAY, repeat=True)])
    with pytest.raises(ModelUnavailableError):
        async with measurement(environment(folder, _pair(b=away)), A, B) as found:
            await found.run(ignore)
    models = _pair()
    ended = await _resumed(folder, models)
    report = report_of(ended.so_far())
    assert report["complete"]
    assert [it["failed"] for it in report["configurations"]] == [0, 0]
    # What was done stays done.
    assert len(models["b"].requests) == len(NAMES)
    assert len(models["a"].requests) < len(NAMES)


async def test_a_cancelled_run_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    slow = model("b", [ScriptedReply(hold=asyncio.Event()), *as_people_said()])
    async with measurement(environment(folder, _pair(b=slow)), A, B) as found:
        running = asyncio.create_task(found.run(ignore))
        await slow.asked.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        before = len(found.folder.outcomes())
    assert slow.cancelled == 1
    assert before == 1
    models = _pair()
    report = report_of((await _resumed(folder, models)).so_far())
    assert report["complete"]
    assert sum(len(it.requests) for it in models.values()) == 6 - before


async def test_a_torn_line_costs_one_outcome_and_spoils_no_other(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    async with measurement(environment(folder, _pair()), A, B) as found:
        await found.run(ignore)
        lines = found.folder.path / "outcomes.jsonl"
    lines.write_bytes(lines.read_bytes()[:-40])
    assert len(found.folder.outcomes()) == 5
    await _resumed(folder, _pair())
    assert len(found.folder.outcomes()) == 6


async def test_one_process_at_a_time_goes_on_with_a_run(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    async with measurement(environment(folder, _pair()), A) as found:
        with found.folder.writing(), pytest.raises(UsageError, match="under way already"):
            await found.run(ignore)


async def test_a_run_goes_on_only_with_the_prompt_that_it_began_with(
    tmp_path: Path, own_home: Path
) -> None:
    from glossator_server.prompts.files import product_file

    folder = write_stack(tmp_path / "stack")
    prompts = own_home / "config" / "glossator" / "prompts"
    prompts.mkdir(parents=True)
    text = product_file("document").text
    (prompts / "mine.md").write_text(text)
    mine = Configuration("mine", "a", prompt="mine")
    async with measurement(environment(folder, _pair()), A, mine) as found:
        await found.run(ignore)
    report = report_of(found.so_far())
    assert report["configurations"][1]["prompt"]["name"] == "mine"
    (prompts / "mine.md").write_text(text.replace("## task", "## task\n\nBe brief."))
    with pytest.raises(UsageError, match="another prompt"):
        await _resumed(folder, _pair())


async def test_a_run_goes_on_only_with_an_index_where_it_began_with_one(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    async with measurement(environment(folder, _pair()), A) as found:
        await found.run(ignore)
    await _resumed(folder, _pair())
    file = found.folder.path / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"index": True}))
    with pytest.raises(UsageError, match="its index is not there"):
        await _resumed(folder, _pair())


@pytest.mark.parametrize(
    ("prompt", "trouble"),
    [("gone", "There is no prompt gone"), ("fix", "is for fix")],
)
async def test_a_prompt_that_cannot_be_meant_is_refused(
    tmp_path: Path, prompt: str, trouble: str
) -> None:
    folder = write_stack(tmp_path / "stack")
    with pytest.raises((UsageError, ConfigurationError), match=trouble):
        async with measurement(environment(folder, _pair()), Configuration("x", "a", prompt)):
            pass


async def test_tokens_and_money_are_counted_for_each_configuration(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    policy = Policy(models=(entry("a", Price(1000.0, 2000.0, "EUR")), entry("b")))
    async with measurement(environment(folder, _pair(), policy), A, B) as found:
        report = report_of(await found.run(ignore))
    first, second = report["configurations"]
    tokens = first["tokens"]
    assert tokens == second["tokens"]
    paid = (tokens["prompt"] * 1000 + tokens["completion"] * 2000) / 1e6
    assert first["cost"] == {"amount": pytest.approx(paid, abs=1e-5), "currency": "EUR"}
    assert second["cost"] is None
    assert report["measures"][-1]["name"] == "cost"


async def test_the_result_is_plain_json_with_every_part(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    async with measurement(environment(folder, _pair()), A, B) as found:
        report = report_of(await found.run(ignore))
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    names = [it["name"] for it in report["measures"]]
    assert {(it["configuration"], it["baseline"]) for it in report["comparisons"]} == {("b", "a")}
    assert [it["measure"] for it in report["comparisons"]] == names
    assert set(report["scores"]) == {"a", "b"}
    for it in report["comparisons"]:
        if it["measure"] != "seconds":
            assert (it["difference"], it["verdict"]) == (0.0, "same")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("run.json", "{", "cannot be read"),
        ("run.json", "[]", "another version"),
        ("run.json", '{"schema": 99}', "another version"),
        ("run.json", '{"schema": 1}', "cannot be read"),
        ("cases.jsonl", "{", "cannot be read"),
        ("cases.jsonl", "{}\n", "cannot be read"),
        ("cases.jsonl", "\udcff", "cannot be read"),
    ],
)
async def test_a_damaged_run_is_told_in_a_sentence(
    tmp_path: Path, file: str, text: str, said: str
) -> None:
    folder = write_stack(tmp_path / "stack")
    async with measurement(environment(folder, _pair()), A) as found:
        await found.run(ignore)
    (found.folder.path / file).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=said):
        await _resumed(folder, _pair())


@pytest.mark.parametrize("name", ["gone", "last", "../x"])
def test_a_run_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(UsageError, match="There is no run"):
        RunFolder.find(name, runs_folder())
