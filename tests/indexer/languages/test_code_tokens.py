"""Two texts have equal code tokens only where their code is equal."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from glossator_indexer.languages.c_lexer import code_tokens

SAME = [
    ("int a;", "int/* c */a; // d"),
    ("int a;", "int\n\ta\r\n;"),
    ("int a;", "/** doc\n * more */\nint a;"),
    ("in\\\nt a;", "int a;"),
    ("#define A 1\nint b;", "#define A /* c\n d */ 1 // e\nint b;"),
    ("#define A 1", "#define A 1\n"),
    ("#include <a//b.h>\n", "#include  <a//b.h> // c\n"),
    ("# if X\n", "#if X\n"),
    ("// a \\\n b\nint c;", "int c;"),
    ("// a \\ \n b\nint c;", "int c;"),
]
OTHER = [
    ("int a;", "int b;"),
    ("int a;", "inta;"),
    ("a - -b", "a--b"),
    ("a + ++b", "a++ + b"),
    ('"/* a */"', '"/* b */"'),
    ('"a" "b"', '"ab"'),
    ("'a'", "'b'"),
    ("'\"'", '"\'"'),
    ("#define A 1\nint b;", "#define A 1 int b;"),
    ("#define A(x)\n", "#define A (x)\n"),
    ("#define A(x)\n", "#define A/**/(x)\n"),
    ("#include <a.h>\n", "#include <b.h>\n"),
    ("#include <a b.h>\n", "#include <ab.h>\n"),
    ("int a; /* int b; */", "int a; int b;"),
    ("int a; // \\\nint b;", "int a; //\nint b;"),
    ("/* open", ""),
    ("/* open", "int a;"),
    ('"open\nint a;', '"open int a;'),
    ("a /* */ b", "ab"),
    ("x = 0x1e+5;", "x = 0x1e + 5;"),
    ("1.2.3", "1.2 .3"),
    ("\U0001f600a", "\U0001f600 a"),
    ("a$b", "a $b"),
    ("#", "##"),
    ('R"x(/* a */)x"', 'R"x(/* b */)x"'),
    ('R"(a\\\nb)"', 'R"(ab)"'),
    ("#if 1\n#endif\n", "#if 1 #endif\n"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_comments_and_white_space_are_no_code(left: str, right: str) -> None:
    assert code_tokens(left) == code_tokens(right)


@pytest.mark.parametrize(("left", "right"), OTHER)
def test_other_code_has_other_tokens(left: str, right: str) -> None:
    assert code_tokens(left) != code_tokens(right)


@pytest.mark.parametrize(
    "text", ["", '"', "'", "\\", "/*", "//", "#", "#define", '"\\', "L'\\", 'R"(']
)
def test_unfinished_text_hides_no_code_before_it(text: str) -> None:
    assert code_tokens(f"int a;\n{text}")[:3] == ["int", "a", ";"]
    assert code_tokens(f"int a;\n{text}") != code_tokens(f"int b;\n{text}")


@pytest.mark.kernel
def test_a_comment_on_a_line_of_its_own_changes_no_token_of_a_kernel_file(
    kernel_tree: Path,
) -> None:
    dice = random.Random(3)
    for path in dice.sample(sorted((kernel_tree / "lib").glob("*.c")), 40):
        text = path.read_bytes().decode("utf-8", "replace")
        tokens = code_tokens(text)
        at = text.index("\n#include") + 1
        assert code_tokens(f"{text[:at]}/**\n * doc\n */\n{text[at:]}") == tokens
        name = dice.choice([it for it in tokens if len(it) > 2 and it.isidentifier()])
        assert code_tokens(text.replace(name, f"{name}x")) != tokens
