"""The loop of an agent: it ends, whatever a model answers, and says why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from glossator_clients.errors import ModelUnavailableError
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import Author, ChatRequest, Message, Sampling, ToolCall
from glossator_gate.types import DataClass
from glossator_server.agent.actions import Action, AgentTool, Permission
from glossator_server.agent.errors import ToolError
from glossator_server.agent.loop import AgentBudget, AgentEnd, AgentTask, Ending, run_agent
from glossator_server.agent.schemas import arguments, text
from glossator_server.agent.transcript import Transcript
from glossator_server.reflection.loop import Spending

OPENING = (Message(Author.SYSTEM, "system"), Message(Author.USER, "task"))


async def _look(given: Mapping[str, Any]) -> str:
    if given["path"] == "none":
        raise ToolError("There is no such file.")
    return f"text of {given['path']}\n" + "xxxx\n" * 400


TOOLS = (
    AgentTool("look", "look", arguments({"path": text(50)}, "path"), Permission.READ, _look),
    AgentTool("finish", "end", arguments({"summary": text(50)}, "summary"), Permission.END),
)


def act(tool: str, **given: object) -> str:
    return json.dumps({"tool": tool, "arguments": given})


DONE = act("finish", summary="done")


async def run(
    replies: Sequence[str | ScriptedReply],
    budget: AgentBudget | None = None,
    refusals: Sequence[str] = (),
    model: ScriptedModel | None = None,
) -> tuple[AgentEnd, ScriptedModel, Transcript]:
    model = model or ScriptedModel(replies)
    left = list(refusals)

    async def accept(action: Action) -> str | None:
        assert action.tool == "finish"
        return left.pop(0) if left else None

    task = AgentTask(
        "edit",
        OPENING,
        {it.name: it for it in TOOLS},
        accept,
        lambda: "state",
        budget or AgentBudget(),
        DataClass.INTERNAL,
        Sampling(max_tokens=100),
    )
    transcript = Transcript()
    end = await run_agent(task, model, transcript, Spending(), lambda _: None)
    return end, model, transcript


async def test_tools_answer_until_the_work_is_accepted() -> None:
    end, model, transcript = await run(
        [act("look", path="a"), act("look", path="none"), DONE, DONE], refusals=["Not yet."]
    )
    assert (end.ending, end.steps) == (Ending.FINISHED, 4)
    said = [it.text for it in model.requests[-1].messages[2:]]
    assert said[1].startswith("look says:\ntext of a")
    assert said[3] == "look says:\nNot done: There is no such file."
    assert said[5] == "finish says:\nNot yet."
    assert [it["kind"] for it in transcript.entries].count("reply") == 4
    assert all(it.errand.data_class is DataClass.INTERNAL for it in model.requests)
    assert model.requests[0].schema is not None


async def test_a_model_with_tool_calls_gets_an_answer_to_each() -> None:
    calls = (
        ToolCall("1", "look", '{"path": "a"}'),
        ToolCall("2", "look", '{"path": "b"}'),
    )
    broken = (ToolCall("3", "rm", "{}"), ToolCall("4", "look", "{"))
    model = ScriptedModel(
        [
            ScriptedReply(tool_calls=calls),
            ScriptedReply(tool_calls=broken),
            ScriptedReply(tool_calls=(ToolCall("5", "finish", '{"summary": "s"}'),)),
        ],
        replace(ScriptedModel([]).info, takes_tools=True),
    )
    end, model, _ = await run([], model=model)
    assert end.ending is Ending.FINISHED
    assert model.requests[0].schema is None
    assert [it.name for it in model.requests[0].tools] == ["look", "finish"]
    answered = [it.tool_call_id for it in model.requests[-1].messages if it.author is Author.TOOL]
    assert answered == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("replies", "ending", "steps"),
    [
        (["nothing", "{}", act("rm")], Ending.FORMAT, 3),
        (["nothing", act("look", path="a"), "nothing", "x", DONE], Ending.FINISHED, 5),
        ([act("look", path="a")] * 4, Ending.REPEATED, 4),
        ([act("look", path=str(it)) for it in range(9)], Ending.STEPS, 6),
        (["", ScriptedReply("broken off", break_after=3), DONE], Ending.FINISHED, 3),
        ([act("look", path="a"), ScriptedReply(error="unavailable")], Ending.MODEL, 2),
    ],
)
async def test_it_ends_and_says_why(
    replies: list[str | ScriptedReply], ending: Ending, steps: int
) -> None:
    end, _, transcript = await run(replies, AgentBudget(steps=6))
    assert (end.ending, end.steps) == (ending, steps)
    assert bool(end.reason) == (ending is not Ending.FINISHED)
    assert transcript.entries[-1]["ending"] == ending


async def test_it_ends_where_tokens_or_time_are_used_up() -> None:
    looks = [act("look", path=str(it)) for it in range(9)]
    end, _, _ = await run(looks, AgentBudget(tokens=10))
    assert (end.ending, end.steps) == (Ending.TOKENS, 1)
    end, _, _ = await run([ScriptedReply(DONE, delay_s=5)], AgentBudget(seconds=0.05))
    assert end.ending is Ending.SECONDS


async def test_a_model_that_cannot_be_had_is_no_ending() -> None:
    with pytest.raises(ModelUnavailableError):
        await run([ScriptedReply(error="unavailable")])


async def test_the_oldest_answers_make_room_and_say_so() -> None:
    looks = [act("look", path=str(it)) for it in range(8)]
    info = replace(ScriptedModel([]).info, context_tokens=2_500)
    model = ScriptedModel([*looks, DONE], info)
    end, model, _ = await run([], model=model)
    assert end.ending is Ending.FINISHED
    last = model.requests[-1].messages
    assert last[:2] == OPENING
    assert "left out to make room" in last[3].text
    assert last[-1].text.startswith("look says:\ntext of 7")
    assert all(_tokens(it) <= 2_500 - 100 for it in model.requests)


async def test_an_answer_that_alone_is_too_long_is_cut_and_not_taken_away() -> None:
    info = replace(ScriptedModel([]).info, context_tokens=600)
    model = ScriptedModel([act("look", path="a"), DONE], info)
    end, model, _ = await run([], model=model)
    assert end.ending is Ending.FINISHED
    said = model.requests[-1].messages[-1].text
    assert said.startswith("look says:\ntext of a")
    assert said.endswith("ask for less at once]")
    assert model.requests[-1].messages[:2] == OPENING


def _tokens(request: ChatRequest) -> int:
    return sum(len(it.text) for it in request.messages) // 4
