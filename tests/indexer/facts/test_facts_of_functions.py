"""What a function's tree proves about it."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from glossator_indexer.facts import facts_of
from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Facts

C = language_for_path(PurePath("x.c"))


def facts(text: str) -> Facts:
    assert C is not None
    source = parse(text, C)
    return facts_of(source, all_symbols(source)[-1])


def test_error_codes_are_those_that_are_returned() -> None:
    found = facts(
        "int f(int a)\n{\n\tint ret = -EIO, other;\n\tif (!a)\n\t\treturn -EINVAL;\n"
        "\tother = -EPERM;\n\tret = g(a);\n\tif (ret) {\n\t\tret = -ENOMEM;\n\t\tgoto out;\n\t}\n"
        "\treturn a ? -EAGAIN : 0;\nout:\n\treturn ret;\n}\n"
    )
    assert found.error_codes == ("-EIO", "-EINVAL", "-ENOMEM", "-EAGAIN")
    assert found.callees == ("g",)
    assert found.returns_value


def test_error_pointers_count() -> None:
    found = facts("void *f(void) { if (x()) return ERR_PTR(-ENODEV); return NULL; }")
    assert found.error_codes == ("-ENODEV",)


def test_callees_are_listed_once_in_order_and_loop_macros_are_none() -> None:
    found = facts(
        "void f(void)\n{\n\tb();\n\ta(c(1));\n\tb();\n\tlist_for_each_entry(x, y, z)\n\t\td();\n}\n"
    )
    assert found.callees == ("b", "a", "c", "d")
    assert not found.returns_value
    assert found.error_codes == ()


def test_nothing_is_proved_of_a_prototype() -> None:
    assert facts("int f(int a);") == Facts()


def test_facts_are_of_the_function_alone() -> None:
    text = "int f(void) { return -EIO; }\nint g(void) { return h(); }\n"
    assert facts(text) == Facts((), ("h",), returns_value=True)


BUSY = """\
int f(struct a *a, struct b *b)
{
\tlockdep_assert_held(&a->lock);
\tspin_lock_irqsave(&b->lock, flags);
\tmutex_lock(&a->m);
\tx = kmalloc(4, GFP_ATOMIC);
\tkfree(b);
\tkfree(x);
\tmutex_unlock(&a->m);
\treturn 0;
}
"""
FAILING = """\
int f(int a)
{
\tif (!a)
\t\treturn -EINVAL;
\tif (a > 9) {
\t\tclean();
\t\treturn -E2BIG;
\t}
\tif (a > 3)
\t\ta--;
\telse
\t\treturn -EIO;
\treturn -EPERM;
}
"""


def test_what_calls_do_to_locks_and_memory_is_told() -> None:
    found = facts(BUSY)
    assert found.locks_held == ("a->lock",)
    assert found.locks_taken == ("b->lock", "a->m")
    assert found.locks_left == ("b->lock",)
    assert found.sleeps == "mutex_lock"
    assert found.frees == ("b",)


def test_an_atomic_allocation_does_not_sleep() -> None:
    assert facts("int f(void) { return !kmalloc(4, GFP_ATOMIC); }").sleeps is None
    assert facts("int f(void) { return !kzalloc(4, GFP_KERNEL); }").sleeps == "kzalloc"


def test_when_an_error_is_returned_is_told_where_one_condition_decides() -> None:
    found = facts(FAILING)
    assert found.error_codes == ("-EINVAL", "-E2BIG", "-EIO", "-EPERM")
    assert found.conditions == (("-EINVAL", "!a"), ("-E2BIG", "a > 9"))


def test_a_condition_is_told_only_where_it_alone_decides() -> None:
    found = facts(
        "int f(int a)\n{\n\tint ret;\n\tif (a > 1) {\n\t\tret = -EIO;\n\t\tgoto out;\n\t}\n"
        "\tif (a) {\n\t\tif (b)\n\t\t\treturn -EPERM;\n\t}\n"
        "\tif (a == 2)\n\t\treturn -EAGAIN;\n\tif (a == 3)\n\t\treturn -EAGAIN;\n"
        "\tif (a == 4)\n\t\treturn -EBUSY;\n\treturn -EBUSY;\nout:\n\treturn ret;\n}\n"
    )
    assert found.conditions == (("-EIO", "a > 1"), ("-EAGAIN", "a == 2 or a == 3"))


MAKING = """\
struct box *f(struct owner *owner)
{
\tstruct box *box = (struct box *)kzalloc(sizeof(*box), GFP_KERNEL);

\tif (!box)
\t\treturn NULL;
%s
\treturn box;
}
"""


@pytest.mark.parametrize(
    ("statement", "allocates"),
    [
        ("\tmemset(box, 0, 4);", "kzalloc"),
        ("\tbox->owner = owner;", "kzalloc"),
        # Somebody else has it too.
        ("\towner->box = box;", None),
        ("\tlist_add(&box->list, &owner->boxes);", None),
        ("\tregister_box(box);", None),
    ],
)
def test_what_a_function_makes_and_keeps_to_nobody_is_its_callers(
    statement: str, allocates: str | None
) -> None:
    assert facts(MAKING % statement).allocates == allocates


def test_a_call_that_makes_is_returned_at_once() -> None:
    assert facts("char *f(char *s) { return kstrdup(s, GFP_KERNEL); }").allocates == "kstrdup"
    assert facts("int f(char *s) { return kstrdup(s, GFP_KERNEL) != 0; }").allocates is None


def test_references_and_what_is_freed_on_some_ways_only_are_told() -> None:
    found = facts(
        "void f(struct a *a, struct b *b, struct c *c, struct d *d)\n{\n\tget_device(&a->dev);\n"
        "\tkref_get(&b->ref);\n\tkref_put(&b->ref, go);\n\tkfree(c);\n\tif (a)\n\t\tkfree(d);\n}\n"
    )
    assert found.referenced == ("a",)
    assert found.frees == ("c", "d")
    assert found.frees_sometimes == ("d",)
