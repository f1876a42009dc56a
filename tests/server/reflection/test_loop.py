"""The loop of a fix: what is returned was checked, is better, and costs no more than allowed."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossator_clients.errors import ModelUnavailableError
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_indexer.types import Span, TextChange
from glossator_server.reflection.judging import judge
from glossator_server.reflection.loop import Budget
from glossator_server.reflection.scores import Score
from glossator_server.verify.checker import Suggestion
from tests.server.reflection.marks import MarkChecker, block, mended, source_of, task_for
from tests.server.reflection.random_answers import trouble_of

BROKEN = "int f(void)\n{\n\treturn 1; // @error missing\n}\n"
RIGHT = block("\treturn 1; // @error missing", "\treturn 1;")
HALF = block("\treturn 1; // @error missing", "\treturn 1; // @warning odd")
WORSE = block("\treturn 1; // @error missing", "\treturn 1; // @error missing @error other")
APPROVES = json.dumps({"resolved": True, "approve": True, "problems": [], "advice": "Right."})
REJECTS = json.dumps(
    {"resolved": False, "approve": False, "problems": ["It hides the cause."], "advice": ""}
)


async def test_a_right_answer_is_returned_at_once() -> None:
    said: list[str] = []
    done = await mended(BROKEN, [RIGHT], said=said)
    assert done.best is not None
    assert done.best.after.text == BROKEN.replace(" // @error missing", "")
    assert done.rounds == 1
    assert "round 1 of 2: 1 error → nothing wrong" in said


async def test_what_does_not_compile_is_sent_back_without_counting() -> None:
    done = await mended(BROKEN, [WORSE, RIGHT], budget=Budget(rounds=1))
    assert done.best is not None
    assert done.spending.calls == 2


async def test_what_never_compiles_ends_without_a_fix_and_with_the_attempt() -> None:
    others = [WORSE.replace("other", f"other{it}") for it in range(9)]
    done = await mended(BROKEN, others)
    assert done.best is None
    assert done.attempt is not None
    assert "new: line 3: other" in done.reason
    assert done.spending.calls == 6


async def test_a_new_warning_is_no_fix() -> None:
    done = await mended(BROKEN, [HALF, HALF.replace("odd", "odder")])
    assert done.best is None


async def test_a_form_that_cannot_be_read_is_repaired_once_and_then_dropped() -> None:
    assert (await mended(BROKEN, ["no", RIGHT], budget=Budget(rounds=1))).best is not None
    done = await mended(BROKEN, ["no", "no", RIGHT], budget=Budget(rounds=1))
    assert done.best is None
    assert "holds no SEARCH/REPLACE block" in done.reason


async def test_the_reasons_go_back_to_the_model() -> None:
    model_replies = [HALF, ScriptedReply(RIGHT, when="new: line 3: warning: odd")]
    done = await mended(BROKEN, model_replies)
    assert done.best is not None
    assert done.rounds == 2


async def test_a_model_that_repeats_itself_is_not_asked_again() -> None:
    done = await mended(BROKEN, [HALF, HALF, RIGHT], budget=Budget(rounds=3))
    assert done.best is None
    assert "repeats itself" in done.reason


async def test_a_model_that_never_finishes_ends_with_the_time() -> None:
    hanging = ScriptedReply(RIGHT, hold=asyncio.Event())
    done = await mended(BROKEN, [hanging], budget=Budget(seconds=0.2))
    assert done.best is None
    assert "seconds are used up" in done.reason


async def test_the_tokens_end_it_too() -> None:
    done = await mended(BROKEN, [HALF, RIGHT], budget=Budget(tokens=10))
    assert done.best is None
    assert "tokens is used up" in done.reason


async def test_a_model_that_cannot_answer_is_the_callers_trouble() -> None:
    with pytest.raises(ModelUnavailableError):
        await mended(BROKEN, [])


async def test_a_model_that_fails_later_loses_nothing() -> None:
    failing = ScriptedReply(error="unavailable")
    critic = ScriptedModel([REJECTS])
    done = await mended(BROKEN, [RIGHT, failing], critic=critic)
    assert done.best is not None
    assert "return 1;" in done.best.after.text


async def test_what_a_tool_suggests_is_tried_before_a_model() -> None:
    at = BROKEN.index(" // @error")
    end = BROKEN.index("\n}", at)
    suggestion = Suggestion("marks", (TextChange(Span(at, end), ""),))
    done = await mended(BROKEN, [], suggestions=(suggestion,))
    assert done.best is not None
    assert done.best.author == "marks"
    assert done.spending.calls == 0


async def test_a_critic_has_the_last_word_of_the_round_and_not_of_the_result() -> None:
    other = block("\treturn 1; // @error missing", "\treturn 2;")
    critic = ScriptedModel([REJECTS, APPROVES])
    done = await mended(BROKEN, [RIGHT, other], critic=critic)
    assert done.best is not None
    assert "return 2" in done.best.after.text
    critic = ScriptedModel([REJECTS, REJECTS])
    done = await mended(BROKEN, [RIGHT, other], critic=critic)
    assert done.best is not None
    assert done.best.verdict is not None
    assert not done.best.is_approved
    assert done.best.verdict.words == "It hides the cause."


async def test_a_critic_that_fails_or_rambles_stops_nobody() -> None:
    for reply in (ScriptedReply(error="unavailable"), "Looks good to me!"):
        done = await mended(BROKEN, [RIGHT], critic=ScriptedModel([reply]))
        assert done.best is not None
        assert done.best.verdict is None


async def test_tests_that_fail_where_nobody_knew_block_a_fix() -> None:
    breaks = block("\treturn 1; // @error missing", "\treturn 1; // @fails addition")
    assert (await mended(BROKEN, [breaks, RIGHT])).rounds == 2
    assert (await mended(BROKEN, [breaks], budget=Budget(rounds=1))).best is None


async def test_tests_that_hang_block_a_fix() -> None:
    hangs = block("\treturn 1; // @error missing", "\treturn 1; // @hangs")
    assert (await mended(BROKEN, [hangs], budget=Budget(rounds=1))).best is None


async def test_what_was_hidden_by_an_error_elsewhere_is_not_held_against_the_change() -> None:
    text = "int g(void)\n{\n\treturn 2; // @warning old\n}\n\n" + BROKEN
    checker = MarkChecker()
    task = await task_for(text, checker)
    after = source_of(text.replace(" // @error missing", ""))
    assert (await judge(checker, task, after)).introduced == ()
    inside = source_of(text.replace("// @error missing", "// @warning new"))
    found = (await judge(checker, task, inside)).introduced
    assert [it.message for it in found] == ["new"]


SCORES = st.builds(
    Score,
    *(st.integers(0, 3) for _ in range(5)),
    diff_size=st.integers(0, 20),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(SCORES, st.booleans()), max_size=6), SCORES)
def test_a_score_that_is_not_smaller_beats_nothing(
    candidates: list[tuple[Score, bool]], original: Score
) -> None:
    better = [score for score, _ in candidates if score.beats(original)]
    for score in better:
        assert (
            score.syntax_errors,
            score.compile_errors,
            score.failing_tests,
            score.new_warnings,
            score.remaining,
        ) < (
            original.syntax_errors,
            original.compile_errors,
            original.failing_tests,
            original.new_warnings,
            original.remaining,
        )
    assert not original.beats(original)


@pytest.mark.parametrize("seed", range(150))
async def test_random_answers_never_make_it_worse(seed: int) -> None:
    assert await trouble_of(seed) is None
