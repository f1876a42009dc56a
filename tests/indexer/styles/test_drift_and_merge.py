"""Own what is asked of the drift finder and of comments that are brought up to date."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from glossator_indexer.errors import UnknownStyleError
from glossator_indexer.styles import RenderOptions, kernel_doc, style_named
from glossator_indexer.styles.drift import drifted
from glossator_indexer.styles.updating import planned_update, updated
from glossator_indexer.types import DocFields, Symbol

MakeFunction = Callable[..., Symbol]

COMMENT = """\
/**
 * queue_put() - Put an entry at the end.
 * @queue: The queue, which must not be full; this is
 *         the caller's business.
 * @entry: What to put.
 * @urgent: Put it first.
 *
 * Nobody is woken up.
 *
 * Context: Any context. Takes the lock of @queue.
 *
 * Note: This is what the author
 *       wanted to say.
 *
 * Return: Zero, always.
 */"""


def merged(symbol: Symbol, **fields: object) -> str:
    existing = kernel_doc.parse(COMMENT)
    assert existing is not None
    offered = DocFields(**{"summary": "Another summary.", **fields})  # type: ignore[arg-type]
    return updated(
        COMMENT,
        planned_update(
            existing, offered, kernel_doc.wanted(symbol), kernel_doc.check(COMMENT, symbol)
        ),
        kernel_doc.parse,
        lambda fields: kernel_doc.render(fields, symbol, RenderOptions()),
    )


def rules(symbol: Symbol) -> list[str]:
    return [
        f"{it.rule} {it.name or ''}".strip() for it in drifted(kernel_doc.check(COMMENT, symbol))
    ]


def test_a_comment_that_fits_has_not_drifted(function: MakeFunction) -> None:
    assert rules(function("queue_put", "queue", "entry", "urgent", returns="int")) == []


@pytest.mark.parametrize(
    ("name", "parameters", "returns", "expected"),
    [
        ("queue_add", ("queue", "entry", "urgent"), "int", ["wrong-name queue_put"]),
        ("queue_put", ("queue", "entry"), "int", ["stale-parameter urgent"]),
        ("queue_put", ("queue", "entry", "urgent", "x"), "int", ["missing-parameter x"]),
        ("queue_put", ("entry", "queue", "urgent"), "int", ["parameter-order entry"]),
        ("queue_put", ("queue", "entry", "urgent"), "void", ["stale-return"]),
    ],
)
def test_each_way_of_drifting_is_named(
    function: MakeFunction,
    name: str,
    parameters: tuple[str, ...],
    returns: str,
    expected: list[str],
) -> None:
    assert rules(function(name, *parameters, returns=returns)) == expected


def test_an_update_of_a_comment_that_fits_changes_nothing(function: MakeFunction) -> None:
    symbol = function("queue_put", "queue", "entry", "urgent", returns="int")
    assert merged(symbol, parameters=(("queue", "Other."),), returns="Other.") == COMMENT


def test_an_update_keeps_what_people_wrote_and_adds_what_is_missing(
    function: MakeFunction,
) -> None:
    symbol = function("queue_put", "queue", "timeout", "entry", returns="int")
    result = merged(symbol, parameters=(("timeout", "How long to wait."),))
    assert result == COMMENT.replace(" * @urgent: Put it first.\n", "").replace(
        " * @entry:", " * @timeout: How long to wait.\n * @entry:"
    )
    assert drifted(kernel_doc.check(result, symbol)) == ()


def test_a_renamed_parameter_keeps_its_description(function: MakeFunction) -> None:
    symbol = function("queue_put", "queue", "new_entry", "urgent", returns="int")
    assert " * @new_entry: What to put.\n" in merged(symbol)


@pytest.mark.parametrize(
    ("now", "put"),
    [
        # Two are gone, one took the place of the one that it is spelled like.
        (("queue", "new_entry"), "new_entry"),
        # Two changed their names at once, and their places.
        (("queue", "is_urgent", "new_entry"), "new_entry"),
        (("q", "ent", "urgent_first"), "ent"),
    ],
)
def test_names_that_change_together_keep_what_was_said_of_each(
    function: MakeFunction, now: tuple[str, ...], put: str
) -> None:
    result = merged(function("queue_put", *now, returns="int"))
    assert f" * @{put}: What to put.\n" in result
    assert ("Put it first." in result) == ("urgent" in "".join(now))


def test_where_two_names_are_as_much_like_a_new_one_none_was_renamed(
    function: MakeFunction,
) -> None:
    comment = COMMENT.replace("@entry:", "@entry_a:").replace("@urgent:", "@entry_b:")
    symbol = function("queue_put", "queue", "entry_c", returns="int")
    existing = kernel_doc.parse(comment)
    assert existing is not None
    plan = planned_update(
        existing, DocFields(""), kernel_doc.wanted(symbol), kernel_doc.check(comment, symbol)
    )
    assert plan.renamed == {}


def test_a_new_parameter_does_not_inherit_what_was_said_of_another(function: MakeFunction) -> None:
    symbol = function("queue_put", "queue", "entry", "timeout", returns="int")
    result = merged(symbol, parameters=(("timeout", "How long to wait."),))
    assert "Put it first" not in result


def test_a_function_that_returns_nothing_any_more_loses_its_return_section(
    function: MakeFunction,
) -> None:
    symbol = function("queue_put", "queue", "entry", "urgent")
    assert "Return:" not in merged(symbol)


def test_an_unknown_style_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(UnknownStyleError, match="use kernel-doc"):
        style_named("prose")


def test_details_are_labelled_where_the_names_before_them_are_gone(
    function: MakeFunction,
) -> None:
    symbol = function("queue_put", returns="int")
    assert merged(symbol).split("\n")[:4] == [
        "/**",
        " * queue_put() - Put an entry at the end.",
        " *",
        " * Description: Nobody is woken up.",
    ]
