"""What of a model's words reaches the reader, whatever pieces they come in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_server.actions.answers import AnswerFilter, sentences_of
from glossator_server.actions.citations import Shown, names_in, without_markers
from glossator_server.actions.questions import Citation, Piece

CONNECT = Piece(
    "src/net.c",
    120,
    (
        "/* Open a connection. */",
        "int net_connect(const char *host, int port)",
        "{",
        "\tint handle = socket_open(host, port);",
        "",
        "\treturn handle < 0 ? -1 : handle;",
        "}",
    ),
    "net_connect",
)
RETRY = Piece("src/retry.py", 7, ("def retry(times):", "    return range(times)"), "retry")
SHOWN = Shown([CONNECT, RETRY])


def let_through(text: str, size: int = 10_000) -> tuple[str, AnswerFilter]:
    """Return what is shown of words that come in pieces of a size."""
    passed = AnswerFilter(SHOWN, lambda it: f"({it})")
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return "".join([*map(passed.feed, pieces), passed.end()]), passed


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("It opens a socket [1].", "It opens a socket. (src/net.c:120-126)"),
        ("It opens a socket. [1]", "It opens a socket. (src/net.c:120-126)"),
        ("It opens a socket [1:123].", "It opens a socket. (src/net.c:123)"),
        ("It fails with -1 [1:123-125].", "It fails with -1. (src/net.c:123-125)"),
        ("It fails [1: 123–125].", "It fails. (src/net.c:123-125)"),
        ("Both [1:120][2].", "Both. (src/net.c:120) (src/retry.py:7-8)"),
        ("Both [1:120, 2].", "Both. (src/net.c:120) (src/retry.py:7-8)"),
        ("Both [1], [2].", "Both. (src/net.c:120-126) (src/retry.py:7-8)"),
        ("Both ([1] and [2]).", "Both. (src/net.c:120-126) (src/retry.py:7-8)"),
        ("`net_connect` opens it [1].", "`net_connect` opens it. (src/net.c:120-126)"),
        ("One [1]. Two. Three [2].", "One. (src/net.c:120-126) Three. (src/retry.py:7-8)"),
        ("- One [1]\n- Two\n- Three [2]", "- One (src/net.c:120-126)\n- Three (src/retry.py:7-8)"),
        ("1. One [1]\n2. Two [2]", "1. One (src/net.c:120-126)\n2. Two (src/retry.py:7-8)"),
        ("- One\n  goes on [1]\n", "- One goes on (src/net.c:120-126)"),
        ("- One [1]\n  - Inner [2]", "- One (src/net.c:120-126)\n  - Inner (src/retry.py:7-8)"),
        ("# It is so [1]\n\nOne [1].", "One. (src/net.c:120-126)"),
        ("One [1].\n\nTwo [2].", "One. (src/net.c:120-126)\n\nTwo. (src/retry.py:7-8)"),
        ("See i.e. this [2]. So", "See i.e. this. (src/retry.py:7-8)"),
        ("Es öffnet die Verbindung [1].", "Es öffnet die Verbindung. (src/net.c:120-126)"),
    ],
)  # fmt: skip
def test_what_names_lines_that_were_shown_is_let_through(said: str, shown: str) -> None:
    assert let_through(said)[0] == shown


@pytest.mark.parametrize(
    "said",
    [
        "It opens a socket.",
        "It opens a socket [3].",
        "It opens a socket [0].",
        "It opens a socket [1:119].",
        "It opens a socket [1:120-127].",
        "It opens a socket [1:125-121].",
        "It opens a socket [1] [3].",
        "It opens a socket [src/net.c:120].",
        "It calls `net_listen` [1].",
        "It calls net_listen [1].",
        "It calls netListen [1].",
        "It reads `argv[1]`.",
        "It reads argv[1].",
        "[1]",
        "- [1]",
        "It is \\[1].",
        "[1](http://example.com) is it.",
        "```\nint net_listen(void);\n```",
        "```c\nint net_connect(const char *host, int port)\nint more;\n```",
        "<b>It opens</b>",
    ],
)
def test_what_nothing_shown_bears_out_is_left_out_and_counted(said: str) -> None:
    shown, passed = let_through(said)
    assert shown == ""
    assert passed.dropped == 1 or not re.search(r"\w", without_markers(said))
    assert passed.citations == []


def test_code_is_shown_where_it_is_a_quotation_and_says_from_where() -> None:
    head = "int net_connect(const char *host, int port)"
    said = f"```c\n{head}\n{{\n    int handle = socket_open(host, port);\n```"
    shown, passed = let_through(f"It is so [1]:\n\n{said}\n")
    assert passed.citations == [Citation("src/net.c", 120, 126), Citation("src/net.c", 121, 123)]
    assert "```c\nint net_connect(const char *host, int port)\n{\n" in shown
    assert shown.endswith("```\n\n(src/net.c:121-123)")


def test_a_fence_that_is_never_closed_is_closed() -> None:
    shown, _ = let_through("```c\nint net_connect(const char *host, int port)")
    assert shown.count("```") == 2


def test_what_never_ends_is_cut_off() -> None:
    shown, passed = let_through("word " * 50_000)
    assert (shown, passed.dropped > 0) == ("", True)
    shown, passed = let_through("- One [1]\n" * 500)
    assert shown.count("- One") == 80
    assert passed.dropped == 420


SAMPLES = [
    "It opens [1]. It `retry`s [2:7]. It lies.\n\n- a [1]\n- b\n\n```c\n{\n```\nEnd [2].",
    "# Head\nText [1] goes\non [2].\n1. one [1]\n2. two [3]\n~~~\n}\n~~~\n",
    "`a[1]` is [1] . Und so [1:120 - 121], fertig [2]! Nicht?",
]


@pytest.mark.parametrize("said", SAMPLES)
def test_it_is_the_same_whatever_pieces_the_words_come_in(said: str) -> None:
    whole, passed = let_through(said)
    for size in range(1, len(said)):
        again, other = let_through(said, size)
        assert (again, other.dropped, other.citations) == (whole, passed.dropped, passed.citations)


@given(st.text(alphabet="ab `[]1:2-.\n*~#!_<", max_size=80), st.integers(1, 9))
def test_random_words_in_random_pieces_are_the_same(said: str, size: int) -> None:
    whole, passed = let_through(said)
    again, other = let_through(said, size)
    assert (again, other.dropped) == (whole, passed.dropped)
    for it in passed.citations:
        assert any(
            piece.path == it.path
            and piece.start_line <= it.start_line <= it.end_line <= piece.end_line
            for piece in SHOWN.pieces
        )


def test_sentences_end_where_people_see_their_end() -> None:
    said = "Siehe z.B. `a. b` hier [1]. Version 3.11 ist neu! Gut? Ja [2]"
    assert list(sentences_of(said)) == [
        "Siehe z.B. `a. b` hier [1].",
        "Version 3.11 ist neu!",
        "Gut?",
        "Ja [2]",
    ]


def test_names_are_what_is_in_backticks_and_what_is_spelled_as_one() -> None:
    assert names_in("The `foo.bar()` calls do_it and doThat, not Words or a-b.") == {
        *("foo", "bar", "do_it", "doThat"),
    }
