"""Each check catches the planted change that it is there for."""

from __future__ import annotations

import pytest

from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import Span, TextChange
from glossator_server.proposal import Verdict
from glossator_server.verify import CommentChange, check_comment, failures
from tests.server.actions.checks import snapshot_of

ABOVE = "int first;\n\n"
FUNCTION = "int add(int a, int b)\n{\n\treturn a + b;\n}\n"
GOOD = "/**\n * add() - Add.\n * @a: One.\n * @b: Another.\n *\n * Return: The sum.\n */\n"


def verdicts(comment: str, place: int = len(ABOVE), until: int | None = None) -> dict[str, Verdict]:
    snapshot = snapshot_of(ABOVE + FUNCTION)
    (symbol,) = find_symbols(snapshot.source, "add")
    change = TextChange(Span(place, place if until is None else until), comment)
    planned = CommentChange(symbol, change, comment.rstrip(), STYLES["kernel-doc"])
    return {it.check: it.verdict for it in check_comment(snapshot, planned)}


def test_a_good_comment_passes_every_check() -> None:
    assert set(verdicts(GOOD).values()) == {Verdict.PASSED}


@pytest.mark.parametrize(
    "comment",
    [
        GOOD.replace("One.", "One. */ int x; /*"),
        GOOD.replace(" */\n", " *\n"),
        GOOD.replace(" */\n", " */ x\n"),
        "int x;\n" + GOOD,
        "// " + GOOD.replace("/**\n", "hides the start\n"),
    ],
)
def test_a_comment_that_changes_code_is_caught(comment: str) -> None:
    assert verdicts(comment)["only-comments"] is Verdict.FAILED


def test_a_comment_that_swallows_code_is_caught() -> None:
    end = len(ABOVE) + len("int add")
    assert verdicts(GOOD, until=end)["only-comments"] is Verdict.FAILED


def test_a_change_that_no_longer_parses_is_caught() -> None:
    assert verdicts("int = ;\n" + GOOD)["parse"] is Verdict.FAILED


@pytest.mark.parametrize(
    "comment",
    [
        GOOD.replace(" * @b: Another.\n", ""),
        GOOD.replace("@b", "@c"),
        GOOD.replace("add()", "sub()"),
        GOOD.replace(" *\n * Return: The sum.\n", ""),
        GOOD.replace(" - Add.", ""),
        "/* Adds. */\n",
    ],
)
def test_a_comment_against_the_style_is_caught(comment: str) -> None:
    assert verdicts(comment)["style"] is Verdict.FAILED


def test_a_comment_that_lands_elsewhere_is_caught() -> None:
    assert verdicts(GOOD, place=0)["style"] is Verdict.FAILED


def test_failures_say_what_is_wrong() -> None:
    snapshot = snapshot_of(ABOVE + FUNCTION)
    (symbol,) = find_symbols(snapshot.source, "add")
    comment = GOOD.replace("@b", "@c")
    change = TextChange(Span(len(ABOVE), len(ABOVE)), comment)
    planned = CommentChange(symbol, change, comment.rstrip(), STYLES["kernel-doc"])
    (said,) = failures(check_comment(snapshot, planned))
    assert "b" in said
    assert "c" in said
