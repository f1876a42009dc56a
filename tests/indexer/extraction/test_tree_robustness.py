"""Whatever a file holds: reading it ends soon, raises nothing, keeps what came before a break."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from glossator_indexer.extraction import tree_entities
from glossator_indexer.extraction.outline import OutlineEntity
from glossator_indexer.extraction.tree_entities import outline_in, outline_of
from glossator_indexer.languages import TREE_LANGUAGES, TreeLanguage
from glossator_indexer.records import EntityKind

CASES = Path(__file__).parents[2] / "cases" / "outlines"
IDS = [it.id for it in TREE_LANGUAGES]
# The cases end in code that is broken on purpose, which is no code to break again.
BROKEN = "broken"


def case_text(language: str) -> str:
    text, _, _ = (CASES / f"{language}.txt").read_text("utf-8").partition("==== outline\n")
    return text


@pytest.mark.parametrize("language", IDS)
def test_functions_before_a_break_are_found_as_ever(language: str) -> None:
    text = case_text(language)
    text = text[: text.lower().find(BROKEN)].rpartition("\n")[0]
    whole = _functions(outline_of(text, language).entities)
    randomly = random.Random(7)
    for _ in range(60):
        cut = randomly.randrange(len(text))
        last_line = text.count("\n", 0, cut) + 1
        found = _functions(outline_of(text[:cut], language).entities)
        assert {it for it in whole if it[2] < last_line} <= found, f"cut at {cut}"


@pytest.mark.parametrize("language", IDS)
def test_entities_are_sorted_and_in_the_file_whatever_it_holds(language: str) -> None:
    text = case_text(language)
    randomly = random.Random(11)
    for _ in range(40):
        broken = list(text)
        for _ in range(randomly.randrange(1, 30)):
            at = randomly.randrange(len(broken))
            broken[at] = randomly.choice("{}()<>[]\"'`;:\\\n\0é😀\ud800")
        garbled = "".join(broken)
        entities = outline_of(garbled, language).entities
        lines = garbled.count("\n") + 1
        assert [it.first_line for it in entities] == sorted(it.first_line for it in entities)
        for it in entities:
            assert 1 <= it.first_line <= it.start_line <= it.end_line <= lines
            assert it.name
            assert len(it.signature) <= tree_entities.LONGEST_SIGNATURE


@pytest.mark.parametrize("language", IDS)
@pytest.mark.parametrize("text", ["", "\n", "\0", "\ufeff", "{", "}" * 50, "/*", '"', "é" * 99])
def test_next_to_nothing_is_an_outline_too(language: str, text: str) -> None:
    assert [
        it for it in outline_of(text, language).entities if it.kind != EntityKind.VARIABLE
    ] == []


@pytest.mark.parametrize("language", IDS)
def test_code_that_nests_without_end_is_read_in_time(language: str) -> None:
    nested = "f(\n" * 5_000 + "{\n" * 5_000
    started = time.process_time()
    outline_of(f"{nested}\nint x;\n", language)
    assert time.process_time() - started < 3 * tree_entities.SECONDS_PER_FILE


def test_what_was_closed_for_the_grammar_ends_with_the_text() -> None:
    text = "class Shape {\n  void grow() {\n    if (big) {\n"
    found = [(it.name, it.container, it.end_line) for it in outline_of(text, "java").entities]
    assert found == [("Shape", "", 3), ("grow", "Shape", 3)]


def test_what_takes_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_entities, "SECONDS_PER_FILE", 0.0)
    outline = outline_of("def f(): pass\n" * 5_000, "python")
    assert outline.entities == ()
    assert outline.trouble == "it takes longer than 0 s to parse"


def test_what_a_program_wrote_is_not_parsed() -> None:
    minified = "function a(){return 1}" * 50_000
    started = time.process_time()
    outline = outline_of(minified, "javascript")
    assert time.process_time() - started < 0.5
    assert outline.entities == ()
    assert outline.trouble is not None


def test_a_long_line_among_others_does_not_hide_a_file() -> None:
    table = f"TABLE = [{'1, ' * 3_000}]\n"
    text = table + "def function():\n    return 1\n" * 3_000
    assert len(outline_of(text, "python").entities) == 3_001


def test_a_language_that_is_not_known_is_said_to_be_so() -> None:
    assert outline_of("x", "cobol").trouble == "cobol is no language that is read by a grammar"


def test_lines_are_counted_by_line_feeds_in_any_text() -> None:
    text = "# é 😀 \u2028 \x0c\r\n\r\ndef naïve():\r\n    return '\u2029'\r\n"
    entity = outline_of(text, "python").entities[0]
    assert (entity.name, entity.start_line, entity.end_line) == ("naïve", 3, 4)


def test_eight_threads_read_the_same_as_one(python: TreeLanguage) -> None:
    from concurrent.futures import ThreadPoolExecutor

    text = case_text("python")
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: outline_in(text, python).entities, range(64)))
    assert all(it == found[0] for it in found)


@pytest.fixture
def python() -> TreeLanguage:
    return next(it for it in TREE_LANGUAGES if it.id == "python")


def _functions(entities: object) -> set[tuple[str, int, int]]:
    assert isinstance(entities, list | tuple)
    found: list[OutlineEntity] = list(entities)
    kinds = (EntityKind.FUNCTION, EntityKind.METHOD)
    return {(it.name, it.start_line, it.end_line) for it in found if it.kind in kinds}
