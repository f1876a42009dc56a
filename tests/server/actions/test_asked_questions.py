"""The questions that Ask is measured with are enough, and fit to decide something."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.ask_data import PROJECTS, QUESTIONS, AskedQuestion, Place
from glossator_server.actions.ask import check_question
from glossator_server.actions.questions import Question
from glossator_server.actions.support import content_words

USES = ("development", "held-out")


def test_there_are_enough_of_each_kind_in_both_halves() -> None:
    assert len(QUESTIONS) >= 120
    assert len(PROJECTS) >= 4
    for use in USES:
        kinds = Counter(it.kind for it in QUESTIONS if PROJECTS[it.project].use == use)
        assert kinds["answered"] >= 45
        assert kinds["near miss"] + kinds["foreign"] >= 30
        # Strange questions are easily refused; those in a project's own words are not.
        assert kinds["near miss"] >= kinds["foreign"]
    assert {it.use for it in PROJECTS.values()} == set(USES)


def test_no_question_is_asked_twice() -> None:
    assert len({it.id for it in QUESTIONS}) == len({it.text for it in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda it: it.id)
def test_a_question_is_well_formed(question: AskedQuestion) -> None:
    check_question(Question(question.text))
    assert content_words(question.text)
    assert question.project in PROJECTS
    assert question.language in {"en", "de"}
    assert bool(question.answers) is (question.kind == "answered")
    for place in question.answers:
        assert 1 <= place.start <= place.end
        # More lines than a prompt shows of a piece would hold an answer by chance.
        assert place.end - place.start < 50
        assert place.snippet
        assert place.snippet not in question.text


def test_lines_hold_and_meet_a_place() -> None:
    place = Place("a.c", 10, 12, "x")
    assert place.is_held_by("a.c", 9, 12)
    assert not place.is_held_by("a.c", 11, 40)
    assert place.is_met_by("a.c", 12, 40)
    assert not place.is_met_by("a.c", 13, 40)
    assert not place.is_met_by("b.c", 1, 40)
