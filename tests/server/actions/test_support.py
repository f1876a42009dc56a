"""Whether what was found supports an answer, and what that is decided by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_server.actions.questions import Piece
from glossator_server.actions.support import (
    DEFAULT_WEIGHTS,
    content_words,
    features_of,
    names_of_question,
    support_of,
)

CONNECT = Piece(
    "src/net.c",
    1,
    ("/* Open a connection to a host. */", "int net_connect(const char *host);"),
    "net_connect",
)
RETRY = Piece("src/retry.py", 1, ("def retry(times):", "    return allocate(times)"), "retry")
PIECES = (CONNECT, RETRY)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How does the retryTimeout of net_connect work?", {"retr", "timeout", "net", "connect"}),
        ("Where are connections opened?", {"connect", "open"}),
        ("What is the HTTPServer?", {"http", "serv"}),
        ("Wie wird die Größe geöffnet?", {"gross", "geoffnet"}),
        ("what is it?", set()),
    ],
)
def test_words_that_count_are_split_and_shortened(question: str, words: set[str]) -> None:
    assert set(content_words(question)) == words


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who calls net_connect() and `foo.bar`?", ("foo", "bar", "net_connect")),
        ("Does retry() wait?", ("retry",)),
        ("What is camelCase and Plain?", ("camelCase",)),
        ("Where is the host?", ()),
    ],
)
def test_names_in_a_question_are_marked_or_spelled_as_code(
    question: str, names: tuple[str, ...]
) -> None:
    assert names_of_question(question) == names


@pytest.mark.parametrize(
    ("question", "is_supported"),
    [
        ("How is a connection to a host opened?", True),
        ("What does net_connect open?", True),
        ("Where is memory allocated in retry?", True),
        ("How are JPEG images decoded?", False),
        ("What does `net_listen` connect to?", False),
        ("Which Kafka topic holds the invoices?", False),
        ("what?", False),
    ],
)
def test_it_is_decided_by_the_words_and_names_of_the_question(
    question: str,
    is_supported: bool,  # noqa: FBT001 -- a case of a table
) -> None:
    assert support_of(question, PIECES).is_supported is is_supported


@pytest.mark.parametrize(
    ("question", "is_german"),
    [
        ("Wann wird die Verbindung geöffnet?", True),
        ("Was passiert mit connect()?", True),
        ("When is the connection opened?", False),
        ("Is connect so slow?", False),
        ("connect", False),
    ],
)
def test_the_language_of_a_question_is_that_of_its_small_words(
    question: str,
    is_german: bool,  # noqa: FBT001 -- a case of a table
) -> None:
    assert features_of(question, PIECES).is_german is is_german


def test_without_pieces_nothing_is_supported() -> None:
    assert not support_of("How is a connection opened?", ()).is_supported


def test_each_feature_counts() -> None:
    question = "How are invoices opened?"
    plain = support_of(question, PIECES).score
    assert support_of(question, [replace(CONNECT, why="place"), RETRY]).score > plain
    read = [replace(CONNECT, transformer=0.9), replace(RETRY, transformer=0.1)]
    unread = [replace(CONNECT, transformer=0.1), replace(RETRY, transformer=0.1)]
    assert support_of(question, read).score > support_of(question, unread).score
    asked = "What does `net_connect` invoice?"
    assert features_of(asked, PIECES).names == 1.0
    assert features_of("What does `net_konnect` open?", PIECES).names == 0.0
    lenient = replace(DEFAULT_WEIGHTS, threshold=-1.0)
    assert support_of("How are JPEG images decoded?", PIECES, lenient).is_supported


@given(st.text(max_size=200), st.lists(st.text(max_size=40), max_size=5))
def test_features_are_shares(question: str, texts: list[str]) -> None:
    pieces = [Piece(f"{at}.c", 1, tuple(it.split("\n"))) for at, it in enumerate(texts)]
    found = features_of(question, pieces)
    for share in (found.best_piece, found.words, found.names or 0.0, found.margin):
        assert 0.0 <= share <= 1.0 + 1e-9
    assert support_of(question, pieces).is_supported in {True, False}
