"""What of a conversation is asked again, and what is kept of it on this machine."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ChatEvent, ChatRequest
from glossator_gate.errors import LimitError
from glossator_gate.types import DataClass
from glossator_server.actions.conversation import (
    MOST_TURNS,
    continued,
    plain,
    remembered,
)
from glossator_server.actions.conversations import keep_conversation, last_conversation
from glossator_server.actions.questions import Answer, Question, Turn
from glossator_server.actions.safe_markdown import as_link
from glossator_server.reflection.loop import Spending
from tests.server.actions.asking import sources_of

LONG = "The long answer speaks of many things that nobody remembers. " * 40


def turns_of(*answers: str) -> tuple[Turn, ...]:
    return tuple(
        Turn(f"Question {at}?", it, (f"name_{at}",), DataClass.INTERNAL)
        for at, it in enumerate(answers)
    )


async def test_a_short_conversation_is_asked_again_as_it_was(tmp_path: Path) -> None:
    kept = await remembered(turns_of("One.", "Two."), sources_of(tmp_path), Spending())
    assert (kept.turns, kept.notices) == (turns_of("One.", "Two."), ())
    assert "Question: Question 1?\nAnswer: Two." in kept.text
    assert (await remembered((), sources_of(tmp_path), Spending())).text == ""


async def test_older_turns_are_summarised_and_the_newest_stay(tmp_path: Path) -> None:
    model = ScriptedModel(["It was about `name_0` in a.c:1.\u202e"])
    turns, spent = turns_of(LONG, LONG, "Three.", "Four."), Spending()
    kept = await remembered(turns, sources_of(tmp_path, model), spent)
    assert [it.answer for it in kept.turns] == [
        "It was about `name_0` in a.c:1.<U+202E>",
        "Three.",
        "Four.",
    ]
    assert kept.turns[0].names == ("name_0", "name_1")
    assert kept.turns[0].data_class is DataClass.INTERNAL
    assert kept.notices == ("2 turns of the conversation summarised",)
    assert "that nobody remembers" in model.requests[0].messages[1].text
    assert (spent.calls, model.closed) == (1, True)


@pytest.mark.parametrize("reply", [ScriptedReply(error="unavailable"), ScriptedReply("  ")])
async def test_without_a_summary_the_oldest_turns_go_and_that_is_said(
    reply: ScriptedReply, tmp_path: Path
) -> None:
    model = ScriptedModel([reply])
    turns = turns_of(LONG, LONG, "Three.", "Four.")
    kept = await remembered(turns, sources_of(tmp_path, model), Spending())
    assert kept.notices[-1].endswith("left out of the conversation")
    assert kept.turns[-2:] == turns[-2:]
    assert len(kept.turns) < len(turns)


async def test_turns_about_what_is_more_secret_are_not_asked_again(tmp_path: Path) -> None:
    sources = sources_of(tmp_path, data_class=DataClass.INTERNAL)
    secret = replace(turns_of("Secret.")[0], data_class=DataClass.CONFIDENTIAL)
    kept = await remembered((secret, *turns_of("Open.")), sources, Spending())
    assert [it.answer for it in kept.turns] == ["Open."]
    assert kept.notices == ("1 turn about more secret code left out of the conversation",)


async def test_a_summary_that_the_policy_refuses_ends_no_question(tmp_path: Path) -> None:
    class Refused(ScriptedModel):
        async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:  # noqa: ARG002
            raise LimitError("What may be spent today is spent; raise the limit.")
            yield

    model = Refused([])
    turns = turns_of(LONG, LONG, "Three.", "Four.")
    kept = await remembered(turns, sources_of(tmp_path, model), Spending())
    assert kept.turns[-2:] == turns[-2:]
    assert kept.notices[-1].endswith("left out of the conversation")
    assert model.closed


def test_an_answer_becomes_a_turn_with_its_names() -> None:
    link = as_link("src/a(b).c:3", "file:///src/a%28b%29.c#L3")
    answer = Answer(f"It calls `do_it`. {link}", (), found=True)
    question = Question("What does `run` do?", symbol="run", turns=turns_of("Before."))
    turns = continued(question, answer, DataClass.INTERNAL)
    assert turns[0].answer == "Before."
    assert turns[1].answer == "It calls `do_it`. src/a(b).c:3"
    assert set(turns[1].names) == {"run", "do_it"}
    many = Question("What?", turns=turns_of(*["x"] * 50))
    assert len(continued(many, answer, DataClass.INTERNAL)) == MOST_TURNS


def test_links_of_an_answer_become_their_words() -> None:
    assert plain(f"a {as_link('x_[1].c:3', 'file:///x#L3')} b [c]") == "a x_[1].c:3 b [c]"


def test_the_last_conversation_of_a_workspace_is_kept_for_its_owner_only(
    tmp_path: Path, own_home: Path
) -> None:
    root = tmp_path / "root"
    assert last_conversation(root) == ()
    keep_conversation(root, turns_of("Ein Ünicode.", "Two."))
    assert last_conversation(root) == turns_of("Ein Ünicode.", "Two.")
    assert last_conversation(tmp_path / "other") == ()
    (kept,) = (own_home / "state" / "glossator" / "conversations").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.usefixtures("own_home")
def test_of_a_conversation_in_any_script_the_newest_turns_are_kept(tmp_path: Path) -> None:
    turns = tuple(Turn(f"{at}" + "問" * 2_500, "答" * 2_500) for at in range(MOST_TURNS))
    keep_conversation(tmp_path, turns)
    kept = last_conversation(tmp_path)
    assert 0 < len(kept) < len(turns)
    assert kept == turns[-len(kept) :]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"schema": 2}', '{"schema": 1, "root": "/x", "turns": []}', "x" * 500_000],
)
def test_a_kept_conversation_that_cannot_be_read_is_none(
    text: str, tmp_path: Path, own_home: Path
) -> None:
    keep_conversation(tmp_path, turns_of("One."))
    (kept,) = (own_home / "state" / "glossator" / "conversations").iterdir()
    kept.write_text(text, "utf-8")
    assert last_conversation(tmp_path) == ()
