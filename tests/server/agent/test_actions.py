"""What counts as an action of a model, and what the model is told where nothing does."""

from __future__ import annotations

import json

import jsonschema
import pytest

from glossator_clients.types import ChatReply, ToolCall
from glossator_server.agent.actions import (
    Action,
    ActionFormatError,
    AgentTool,
    Permission,
    action_schema,
    in_words,
    read_actions,
)
from glossator_server.agent.schemas import arguments, text, whole_number

TOOLS = {
    it.name: it
    for it in (
        AgentTool(
            "read_file",
            "read",
            arguments({"path": text(20), "start_line": whole_number(100)}, "path"),
            Permission.READ,
        ),
        AgentTool("finish", "end", arguments({"summary": text(20)}, "summary"), Permission.END),
    )
}
GOOD = {"tool": "read_file", "arguments": {"path": "a.c", "start_line": 3}}


@pytest.mark.parametrize(
    "said",
    [
        json.dumps(GOOD),
        f"I will read.\n```json\n{json.dumps(GOOD)}\n```\nDone.",
        "{'tool': 'read_file', 'arguments': {'path': 'a.c', 'start_line': 3}}",
        json.dumps(GOOD) + json.dumps({"tool": "finish", "arguments": {"summary": "x"}}),
    ],
)
def test_one_object_is_an_action_however_it_is_wrapped(said: str) -> None:
    assert read_actions(ChatReply(said, None, "m"), TOOLS) == (Action(**GOOD),)


def test_tool_calls_are_actions_in_their_order() -> None:
    calls = (
        ToolCall("1", "read_file", '{"path": "a.c"}'),
        ToolCall("2", "finish", '{"summary": "s"}'),
    )
    found = read_actions(ChatReply("", None, "m", calls), TOOLS)
    assert [(it.tool, it.id) for it in found] == [("read_file", "1"), ("finish", "2")]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("", "no action"),
        ("I am done.", "no action"),
        ('{"path": "a.c"}', "no action"),
        ('{"tool": "rm", "arguments": {}}', "no tool 'rm'"),
        ('{"tool": 5}', "no tool '5'"),
        ('{"tool": "read_file", "arguments": []}', "must be a JSON object"),
        ('{"tool": "read_file"}', "'path' is a required property"),
        ('{"tool": "read_file", "arguments": {"path": ""}}', "path: "),
        ('{"tool": "read_file", "arguments": {"path": "a", "start_line": 0}}', "start_line: "),
        ('{"tool": "read_file", "arguments": {"path": "a", "x": 1}}', "'x' was unexpected"),
        ('{"tool": "read_file", "arguments": {"path": "' + "a" * 30 + '"}}', "path: "),
        ("[" * 100_000, "no action"),
        ("x" * 500_000, "too long"),
    ],
)
def test_what_does_not_fit_is_told_in_one_sentence(said: str, words: str) -> None:
    with pytest.raises(ActionFormatError, match=words) as caught:
        read_actions(ChatReply(said, None, "m"), TOOLS)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("arguments_text", "words"), [("{", "must be a JSON object"), ("[]", "must be"), ("", "path")]
)
def test_broken_arguments_of_a_call_are_told(arguments_text: str, words: str) -> None:
    calls = (ToolCall("1", "read_file", arguments_text),)
    with pytest.raises(ActionFormatError, match=words):
        read_actions(ChatReply("", None, "m", calls), TOOLS)


def test_the_schema_takes_what_is_read_and_nothing_else() -> None:
    validator = jsonschema.Draft202012Validator(dict(action_schema(tuple(TOOLS.values()))))
    assert validator.is_valid(GOOD)
    assert not validator.is_valid({"tool": "rm", "arguments": {}})
    assert not validator.is_valid({**GOOD, "more": 1})


def test_a_model_without_tool_calls_is_told_of_every_tool_and_argument() -> None:
    told = in_words(tuple(TOOLS.values()))
    assert "- read_file{path, start_line?}: read" in told
    assert "- finish{summary}: end" in told
