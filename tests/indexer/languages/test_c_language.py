"""C as a language: how it is recognised, what its mask hides, how a user teaches it macros."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from glossator_indexer.languages import Language, language_for_id, language_for_path
from glossator_indexer.languages.c import C, c_language
from glossator_indexer.languages.c_macros import Definer, DefinerLayout
from glossator_indexer.parsing import parse, syntax_problems
from glossator_indexer.symbols import all_symbols


@pytest.mark.parametrize(
    ("name", "language"), [("a.c", C), ("b.H", C), ("c.pas", None), ("c", None)]
)
def test_files_are_recognised_by_their_suffix(name: str, language: Language | None) -> None:
    assert language_for_path(PurePath(name)) is language


def test_editors_name_languages_by_id() -> None:
    assert language_for_id("c") is C
    assert language_for_id("pascal") is None


@pytest.mark.parametrize(
    "text",
    [
        "static int __init f(void) __releases(lock) { return 0; }",
        "SYSCALL_DEFINE3(open, const char __user *, filename, int, flags, umode_t, mode)\n{\n}",
        "SYSCALL_DEFINE0(getpid)\n{\n}",
        "void f(void) { list_for_each_entry(a, b, c) { g(); } for_each_cpu(a) h(); }",
        "int f(void) { return container_of(a, struct foo, b) + max_t(unsigned int, 1, 2); }",
        "struct s { DECLARE_BITMAP(a, 3); struct_group(g, int a; int b;); u32 : 3; };",
        "int f(void) { static DEFINE_RATELIMIT_STATE(rs, 5 * HZ, 10); return 0; }",
        "int f(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n\treturn 0;\n}",
        "API_EXPORT int INIT caf\u00e9(char *\U0001f600\u00a0) { return 0; }",
    ],
)
def test_the_grammar_reads_what_macros_make_of_c(text: str) -> None:
    assert syntax_problems(parse(text, C)) == ()
    for _, piece in C.outline(text, 0):
        for reading in C.readings(piece):
            assert len(reading) == len(piece.text)
            assert reading.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "int f(void) { return 1 + ; }",
        "int f(void) { foo(1) return 2; }",
        "int f(void) { if (a { } }",
        "int f(int a, ) { }",
        "struct s { int a int b; };",
    ],
)
def test_the_mask_hides_no_mistake(text: str) -> None:
    assert syntax_problems(parse(text, C))


def test_a_user_adds_macros_of_their_own() -> None:
    text = "MY_TASK(blink, uint32_t period)\n{\n}\n"
    mine = c_language(
        C.macros.extended(
            annotations=("my_isr",),
            definers=(Definer("MY_TASK", DefinerLayout.NAME_THEN_PARAMETERS, "task_", "void"),),
        )
    )
    (symbol,) = all_symbols(parse(text, mine))
    assert (symbol.name, symbol.return_type) == ("task_blink", "void")
    assert [(it.name, it.type) for it in symbol.parameters] == [("period", "uint32_t")]
    assert not symbol.has_syntax_errors
    assert syntax_problems(parse("void my_isr handler(void) { }", mine)) == ()
    assert syntax_problems(parse("void my_isr handler(void) { }", C))
