"""What docs/how-to/add-a-language.md says is enough: one declaration makes a language readable."""

from __future__ import annotations

import re
from pathlib import Path

from glossator_indexer.extraction.tree_entities import outline_in
from glossator_indexer.languages import TREE_LANGUAGES
from glossator_indexer.languages.tree_language import OTHER_CAPTURES, TreeLanguage
from glossator_indexer.records import EntityKind

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-language.md"

# C as its grammar alone sees it stands for a language that nobody has declared yet.
PLAIN_C = TreeLanguage(
    id="plain-c",
    grammars=("c",),
    suffixes=frozenset({".plain"}),
    lsp_ids=frozenset(),
    query="""
        (function_definition declarator: (_) @declarator) @function
        (declaration declarator: (function_declarator) @declarator) @prototype
        (struct_specifier name: (_) @name body: (_)) @struct
        (preproc_def name: (_) @name) @macro
        (comment) @comment
        (call_expression function: (identifier) @call)
        (type_identifier) @use
        (preproc_include path: (_) @import)
    """,
    separator="::",
    doc_comment=re.compile(r"/\*\*"),
)

SOURCE = """\
#include <stdio.h>
#define LIMIT 3
/** What has a name. */
struct named { const char *name; };

/* Not documentation. */
static int *twice(struct named *it, size_t n)
{
    return apply(it, n);
}
int declared(void);
"""


def test_one_declaration_makes_a_language_readable() -> None:
    outline = outline_in(SOURCE, PLAIN_C)
    assert [
        (it.kind, it.name, it.first_line, it.start_line, it.end_line) for it in outline.entities
    ] == [
        (EntityKind.MACRO, "LIMIT", 2, 2, 2),
        (EntityKind.STRUCT, "named", 3, 4, 4),
        (EntityKind.FUNCTION, "twice", 6, 7, 10),
        (EntityKind.PROTOTYPE, "declared", 11, 11, 11),
    ]
    assert [it.is_documented for it in outline.entities] == [False, True, False, False]
    assert [it.is_definition for it in outline.entities] == [True, True, True, False]
    assert outline.entities[2].signature == "static int *twice(struct named *it, size_t n)"
    assert outline.imports == ("stdio.h",)
    assert outline.references.between(7, 10, "") == (("apply",), ("named",))


def test_the_page_explains_every_capture() -> None:
    page = PAGE.read_text("utf-8")
    explained = set(re.findall(r"@(\w+)", page))
    not_found_by_a_name = {EntityKind.FILE.value}
    assert explained == OTHER_CAPTURES | {it.value for it in EntityKind} - not_found_by_a_name


def test_every_language_is_declared_in_a_file_of_its_own() -> None:
    folder = Path(__file__).parents[3] / "indexer" / "glossator_indexer" / "languages"
    for language in TREE_LANGUAGES:
        assert f'id="{language.id}"' in (folder / f"{language.id}.py").read_text("utf-8")
