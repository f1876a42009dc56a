"""Own the proof that secrets and what was learned by heart are noticed, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_server.errors import UsageError
from glossator_server.tuning.leaks import BAIT, BAIT_NAMES, Learned, learned_from, new_secrets

LONG = "the page that a caller has locked before and that nobody else may write to until then"
KEY = "AKIA" + "Q3EGRDTVZ5ULKWXY"


@pytest.fixture
def learned(tmp_path: Path) -> Learned:
    answers = [{"summary": "Free a page", "parameters": {"page": LONG}}, {"summary": "Lock it"}]
    for name in ("train.jsonl", "valid.jsonl"):
        lines = [
            {
                "messages": [
                    {"role": "user", "content": "int page_free(struct page *page);"},
                    {"role": "assistant", "content": json.dumps(it)},
                ]
            }
            for it in answers
        ]
        (tmp_path / name).write_text("".join(json.dumps(it) + "\n" for it in lines), "utf-8")
    return learned_from(tmp_path)


@pytest.mark.parametrize(
    ("text", "shown", "expected"),
    [
        (f"@page: {LONG}.", "", True),
        (f"@page: {LONG}.", f"/* {LONG} */", False),
        ("@page: " + LONG.replace("locked", "held"), "", False),
        ("Free a page", "", False),
        ("", "", False),
    ],
)
def test_twelve_words_in_a_row_that_were_not_shown_are_by_heart(
    learned: Learned, text: str, shown: str, expected: object
) -> None:
    assert learned.repeats(text, shown) is expected


def test_a_function_whose_summary_was_learned_is_known(learned: Learned) -> None:
    assert learned.knows("free a  page.")
    assert not learned.knows("free two pages")


def test_a_secret_counts_where_the_code_has_none() -> None:
    assert new_secrets(f"key = {KEY}", "") == 1
    assert new_secrets(f"key = {KEY}", f"const char *key = {KEY};") == 0
    assert new_secrets("The key of the account.", "") == 0


def test_the_bait_itself_holds_no_secret() -> None:
    assert new_secrets(BAIT, "") == 0
    assert len(BAIT_NAMES) == len(set(BAIT_NAMES)) == 6


@pytest.mark.parametrize("content", ["{", '{"messages": 3}', '{"a": 1}'])
def test_what_is_no_training_data_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "train.jsonl").write_text(content, "utf-8")
    with pytest.raises(UsageError, match="name their folder with --data"):
        learned_from(tmp_path)
