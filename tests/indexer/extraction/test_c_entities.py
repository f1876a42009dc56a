"""What the index's reader of C finds, and that it agrees with the one that editors use."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_indexer.extraction import c_entities
from glossator_indexer.extraction.outline import OutlineEntity
from glossator_indexer.languages.c import C
from glossator_indexer.parsing import parse
from glossator_indexer.records import EntityKind
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Span, SymbolKind


def entities(text: str) -> tuple[OutlineEntity, ...]:
    return tuple(c_entities.outline_of(text).entities)


def told(text: str) -> list[str]:
    """Return each entity as `kind name first-last`, with `+` behind what stands below a comment."""
    return [
        f"{it.kind.value} {it.name} {it.start_line}-{it.end_line}"
        + ("+" if it.first_line < it.start_line else "")
        for it in entities(text)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("int f(void)\n{\n\treturn 0;\n}\n", ["function f 1-4"]),
        ("static void f(void) { }\nint g(void)\n{\n}\n", ["function f 1-1", "function g 2-4"]),
        ("/** f - do */\nint f(int a);\n", ["prototype f 2-2+"]),
        ("struct a {\n\tint b;\n};\n", ["struct a 1-3"]),
        ("typedef struct {\n\tint b;\n} c_t;\n", ["struct c_t 1-3"]),
        ("typedef unsigned long pfn_t;\n", ["type pfn_t 1-1"]),
        ("enum e { A, B };\n", ["enum e 1-1"]),
        ("#define LIMIT 4\n", ["macro LIMIT 1-1"]),
        ("#define MAX(a, b) \\\n\t((a) > (b))\n", ["macro MAX 1-2"]),
        ("#ifndef A_H\n#define A_H\nint x;\n#endif\n", ["variable x 3-3"]),
        ("#ifndef F\n#define F(x) x\n#endif\n", ["macro F 2-2"]),
        ("static const struct ops o = {\n\t.open = my_open,\n};\n", ["variable o 1-3"]),
        ("static int table[N] __initdata = { 1, 2 };\n", ["variable table 1-1"]),
        ("static unsigned long *pages __read_mostly;\n", ["variable pages 1-1"]),
        ("static DEFINE_MUTEX(lock);\n", ["variable lock 1-1"]),
        ("SYSCALL_DEFINE1(exit, int, code)\n{\n}\n", ["function sys_exit 1-3"]),
        ("EXPORT_SYMBOL(f);\nMODULE_LICENSE(\"GPL\");\nstruct later;\n", []),
        ('static const char *const s = "}";\nint f(void)\n{\n\tputs("}");\n}\n',
         ["variable s 1-1", "function f 2-5"]),
        ("enum e { A, /* } */ B };\nint x;\n", ["enum e 1-1", "variable x 2-2"]),
        ("int f(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\nint x;\n",
         ["function f 1-9", "variable x 10-10"]),
        ("int f(void)\n{\n\tif (a) {\n\nint g(void)\n{\n}\n", ["function f 1-3", "function g 5-7"]),
        ("int f(int a)\r\n{\r\n}\r\n", ["function f 1-3"]),
    ],
)  # fmt: skip
def test_finds_what_a_text_declares(text: str, found: list[str]) -> None:
    assert told(text) == found


def test_a_signature_ends_before_the_body_and_is_folded() -> None:
    (function,) = entities("static int\nadd(int a,\n    int b)\n{\n\treturn a + b;\n}\n")
    assert function.signature == "static int add(int a, int b)"
    assert function.start_line == 1


def test_only_doc_comments_document() -> None:
    documented, plain = entities("/** a() - b */\nint a(void);\n/* see a() */\nint b(void);\n")
    assert (documented.is_documented, plain.is_documented) == (True, False)
    assert plain.first_line == 3


def test_declarations_are_no_definitions() -> None:
    found = entities("int f(void);\nextern int x;\nint y;\nDECLARE_WAIT(z);\n")
    assert [it.is_definition for it in found] == [False, False, True, False]


def test_includes_are_imports() -> None:
    outline = c_entities.outline_of('#include <a/b.h>\n# include "c.h" /* why */\n')
    assert outline.imports == ("a/b.h", "c.h")


@pytest.mark.parametrize(
    ("code", "calls", "types"),
    [
        ("\ta = f(g(1));\n\tif (h (2))\n", ("f", "g"), ()),
        ("\t/* f() */ puts(\"g()\");\n", ("puts",), ()),
        ("\tstruct page *p; pgoff_t at; enum zone z;\n", (), ("page", "zone", "pgoff_t")),
        ("\tINIT_WORK(&w, known);\n", ("INIT_WORK", "known"), ()),
        ("\t.open = my_open,\n\t.mode = S_IRUGO,\n", ("my_open",), ()),
    ],
)  # fmt: skip
def test_references_are_calls_and_types(
    code: str, calls: tuple[str, ...], types: tuple[str, ...]
) -> None:
    references = c_entities.outline_of("int known(void);\n").references
    assert references.between(1, 1, code) == (calls, types)


@pytest.mark.parametrize(
    "text",
    [
        "/* a\nint f(void) {\n" * 3_000,
        'R"(' * 4_000,
        "int f(int a)\n" * 20_000,
        "SYSCALL_DEFINE1(a,\n" * 5_000,
        "f(a) int a;\n" * 10_000,
        "struct s {" + "a " * 5_000 + "{" + "int a, " * 3_000,
        "int f(" + "x" * 20_000 + "){" * 50,
        "".join(f"int name_{at};\n" for at in range(100_000)),
    ],
)
def test_hostile_text_costs_no_more_than_its_time(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(c_entities, "SECONDS_PER_FILE", 0.2)
    outline = c_entities.outline_of(text)
    assert outline.trouble is None or "too long" in outline.trouble


def test_time_that_is_up_keeps_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_entities, "SECONDS_PER_FILE", -1.0)
    outline = c_entities.outline_of("int f(void)\n{\n}\nint odd(\n")
    assert [it.name for it in outline.entities] == ["f"]
    assert outline.trouble is not None
    assert "behind line 4" in outline.trouble


@pytest.mark.kernel
def test_agrees_with_the_symbols_of_the_editor(kernel_tree: Path) -> None:
    for name in ("fs/ext4/ext4.h", "fs/ext4/super.c", "kernel/sched/sched.h", "lib/crc32.c"):
        text = (kernel_tree / name).read_bytes().decode("utf-8", "replace")
        theirs = [
            (
                it.name,
                "type" if it.kind is SymbolKind.TYPEDEF else it.kind.value,
                *_lines(text, it.extent),
            )
            for it in all_symbols(parse(text, C))
        ]
        ours = [
            (it.name, it.kind.value, it.start_line, it.end_line)
            for it in entities(text)
            if not _only_the_index_has(it)
        ]
        assert ours == theirs, name


def _lines(text: str, extent: Span) -> tuple[int, int]:
    first = text.count("\n", 0, extent.start) + 1
    return first, first + text[extent.start : extent.end].rstrip().count("\n")


def _only_the_index_has(entity: OutlineEntity) -> bool:
    is_constant = entity.kind is EntityKind.MACRO and "(" not in entity.signature
    return is_constant or entity.kind is EntityKind.VARIABLE
