"""The parts of a report: words compared, numbers written, places on an axis, cases to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_server.evals.report import html_report, read_result
from glossator_server.evals.report.axes import Axis, widened
from glossator_server.evals.report.differences import Change, alike, word_changes
from glossator_server.evals.report.words import duration, figure, listed, moment, share, signed
from glossator_server.evals.report.worst import shelves
from tests.server.evals.results import Shape, result


def shown(before: str, after: str) -> str:
    marks = {Change.SAME: "{}", Change.ADDED: "[+{}]", Change.LEFT_OUT: "[-{}]"}
    return "".join(marks[it.change].format(it.text) for it in word_changes(before, after))


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("add an entry", "add an entry", "add an entry"),
        ("add an entry", "add a new entry", "add [-an] [+a new] entry"),
        ("the request of a block", "the request", "the request [-of a block]"),
        ("Return: 0, or -ENOMEM.", "Return: 0.", "Return: 0[-, or -ENOMEM]."),
        ("", "whole", "whole"),
        ("whole", "", "[-whole]"),
        (" * @a: x\n", " * @a: y\n", " * @a: [-x] [+y]\n"),
    ],
)
def test_words_that_differ_are_marked(before: str, after: str, marked: str) -> None:
    assert shown(before, after) == marked


def test_texts_of_other_words_are_hardly_alike() -> None:
    assert alike(word_changes("add an entry", "add an entry")) == 1.0
    assert alike(word_changes("add an entry", "drop all")) == 0.0
    assert alike(word_changes("add an entry", "add a new one")) == 0.3


TEXTS = st.text(alphabet="ab_.* \n\t(", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_comparison(before: str, after: str) -> None:
    def letters(*changes: Change) -> str:
        return "".join("".join(it.text.split()) for it in found if it.change in changes)

    found = word_changes(before, after)
    assert letters(Change.SAME, Change.ADDED) == "".join(after.split())
    if before.strip():
        assert letters(Change.SAME, Change.LEFT_OUT) == "".join(before.split())


FINITE = st.floats(-1e6, 1e6).filter(lambda it: abs(it) > 1e-6 or it == 0)


@given(FINITE, FINITE)
def test_an_axis_holds_both_values_and_round_numbers_between_its_ends(
    one: float, other: float
) -> None:
    low, high = widened(min(one, other), max(one, other))
    axis = Axis(low, high, 10, 300)
    places = [axis.place(it) for it in (low, one, other, high)]
    assert all(10 - 1e-6 <= it <= 310 + 1e-6 for it in places)
    assert (places[1] <= places[2]) == (one <= other) or abs(places[1] - places[2]) < 1e-6
    ticks = axis.ticks
    assert 2 <= len(ticks) <= 7
    assert len({axis.written(it) for it in ticks}) == len(ticks)
    assert ticks == sorted(ticks)
    turned = Axis(low, high, 10, 300, is_reversed=True)
    assert turned.place(one) == pytest.approx(320 - axis.place(one))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (figure(0.0414), "0.041"),
        (figure(-0.0414), "−0.041"),
        (figure(-0.0001), "0.000"),
        (figure(12.3456), "12.3"),
        (figure(1.234, "s"), "1.23 s"),
        (figure(0.00042, "USD"), "0.00042 USD"),
        (figure(3.5, "USD"), "3.50 USD"),
        (signed(0.0414), "+0.041"),
        (signed(-2.0, "words"), "−2.00 words"),
        (share(1.0), "100 %"),
        (share(0.333), "33 %"),
        (share(0.025), "2.5 %"),
        (share(0.0), "0 %"),
        (duration(0.034), "34 ms"),
        (duration(59.94), "59.9 s"),
        (duration(59.97), "1\u202fmin 00\u202fs"),
        (duration(605), "10\u202fmin 05\u202fs"),
        (duration(7_380), "2\u202fh 03\u202fmin"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (moment("2026-11-28T03:20:00+0000"), "28 November 2026, 03:20 UTC"),
        (moment("yesterday"), "yesterday"),
    ],
)
def test_numbers_are_written_as_people_write_them(written: str, expected: str) -> None:
    assert written == expected


def test_the_cases_to_read_are_those_that_lost_most_first() -> None:
    data = result(Shape(cases=40, fails=0.0))
    by_case = {
        case: {
            it["configuration"]: it["measures"]["rouge_l"]
            for it in data["outcomes"]
            if it["case"] == case
        }
        for case in {it["case"] for it in data["outcomes"]}
    }
    losses = sorted(by_case, key=lambda it: by_case[it]["tuned"] - by_case[it]["base"])
    found = shelves(read_result(data))
    assert found[0].title == "Where “tuned” lost most to “base”"
    assert found[0].is_first
    assert [it.case for it in found[0].readings] == losses[:8]
    assert found[1].title == "Where “tuned” gained most over “base”"
    assert [it.case for it in found[1].readings] == losses[:-5:-1]
    shown_twice = [it.case for shelf in found for it in shelf.readings]
    assert len(shown_twice) == len(set(shown_twice))


def test_no_text_of_a_case_makes_the_page_large() -> None:
    found = result(Shape(cases=8))
    for it in found["outcomes"]:
        it |= {"title": "t" * 90_000, "text": "", "problem": "p" * 90_000}
    assert len(html_report(found)) < 500_000


def test_a_case_in_which_nothing_was_made_is_shown_with_the_reason() -> None:
    data = result(Shape(cases=60, fails=0.0))
    data["outcomes"][1] |= {"problem": "It broke off.", "text": "", "measures": {}}
    shelf = shelves(read_result(data))[-1]
    assert shelf.title == "Where nothing was made"
    assert shelf.readings[0].why == "Nothing was made with “tuned”"
