"""What tools would take for a fix and is none: holes, silence, deleted code."""

from __future__ import annotations

import pytest

from glossator_server.reflection.guards import objection
from glossator_server.verify.problems import Gravity, Problem, Stage
from tests.server.reflection.marks import source_of

TEXT = """#include <stdio.h>

static int scale(int value, int factor)
{
\tint result = 0;

\tif (value < 0)
\t\treturn -1;
\tfor (int i = 0; i < factor; i++)
\t\tresult += value;
\treturn result;
}

int main(void)
{
\tprintf("%d\\n", scale(2, 3));
\treturn 0;
}
"""
ERROR = Problem(Stage.COMPILE, "gcc", Gravity.ERROR, "", "'x' undeclared")


def against(before: str, after: str, target: Problem = ERROR) -> str | None:
    assert before in TEXT
    return objection(source_of(TEXT), source_of(TEXT.replace(before, after)), [target])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("value < 0", "value <= 0"),
        ("\tif (value < 0)\n\t\treturn -1;\n", ""),
        ("return -1", "return 0"),
        ("#include <stdio.h>", "#include <stdio.h>\n#include <stdlib.h>"),
        ("int result = 0;", "/* the sum so far */\n\tint result = 0;"),
    ],
)
def test_an_honest_change_has_nothing_against_it(before: str, after: str) -> None:
    assert against(before, after) is None


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("int result = 0;\n\t/* ... existing code ... */", "placeholder"),
        ("int result = 0;\n\t// rest of the function unchanged", "placeholder"),
        ("int result = 0;\n\t// TODO: implement", "placeholder"),
        ("int result = 0;\n\t...", "placeholder"),
        ('int result = 0;\n#pragma GCC diagnostic ignored "-Wall"', "silences"),
        ("int result = 0; // NOLINT", "silences"),
    ],
)
def test_holes_and_silence_are_no_fix(after: str, words: str) -> None:
    assert words in str(against("int result = 0;", after))


def test_what_stood_there_before_is_nobodys_fault() -> None:
    before = TEXT.replace("int result = 0;", "int result = 0; // TODO: overflow")
    after = before.replace("value < 0", "value <= 0")
    assert objection(source_of(before), source_of(after), [ERROR]) is None


def test_a_model_that_has_lost_the_thread_mends_nothing() -> None:
    assert "repeats itself" in str(against("return -1;", "return -1; return -1; return -1;"))
    assert against("return -1;", "return -1; /* no more */") is None
    twice = "int result = 0;\n\tfactor += value;\n\tfactor += value;"
    assert against("int result = 0;", twice) is None


def test_deleting_a_function_is_no_fix() -> None:
    start, end = TEXT.index("static int scale"), TEXT.index("int main")
    after = TEXT[:start] + TEXT[end:]
    assert "deletes scale" in str(objection(source_of(TEXT), source_of(after), [ERROR]))


def test_a_function_that_two_configurations_define_is_not_taken_for_the_other() -> None:
    short = "static int scale(int value, int factor)\n{\n\treturn value;\n}\n"
    before = TEXT.replace("static int", "#ifdef A\nstatic int", 1)
    before = before.replace("}\n\nint main", f"}}\n#else\n{short}#endif\n\nint main")
    after = before.replace("value < 0", "value <= 0").replace("return value;", "return value * 2;")
    assert objection(source_of(before), source_of(after), [ERROR]) is None
    start, end = before.index("\tint result"), before.index("}\n#else")
    emptied = before[:start] + "\treturn 0;\n" + before[end:]
    assert "deletes most of scale" in str(objection(source_of(before), source_of(emptied), [ERROR]))


def test_emptying_a_function_is_no_fix() -> None:
    start, end = TEXT.index("\tint result"), TEXT.index("}\n\nint main")
    after = TEXT[:start] + "\treturn 0;\n" + TEXT[end:]
    assert "deletes most of scale" in str(objection(source_of(TEXT), source_of(after), [ERROR]))


def test_what_is_not_used_may_go() -> None:
    start, end = TEXT.index("static int scale"), TEXT.index("int main")
    after = TEXT[:start] + TEXT[end:]
    unused = Problem(Stage.COMPILE, "gcc", Gravity.WARNING, "-Wunused-function", "defined")
    assert objection(source_of(TEXT), source_of(after), [unused]) is None
