"""No text may keep a pattern busy for longer than its length explains; else the timeout strikes."""

from __future__ import annotations

import pytest

from glossator_indexer.languages import language_for_id
from glossator_indexer.languages.c_lexer import code_tokens
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols

C = language_for_id("c")


@pytest.mark.timeout(30)
def test_a_long_name_of_a_structure_does_not_hold_up_the_outline() -> None:
    assert C is not None
    name = "a_structure_whose_name_says_everything_about_it"
    source = parse(f"int old(p)\n\tstruct {name} *p;\n{{\n}}\n", C)
    [found] = find_symbols(source, "old")
    assert [(it.name, it.type) for it in found.parameters] == [("p", f"struct {name} *")]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("directive", ["#", "#include ", "#define "])
def test_many_comments_in_a_directive_do_not_hold_up_the_lexer(directive: str) -> None:
    comments = "/**/" * 60
    assert code_tokens(f"{directive}{comments}1\n") == code_tokens(f"{directive}1\n")


@pytest.mark.timeout(30)
def test_a_long_run_of_heads_without_bodies_does_not_hold_up_the_outline() -> None:
    assert C is not None
    source = parse("int head(int a)\n" * 20_000 + "{\n}\n\nint next(void)\n{\n}\n", C)
    assert find_symbols(source, "next")


@pytest.mark.timeout(30)
def test_a_long_gap_behind_a_word_does_not_hold_up_the_mask() -> None:
    assert C is not None
    source = parse(f"int gap(void)\n{{\n\tFOO{' ' * 200_000}1;\n}}\n", C)
    assert find_symbols(source, "gap")
