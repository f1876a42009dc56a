"""What code says of itself, where a model's words cannot be trusted."""

from __future__ import annotations

import pytest

from glossator_server.actions.questions import Piece
from glossator_server.actions.small_answers import (
    best_line,
    first_sentence,
    head,
    quotation,
    symbols_of,
)
from glossator_server.actions.support import content_words


def piece_of(text: str, path: str = "a.c") -> Piece:
    return Piece(path, 1, tuple(text.split("\n")), "f")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/* Open it. Then more. */\nint f(void);", "Open it."),
        ("/**\n * f() - open it\n * @a: one\n */\nint f(int a);", "open it"),
        ("/**\n * struct f - What is open.\n */\nstruct f {", "What is open."),
        ("/**\n * @brief Open it.\n *\n * More.\n */\nint f(void);", "Open it."),
        ("// Open it\n// at once.\nint f(void);", "Open it at once."),
        ("/// Open it.\nfn f() {}", "Open it."),
        ("# Open it.\ndef f(): ...", "Open it."),
        ('def f():\n    """Open it.\n\n    More.\n    """\n    return 1', "Open it."),
        ("def f():\n    '''Open\n    it'''\n", "Open it"),
        ('def f():\n    r"""Open it."""', "Open it."),
        ("#include <stdio.h>\nint f(void);", ""),
        ("int f(int *a,\n      int b)\n{\n\t*a = b;\n}", ""),
        ("def f(\n    *args,\n    **options,\n):\n    return 1", ""),
        ("int f(void)\n{\n\t/* Inside. */\n}", ""),
        ("#endif\n// Open it.\nint f(void);", "Open it."),
        ("#endif\nint f(void)\n{\n#if A\n\t// no\n}", ""),
        ("def f(\n    a,  # one\n):\n    '''Open it.'''", "Open it."),
        (f"// {'word ' * 100}\nint f(void);", f"{'word ' * 47}word …"),
        ("", ""),
    ],
)
def test_the_first_sentence_of_a_comment(text: str, sentence: str) -> None:
    assert first_sentence(piece_of(text)) == sentence


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/* Open it. */\nint f(void) {\n", "int f(void)"),
        ("@cached\ndef f(a):\n    pass", "def f(a):"),
        ("# only\n", "# only"),
        ("", ""),
    ],
)
def test_the_line_that_code_begins_with(text: str, line: str) -> None:
    assert head(piece_of(text)) == line


def test_the_line_with_most_of_the_questions_words_that_is_not_said_already() -> None:
    piece = piece_of("/* Open a socket for the host. */\nint f(void)\n{\n\topen(host, timeout);\n}")
    words = content_words("Which timeout does the open of the host have?")
    assert best_line(piece, words, "Open a socket for the host.") == 3
    assert best_line(piece, content_words("open socket"), first_sentence(piece)) is None
    assert best_line(piece, content_words("nothing of that"), "") is None


def test_tests_are_quoted_last() -> None:
    test = Piece("test_a.py", 1, ("def test_f(): ...",), "test_f", trust="test")
    ours = Piece("a.py", 1, ("def f(): ...",), "f")
    said = quotation([test, ours], "f?", str)
    assert [it.path for it in said.citations] == ["a.py", "test_a.py"]
    assert said.markdown.index("`f`") < said.markdown.index("`test_f`")


def test_hostile_code_is_quoted_as_text() -> None:
    piece = piece_of("/* ![x](http://evil.example) <b>. */\nint f(void);")
    said = quotation([piece], "f?", str).markdown
    assert "`![x](http://evil.example`" in said
    assert "\\<b\\>" in said


def test_the_symbols_of_code_in_order() -> None:
    text = "/* One. */\nint a(void)\n{\n}\n\nint b(void)\n{\n}"
    found = symbols_of(Piece("a.c", 10, tuple(text.split("\n"))))
    assert [(it.symbol, it.start_line, it.end_line) for it in found] == [
        ("a", 10, 13),
        ("b", 15, 17),
    ]
    plain = Piece("a.txt", 1, ("words",))
    assert symbols_of(plain) == [plain]
