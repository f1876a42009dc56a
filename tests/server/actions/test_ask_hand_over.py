"""A question whose model fails goes to the next one, and is held against what that was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need, Router
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ModelInfo
from glossator_gate.types import Api, ModelEntry, Policy
from glossator_server.actions.ask import ask
from glossator_server.actions.explain import ExplainTarget, explain
from glossator_server.actions.questions import AskSources, Question
from tests.server.actions.asking import FakeIndex, Watcher, small_model, sources_of

OPENS = Question("How does `net_connect` open a connection to a host?")
BREAKS = ScriptedReply("It opens a socket [1].\n\nAnd", error="unavailable")
LARGE = ModelInfo("large", "scripted", "large", "", 64_000, local=True)


def sources_routed_to(root: Path, models: Sequence[ScriptedModel]) -> AskSources:
    """Return what questions are answered from, by the first of some models that can."""
    entries = {it.info.id: ModelEntry(it.info.id, Api.SCRIPTED, (it.info.id,)) for it in models}
    there = {it.info.id: it for it in models}

    async def open_entry(entry: ModelEntry) -> ChatModel:
        return there[entry.id]

    async def open_model(role: str) -> ChatModel:
        policy = Policy(tuple(entries.values()))
        return await Router(policy, open_entry).open(Need(role))

    return replace(sources_of(root), open_model=open_model)


async def test_the_code_answers_where_only_a_small_model_is_left(tmp_path: Path) -> None:
    large, small = ScriptedModel([BREAKS], LARGE), small_model()
    watcher = Watcher()
    answer = await ask(OPENS, sources_routed_to(tmp_path, [large, small]), watcher)
    assert (answer.found, answer.model, small.requests) == (True, "", [])
    assert watcher.shown == answer.markdown
    assert answer.markdown.startswith("In the code's own words:")


async def test_the_code_is_outlined_where_only_a_small_model_is_left(tmp_path: Path) -> None:
    large, small = ScriptedModel([BREAKS], LARGE), small_model("It is small [1].")
    sources, watcher = sources_routed_to(tmp_path, [large, small]), Watcher()
    answer = await explain(ExplainTarget(sources.root / "src" / "net.c"), sources, watcher)
    assert (answer.found, answer.model, small.requests) == (True, "", [])
    assert watcher.shown == answer.markdown
    assert answer.markdown.startswith("In the code's own words:")
    assert [it.symbol for it in answer.quoted] == ["net_connect", "net_close"]


async def test_an_answer_is_held_against_what_was_shown_to_who_gave_it(tmp_path: Path) -> None:
    claims = "It opens a socket [1]. It is the last of them [8]."
    large = ScriptedModel([BREAKS], LARGE)
    narrow = ScriptedModel([claims], replace(LARGE, id="narrow", context_tokens=2_600))
    sources = sources_routed_to(tmp_path, [large, narrow])
    names = [f"src/more_{it}.c" for it in range(12)]
    for at, name in enumerate(names):
        body = f"\tconnect_host_{at}(connection, open);\n" * 30
        text = f"int host_connection_open_{at}(void)\n{{\n{body}}}\n"
        (sources.root / name).write_text(text, "utf-8")
    index = FakeIndex(sources.root, ["src/net.c", *names])
    watcher = Watcher()
    answer = await ask(OPENS, replace(sources, index=index), watcher)
    assert "[8]" in large.requests[0].messages[1].text
    assert "[8]" not in narrow.requests[0].messages[1].text
    assert answer.markdown == watcher.shown == "It opens a socket. (src/net.c:3-11)"
    assert (answer.dropped, answer.model) == (1, "narrow")
    assert len(answer.pieces) == narrow.requests[0].messages[1].text.count(" from [")
