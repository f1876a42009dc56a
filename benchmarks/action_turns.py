"""Ask the built-in model for the next action of an agent, with the schema and without: is it valid?

Each turn is in a situation of its own: a role, an instruction, and a conversation in which up to
four actions were taken already by its real tools. An answer counts as valid where the product reads
an action in it whose arguments fit; one that does not end within the room does not.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from glossator_clients.embedded import EmbeddedModel, EmbeddedOptions
from glossator_clients.errors import IncompleteReplyError
from glossator_clients.protocol import complete
from glossator_clients.types import Author, ChatRequest, Message
from glossator_gate.types import DataClass, Errand
from glossator_server.agent.actions import (
    ActionFormatError,
    AgentTool,
    Permission,
    action_schema,
    in_words,
    read_actions,
)
from glossator_server.agent.changing import Changing
from glossator_server.agent.files_seen import SeenFiles
from glossator_server.agent.looking import Looking
from glossator_server.agent.running import Running
from glossator_server.agent.schemas import arguments, text
from glossator_server.prompts.agent import PlanQuestion, edit_messages, plan_messages
from glossator_server.prompts.files import template_for
from tests.server.agent.workspace import lay_out, staging_of

WITH_SCHEMA = int(os.environ.get("GLOSSATOR_TURNS", "100"))
WITHOUT = WITH_SCHEMA * 2 // 5
MOST_TOKENS = 400
INSTRUCTIONS = (
    "add a timeout_ms parameter to net_connect and pass it from all callers",
    "rename net_connect to net_open",
    "write a test for net_connect",
    "add error handling to client",
    "move the declaration of net_connect into a header of its own",
)
PLAN = "# Change net_connect\n\n## Files\n\n- `include/net.h`: declare\n- `src/net.c`: change\n"
_EARLIER: tuple[tuple[str, dict[str, object]], ...] = (
    ("find_references", {"name": "net_connect"}),
    ("read_file", {"path": "src/net.c"}),
    ("list_files", {}),
    ("grep", {"pattern": "host"}),
)


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row a turn."""
    yield from asyncio.run(_turns())


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the share of turns that are valid actions, with the schema and without."""
    found: dict[str, Any] = {}
    for name, constrained in (("with_schema", True), ("without_schema", False)):
        ours = [row for row in rows if row["schema"] is constrained]
        found[f"{name}_turns"] = len(ours)
        found[f"{name}_valid"] = sum(row["valid"] for row in ours)
        found[f"{name}_seconds"] = round(sum(row["seconds"] for row in ours), 1)
    return found


async def _turns() -> list[dict[str, Any]]:
    model = EmbeddedModel("smollm2", "smollm2", EmbeddedOptions())
    found = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            root = lay_out(Path(os.path.realpath(folder)))  # noqa: ASYNC240 -- alone on its loop
            for seed in range(WITH_SCHEMA):
                found.append(await _turn(model, root, seed, constrained=True))
                if seed < WITHOUT:
                    found.append(await _turn(model, root, seed, constrained=False))
    finally:
        await model.close()
    return found


async def _turn(
    model: EmbeddedModel, root: Path, seed: int, *, constrained: bool
) -> dict[str, Any]:
    role, tools, messages = await _situation(root, random.Random(seed))
    sampling = replace(template_for(role, "").sampling, max_tokens=MOST_TOKENS, seed=seed)
    schema = action_schema(tuple(tools.values())) if constrained else None
    request = ChatRequest(messages, sampling, schema, errand=Errand("chat", role, DataClass.PUBLIC))
    began = time.monotonic()
    trouble = ""
    try:
        read_actions(await complete(model, request), tools)
    except (ActionFormatError, IncompleteReplyError) as error:
        trouble = str(error).partition(";")[0][:200]
    return {
        "seed": seed,
        "role": role,
        "schema": constrained,
        "valid": not trouble,
        "trouble": trouble,
        "seconds": round(time.monotonic() - began, 2),
    }


async def _situation(
    root: Path, rng: random.Random
) -> tuple[str, dict[str, AgentTool], tuple[Message, ...]]:
    staging = staging_of(root, ["include/net.h", "src/net.c"])
    looking = Looking(staging, SeenFiles(staging.access)).tools()
    instruction = rng.choice(INSTRUCTIONS)
    if rng.random() < 0.5:
        tools = {it.name: it for it in (*looking, _end("propose_plan", "title"))}
        question = PlanQuestion(instruction, tools=in_words(tuple(tools.values())))
        opening = plan_messages(question, template_for("plan", ""))
        role = "plan"
    else:
        running = Running(_nothing_wrong, staging.read).tools()
        changing = Changing(staging).tools()
        tools = {it.name: it for it in (*looking, *changing, *running, _end("finish", "summary"))}
        told = in_words(tuple(tools.values()))
        opening = edit_messages(instruction, PLAN, told, template_for("edit", ""))
        role = "edit"
    messages = list(opening)
    for name, given in rng.sample(_EARLIER, rng.randrange(len(_EARLIER) + 1)):
        said = await tools[name].run(given) if tools[name].run is not None else ""
        action = json.dumps({"tool": name, "arguments": given})
        messages.append(Message(Author.ASSISTANT, action))
        messages.append(Message(Author.USER, f"{name} says:\n{said}"))
    return role, tools, tuple(messages)


async def _nothing_wrong() -> str:
    return "Nothing is worse than before."


def _end(name: str, key: str) -> AgentTool:
    return AgentTool(name, "end the work", arguments({key: text(500)}, key), Permission.END)
