"""What is offered where, as sources with a cursor."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from glossator_indexer.types import Span
from glossator_server.actions import registry
from glossator_server.actions.instructions import check_is_filled_in, instruction_at
from glossator_server.actions.registry import Offer, OfferContext, offers
from glossator_server.edits import apply_changes
from glossator_server.errors import UsageError
from glossator_server.snapshot import Snapshot
from tests.server.actions.checks import (
    AUTOMATIC,
    INVOKED,
    check_not_offered,
    check_offered,
    snapshot_of,
    titles_at,
)

BARE = "int add(int a, int b)\n{\n\treturn a + b;\n}\n"
COMMENT = "/**\n * add() - Add.\n * @a: One.\n * @b: Another.\n *\n * Return: The sum.\n */\n"
EDITS = ["Add error handling to `add`", "Write a test for `add`", "Add a parameter to `add`..."]
WHOLE_FILE = "Document all undocumented in this file"


@pytest.mark.parametrize("place", ["<|>int", "ad<|>d", "int <|>b", "b)<|>"])
def test_document_follows_the_cursor_over_a_declaration(place: str) -> None:
    check_offered(BARE.replace(place.replace("<|>", ""), place, 1), "Document `add`")


def test_nothing_follows_the_cursor_through_a_body() -> None:
    check_not_offered(BARE.replace("return", "ret<|>urn"), AUTOMATIC)


def test_a_person_who_asks_in_a_body_is_offered_its_function() -> None:
    check_offered(BARE.replace("return", "ret<|>urn"), "Document `add`", INVOKED)


def test_nothing_is_offered_where_comment_and_code_agree() -> None:
    check_not_offered(COMMENT + BARE.replace("add", "ad<|>d"))


def test_a_drifted_comment_is_offered_to_be_updated() -> None:
    source = COMMENT.replace("@b:", "@c:") + BARE.replace("add", "ad<|>d")
    check_offered(source, "Update the comment of `add`")


def test_the_update_is_offered_in_the_comment_itself() -> None:
    source = COMMENT.replace("@b:", "@<|>c:") + BARE
    check_offered(source, "Update the comment of `add`")


def test_a_comment_in_another_style_is_left_alone() -> None:
    check_not_offered("/*! Adds. */\n" + BARE.replace("add", "ad<|>d"))


def test_a_comment_in_the_style_of_its_file_is_kept_up_to_date() -> None:
    told = "/**\n * @brief Adds.\n * @param a one\n{} * @return the sum\n */\n"
    check_not_offered(told.format(" * @param b two\n") + BARE.replace("add", "ad<|>d"))
    check_offered(told.format("") + BARE.replace("add", "ad<|>d"), "Update the comment of `add`")


def test_an_ordinary_comment_is_no_doc_comment() -> None:
    check_offered("/* Adds. */\n" + BARE.replace("add", "ad<|>d"), "Document `add`")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("struct po<|>int {\n\tint x;\n};\n", "point"),
        ("union wo<|>rd {\n\tint x;\n};\n", "word"),
        ("enum co<|>lour {\n\tRED,\n};\n", "colour"),
        ("#define MA<|>X(a, b) ((a) > (b) ? (a) : (b))\n", "MAX"),
        ("typedef int (*vi<|>sit)(int x);\n", "visit"),
        ("int a<|>dd(int a);\n", "add"),
        ("static __init int se<|>t_up(void)\n{\n\treturn 0;\n}\n", "set_up"),
    ],
)
def test_every_kind_of_symbol_can_be_documented(source: str, name: str) -> None:
    check_offered(source, f"Document `{name}`", INVOKED)


@pytest.mark.parametrize("source", ["<|>", "\n<|>\n", "#include <a.h><|>\n", "int x<|>;\n"])
def test_nothing_is_offered_where_nothing_is_declared(source: str) -> None:
    check_not_offered(source, INVOKED)


def test_half_written_code_does_not_hide_the_functions_around_it() -> None:
    broken = "int broken(int a, {\n\tif (a\n"
    check_offered(BARE.replace("add", "ad<|>d") + broken, "Document `add`")
    check_offered(broken + "\n" + BARE.replace("add", "ad<|>d"), "Document `add`")


def test_a_selection_offers_each_symbol_in_it() -> None:
    source = "<|>" + BARE + "\n" + BARE.replace("add", "sum") + "<|>"
    assert titles_at(source, INVOKED)[:2] == ["Document `add`", "Document `sum`"]


def test_a_selection_of_many_symbols_does_not_fill_the_menu() -> None:
    many = "".join(BARE.replace("add", f"add{number}") for number in range(6))
    assert titles_at(f"<|>{many}<|>", INVOKED) == [WHOLE_FILE]


def test_the_whole_file_is_offered_only_to_a_person_who_asks() -> None:
    source = BARE.replace("add", "ad<|>d")
    assert WHOLE_FILE in titles_at(source, INVOKED)
    assert WHOLE_FILE not in titles_at(source, AUTOMATIC)
    assert titles_at("<|>", INVOKED) == []


@pytest.mark.parametrize(
    ("only", "titles"),
    [
        (("refactor",), ["Document `add`", *EDITS]),
        (("refactor.rewrite",), ["Document `add`", *EDITS]),
        (("refactor.rewrite.more",), []),
        (("refactor.re",), []),
        (("source",), [WHOLE_FILE, "Review `add`", "Explain `add`"]),
        (("quickfix",), []),
        (("quickfix", "source"), [WHOLE_FILE, "Review `add`", "Explain `add`"]),
    ],
)
def test_only_the_kinds_that_were_asked_for_are_offered(
    only: tuple[str, ...], titles: list[str]
) -> None:
    source = BARE.replace("add", "ad<|>d")
    assert titles_at(source, OfferContext(only=only)) == titles


def test_one_failing_producer_does_not_take_the_others_down(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(snapshot: Snapshot, selection: Span, context: OfferContext) -> Iterator[Offer]:
        yield Offer(snapshot.text[selection.start], str(context), "glossator.status")
        raise ValueError("a producer with a fault")

    table = ((registry.REWRITE, failing), *registry.PRODUCERS)
    monkeypatch.setattr(registry, "PRODUCERS", table)
    with caplog.at_level(logging.ERROR):
        found = offers(snapshot_of(BARE), Span(5, 5), INVOKED)
    assert [it.title for it in found] == [
        "Document `add`",
        *EDITS,
        WHOLE_FILE,
        "Review `add`",
        "Explain `add`",
    ]
    assert "failing" in caplog.text


@pytest.mark.parametrize(
    ("source", "language", "line"),
    [
        ("int f;\n\nint ad<|>d(int a)\n{\n\treturn a;\n}\n", "c", 3),
        ("/** Adds. */\nint ad<|>d(int a)\n{\n\treturn a;\n}\n", "c", 1),
        ("class Sum:\n    def ad<|>d(self, a):\n        return a\n", "python", 2),
    ],
)
def test_a_parameter_is_wanted_by_a_line_above_the_function(
    source: str, language: str, line: int
) -> None:
    text, offset = source.replace("<|>", ""), source.index("<|>")
    file = "file.py" if language == "python" else "file.c"
    found = offers(snapshot_of(text, file=file), Span(offset, offset), INVOKED)
    (offer,) = (it for it in found if it.title == "Add a parameter to `add`...")
    assert offer.change is not None
    assert offer.command == ""
    written = apply_changes(text, [offer.change]).split("\n")
    words = "add a parameter NAME of type TYPE to add and pass it from all callers"
    opens = "#" if language == "python" else "//"
    assert written[line - 1].strip() == f"{opens} glossator: {words}"
    assert [*written[: line - 1], *written[line:]] == text.split("\n")
    # It is an instruction that is offered to be done, once it is filled in.
    at = offer.change.span.start
    assert instruction_at(apply_changes(text, [offer.change]), at) is not None
    with pytest.raises(UsageError, match="NAME and TYPE"):
        check_is_filled_in(words)


def test_edits_without_words_name_the_function_and_are_asked_for() -> None:
    source = BARE.replace("add", "ad<|>d")
    assert [it for it in titles_at(source, INVOKED) if it in EDITS] == EDITS
    assert not set(EDITS) & set(titles_at(source, AUTOMATIC))
    assert not set(EDITS) & set(titles_at("int ad<|>d(int left);\n", INVOKED))
    assert not set(EDITS) & set(titles_at("struct ad<|>d { int left; };\n", INVOKED))
    two = "<|>" + BARE + "\n" + BARE.replace("add", "sum") + "<|>"
    assert not any(it.startswith("Write a test") for it in titles_at(two, INVOKED))
    found = offers(snapshot_of(BARE), Span(5, 5), INVOKED)
    assert [(it.command, it.arguments) for it in found if it.title in EDITS[:2]] == [
        ("glossator.edit", {"symbol": "add", "text": "Add error handling to add"}),
        ("glossator.edit", {"symbol": "add", "text": "Write a test for add"}),
    ]


def test_each_offer_names_the_symbol_in_its_command() -> None:
    found = offers(snapshot_of(BARE), Span(5, 5), AUTOMATIC)
    assert [(it.command, it.arguments) for it in found] == [
        ("glossator.document", {"symbol": "add"})
    ]
