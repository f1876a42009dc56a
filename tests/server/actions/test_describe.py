"""What a hover says of a symbol."""

from __future__ import annotations

import pytest

from glossator_server.actions.describe import Description, describe
from tests.server.actions.checks import marked

SOURCE = """\
int stack_pu<|>sh(struct stack *stack,
\t       int item)
{
\tif (stack->used == 16)
\t\treturn -ENOSPC;
\tgrow(stack);
\treturn 0;
}
"""
DRIFTED = "/**\n * stack_push() - Push.\n * @thing: What.\n *\n * Return: 0.\n */\n"


def described(source: str) -> Description | None:
    snapshot, place = marked(source)
    return describe(snapshot, place.start)


def test_a_hover_says_what_the_tree_knows() -> None:
    found = described(SOURCE)
    assert found is not None
    assert found.markdown == (
        "```c\nint stack_push(struct stack *stack, int item)\n```\n\n"
        "- function `stack_push`\n- returns `int`\n- fails with `-ENOSPC` if `stack->used == 16`\n"
        "- calls `grow`\n- no doc comment"
    )
    assert "`" not in found.plain
    assert found.actions == ("Document `stack_push`",)


def test_a_hover_says_what_callers_have_to_know() -> None:
    found = described(
        "char *no<|>te(struct box *box)\n{\n\tlockdep_assert_held(&box->lock);\n"
        "\tmutex_lock(&box->m);\n\tmutex_unlock(&box->m);\n\tget_device(&box->dev);\n"
        "\treturn kstrdup(box->name, GFP_KERNEL);\n}\n"
    )
    assert found is not None
    assert found.markdown.split("\n\n- ")[1].split("\n- ")[2:7] == [
        "may sleep, in `mutex_lock`",
        "needs `box->lock`",
        "takes `box->m`",
        "takes a reference to `box`",
        "its value is the caller's to free (`kstrdup`)",
    ]


def test_a_hover_names_what_has_drifted() -> None:
    found = described(DRIFTED + SOURCE)
    assert found is not None
    assert "its comment has drifted: " in found.markdown
    assert "thing" in found.plain
    assert found.actions == ("Update the comment of `stack_push`",)


@pytest.mark.parametrize(
    "source", ["<|>", "\n<|>\nint add(int a);\n", "int x<|>;\n", "int f(void)\n{\n\tg<|>();\n}\n"]
)
def test_there_is_no_hover_away_from_declarations(source: str) -> None:
    assert described(source) is None


def test_many_callees_are_counted_instead_of_listed() -> None:
    calls = "".join(f"\tcall_{number}();\n" for number in range(20))
    found = described(f"void a<|>ll(void)\n{{\n{calls}}}\n")
    assert found is not None
    assert "`call_7` and 12 more" in found.markdown
    assert "call_8" not in found.markdown


def test_backticks_in_code_do_not_end_the_code_block() -> None:
    found = described('int f<|>(void) __attribute__((section("```")));\n')
    assert found is not None
    assert found.markdown.startswith("````c\n")
    assert found.markdown.count("````") == 2


def test_the_span_is_the_name() -> None:
    snapshot, place = marked(SOURCE)
    found = describe(snapshot, place.start)
    assert found is not None
    assert snapshot.text[found.span.start : found.span.end] == "stack_push"
