"""What a function's tree proves about it."""

from __future__ import annotations

from pathlib import PurePath

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
