"""The edge of the protocol, as the SDK's own client sees it: calls, trouble, progress, cancel."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError

from glossator_gate.audit import AuditLog, lines
from glossator_gate.policy import load_policy
from glossator_gate.types import PolicyPlaces
from glossator_server.app import open_checker, open_index_client, open_model
from glossator_server.errors import UsageError
from glossator_server.mcp.answers import Answer, McpTool
from glossator_server.mcp.desk import Desk, Inquiry, Means, Rules
from glossator_server.mcp.serving import MOST_CALLS_AT_ONCE, BoundedLines, make_server
from glossator_server.mcp.tools import TOOLS
from glossator_server.settings import Settings

_TAKES = {
    "type": "object",
    "properties": {"words": {"type": "string", "maxLength": 10}},
    "additionalProperties": False,
}
_GIVES = {"type": "object", "properties": {"said": {"type": "string"}}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.c").write_text("int a;\n", "utf-8")
    return folder


@pytest.fixture
def desk(root: Path, tmp_path: Path) -> Desk:
    places = PolicyPlaces(tmp_path / "none" / "policy.toml", tmp_path / "none" / "config.toml")
    rules = Rules(load_policy(places), Settings(), root)
    return Desk(root, Means(lambda: rules, open_model, open_index_client, open_checker))


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit")


def tool(run: Any) -> McpTool:  # noqa: ANN401 -- any of the functions below
    return McpTool("try", "Try", "Tries something.", _TAKES, _GIVES, run)


async def say(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
    inquiry.report("thinking")
    words = arguments.get("words", "")
    return Answer(f"said {words}", {"said": words}, frozenset({"a.c"}))


async def test_a_call_is_answered_in_words_and_as_data_with_a_line_of_the_log(
    desk: Desk, log: AuditLog
) -> None:
    async with Client(make_server(desk, [tool(say)], log)) as client:
        result = await client.call_tool("try", {"words": "hello"})
    assert not result.is_error
    assert [it.text for it in result.content] == ["said hello"]
    assert result.structured_content == {"said": "hello"}
    ((_, _, raw, line),) = lines(log.folder)
    assert line is not None
    assert (line["kind"], line["glossator.tool"], line["glossator.files"]) == ("mcp", "try", 1)
    assert line["glossator.class"] == "confidential"
    assert b"hello" not in raw
    assert b"a.c" not in raw


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"words": 3}, "words: 3 is not of type 'string'"),
        ({"words": "x" * 11}, "is too long"),
        ({"word": "x"}, "'word' was unexpected"),
        ({"words": "x" * 100_000}, "is too long"),
        ({"words": None}, "None is not of type 'string'"),
        ({"words": [["x"] * 999] * 99}, "is not of type 'string'"),
    ],
)
async def test_arguments_that_do_not_fit_are_told_in_a_sentence(
    desk: Desk, log: AuditLog, arguments: dict[str, Any], said: str
) -> None:
    async with Client(make_server(desk, [tool(say)], log)) as client:
        result = await client.call_tool("try", arguments)
    assert result.is_error
    sentence = result.content[0].text
    assert said in sentence
    assert len(sentence) < 300
    assert list(lines(log.folder)) == []


async def test_an_unknown_tool_is_refused_with_those_that_there_are(
    desk: Desk, log: AuditLog
) -> None:
    async with Client(make_server(desk, [tool(say)], log)) as client:
        with pytest.raises(MCPError, match=r"There is no tool 'tries'; use try\."):
            await client.call_tool("tries", {})


async def test_trouble_is_an_answer_of_one_sentence(desk: Desk, log: AuditLog) -> None:
    async def fail(_: Inquiry, arguments: Mapping[str, Any]) -> Answer:
        raise UsageError(f"{arguments['words']} is not here; name another.")

    async with Client(make_server(desk, [tool(fail)], log)) as client:
        result = await client.call_tool("try", {"words": "x"})
    assert (result.is_error, result.content[0].text) == (True, "x is not here; name another.")


async def test_a_fault_of_ours_is_told_without_its_details_and_the_next_call_is_answered(
    desk: Desk, log: AuditLog, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
        if arguments:
            raise RuntimeError("the inner details")
        return await say(inquiry, arguments)

    async with Client(make_server(desk, [tool(fail)], log)) as client:
        result = await client.call_tool("try", {"words": "x"})
        assert not (await client.call_tool("try", {})).is_error
    assert result.is_error
    assert "inner details" not in result.content[0].text
    assert "inner details" in caplog.text


async def test_without_a_line_in_the_log_nothing_is_answered(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("no folder", "utf-8")
    async with Client(make_server(desk, [tool(say)], AuditLog(tmp_path / "audit"))) as client:
        result = await client.call_tool("try", {"words": "secret"})
    assert result.is_error
    assert "audit log" in result.content[0].text
    assert "secret" not in str(result)


async def test_progress_reaches_who_asked_for_it(desk: Desk, log: AuditLog) -> None:
    heard = asyncio.Event()
    told: list[str | None] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        told.append(message)
        heard.set()

    async def wait(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
        inquiry.report("half way")
        await heard.wait()
        return await say(inquiry, arguments)

    async with Client(make_server(desk, [tool(wait)], log)) as client:
        await client.call_tool("try", {}, progress_callback=hear)
    assert told[0] == "half way"


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_cancel_reaches_the_work_which_is_cleared_up(
    desk: Desk, log: AuditLog, mode: str
) -> None:
    begun, cleared = asyncio.Event(), asyncio.Event()

    async def last(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            # As a model is closed: what is awaited here must not be cancelled once more.
            for _ in range(5):
                await asyncio.sleep(0)
            cleared.set()
        return await say(inquiry, arguments)

    async with Client(make_server(desk, [tool(last)], log), mode=mode) as client:
        call = asyncio.create_task(client.call_tool("try", {}))
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(cleared.wait(), 10)
    assert list(lines(log.folder)) == []


async def test_many_calls_at_once_wait_for_their_turn(desk: Desk, log: AuditLog) -> None:
    running, most = 0, 0

    async def count(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return await say(inquiry, arguments)

    async with Client(make_server(desk, [tool(count)], log)) as client:
        results = await asyncio.gather(*(client.call_tool("try", {}) for _ in range(40)))
    assert not any(it.is_error for it in results)
    assert most <= MOST_CALLS_AT_ONCE


async def test_every_tool_says_that_it_only_reads_and_what_it_takes_and_gives(
    desk: Desk, log: AuditLog
) -> None:
    async with Client(make_server(desk, TOOLS, log)) as client:
        found = (await client.list_tools()).tools
    assert [it.name for it in found] == [it.name for it in TOOLS]
    for it in found:
        assert it.annotations is not None
        assert (it.annotations.read_only_hint, it.annotations.destructive_hint) == (True, False)
        assert it.input_schema["additionalProperties"] is False
        assert it.output_schema is not None
        bounded = [prop for prop in it.input_schema["properties"].values() if "type" in prop]
        assert all({"maxLength", "maximum", "maxItems"} & prop.keys() for prop in bounded)


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"x":"%s"}}', 7),
        ('{"id": "ab-1", "method":"tools/call","params":{"x":"%s"}}', "ab-1"),
        ('{"method":"tools/call","params":{"x":"%s"},"jsonrpc":"2.0","id":7}', 7),
        ('{"method":"tools/call","params":{"x":"%s","id":5},"id":7,"jsonrpc":"2.0"}', 7),
        ('{"method":"tools/call","params":{"x":"%s","id":5}}', None),
        ('{"method":"tools/call","params":{"id":5,"x":"%s"}}', None),
        ('{"method":"tools/call","params":{"x":"%s,\\\\"id\\\\":5}"}}', None),
        ("%s", None),
    ],
)
def test_a_message_that_is_too_long_is_a_call_that_is_refused(
    message: str, number: int | str | None
) -> None:
    stream = io.BytesIO((message % ("x" * 200_000)).encode() + b"\nnext\n")
    bounded = BoundedLines(stream, 100_000)
    first = bounded.readline()
    assert len(first) < 300
    if number is None:
        assert not first.startswith("{")
    else:
        assert json.loads(first)["id"] == number
    assert (bounded.readline(), bounded.readline()) == ("next\n", "")
