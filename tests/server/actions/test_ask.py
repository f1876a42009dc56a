"""A question, from what is found over what a model says to what is shown."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.protocol import ChatModel
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ChatEvent, ChatRequest, StartedOver, TextDelta
from glossator_gate.policy import load_policy
from glossator_gate.types import DataClass, PolicyPlaces
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.records import Hit, SearchQuery
from glossator_server.actions.ask import NOT_FOUND, ask
from glossator_server.actions.ask_retrieval import retrieve
from glossator_server.actions.questions import Citation, Question, Turn
from glossator_server.agent.staging import OpenText
from glossator_server.errors import UsageError
from glossator_server.policies import WorkspacePolicy
from tests.server.actions.asking import FakeIndex, Watcher, small_model, sources_of, with_index

OPENS = Question("How does `net_connect` open a connection to a host?")
CONNECT = Citation("src/net.c", 3, 11)


async def test_an_answer_is_shown_as_it_comes_with_its_places(tmp_path: Path) -> None:
    model = ScriptedModel(["It calls `socket_open` [1:6]. It lies. On failure it logs [1:8-9]."])
    watcher = Watcher()
    answer = await ask(OPENS, sources_of(tmp_path, model), watcher)
    assert answer.found
    assert answer.markdown == (
        "It calls `socket_open`. (src/net.c:6) On failure it logs. (src/net.c:8-9)"
    )
    assert watcher.shown == answer.markdown
    assert answer.citations == (Citation("src/net.c", 6, 6), Citation("src/net.c", 8, 9))
    assert answer.dropped == 1
    assert answer.notices == (
        "1 statement of the model left out: no place that was shown bears that out",
    )
    assert (answer.model, answer.prompt_tokens > 0, model.closed) == ("scripted", True, True)
    assert answer.pieces[0].citation == CONNECT


async def test_pieces_are_numbered_data_with_the_lines_of_their_files(tmp_path: Path) -> None:
    model = ScriptedModel(["NOT FOUND"])
    await ask(OPENS, sources_of(tmp_path, model), Watcher())
    prompt = model.requests[0].messages[1].text
    assert " from [1] src/net.c, lines 3 to 11, function net_connect ---\n" in prompt
    assert "\n6\t\tint handle = socket_open(host, port);\n" in prompt
    assert model.requests[0].errand.data_class is DataClass.RESTRICTED


@pytest.mark.parametrize(
    ("said", "dropped"),
    [("NOT FOUND", 0), ("I do not know.", 1), ("It is so [99].", 1), ("", 0), ("**NOT FOUND**", 0)],
)
async def test_where_nothing_is_borne_out_there_is_no_answer(
    said: str, dropped: int, tmp_path: Path
) -> None:
    watcher = Watcher()
    answer = await ask(OPENS, sources_of(tmp_path, ScriptedModel([said])), watcher)
    assert not answer.found
    assert answer.markdown.startswith(
        f"{NOT_FOUND}.\n\nPlaces that were looked at:\n\n- (src/net.c:3"
    )
    assert watcher.shown == answer.markdown
    assert answer.dropped == dropped


@pytest.mark.parametrize(
    "text",
    [
        "How are JPEG images decoded and resized?",
        "Which Kafka topic does the billing worker read?",
        "What does `net_listen` do with the backlog of clients?",
        "Wie werden Rechnungen an Kunden verschickt?",
    ],
)
async def test_what_retrieval_does_not_support_is_asked_of_no_model(
    text: str, tmp_path: Path
) -> None:
    answer = await ask(Question(text), sources_of(tmp_path), Watcher())
    assert not answer.found
    assert answer.model == ""
    assert answer.markdown.startswith(NOT_FOUND)


async def test_a_repository_with_nothing_in_it_has_no_answer(tmp_path: Path) -> None:
    sources = sources_of(tmp_path)
    answer = await ask(OPENS, with_index(sources, FakeIndex(sources.root, ())), Watcher())
    assert answer.markdown == f"{NOT_FOUND}."


async def test_an_index_that_is_still_made_is_waited_for_before_nothing_is_found(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(["It opens a socket [1]."])
    sources = sources_of(tmp_path, model)
    index = FakeIndex(sources.root, ())

    async def made() -> bool:
        index.paths = ("src/net.c",)
        return True

    answer = await ask(OPENS, replace(sources, index=index, wait_for_index=made), Watcher())
    assert answer.found


async def test_without_an_index_a_place_is_needed(tmp_path: Path) -> None:
    model = ScriptedModel(["It opens a socket [1]."])
    sources = with_index(sources_of(tmp_path, model), None)
    with pytest.raises(IndexUnavailableError, match=r"index\.enabled"):
        await ask(OPENS, sources, Watcher())
    place = replace(OPENS, path=sources.root / "src" / "net.c", lines=range(4, 12))
    assert (await ask(place, sources, Watcher())).citations == (Citation("src/net.c", 4, 11),)


@pytest.mark.parametrize("text", ["", " \n", "?!", "x" * 10_001])
async def test_what_is_no_question_is_one_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.$"):
        await ask(Question(text), sources_of(tmp_path), Watcher())


async def test_a_very_long_question_is_answered(tmp_path: Path) -> None:
    model = ScriptedModel(["It opens a socket [1]."])
    text = f"{OPENS.text} {'please ' * 1_300}"
    assert (await ask(Question(text), sources_of(tmp_path, model), Watcher())).found


async def test_a_german_question_with_names_is_answered(tmp_path: Path) -> None:
    model = ScriptedModel(["Sie ruft `socket_open` auf [1:6]."])
    question = Question("Wie öffnet die Funktion `net_connect` eine Connection zum Host?")
    answer = await ask(question, sources_of(tmp_path, model), Watcher())
    assert answer.markdown == "Sie ruft `socket_open` auf. (src/net.c:6)"


@pytest.mark.parametrize("path", ["secret/keys.c", ".env", "../outside.c", "none.c"])
async def test_a_place_that_may_not_be_read_is_a_sentence(path: str, tmp_path: Path) -> None:
    (tmp_path / "outside.c").write_text("int outside;\n", "utf-8")
    sources = sources_of(tmp_path / "root")
    (sources.root / "secret" / "keys.c").unlink()
    with pytest.raises(UsageError, match=r"\.$"):
        await retrieve(replace(OPENS, path=sources.root / path), sources)


async def test_what_lies_outside_or_may_not_be_read_is_not_shown_whatever_the_index_says(
    tmp_path: Path,
) -> None:
    sources = sources_of(tmp_path)
    (sources.root / "src" / "link.c").symlink_to("/etc/passwd")

    class Lying(FakeIndex):
        async def search(self, query: SearchQuery) -> list[Hit]:
            hits = await super().search(query)
            paths = ("../../etc/passwd", "/etc/passwd", ".env", "src/link.c", "gone.c")
            return [*(replace(hits[0], path=it) for it in paths), *hits]

    found = await retrieve(OPENS, with_index(sources, Lying(sources.root)))
    assert {it.path for it in found.pieces} == {"src/net.c"}


CONFIG = """
schema = 1
[classes]
default = "internal"
[[classify]]
match = { path = ["secret/**"] }
class = "restricted"
"""


@pytest.mark.parametrize(
    ("data_class", "is_shown"), [(DataClass.INTERNAL, False), (DataClass.RESTRICTED, True)]
)
async def test_what_is_more_secret_than_the_question_is_left_out_and_that_is_said(
    data_class: DataClass,
    is_shown: bool,  # noqa: FBT001 -- a case of a table
    tmp_path: Path,
) -> None:
    user = tmp_path / "config.toml"
    user.write_text(CONFIG, "utf-8")
    places = PolicyPlaces(tmp_path / "none.toml", user, os.getuid())
    sources = sources_of(tmp_path / "root", data_class=data_class)
    policy = WorkspacePolicy(load_policy(places), sources.root)
    index = FakeIndex(sources.root, ("src/net.c", "secret/keys.c"))
    found = await retrieve(OPENS, replace(sources, policy=policy, index=index))
    assert ("secret/keys.c" in {it.path for it in found.pieces}) is is_shown
    assert bool(found.notices) is not is_shown
    if not is_shown:
        assert "1 file is more secret than the models" in found.notices[0]


async def test_lines_are_counted_as_editors_count_them(tmp_path: Path) -> None:
    sources = sources_of(tmp_path)
    net = sources.root / "src" / "net.c"
    net.write_bytes(b"int a;\r\n/* a\rb */\r\n\x0cint net_connect(void);\r\n")
    place = replace(OPENS, path=net, lines=range(2, 4))
    found = await retrieve(place, with_index(sources, None))
    assert found.pieces[0].lines == ("/* a<U+000D>b */", "\x0cint net_connect(void);")


async def test_secrets_are_gone_before_anything_is_shown(tmp_path: Path) -> None:
    sources = sources_of(tmp_path, small_model())
    key = "AKIA" + "IOSFODNN7EXAMPLQ"
    net = sources.root / "src" / "net.c"
    net.write_text(
        net.read_text("utf-8").replace("socket_open(host", f'socket_open("{key}"'), "utf-8"
    )
    answer = await ask(OPENS, sources, Watcher())
    assert key not in answer.markdown + "".join(it.text for it in answer.quoted)
    assert "<redacted" in "".join(it.text for it in answer.quoted)


async def test_what_an_editor_has_not_saved_is_what_counts(tmp_path: Path) -> None:
    model = ScriptedModel(["It is new [1:1]."])
    sources = sources_of(tmp_path, model)
    path = sources.root / "src" / "net.c"
    texts = {path: OpenText("int net_connect(void) { return brand_new(); }\n", 7)}
    question = replace(OPENS, path=path, lines=range(1, 2))
    await ask(question, replace(sources, open_texts=texts), Watcher())
    assert "brand_new" in model.requests[0].messages[1].text


async def test_what_does_not_fit_the_prompt_is_said(tmp_path: Path) -> None:
    sources = sources_of(tmp_path)
    body = "".join(f"\tconnect_host_{it}(connection, open);\n" for it in range(70))
    for at in range(25):
        name = f"src/more_{at}.c"
        text = f"int host_connection_open_{at}(void)\n{{\n{body}}}\n"
        (sources.root / name).write_text(text, "utf-8")
    index = FakeIndex(sources.root, ["src/net.c", *(f"src/more_{it}.c" for it in range(25))])
    model = ScriptedModel(["It opens a socket [1]."])

    async def open_model(_: str) -> ChatModel:
        return model

    answer = await ask(OPENS, replace(sources, index=index, open_model=open_model), Watcher())
    assert answer.found
    (notice,) = [it for it in answer.notices if "did not fit" in it]
    left, whole = int(notice.split()[0]), int(notice.split()[2])
    assert len(answer.pieces) == whole - left
    assert f"[{len(answer.pieces)}]" in model.requests[0].messages[1].text
    assert f"[{len(answer.pieces) + 1}]" not in model.requests[0].messages[1].text


async def test_names_of_earlier_turns_say_what_a_follow_up_is_about(tmp_path: Path) -> None:
    model = ScriptedModel(["It returns -1 [1:10]."])
    turns = (Turn("How does it connect?", "By `net_connect` (src/net.c:4).", ("net_connect",)),)
    question = Question("And what does it return on failure of that handle?", turns=turns)
    answer = await ask(question, sources_of(tmp_path, model), Watcher())
    assert answer.pieces[0].symbol == "net_connect"
    assert "By `net_connect`" in model.requests[0].messages[2].text


class Twice(ScriptedModel):
    """A model that says its answer twice, because the first time did not count."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the same words again after taking them back."""
        yield TextDelta("It sells ice [1].\n\n")
        yield StartedOver()
        async for event in super().stream(request):
            yield event


async def test_what_a_model_takes_back_is_taken_back(tmp_path: Path) -> None:
    watcher = Watcher()
    answer = await ask(OPENS, sources_of(tmp_path, Twice(["It opens a socket [1]."])), watcher)
    assert watcher.starts == 2
    assert watcher.shown == answer.markdown == "It opens a socket. (src/net.c:3-11)"
    assert answer.citations == (CONNECT,)


async def test_a_model_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    model = ScriptedModel([ScriptedReply("It opens [1]. And", break_after=14)])
    with pytest.raises(IncompleteReplyError):
        await ask(OPENS, sources_of(tmp_path, model), Watcher())
    assert model.closed


async def test_without_a_model_the_routers_sentence_comes_through(tmp_path: Path) -> None:
    async def no_model(_: str) -> ChatModel:
        raise ModelUnavailableError("No model may be used for ask.")

    sources = replace(sources_of(tmp_path), open_model=no_model)
    with pytest.raises(ModelUnavailableError):
        await ask(OPENS, sources, Watcher())


async def test_a_cancel_reaches_the_model(tmp_path: Path) -> None:
    reply = ScriptedReply("It opens [1].\n" * 20, delay_s=30, chunk=16)
    model = ScriptedModel([reply])
    task = asyncio.create_task(ask(OPENS, sources_of(tmp_path, model), Watcher()))
    await model.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (model.cancelled, model.closed) == (1, True)


async def test_a_small_model_is_not_asked_and_the_code_is_quoted(tmp_path: Path) -> None:
    model, watcher = small_model(), Watcher()
    answer = await ask(OPENS, sources_of(tmp_path, model), watcher)
    assert answer.found
    assert answer.markdown == watcher.shown
    assert answer.markdown.startswith(
        "In the code's own words:\n\n- `net_connect`: Open a connection to a host; returns a "
        "handle, or -1. (src/net.c:3-11)"
    )
    assert answer.citations[0] == answer.quoted[0].citation == CONNECT
    assert (answer.model, answer.pieces, model.requests, model.closed) == ("", (), [], True)
    (notice,) = answer.notices
    assert notice.startswith("small is too small to answer")


async def test_what_was_asked_before_is_kept_where_the_code_answers(tmp_path: Path) -> None:
    turns = (Turn("How does it connect?", "By `net_connect`.", ("net_connect",)),)
    question = Question("And what does it return on failure of that handle?", turns=turns)
    answer = await ask(question, sources_of(tmp_path, small_model()), Watcher())
    assert answer.quoted[0].symbol == "net_connect"
    assert answer.turns == turns


async def test_the_transformers_score_is_kept_with_the_piece(tmp_path: Path) -> None:
    sources = sources_of(tmp_path)
    found = await retrieve(OPENS, with_index(sources, FakeIndex(sources.root, transformer=True)))
    assert found.pieces[0].transformer is not None


async def test_a_question_that_leaves_no_room_for_code_is_not_said_to_have_no_answer(
    tmp_path: Path,
) -> None:
    long = Question(OPENS.text + " I read net_connect with care." * 320)
    model = ScriptedModel([], replace(ScriptedModel([]).info, context_tokens=2_000))
    with pytest.raises(PromptTooLongError, match="fewer words"):
        await ask(long, sources_of(tmp_path, model), Watcher())
    assert model.closed
