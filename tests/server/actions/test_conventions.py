"""How a comment is to be written is learned from the file and its folder, unless it is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_indexer.styles import STYLES, RenderOptions
from glossator_indexer.styles.detecting import Conventions, habits_of
from glossator_indexer.styles.options import Habits
from glossator_indexer.styles.voice import voiced
from glossator_indexer.styles.wanted import Need
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Facts
from glossator_server.actions.conventions import conventions_of, habits_at, width_of
from glossator_server.actions.parts import chosen_parts, with_sections
from glossator_server.files import read_snapshot
from glossator_server.settings import DocumentOptions, Settings

KERNEL_DOC = """\
/**
 * f{0}() - {1}
 * @a: The number.
 *
 * Context: {2}
 *
 * Return: Another one.
 */
int f{0}(int a)
{{
	return a;
}}

"""
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to


UNSET = DocumentOptions()


def learned(path: Path, options: DocumentOptions = UNSET) -> Conventions:
    return conventions_of(replace(read_snapshot(path, Settings()), lends=lambda _: True), options)


def test_a_file_without_comments_is_written_as_its_folder(write: Write) -> None:
    said = ("Counts the bits", "Returns the sum", "Checks the number")
    write("a.c", "".join(KERNEL_DOC.format(at, it, "Any.") for at, it in enumerate(said)))
    found = learned(write("b.c", "int g(int a)\n{\n\treturn a;\n}\n"))
    assert found.style.id == "kernel-doc"
    assert found.has_context
    assert found.layout.habits.third_person is True
    assert found.layout.habits.full_stop is False


def test_files_that_may_not_be_read_teach_nothing(write: Write) -> None:
    write("a.c", "".join(KERNEL_DOC.format(at, "Counts bits", "Any.") for at in range(4)))
    snapshot = read_snapshot(write("b.c", "int g(void)\n{\n\treturn 1;\n}\n"), Settings())
    assert conventions_of(snapshot, DocumentOptions()).layout.habits == Habits()


def test_a_docstring_says_what_to_do_where_nobody_has_a_habit(write: Write) -> None:
    bare = "class A:\n    def f(self):\n        return 1\n"

    def is_third(path: Path, name: str, options: DocumentOptions = UNSET) -> bool | None:
        source = read_snapshot(path, Settings()).source
        (symbol,) = find_symbols(source, name)
        return habits_at(symbol, learned(path, options)).third_person

    path = write("a.py", bare)
    assert is_third(path, "f") is False
    assert is_third(path, "f", DocumentOptions(third_person=True)) is True
    # What a class is may be a noun in the plural.
    assert is_third(path, "A") is None
    said = ("Counts the bits.", "Returns the sum.", "Checks the number.")
    habit = "".join(f'def f{at}():\n    """{it}"""\n' for at, it in enumerate(said))
    assert is_third(write("b.py", habit + bare), "f") is True
    assert is_third(write("c.js", "function f() {}\n"), "f") is None


def test_what_is_set_counts_more_than_what_is_learned(write: Write) -> None:
    path = write("a.c", "".join(KERNEL_DOC.format(at, "Counts bits", "Any.") for at in range(4)))
    chosen = DocumentOptions(width=72, third_person=False, full_stop=True)
    found = learned(path, chosen)
    assert found.layout.width == 72
    assert found.layout.habits.third_person is False
    assert found.layout.habits.full_stop is True


@pytest.mark.parametrize(("longest", "width"), [(40, 80), (80, 80), (87, 88), (99, 100), (300, 80)])
def test_comments_are_as_wide_as_those_around(longest: int, width: int) -> None:
    comment = f"/**\n * {'x' * (longest - 3)}\n */"
    assert width_of([comment] * 9, "c") == width
    assert width_of([comment] * 2, "c") == 80
    assert width_of(["'''x\n\n    short\n    '''"] * 9, "python") == 79


def test_choices_for_a_path_are_made_where_its_globs_fit() -> None:
    settings, ignored = Settings().narrowed(
        {
            "document": {
                "width": 100,
                "overrides": [
                    {"paths": ["drivers/**"], "width": 80, "sections": ["parameters", "returns"]},
                    {"paths": ["*.h"], "max_lines": 2},
                ],
            }
        }
    )
    assert ignored == ()
    options = settings.document
    assert options.for_path(Path("/r/lib/a.c")) == options
    assert options.for_path(Path("/r/drivers/net/a.c")).width == 80
    both = options.for_path(Path("/r/drivers/a.h"))
    assert (both.width, both.max_lines, both.sections) == (80, 2, ("parameters", "returns"))


@pytest.mark.parametrize(
    "document",
    [
        {"overrides": [{"width": 80}]},
        {"overrides": [{"paths": ["!a"], "width": 80}]},
        {"overrides": [{"paths": ["a"], "overrides": []}]},
        {"sections": ["poems"]},
        {"instructions": "x" * 2001},
        {"fixed_sections": {"Two words": "x"}},
        {"opening": "#"},
    ],
)
def test_a_choice_that_is_none_is_left_out_with_what_to_do(document: dict[str, object]) -> None:
    settings, ignored = Settings().narrowed({"document": document})
    assert settings == Settings()
    assert len(ignored) == 1
    assert ";" in ignored[0]


def test_only_chosen_parts_are_written() -> None:
    from glossator_indexer.styles.wanted import DocumentedName, Wanted

    wanted = Wanted((DocumentedName("a", Need.REQUIRED),), Need.REQUIRED, ("E",))
    options = DocumentOptions(sections=("returns",))
    assert chosen_parts(wanted, options) == Wanted((), Need.REQUIRED, ())


def test_a_context_section_says_what_the_body_proves_where_others_have_one() -> None:
    facts = Facts(sleeps="mutex_lock", locks_held=("a->lock",), locks_taken=("b->m",))
    words = DocFields("Do it.", details="More.")
    style, layout = STYLES["kernel-doc"], RenderOptions()
    options = DocumentOptions()
    alike = Conventions(style, layout, has_context=True)
    assert with_sections(words, facts, options, alike).sections == (
        ("Context", "May sleep. Caller must hold a->lock. Takes and releases b->m."),
    )
    assert with_sections(words, facts, options, Conventions(style, layout)) == words
    fixed = DocumentOptions(fixed_sections=(("Context", "Any."),), sections=())
    found = with_sections(words, facts, fixed, alike)
    assert (found.details, found.sections) == (None, (("Context", "Any."),))


@pytest.mark.parametrize(
    ("summary", "habits", "expected"),
    [
        ("Return the sum.", Habits(third_person=True), "Returns the sum."),
        ("Copies the list.", Habits(third_person=False), "Copy the list."),
        ("Copies, then sorts.", Habits(third_person=False), "Copy, then sorts."),
        ("Maps* the list.", Habits(third_person=False), "Map* the list."),
        ("Map's keys.", Habits(third_person=True), "Map's keys."),
        ("Lists.sort() calls it.", Habits(third_person=False), "Lists.sort() calls it."),
        ("Watches it.", Habits(third_person=False), "Watch it."),
        ("copy the list.", Habits(third_person=True), "copies the list."),
        ("Number of bits.", Habits(third_person=True), "Number of bits."),
        ("Bus of the device.", Habits(third_person=False), "Bus of the device."),
        ("Return the sum.", Habits(full_stop=False), "Return the sum"),
        ("Return sums etc.", Habits(full_stop=False), "Return sums etc."),
        ("Return it. Or not.", Habits(full_stop=False), "Return it. Or not."),
        ("Return it", Habits(full_stop=True), "Return it."),
        ("Return it.", Habits(), "Return it."),
        ("", Habits(third_person=True, full_stop=True), ""),
    ],
)
def test_a_summary_takes_on_the_voice_of_the_others(
    summary: str, habits: Habits, expected: str
) -> None:
    assert voiced(DocFields(summary), habits).summary == expected


def test_a_habit_needs_three_that_agree() -> None:
    one = "/**\n * f() - Counts bits.\n */"
    style = STYLES["kernel-doc"]
    assert habits_of([one] * 2, style) == Habits()
    assert habits_of([one] * 3, style).third_person is True
    mixed = [one] * 3 + ["/**\n * f() - Count bits.\n */"] * 3
    assert habits_of(mixed, style).third_person is None
