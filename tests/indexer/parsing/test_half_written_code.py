"""Code that somebody is typing must not hide the functions around it."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path, PurePath

import pytest

from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import ParsedSource, parse, reparse
from glossator_indexer.symbols import all_symbols, find_symbols
from glossator_indexer.types import Span, SymbolKind, TextChange

C = language_for_path(PurePath("x.c"))

AROUND = """\
int before(int a)
{{
	return a;
}}

{middle}

/** after() - stays */
static int after(int b)
{{
	if (b) {{
		return 1;
	}}
	return 0;
}}

int last(void) {{ return 2; }}
"""


@pytest.mark.parametrize(
    "middle",
    [
        "int typing(int a)\n{\n\tif (a) {\n\t\treturn 1;\n\treturn 0;\n}",
        "int typing(int a)\n{\n\tif (a) {\n\t\treturn 1;\n",
        "int typing(int a)\n{\n\twhile (a)\n\t}\n\treturn 0;\n}",
        "int typing(int a)\n\treturn 0;\n}",
        "int typing(int a, struct",
        "int typing(",
        "int typing(int a\n{\n\treturn 0;\n}",
        'int typing(int a)\n{\n\tprintk("open string);\n\treturn 0;\n}',
        "int typing(int a)\n{\n\tint c = 'x;\n}",
        "int typing(int a)\n{\n#ifdef X\n\treturn 0;\n}",
        "#ifdef X\nint typing(int a)\n{\n\treturn 0;\n}",
        "#endif\nint typing(void) { }",
        "struct typing {\n\tint a;",
        "struct typing {\n\tint a;\n}",
        "enum typing { A, B",
        "static const struct ops typing = {\n\t.a = 1,",
        "int typing = ",
        "typedef struct {",
        "typing",
        "static inline",
        "/** typing",
        "/*",
        "#define TYPING(a, b",
        "EXPORT_SYMBOL(typing",
        "}",
        ")",
        'extern "C" {',
        "for (;;) {\n\tx();\n}",
    ],
)
def test_half_written_code_hides_no_other_function(middle: str) -> None:
    assert C is not None
    source = parse(AROUND.format(middle=middle), C)
    for name in ("before", "after", "last"):
        assert [it.kind for it in find_symbols(source, name)] == [SymbolKind.FUNCTION], name
    (after,) = find_symbols(source, "after")
    assert source.text[after.extent.end - 16 : after.extent.end].endswith("return 0;\n}")


def test_a_function_that_is_broken_says_so_and_its_neighbours_do_not() -> None:
    assert C is not None
    source = parse(AROUND.format(middle="int typing(int a)\n{\n\tif (a) {\n\treturn 0;\n}"), C)
    flags = {it.name: it.has_syntax_errors for it in all_symbols(source)}
    assert flags == {"before": False, "typing": True, "after": False, "last": False}


@pytest.mark.kernel
def test_deleting_any_character_of_a_kernel_file_loses_no_other_function(
    kernel_tree: Path,
) -> None:
    assert C is not None
    dice = random.Random(20)
    files = sorted((kernel_tree / "lib").glob("*.c"))
    tried = lost = 0
    for path in dice.sample(files, 30):
        source = parse(path.read_bytes().decode("utf-8", "replace"), C)
        before = _functions(source)
        for _ in range(10):
            at = source.text.find(dice.choice("{}()\"';#/x"), dice.randrange(len(source.text)))
            if at < 0:
                continue
            tried += 1
            edited = reparse(source, [TextChange(Span(at, at + 1), "")])
            others = Counter(name for name, span in before if not span.start - 1 <= at <= span.end)
            lost += sum((others - Counter(name for name, _ in _functions(edited))).values())
    # What may be lost is the one function below a doc comment whose delimiter went.
    assert tried > 200
    assert lost <= tried * 0.02


def _functions(source: ParsedSource) -> list[tuple[str, Span]]:
    return [(it.name, it.extent) for it in all_symbols(source) if it.kind is SymbolKind.FUNCTION]
