"""What callers do with the result of a C function."""

from __future__ import annotations

import pytest

from glossator_indexer.facts import facts_of, with_uses
from glossator_indexer.languages.c import C
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import ResultUse


def uses(declaration: str, *statements: str, elsewhere: tuple[str, ...] = ()) -> dict[str, int]:
    callers = (f"int c{at}(void)\n{{\n\t{it}\n}}\n" for at, it in enumerate(statements))
    source = parse("\n".join((f"{declaration}\n{{\n\treturn 0;\n}}\n", *callers)), C)
    (symbol,) = find_symbols(source, "f")
    found = with_uses(facts_of(source, symbol), source, symbol, elsewhere).uses
    return {it.name: count for it, count in found}


@pytest.mark.parametrize(
    ("statement", "use"),
    [
        ("f(1);", ResultUse.IGNORED),
        ("(void)f(1);", ResultUse.IGNORED),
        ("return f(1);", ResultUse.PASSED_ON),
        ("if (f(1) < 0) return 1;", ResultUse.NEGATIVE),
        ("if (unlikely(f(1) < 0)) return 1;", ResultUse.NEGATIVE),
        ("int e = f(1);\n\n\tif (e < 0)\n\t\treturn e;", ResultUse.NEGATIVE),
        ("int e;\n\te = f(1);\n\tif (unlikely(e < 0))\n\t\treturn e;", ResultUse.NEGATIVE),
        ("if ((e = f(1)) < 0)\n\t\treturn e;", ResultUse.NEGATIVE),
        ("e = f(1);\n\tif (e)\n\t\tgoto out;", ResultUse.TRUTH),
        ("if (!f(1)) return 2;", ResultUse.TRUTH),
        ("if (f(1)) return 2;", ResultUse.TRUTH),
        ("while (f(1) != 0) go();", ResultUse.TRUTH),
        ("if (a && f(1) && b) return 2;", None),
        ("g(f(1));", None),
        ("e = f(1);\n\te = 3;\n\tif (e < 0)\n\t\treturn e;", None),
        ("e = f(1);\n\tif (e->other)\n\t\treturn 1;", None),
        ("x = ff(1);", None),
    ],
)
def test_each_caller_does_one_thing(statement: str, use: ResultUse | None) -> None:
    assert uses("int f(int a)", statement) == ({} if use is None else {use.name: 1})


@pytest.mark.parametrize(
    ("statement", "use"),
    [
        ("p = f(1);\n\tif (IS_ERR(p))\n\t\treturn PTR_ERR(p);", ResultUse.ERROR_POINTER),
        ("if (IS_ERR_OR_NULL(f(1))) return 1;", ResultUse.ERROR_POINTER),
        ("p = f(1);\n\tif (!p)\n\t\treturn 1;", ResultUse.NO_POINTER),
        ("struct a *p = f(1);\n\tif (p == NULL)\n\t\treturn 1;", ResultUse.NO_POINTER),
        ("if (f(1) == NULL) return 1;", ResultUse.NO_POINTER),
    ],
)
def test_a_pointer_is_tested_in_other_ways(statement: str, use: ResultUse) -> None:
    assert uses("struct a *f(int a)", statement) == {use.name: 1}


def test_callers_of_other_files_count_too_and_the_most_frequent_use_is_first() -> None:
    elsewhere = ("int far(void)\n{\n\tif (f(2) < 0)\n\t\treturn 1;\n}\n",) * 2
    found = uses("int f(int a)", "f(1);", elsewhere=elsewhere)
    assert list(found.items()) == [("NEGATIVE", 2), ("IGNORED", 1)]


def test_nobody_uses_what_returns_nothing() -> None:
    assert uses("void f(int a)", "f(1);") == {}


def test_a_call_of_itself_is_no_callers() -> None:
    source = parse("int f(int a)\n{\n\treturn f(a - 1);\n}\n", C)
    (symbol,) = find_symbols(source, "f")
    assert with_uses(facts_of(source, symbol), source, symbol, ()).uses == ()
