"""Own the proof that what was a secret once is one wherever it stands later in a transcript."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from glossator_clients.scripted import ScriptedModel
from glossator_clients.types import Author, Message, Sampling
from glossator_gate.types import DataClass
from glossator_server.agent.actions import Action, AgentTool, Permission
from glossator_server.agent.loop import AgentBudget, AgentTask, run_agent
from glossator_server.agent.schemas import arguments, text
from glossator_server.agent.transcript import Transcript
from glossator_server.reflection.loop import Spending

# Made up, and of no known form: only what stands around it tells.
PASSWORD = "tr0ub4dor-Zx9-quiet-harbour"


def test_a_secret_without_what_tells_it_is_taken_out_too(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path)
    transcript.add("result", said=f'password = "{PASSWORD}"')
    transcript.add("reply", text=f"It is {PASSWORD}.", calls=[{"arguments": {"text": PASSWORD}}])
    assert transcript.path is not None
    assert PASSWORD not in transcript.path.read_text("utf-8")
    assert PASSWORD not in transcript.sealed(f"A plan about {PASSWORD}")
    assert transcript.sealed("A plan about nothing") == "A plan about nothing"


async def _look(given: Mapping[str, Any]) -> str:
    told = {"settings": f'password = "{PASSWORD}"', "moved": f"int x; /* {PASSWORD} */"}
    return told.get(given["path"], given["path"]) + "\n" + "word " * 400


async def test_a_secret_stays_one_when_what_told_it_had_to_make_room() -> None:
    paths = ("settings", *"abcdef", "moved", "end")
    replies = [json.dumps({"tool": "look", "arguments": {"path": it}}) for it in paths]
    info = replace(ScriptedModel([]).info, context_tokens=3_000)
    model = ScriptedModel([*replies, json.dumps({"tool": "finish", "arguments": {}})], info)

    async def accept(action: Action) -> str | None:  # noqa: ARG001
        return None

    looks = arguments({"path": text(50)}, "path")
    tools = (
        AgentTool("look", "look", looks, Permission.READ, _look),
        AgentTool("finish", "end", arguments({}), Permission.END),
    )
    task = AgentTask(
        "edit",
        (Message(Author.USER, "task"),),
        {it.name: it for it in tools},
        accept,
        lambda: "state",
        AgentBudget(),
        DataClass.INTERNAL,
        Sampling(max_tokens=100),
    )
    await run_agent(task, model, Transcript(), Spending(), lambda _: None)
    last = "".join(it.text for it in model.requests[-1].messages)
    assert "left out" in last
    assert "int x; /* <secret:" in last
    assert PASSWORD not in last
