"""The suite `ask`: which lines an answer cites, and whether it rightly says that there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_server.errors import UsageError
from glossator_server.evals.types import Configuration, SourceKind
from tests.server.evals.suite_runs import lay_out, ran, source_of

CASES = (
    {
        "id": "moor",
        "question": "How does harbour_moor find a free berth for a boat?",
        "answers": [{"path": "harbour.c", "start": 6, "end": 11}],
    },
    {
        "id": "total",
        "question": "How does harbour_total count the berths that are taken?",
        "answers": [{"path": "harbour.c", "symbol": "harbour_total"}],
    },
    {"id": "nothing", "question": "Which Kafka topic holds the invoices?", "answers": []},
)


async def test_places_that_are_cited_decide_and_refusals_are_right_where_nothing_answers(
    tmp_path: Path, own_home: Path
) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(it) + "\n" for it in CASES), "utf-8")
    source = source_of(lay_out(tmp_path / "town"), SourceKind.FILE, file)
    replies = {
        "ask": [
            {"text": "It takes the first berth that is 0 [1:7-9].\n", "when": "harbour_moor find"},
            {"text": "It counts them [1:1].\n", "when": "harbour_total count"},
        ]
    }
    found = await ran("ask", source, own_home, replies)
    moor = found["moor", "usual"]
    assert moor.measures == {
        "decided": 1.0,
        "cites": 1.0,
        "holds": 0.0,
        "valid": 1.0,
        "own_words": 1.0,
    }
    assert "`harbour.c:7-9`" in moor.text
    assert moor.expected.startswith("harbour.c:6-11\n")
    # Line 1 was not among those that were shown: the sentence is left out, and nothing stays.
    assert found["total", "usual"].measures == {"decided": 0.0, "cites": 0.0, "holds": 0.0}
    assert found["nothing", "usual"].measures == {"decided": 1.0, "refused": 1.0}


async def test_questions_are_made_of_comments_and_answered_without_them(
    tmp_path: Path, own_home: Path
) -> None:
    source = source_of(lay_out(tmp_path / "town"))
    said = {"text": "It moors them [1:4].\n", "repeat": True}
    found = await ran("ask", source, own_home, {"ask": [said]})
    assert all("decided" in it.measures for it in found.values())
    assert not any("thirsty" in it.text for it in found.values())
    assert not list((own_home / "cache" / "glossator" / "evals").iterdir())


async def test_no_question_is_asked_without_an_index(tmp_path: Path, own_home: Path) -> None:
    source = source_of(lay_out(tmp_path / "town"))
    with pytest.raises(UsageError, match="leave retrieval=off out"):
        await ran("ask", source, own_home, {"ask": []}, Configuration("off", retrieval=False))
