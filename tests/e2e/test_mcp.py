"""`glossator mcp` over its real standard input and output, as the SDK's own client uses it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from glossator_gate.audit import default_folder, lines
from glossator_server.mcp.serving import MOST_CALLS_AT_ONCE
from tests.conftest import missing_part
from tests.e2e.command_line import COMMAND, PATIENCE_S, check_one_sentence, glossator
from tests.e2e.conftest import WriteScript

ROOT = Path(__file__).parents[2]
# Split, so that nobody takes this file for one that holds a key.
KEY = "AKIA" + "Q7ZX3N5V2LKD6TRM"
# What the rules below keep from other assistants, wherever it would show up.
HIDDEN = ("launch_codes", "outside_of_it", "in_the_environment", "denied_by_policy", KEY)
RULES = """
[[classify]]
match = { path = ["secret/**"] }
class = "restricted"
[redact]
deny_paths = ["denied/**"]
"""
TWICE = "/* Doubles a value. */\nint twice(int value)\n{\n\treturn value * 2;\n}\n"
WORDS = {
    "summary": "Halve a value",
    "parameters": {"value": "what is halved"},
    "returns": "half of it",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    files = {
        "src/twice.c": TWICE,
        "src/half.c": "int half(int value)\n{\n\treturn value / 2;\n}\n",
        "src/broken.c": "int broken(void)\n{\n\treturn nothing;\n}\n",
        "src/key.c": f'/* The key. */\nconst char *key_of_it(void) {{ return "{KEY}"; }}\n',
        "secret/codes.c": "/* Doubles. */\nint launch_codes(void) { return 1; }\n",
        "secret/codes.h": "int launch_codes(void) { return undeclared; }\n",
        "src/includes.c": '#include "../secret/codes.h"\n#include "../.env"\nint last;\n',
        "secret/fine.h": "int launch_codes(void);\n",
        "src/guess.c": '#include "../secret/fine.h"\nint last(void) { return launch_code(); }\n',
        "denied/a.c": "int denied_by_policy(void) { return 1; }\n",
        ".env": "in_the_environment=1\n",
        ".glossator.toml": RULES,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (tmp_path / "outside.c").write_text("int outside_of_it(void) { return 1; }\n", "utf-8")
    (folder / "src/out.c").symlink_to(tmp_path / "outside.c")
    return folder


@asynccontextmanager
async def served(project: Path, *words: str) -> AsyncIterator[Client]:
    """Give a client of a server process for a project."""
    command, *first = COMMAND
    parameters = StdioServerParameters(
        command=command,
        args=[*first, "mcp", "--workspace", str(project), *words],
        env=dict(os.environ),
    )
    with (project.parent / "errors").open("w") as errors:
        async with Client(stdio_client(parameters, errors)) as client:
            yield client


async def asked(client: Client, tool: str, /, **arguments: str | int) -> tuple[str, Any]:
    """Return words and data of an answer, which fit each other and the tool's schema."""
    result = await client.call_tool(tool, arguments)
    (content,) = result.content
    assert not result.is_error, content.text
    tools = {it.name: it for it in (await client.list_tools()).tools}
    schema = tools[tool].output_schema
    assert schema is not None
    jsonschema.validate(result.structured_content, schema)
    return content.text, result.structured_content


async def refused(client: Client, tool: str, /, **arguments: str | int) -> str:
    """Return the one sentence with which a call is refused."""
    result = await client.call_tool(tool, arguments)
    (content,) = result.content
    assert result.is_error
    assert content.text.endswith(".")
    assert "\n" not in content.text
    return str(content.text)


async def test_code_is_found_and_read_and_each_answer_is_a_line_of_the_log(project: Path) -> None:
    async with served(project) as client:
        text, data = await asked(client, "search_code", query="double a value")
        assert data["hits"][0]["path"] == "src/twice.c"
        assert "return value * 2;" in data["hits"][0]["code"]
        assert text.startswith("--- data ")
        _, data = await asked(client, "find_symbol", name="half")
        assert data["symbols"][0]["path"] == "src/half.c"
        text, data = await asked(client, "read_symbol", name="twice")
        assert data["code"] == TWICE.removesuffix("\n")
        assert (data["start_line"], data["end_line"], data["last_line"]) == (1, 5, 5)
        assert "4\t\treturn value * 2;" in text
        _, data = await asked(client, "read_symbol", name="twice", path="src/twice.c", start_line=4)
        assert data["start_line"] == 4
    found = [line for *_, line in lines(default_folder()) if line and line["kind"] == "mcp"]
    assert [it["glossator.tool"] for it in found] == [
        "search_code", "find_symbol", "read_symbol", "read_symbol"
    ]  # fmt: skip
    assert {it["glossator.class"] for it in found} == {"confidential"}
    shown = glossator("audit", "show")
    assert " mcp read_symbol confidential -> " in shown.output
    assert glossator("audit", "verify").status == 0


async def test_what_is_secret_denied_or_elsewhere_is_nowhere_in_any_answer(project: Path) -> None:
    names = ("launch_codes", "outside_of_it", "denied_by_policy", "key_of_it", "in_the_environment")
    said: list[str] = []
    async with served(project) as client:
        for name in names:
            said.append(str(await asked(client, "search_code", query=name, limit=20)))
            said.append(str(await asked(client, "find_symbol", name=name)))
        said.append(str(await asked(client, "read_symbol", name="key_of_it")))
        for path in ("secret/codes.c", "denied/a.c", ".env", "src/out.c", "../outside.c"):
            await refused(client, "read_symbol", name="x", path=path)
            await refused(client, "check", path=path)
            await refused(client, "document", path=path, line=1)
        await refused(client, "read_symbol", name="launch_codes")
    for it in said:
        # The name that was asked for is in no answer but that of the file with the key.
        words = [word for word in HIDDEN if word in it]
        assert words == []
    assert any("key_of_it" in it for it in said)


@pytest.mark.sandbox
async def test_a_check_says_what_is_wrong_and_nothing_of_secret_files(project: Path) -> None:
    async with served(project) as client:
        result = await client.call_tool("check", {"path": "src/broken.c"})
        if result.is_error:
            missing_part("sandbox", result.content[0].text)
        text, data = await asked(client, "check", path="src/broken.c")
        assert data["problems"][0]["path"] == "src/broken.c"
        assert (data["problems"][0]["line"], data["problems"][0]["gravity"]) == (3, "error")
        assert "src/broken.c:3:" in text
        assert "nothing" in data["problems"][0]["message"]
        guess = str(await asked(client, "check", path="src/guess.c"))
        text, data = await asked(client, "check", path="src/includes.c")
    # That it is called is in the file itself; what it was meant to be would be in a secret one.
    assert "launch_code" in guess
    assert "launch_codes" not in guess
    assert not any(it in f"{text}{data}" for it in HIDDEN)
    assert "undeclared" not in f"{text}{data}"
    assert "are empty for the checks" in guess


async def test_a_comment_is_proposed_as_a_diff_and_nothing_is_written(
    project: Path, script: WriteScript
) -> None:
    script({"json": WORDS, "repeat": True})
    before = _contents(project)
    progress: list[str | None] = []

    async def hear(done: float, total: float | None, message: str | None) -> None:
        del done, total
        progress.append(message)

    async with served(project) as client:
        arguments = {"path": "src/half.c", "symbol": "half", "style": "kernel-doc"}
        result = await client.call_tool("document", arguments, progress_callback=hear)
        data = result.structured_content
        assert data is not None
        assert await refused(client, "document", path="src/half.c") == (
            "Name either a symbol or a line of the file."
        )
    assert "scripted writes" in progress
    assert {it["verdict"] for it in data["evidence"]} == {"passed"}
    assert _contents(project) == before
    assert _applies(data["diff"], project)
    assert "+ * half() - Halve a value.\n" in data["diff"]


async def test_a_question_is_answered_with_citations_and_secret_files_are_not_looked_at(
    project: Path, own_home: Path
) -> None:
    replies = [{"text": "`twice` doubles a value [1].", "repeat": True}]
    (own_home / "script.json").write_text(json.dumps({"schema": 1, "replies": replies}), "utf-8")
    (own_home / "config" / "glossator").mkdir()
    (own_home / "config" / "glossator" / "config.toml").write_text(
        'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\n'
        f'script = "{own_home / "script.json"}"\n',
        "utf-8",
    )
    async with served(project) as client:
        text, data = await asked(client, "ask", question="What does twice do to a value?")
        assert data["is_answered"]
        assert data["citations"][0]["path"] == "src/twice.c"
        assert "src/twice.c:" in text
        assert text.startswith("--- data ")
        text, data = await asked(client, "ask", question="What does launch_codes return?")
        assert not any(it in f"{text}{data}" for it in HIDDEN[1:])
        assert "codes.c" not in f"{text}{data}"
        await refused(client, "ask", question="What is it?", path="secret/codes.c")
        await refused(client, "ask", question=" ")


async def test_cancelled_calls_reach_the_model_and_make_room_for_others(
    project: Path, script: WriteScript
) -> None:
    # Far longer than any test: only a cancel that reaches the model ends it.
    script({"json": WORDS, "delay_s": 9_999.0, "repeat": True})
    arguments = {"path": "src/half.c", "symbol": "half"}
    async with served(project) as client:
        for _ in range(2):
            asking: asyncio.Queue[str | None] = asyncio.Queue()

            async def hear(
                done: float,
                total: float | None,
                message: str | None,
                asking: asyncio.Queue[str | None] = asking,
            ) -> None:
                del done, total
                asking.put_nowait(message)

            calls = [
                asyncio.create_task(client.call_tool("document", arguments, progress_callback=hear))
                for _ in range(MOST_CALLS_AT_ONCE)
            ]
            for _ in calls:
                assert await asking.get() == "scripted writes"
            for call in calls:
                call.cancel()
            await asyncio.wait(calls)
        # Without room it would wait for ever.
        await asked(client, "read_symbol", name="twice", path="src/twice.c")


@pytest.mark.parametrize(
    ("config", "path", "is_told"),
    [
        ("", "src/twice.c", True),
        ("[mcp]\nmax_class = 'confidential'\n", "src/twice.c", True),
        ("[mcp]\nmax_class = 'internal'\n", "src/twice.c", False),
        ("[mcp]\nmax_class = 'public'\n[classes]\ndefault = 'public'\n", "src/twice.c", True),
        ("[mcp]\nmax_class = 'restricted'\n", "src/twice.c", False),
    ],
)
async def test_the_policy_bounds_what_is_told(
    project: Path, own_home: Path, config: str, path: str, *, is_told: bool
) -> None:
    folder = own_home / "config" / "glossator"
    folder.mkdir()
    (folder / "config.toml").write_text(f"schema = 1\n{config}", "utf-8")
    async with served(project) as client:
        result = await client.call_tool("read_symbol", {"name": "twice", "path": path})
    assert result.is_error is not is_told
    assert ("twice" in str(result.structured_content)) is is_told


async def test_the_rules_are_those_of_now(project: Path) -> None:
    arguments: dict[str, str | int] = {"name": "twice", "path": "src/twice.c"}
    async with served(project) as client:
        assert not (await client.call_tool("read_symbol", arguments)).is_error
        (project / ".glossator.toml").write_text("[mcp]\nmax_class = 'public'\n", "utf-8")
        sentence = await refused(client, "read_symbol", **arguments)
        assert "workspace [mcp] max_class" in sentence


async def test_a_folder_of_a_project_is_served_under_the_projects_rules(project: Path) -> None:
    async with served(project / "src") as client:
        _, data = await asked(client, "search_code", query="double a value", limit=20)
        assert data["hits"][0]["path"] == "twice.c"
        _, data = await asked(client, "read_symbol", name="twice")
        assert data["path"] == "twice.c"
        assert "outside" in await refused(client, "check", path="../secret/codes.c")
    async with served(project / "secret") as client:
        assert "restricted" in await refused(client, "read_symbol", name="x", path="codes.c")


def test_nothing_but_messages_reaches_standard_output_and_its_end_is_the_end(
    project: Path,
) -> None:
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    }
    sent = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": 5}},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"x": "y" * 2_000_000}},
        {"jsonrpc": "2.0", "id": 4, "method": "resources/read", "params": {"uri": "file:///x"}},
        {"jsonrpc": "2.0", "id": 5, "method": "tools/list"},
    ]
    raw = b"".join(json.dumps(it).encode() + b"\n" for it in sent)
    garbage = b"\xff\xfe garbage\n[]\n{}\n\n" + b"[" * 100_000 + b"\n"
    done = subprocess.run(
        [*COMMAND, "mcp", "--workspace", project],
        input=raw + garbage,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    messages = [json.loads(it) for it in done.stdout.splitlines()]
    assert {it["id"] for it in messages} <= {1, 2, 3, 4, 5}
    errors = {it["id"]: it["error"]["message"] for it in messages if "error" in it}
    assert errors[3] == "The message has more than 1,000,000 bytes; send less at once."
    assert b"Traceback" not in done.stderr


def test_a_folder_that_is_no_project_is_refused(project: Path, tmp_path: Path) -> None:
    for place, word in ((tmp_path / "none", "exist"), (project / ".env", "folder"), ("/", "more")):
        check_one_sentence(glossator("mcp", "--workspace", place), 2, word)


def test_without_the_extra_it_says_how_to_get_it(project: Path) -> None:
    code = (
        "import sys; from importlib import util; found = util.find_spec;"
        "util.find_spec = lambda *it: None if it[0] == 'mcp' else found(*it);"
        "from glossator_server.__main__ import main; main()"
    )
    command = [COMMAND[0], "-P", "-c", code, "mcp", "--workspace", str(project)]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert "pip install 'glossator[mcp]'" in done.stderr.decode()


def _applies(diff: str, folder: Path) -> bool:
    words = ["git", "apply", "--check", "-"]
    return subprocess.run(words, cwd=folder, input=diff.encode(), check=False).returncode == 0


def _contents(folder: Path) -> dict[str, str]:
    files = (it for it in sorted(folder.rglob("*")) if it.is_file())
    return {str(it): it.read_text("utf-8") for it in files}
