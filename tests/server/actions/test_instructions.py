"""The comment line `glossator: TEXT`: where it is seen, whose it is, and how it goes away."""

from __future__ import annotations

import pytest

from glossator_indexer.types import Span, TextChange
from glossator_server.actions.instructions import (
    instructed_symbol,
    instruction_at,
    line_at,
    without_instruction,
)
from glossator_server.actions.registry import OfferContext, offers_in_text
from glossator_server.edits import apply_changes
from glossator_server.proposal import CommentProposal, SkipCause, Skipped
from tests.server.actions.checks import document, proposed, snapshot_of, titles_at

FUNCTION = "int add(int a)\n{\n\treturn a;\n}\n"
ANSWER = '{"summary": "Add two numbers", "parameters": {"a": "one of them"}, "returns": "the sum"}'


@pytest.mark.parametrize(
    "line",
    [
        "// glossator: document this",
        "/// glossator: document this",
        "/* glossator: document this */",
        "# glossator: document this",
        "-- glossator: document this",
        "; glossator: document this",
        "<!-- glossator: document this -->",
        " * glossator: document this",
        "\t//Glossator:document this  ",
        "x = 1  # glossator: document this",
    ],
)
def test_a_line_of_any_language_is_seen_from_each_of_its_columns(line: str) -> None:
    text = f"before\n{line}\nafter\n"
    for column in range(len(line) + 1):
        found = instruction_at(text, len("before\n") + column)
        assert found is not None
        assert found.text == "document this"
    assert instruction_at(text, 3) is None
    assert instruction_at(text, len(text) - 3) is None


@pytest.mark.parametrize(
    "line", ["glossator: x", "// glossator:", "// glossators: x", "a*glossator: x", "// see it", ""]
)
def test_other_lines_ask_for_nothing(line: str) -> None:
    assert instruction_at(line, 0) is None


def test_a_line_that_nobody_typed_is_not_read() -> None:
    assert instruction_at("// glossator: " + "x" * 5_000, 3) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("// glossator: x\nint a;\n", "int a;\n"),
        ("// glossator: x\r\nint a;\r\n", "int a;\r\n"),
        ("\t/* glossator: x */\nint a;\n", "int a;\n"),
        ("int a; // glossator: x\n", "int a;\n"),
        ("int a; // glossator: x", "int a;"),
        ("// glossator: x", ""),
        ("/*\n * glossator: x\n */\n", None),
        ("/* glossator: x\n */\n", None),
    ],
)
def test_what_is_removed_is_the_comment_with_its_line(before: str, after: str | None) -> None:
    found = instruction_at(before, before.index("glossator"))
    assert found is not None
    if after is None and before.startswith("/* "):
        assert found.removal is None
    elif after is None:
        assert found.removal is not None
        assert apply_changes(before, [TextChange(found.removal, "")]) == "/*\n */\n"
    else:
        assert found.removal is not None
        assert apply_changes(before, [TextChange(found.removal, "")]) == after


def test_the_instruction_is_about_the_symbol_around_it_or_the_next() -> None:
    text = f"{FUNCTION}\n// glossator: x\n{FUNCTION.replace('add', 'sub')}"
    text = text.replace("return a;", "return a; // glossator: y", 1)
    snapshot = snapshot_of(text)
    names = []
    for mark in ("glossator: y", "glossator: x"):
        found = instruction_at(text, text.index(mark))
        assert found is not None
        symbol = instructed_symbol(snapshot, found)
        names.append(symbol.name if symbol else None)
    assert names == ["add", "sub"]
    last = instruction_at("int a;\n// glossator: x\n", 10)
    assert last is not None
    assert instructed_symbol(snapshot_of("int a;\n// glossator: x\n"), last) is None


def test_it_is_offered_on_its_line_with_its_text() -> None:
    titles = titles_at(f"// glossator: document <|>this\n{FUNCTION}", OfferContext(automatic=True))
    assert titles[0] == "Do: document this"
    assert "Do: document this" not in titles_at(
        f"// glossator: document this\n{FUNCTION}<|>", OfferContext()
    )


def test_it_is_offered_in_a_language_that_is_only_searched() -> None:
    text = "# glossator: find the callers of this and of everything that looks like it\n"
    (offer,) = offers_in_text(text, Span(4, 4), OfferContext(automatic=True))
    assert offer.title == "Do: find the callers of this and of everything that l…"
    assert offer.command == "glossator.do"
    assert offer.arguments == {"text": text[len("# glossator: ") : -1]}
    assert offers_in_text(text, Span(4, 4), OfferContext(only=("source",))) == []


async def test_the_line_goes_with_the_edit_and_the_code_stays() -> None:
    text = f"int x;\n// glossator: document this\n{FUNCTION}"
    outcome = proposed(await document(text, "add", [ANSWER]))
    line = line_at(text, text.index("glossator"))
    finished = without_instruction(outcome, snapshot_of(text), line)
    assert isinstance(finished, CommentProposal)
    after = apply_changes(text, finished.edits[0].changes)
    assert after.startswith("int x;\n/**\n * add() - Add two numbers.\n")
    assert "glossator" not in after
    # Where somebody deleted it meanwhile, there is nothing to take out.
    assert without_instruction(outcome, snapshot_of(text), "// glossator: other") == outcome


async def test_what_would_change_code_is_not_deleted() -> None:
    # Inside of a string the line is no comment.
    text = f'char *s = "\\\n// glossator: document this\\\n";\n{FUNCTION}'
    text = text.replace("this\\", "this")
    outcome = proposed(await document(FUNCTION, "add", [ANSWER]))
    line = line_at(text, text.index("glossator"))
    finished = without_instruction(outcome, snapshot_of(text), line)
    assert isinstance(finished, Skipped)
    assert finished.cause is SkipCause.FAILED_CHECKS
