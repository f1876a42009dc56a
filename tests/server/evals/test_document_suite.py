"""The suite "document": what models are shown, and what becomes of what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_gate.types import DataClass
from glossator_server.errors import UsageError
from glossator_server.evals.result import report_of
from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import CaseSource, Configuration, Outcome, SourceKind
from glossator_server.evals.workspaces import PREPARED
from tests.server.evals.measured import (
    NAMES,
    STACK,
    WORDS,
    as_people_said,
    check_hidden,
    environment,
    ignore,
    measurement,
    model,
    write_stack,
)

ON, OFF = Configuration("on", "m"), Configuration("off", "m", retrieval=False)


async def _run(
    folder: Path, scripted: ScriptedModel, *configurations: Configuration
) -> list[Outcome]:
    async with measurement(environment(folder, {"m": scripted}), *configurations) as found:
        return list((await found.run(ignore)).outcomes)


@pytest.mark.parametrize("configuration", [ON, OFF], ids=["retrieval", "alone"])
async def test_no_model_is_shown_the_words_that_it_is_compared_with(
    tmp_path: Path, configuration: Configuration
) -> None:
    folder = write_stack(tmp_path / "stack")
    # The same comments stand in two files beside it, as a header's and an old copy's do.
    (folder / "stack_old.c").write_text(STACK)
    (folder / "stack_older.c").write_text(STACK)
    scripted = model("m", as_people_said())
    await _run(folder, scripted, configuration)
    check_hidden(scripted)
    said = [str(it["summary"]) for it in WORDS.values()]
    shown = [text for it in scripted.requests for text in (message.text for message in it.messages)]
    # Other functions of the file stand there as examples, only where they are looked for.
    assert any(it in text for it in said for text in shown) == configuration.retrieval


async def test_the_very_words_of_a_person_are_as_good_as_can_be(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    outcomes = await _run(folder, model("m", as_people_said()), ON)
    assert len(outcomes) == len(NAMES)
    for outcome in outcomes:
        result = outcome.result
        assert result.problem is None
        for name in ("rouge_l", "chrf", "meaning", "length", "valid", "first_try", "mentions"):
            assert result.measures[name] == pytest.approx(1.0, abs=1e-3), (name, result.text)
        assert result.measures["style_findings"] == result.measures["drift"] == 0.0
        assert result.expected in STACK
        assert outcome.completion_tokens > 0
        assert 0 < outcome.model_seconds < outcome.seconds


async def test_who_has_no_usable_words_gains_nothing_by_it(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    nothing = model("m", [ScriptedReply("no idea", repeat=True)])
    for outcome in await _run(folder, nothing, OFF):
        assert outcome.result.problem
        assert outcome.result.text == ""
        assert outcome.result.measures["valid"] == outcome.result.measures["rouge_l"] == 0.0
        # Nothing was named, which is neither right nor wrong.
        assert "mentions" not in outcome.result.measures


async def test_words_that_are_sent_back_once_are_not_usable_at_once(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    scripted = model("m", [ScriptedReply("no idea"), *as_people_said()])
    first, *others = await _run(folder, scripted, OFF)
    assert (first.result.measures["valid"], first.result.measures["first_try"]) == (1.0, 0.0)
    assert all(it.result.measures["first_try"] == 1.0 for it in others)


async def test_a_file_that_changed_since_is_a_problem_and_not_another_case(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    async with measurement(environment(folder, {"m": model("m", as_people_said())}), ON) as found:
        (folder / "stack.c").write_text(STACK.replace("Put an item", "Take an item"))
        ran = await found.run(ignore)
    troubles = {it.result.problem for it in ran.outcomes if it.result.problem}
    assert len(troubles) == 1
    assert "has changed" in troubles.pop()
    assert report_of(ran)["configurations"][0]["failed"] == 1


def _source(folder: Path, **values: object) -> CaseSource:
    holds = environment(folder, {})
    return CaseSource(SourceKind.MINED, folder, holds.policy, holds.settings, **values)  # type: ignore[arg-type]


def test_a_seed_draws_the_same_cases_each_time(tmp_path: Path) -> None:
    suite = open_suite("document")
    folder = write_stack(tmp_path / "stack")
    for at in range(6):
        (folder / f"copy{at}.c").write_text(
            STACK.replace("stack_", f"s{at}_").replace(" an item", f" the {at}th item")
        )
    first = suite.cases(_source(folder, seed=1, limit=4))
    assert first == suite.cases(_source(folder, seed=1, limit=4))
    assert first != suite.cases(_source(folder, seed=2, limit=4))
    assert len({it.id for it in first}) == 4


def test_what_is_shipped_is_public_and_has_functions_in_six_languages(tmp_path: Path) -> None:
    suite, folder = open_suite("document"), PREPARED / "document"
    holds = environment(tmp_path, {})
    cases = suite.cases(CaseSource(SourceKind.PREPARED, folder, holds.policy, holds.settings))
    assert 20 <= len(cases) <= 50
    assert {it.data_class for it in cases} == {DataClass.PUBLIC}
    assert {it.language for it in cases} == {"c", "python", "go", "rust", "typescript", "java"}
    assert {it.data["style"] for it in cases} >= {"kernel-doc", "doxygen", "google"}


LINE = {"path": "stack.c", "symbol": "stack_push"}


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ({"path": "stack.c"}, '"symbol" is missing'),
        ({**LINE, "path": "../stack.c"}, '"path" must be a path below'),
        ({**LINE, "path": "gone.c"}, "no file"),
        ({**LINE, "symbol": "gone"}, '"symbol" names gone'),
        ({**LINE, "style": "chinese"}, '"style" is'),
        ({**LINE, "expected": "words"}, '"expected" must be'),
        ({**LINE, "expected": {"summary": "s", "parameters": {"a": 1}}}, '"expected" must be'),
        ({**LINE, "simbol": "x"}, "did you mean 'symbol'"),
        ({**LINE, "line": 0}, '"line" must be'),
    ],
)
def test_a_line_that_is_no_case_is_named_with_its_key(
    tmp_path: Path, line: object, trouble: str
) -> None:
    folder, file = write_stack(tmp_path / "stack"), tmp_path / "cases.jsonl"
    text = line if isinstance(line, str) else json.dumps(line)
    file.write_text(f"{json.dumps(LINE)}\n\n{text}\n")
    with pytest.raises(UsageError, match="line 3") as raised:
        open_suite("document").cases(_source(folder, file=file))
    assert trouble in str(raised.value)


async def test_cases_of_a_file_are_compared_with_what_it_expects(tmp_path: Path) -> None:
    folder, file = write_stack(tmp_path / "stack"), tmp_path / "cases.jsonl"
    (folder / "new.c").write_text(
        "int stack_size(struct stack *stack)\n{\n\treturn stack->used;\n}\n"
    )
    said = {
        "summary": "Count the items",
        "parameters": {"stack": "the stack"},
        "returns": "how many",
    }
    lines = [LINE, {"id": "mine", "path": "new.c", "symbol": "stack_size", "expected": said}]
    # The same function may be there again, with other words.
    lines.append({**LINE, "expected": said | {"summary": "Add an item"}})
    file.write_text("".join(f"{json.dumps(it)}\n" for it in lines))
    first, mine, again = open_suite("document").cases(_source(folder, file=file))
    assert (first.id, again.id) == ("line-1", "line-3")
    assert again.data["expected"]["summary"] == "Add an item"
    assert first.data["expected"] == {**WORDS["stack_push"], "raises": {}}
    assert (mine.id, mine.data["expected"]) == ("mine", said)
