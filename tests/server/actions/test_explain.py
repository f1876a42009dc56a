"""Code is explained piece by piece, each sentence with its lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_clients.errors import IncompleteReplyError
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_server.actions.ask import NOT_FOUND
from glossator_server.actions.explain import (
    MOST_PART_CHARACTERS,
    MOST_PART_LINES,
    ExplainTarget,
    explain,
    parts_of,
)
from glossator_server.actions.questions import Citation, Piece
from glossator_server.errors import UsageError
from tests.server.actions.asking import Watcher, small_model, sources_of, with_index


def long_file(functions: int) -> str:
    """Return a file of functions with ten lines each."""
    body = "".join(f"\tstep_{it}();\n" for it in range(6))
    return "".join(
        f"/* Do {it}. */\nvoid run_{it}(void)\n{{\n{body}}}\n" for it in range(functions)
    )


async def test_a_symbol_is_explained_with_what_is_around_it(tmp_path: Path) -> None:
    model = ScriptedModel(["- It opens a socket [1:6].\n- It lies [9]."])
    sources = sources_of(tmp_path, model)
    target = ExplainTarget(sources.root / "src" / "net.c", "net_connect", range(3, 12))
    watcher = Watcher()
    answer = await explain(target, sources, watcher)
    assert answer.markdown == watcher.shown == "- It opens a socket. (src/net.c:6)"
    assert (answer.dropped, answer.model) == (1, "scripted")
    first, task = model.requests[0].messages[1:]
    assert "[1] src/net.c, lines 3 to 11" in first.text
    assert "function net_close" in first.text
    assert task.text.startswith("Explain net_connect, which is piece 1; the others are")


async def test_a_long_file_is_explained_in_parts_and_then_as_a_whole(tmp_path: Path) -> None:
    replies = [
        ScriptedReply("It runs [1].", when="Explain src/long.c:1-"),
        ScriptedReply("It goes on [1].", when="which is piece 1"),
        ScriptedReply("It is one thing [1]. And another [2]. And a lie [3].", when="as a whole"),
    ]
    model = ScriptedModel(replies)
    sources = with_index(sources_of(tmp_path, model), None)
    path = sources.root / "src" / "long.c"
    path.write_text(long_file(28), "utf-8")
    watcher = Watcher()
    answer = await explain(ExplainTarget(path), sources, watcher)
    assert answer.markdown == watcher.shown
    first, second, whole = answer.markdown.split("\n\n**")
    assert first == "**`src/long.c:1-150`**\n\nIt runs. (src/long.c:1-150)"
    assert second == "`src/long.c:151-280`**\n\nIt goes on. (src/long.c:151-280)"
    assert whole == (
        "In short**\n\nIt is one thing. (src/long.c:1-150) And another. (src/long.c:151-280)"
    )
    assert "explains src/long.c:151-280 (2 of 2)" in watcher.said
    assert answer.dropped == 1


async def test_what_is_too_long_for_that_is_said(tmp_path: Path) -> None:
    model = ScriptedModel([ScriptedReply("It runs [1].", repeat=True)])
    sources = with_index(sources_of(tmp_path, model), None)
    path = sources.root / "src" / "long.c"
    path.write_text(long_file(400), "utf-8")
    answer = await explain(ExplainTarget(path), sources, Watcher())
    assert answer.notices[0] == "lines 3601 to 4000 left out: too long"


async def test_a_small_model_leaves_it_to_the_code(tmp_path: Path) -> None:
    model = small_model()
    sources = sources_of(tmp_path, model)
    answer = await explain(ExplainTarget(sources.root / "src" / "net.c"), sources, Watcher())
    assert answer.markdown.startswith(
        "In the code's own words:\n\n- `int net_connect(const char *host, int port)`: Open a "
        "connection to a host; returns a handle, or -1. (src/net.c:3-11)\n"
    )
    assert ([it.symbol for it in answer.quoted], model.requests) == (
        ["net_connect", "net_close"],
        [],
    )


async def test_an_explanation_of_which_nothing_is_borne_out_is_none(tmp_path: Path) -> None:
    sources = sources_of(tmp_path, ScriptedModel(["It makes coffee."]))
    target = ExplainTarget(sources.root / "src" / "net.c", "", range(3, 12))
    answer = await explain(target, sources, Watcher())
    assert not answer.found
    assert answer.markdown == f"{NOT_FOUND}.\n\nThe code that was looked at: (src/net.c:3-11)"


@pytest.mark.parametrize(
    ("path", "lines"), [("src/none.c", None), ("src/net.c", range(90, 95)), (".env", None)]
)
async def test_where_there_is_no_code_that_is_one_sentence(
    path: str, lines: range | None, tmp_path: Path
) -> None:
    sources = sources_of(tmp_path)
    with pytest.raises(UsageError, match=r"\.$"):
        await explain(ExplainTarget(sources.root / path, "", lines), sources, Watcher())


async def test_an_answer_that_breaks_off_is_an_error_and_the_model_closed(tmp_path: Path) -> None:
    model = ScriptedModel([ScriptedReply("It", error="incomplete")])
    sources = sources_of(tmp_path, model)
    with pytest.raises(IncompleteReplyError):
        await explain(ExplainTarget(sources.root / "src" / "net.c"), sources, Watcher())
    assert model.closed


@given(st.lists(st.text("ab{}();\n \t", max_size=400), max_size=40), st.integers(1, 500))
def test_parts_are_all_of_the_code_in_order_and_fit(texts: list[str], start: int) -> None:
    lines = tuple("\n".join(texts).split("\n"))
    code = Piece("a.c", start, lines)
    parts = parts_of(code)
    said = [line for it in parts for line in it.lines]
    assert [it for it in said if it.strip()] == [it for it in lines if it.strip()]
    for it in parts:
        assert len(it.lines) <= MOST_PART_LINES
        assert len(it.text) <= MOST_PART_CHARACTERS or len(it.lines) == 1
        assert lines[it.start_line - start : it.end_line - start + 1] == it.lines


def test_a_part_ends_where_a_symbol_begins() -> None:
    code = Piece("a.c", 1, tuple(long_file(40).rstrip("\n").split("\n")))
    for it in parts_of(code):
        assert it.lines[0].startswith("/* Do ")
    again = replace(code, path="a.unknown")
    assert sum(len(it.lines) for it in parts_of(again)) == len(code.lines)


def test_places_are_spelled_as_people_do() -> None:
    assert str(Citation("a.c", 3, 3)) == "a.c:3"
    assert str(Citation("a.c", 3, 5)) == "a.c:3-5"
