"""Own the proof that scripted answers come as written and unforeseen questions fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from glossator_clients.protocol import complete
from glossator_clients.scripted import ERRORS, ScriptedModel, ScriptedReply, load_script
from glossator_clients.types import (
    Author,
    ChatEvent,
    ChatRequest,
    Finished,
    Message,
    StartedOver,
    TextDelta,
    Thought,
    ToolCall,
)
from glossator_gate.errors import ConfigurationError


def asking(text: str) -> ChatRequest:
    return ChatRequest((Message(Author.USER, text),))


async def test_replies_come_in_order_and_are_used_up() -> None:
    model = ScriptedModel(["one", "two"])
    assert (await complete(model, asking("a"))).text == "one"
    assert (await complete(model, asking("b"))).text == "two"
    with pytest.raises(ModelUnavailableError, match="no reply for request 3"):
        await complete(model, asking("c"))
    assert [it.messages[0].text for it in model.requests] == ["a", "b", "c"]


async def test_a_reply_is_chosen_by_what_the_prompt_holds() -> None:
    model = ScriptedModel([
        ScriptedReply("of lists", when="list_add", repeat=True),
        ScriptedReply("of trees", when="rb_erase"),
    ])  # fmt: skip
    asked = ["rb_erase()", "list_add()", "list_add()"]
    said = [(await complete(model, asking(it))).text for it in asked]
    assert said == ["of trees", "of lists", "of lists"]
    with pytest.raises(ModelUnavailableError):
        await complete(model, asking("rb_erase()"))


async def test_a_reply_streams_in_pieces() -> None:
    model = ScriptedModel([ScriptedReply("abcde", chunk=2)])
    texts = [it.text async for it in model.stream(asking("x")) if isinstance(it, TextDelta)]
    assert texts == ["ab", "cd", "e"]


async def test_a_broken_off_reply_is_never_a_whole_one() -> None:
    model = ScriptedModel([ScriptedReply("abcdef", break_after=3)])
    seen: list[str] = []
    with pytest.raises(IncompleteReplyError):
        await complete(model, asking("x"), seen.append)
    assert "".join(seen) == "abc"


@pytest.mark.parametrize("name", ERRORS)
async def test_every_kind_of_trouble_can_be_scripted(name: str) -> None:
    with pytest.raises(ERRORS[name]):
        await complete(ScriptedModel([ScriptedReply(error=name)]), asking("x"))


async def test_a_held_reply_waits_and_can_be_cancelled() -> None:
    hold = asyncio.Event()
    model = ScriptedModel([ScriptedReply("late", hold=hold, repeat=True)])
    task = asyncio.create_task(complete(model, asking("x")))
    await model.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert model.cancelled == 1
    hold.set()
    assert (await complete(model, asking("x"))).text == "late"


async def test_text_before_a_new_start_does_not_count() -> None:
    class Restarting(ScriptedModel):
        async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
            yield TextDelta("half an ans")
            yield StartedOver()
            async for event in super().stream(request):
                yield event

    assert (await complete(Restarting(["answer"]), asking("x"))).text == "answer"


async def test_a_script_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    replies = [{"json": {"summary": "a ü"}, "when": "x"}, {"error": "timeout", "chunk": 3}]
    path.write_text(json.dumps({"schema": 1, "context_tokens": 512, "replies": replies}))
    model = load_script(path, "mine")
    assert (model.info.id, model.info.context_tokens) == ("mine", 512)
    assert json.loads((await complete(model, asking("x"))).text) == {"summary": "a ü"}
    with pytest.raises(ModelTimeoutError):
        await complete(model, asking("x"))


async def test_a_script_calls_tools_and_thinks(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    calls = [
        {"name": "grep", "arguments": {"pattern": "ü"}},
        {"name": "read", "arguments": "{broken", "id": "mine"},
        {"name": "finish"},
    ]
    replies = [{"thought": "Where is it?", "text": "I look.", "tool_calls": calls}]
    path.write_text(json.dumps({"schema": 1, "replies": replies}))
    events = [event async for event in load_script(path, "mine").stream(asking("x"))]
    assert events[0] == Thought(len("Where is it?"))
    assert [it for it in events if isinstance(it, ToolCall)] == [
        ToolCall("call_1", "grep", '{"pattern": "ü"}'),
        ToolCall("mine", "read", "{broken"),
        ToolCall("call_3", "finish", "{}"),
    ]
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.usage is not None
    assert 0 < last.usage.reasoning_tokens < last.usage.completion_tokens


async def test_calls_of_a_reply_that_breaks_off_never_come() -> None:
    reply = ScriptedReply("half", break_after=2, tool_calls=(ToolCall("", "grep", "{}"),))
    events = [event async for event in ScriptedModel([reply]).stream(asking("x"))]
    assert events == [TextDelta("ha")]


async def test_the_counted_prompt_is_the_one_of_the_usage() -> None:
    model = ScriptedModel(["one"])
    counted = await model.count_tokens(asking("int main(void);"))
    reply = await complete(model, asking("int main(void);"))
    assert reply.usage is not None
    assert (counted.tokens, counted.exact) == (reply.usage.prompt_tokens, True)


@pytest.mark.parametrize(
    "script",
    [
        "nope",
        "[]",
        '{"schema": 2, "replies": []}',
        '{"schema": 1}',
        '{"schema": 1, "replies": [], "colour": 1}',
        '{"schema": 1, "replies": ["text"]}',
        '{"schema": 1, "replies": [{"txet": "a"}]}',
        '{"schema": 1, "replies": [{"text": 5}]}',
        '{"schema": 1, "replies": [{"chunk": 0}]}',
        '{"schema": 1, "replies": [{"delay_s": -1}]}',
        '{"schema": 1, "replies": [{"error": "boredom"}]}',
        '{"schema": 1, "replies": [{"tool_calls": {"name": "grep"}}]}',
        '{"schema": 1, "replies": [{"tool_calls": ["grep"]}]}',
        '{"schema": 1, "replies": [{"tool_calls": [{"arguments": {}}]}]}',
        '{"schema": 1, "replies": [{"tool_calls": [{"name": "grep", "arguments": 1}]}]}',
        '{"schema": 1, "replies": [{"tool_calls": [{"name": "grep", "args": {}}]}]}',
    ],
)
def test_a_wrong_script_is_told_with_its_path(tmp_path: Path, script: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(script)
    with pytest.raises(ConfigurationError, match=r"script\.json"):
        load_script(path, "mine")


def test_a_missing_script_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_script(tmp_path / "none.json", "mine")
