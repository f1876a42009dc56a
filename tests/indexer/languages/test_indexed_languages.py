"""How a file's language is told, and what every language must declare."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from glossator_indexer.languages import (
    LANGUAGES,
    TREE_LANGUAGES,
    TreeLanguage,
    indexed_language,
    language_for_path,
    language_of_shebang,
    language_of_text,
    tree_language,
)
from glossator_indexer.languages.c import C
from glossator_indexer.languages.cpp_mask import masked
from glossator_indexer.languages.tree_language import OTHER_CAPTURES
from glossator_indexer.parsing import capture_names
from glossator_indexer.records import EntityKind


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("mm/page_alloc.c", "c"),
        ("include/linux/mm.h", "c"),
        ("a/b.cc", "cpp"),
        ("a/b.HPP", "cpp"),
        ("a/b.C", "cpp"),
        ("tool.py", "python"),
        ("types.pyi", "python"),
        ("view.jsx", "javascript"),
        ("index.mjs", "javascript"),
        ("view.tsx", "typescript"),
        ("types.d.ts", "typescript"),
        ("main.go", "go"),
        ("lib.rs", "rust"),
        ("Shape.java", "java"),
        ("README.md", None),
        ("Makefile", None),
        (".py", None),
    ],
)
def test_a_name_tells_the_language(path: str, language: str | None) -> None:
    assert indexed_language(path) == language


@pytest.mark.parametrize(
    ("head", "language"),
    [
        (b"#!/usr/bin/python3\nimport os\n", "python"),
        (b"#!/usr/bin/env python\n", "python"),
        (b"#! /usr/bin/env -S python3.11 -u\n", "python"),
        (b"#!/usr/bin/env PYTHONPATH=x python3\n", "python"),
        (b"#!/usr/bin/env node\n", "javascript"),
        (b"#!/usr/bin/env -S deno run\n", "typescript"),
        (b"#!/bin/sh\n", None),
        (b"#!/usr/bin/env\n", None),
        (b"#!", None),
        (b"import os\n#!/usr/bin/python3\n", None),
        (b"\x7fELF\x02", None),
        (b"", None),
    ],
)
def test_the_first_line_of_a_script_tells_the_language(head: bytes, language: str | None) -> None:
    assert language_of_shebang(head) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("#pragma once\nnamespace x {\nint f();\n}\n", "cpp"),
        ("template <typename T>\nT f(T t);\n", "cpp"),
        ("class Shape {\n public:\n  int x;\n};\n", "cpp"),
        ("class Shape final : public Base {\n};\n", "cpp"),
        ("#include <vector>\nint f(void);\n", "cpp"),
        ("using size = unsigned;\n", "cpp"),
        ("struct class { int x; };\nint f(struct class *class);\n", "c"),
        (
            "#ifdef __cplusplus\nnamespace x {\n#endif\nint f();\n#if defined(__cplusplus)\n}\n",
            "c",
        ),
        ("/*\n * class of things\n * using this\n *\n * template < of\n */\nint f(void);\n", "c"),
        ("extern int namespace;\nint template(int class);\n", "c"),
        ("", "c"),
    ],
)
def test_a_header_is_what_it_says(text: str, language: str) -> None:
    assert language_of_text("c", text) == language


def test_only_c_turns_out_to_be_another_language() -> None:
    assert language_of_text("java", "namespace x {\n") == "java"


def test_what_is_indexed_can_be_commented_as_the_same_language() -> None:
    for language in TREE_LANGUAGES:
        for suffix in language.suffixes:
            found = language_for_path(PurePath(f"file{suffix}"))
            assert found is not None
            assert found.id == language.id
            assert found.grammar in language.grammars


def test_no_two_languages_claim_a_suffix_or_an_id() -> None:
    for languages in (LANGUAGES, (C, *TREE_LANGUAGES)):
        suffixes = [it for language in languages for it in language.suffixes]
        assert len(suffixes) == len(set(suffixes))
    ids = [C.id, *(it.id for it in TREE_LANGUAGES)]
    assert len(ids) == len(set(ids))
    assert {it.id for it in LANGUAGES} == set(ids)
    assert [tree_language(it) for it in ids] == [None, *TREE_LANGUAGES]


@pytest.mark.parametrize("language", TREE_LANGUAGES, ids=lambda it: it.id)
def test_a_query_captures_only_what_the_reader_knows(language: TreeLanguage) -> None:
    known = OTHER_CAPTURES | {it.value for it in EntityKind}
    for grammar in language.grammars:
        assert capture_names(grammar, language.query) <= known
    # A predicate would read the text of a tree that has let go of it.
    assert "(#" not in language.query


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (b"MY_API int f();", b"       int f();"),
        (b"class MY_API Shape {", b"class        Shape {"),
        (b"int f() MY_NOEXCEPT {", b"int f()             {"),
        (
            b"int f() const MY_LOCKS(a, g(b)) override;",
            b"int f() const " + b" " * 17 + b" override;",
        ),
        (b"MY_BEGIN\nint f();", b"        \nint f();"),
        (b"MY_BEGIN\nnamespace x {", b"        \nnamespace x {"),
        (b"x = (int) MY_LIMIT;", b"x = (int) MY_LIMIT;"),
        (b"return MY_LIMIT;", b"return MY_LIMIT;"),
        (b"#define MY_LIMIT other", b"#define MY_LIMIT other"),
        (b"// MY_API int f();", b"// MY_API int f();"),
        (b'puts("MY_API int");', b'puts("MY_API int");'),
        (b"TEST_F(Shape, Grows) {", b"TEST_F(Shape, Grows) {"),
        (b"HANDLE f();", b"HANDLE f();"),
        (b"static T (min)() {", b"static T  min () {"),
    ],
)
def test_macros_of_cpp_that_add_nothing_are_blanks(text: bytes, seen: bytes) -> None:
    assert masked(text) == seen
