"""What a model thinks is counted and never part of its answer, wherever a server cuts the text."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_clients.thinking import ThinkTags
from glossator_clients.types import StartedOver, TextDelta, Thought


def cut(text: str, places: Sequence[int]) -> list[str]:
    marks = [0, *sorted(min(it, len(text)) for it in places), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(marks)]


def heard(splitter: ThinkTags, pieces: Sequence[str]) -> tuple[str, int]:
    """Return the answer as a reader of the events has it, and how much was thought."""
    said, thought = "", 0
    events = [event for piece in pieces for event in splitter.feed(piece)]
    for event in (*events, *splitter.end()):
        match event:
            case TextDelta():
                said += event.text
            case Thought():
                thought += event.characters
            case StartedOver():
                said = ""
    return said, thought


CUTS = st.lists(st.integers(0, 80), max_size=12)


@pytest.mark.parametrize(
    ("text", "said", "thought"),
    [
        ("<think>hm</think>\n\nadd an entry", "add an entry", 2),
        ("\n <think>\nhm\n</think>add", "add", 4),
        ("[THINK]hm[/THINK] add", "add", 2),
        ("<thinking>a </think> b</thinking>add", "add", 12),
        ("<think></think>add", "add", 0),
        ("hm, a list\n</think>\n\nadd", "add", 11),
        ("</think>add", "add", 0),
        ("add < an > entry </thin", "add < an > entry </thin", 0),
        ("  <thin", "  <thin", 0),
        ("use <think> here", "use <think> here", 0),
        ('{"summary": "the tag </think> ends it"}', '{"summary": "the tag </think> ends it"}', 0),
        ("<think>a</think>b</think>c", "b</think>c", 1),
        ("", "", 0),
    ],
)
@given(places=CUTS)
def test_thoughts_between_tags_are_no_answer(
    text: str, said: str, thought: int, places: list[int]
) -> None:
    assert heard(ThinkTags(), cut(text, places)) == (said, thought)


@given(text=st.text("<>/think[]TINHK{ a\n"), places=CUTS)
def test_where_a_text_is_cut_changes_nothing(text: str, places: list[int]) -> None:
    assert heard(ThinkTags(), cut(text, places)) == heard(ThinkTags(), [text])


def test_a_model_that_never_stops_thinking_says_nothing() -> None:
    tags = ThinkTags()
    assert heard(tags, ["<think>and on ", "and on"]) == ("", 13)
    assert tags.is_open
