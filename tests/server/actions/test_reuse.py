"""Words that people wrote for the very same parameter are not found again."""

from __future__ import annotations

from glossator_indexer.languages import language_for_id
from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES
from glossator_indexer.styles.wanted import Need
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields
from glossator_server.actions.reuse import (
    reused_descriptions,
    without_known,
    words_of_relatives,
)

STYLE = STYLES["kernel-doc"]
FILE = """\
/**
 * f() - Do it.
 * @ring: The ring to work on.
 * @mode: How f() does it.
 * @flags: Kind of @ring.
 *
 * Return: 0.
 */
int f(struct ring *ring, int mode, int flags)
{
	return 0;
}

/**
 * again() - Do it again.
 * @ring: The ring to work on.
 * @flags: Kind of @ring.
 *
 * Return: 0.
 */
int again(struct ring *ring, int flags)
{
	return 0;
}

/**
 * once() - Do it once.
 * @ring: The ring to leave.
 * @mode: How to leave.
 *
 * Return: 0.
 */
int once(struct ring *ring, int mode)
{
	return 0;
}

int g(struct ring *ring, int mode, long flags)
{
	return 0;
}

int h(int ring, int flags)
{
	return 0;
}
"""


def reused(name: str) -> tuple[tuple[str, str], ...]:
    language = language_for_id("c")
    assert language is not None
    source = parse(FILE, language)
    (symbol,) = find_symbols(source, name)
    return reused_descriptions(symbol, STYLE.wanted(symbol), documented_symbols(source, STYLE))


def test_a_parameter_of_the_same_name_and_type_is_described_as_several_others_are() -> None:
    assert reused("g") == (("ring", "The ring to work on."),)


def test_another_type_is_another_parameter_and_what_names_others_stays_there() -> None:
    assert reused("h") == (("flags", "Kind of @ring."),)


def test_what_is_known_is_not_asked_for() -> None:
    language = language_for_id("c")
    assert language is not None
    (symbol,) = find_symbols(parse(FILE, language), "g")
    known = DocFields("", (("ring", "The ring."), ("mode", "")), "0.")
    left = without_known(STYLE.wanted(symbol), known)
    assert [it.path for it in left.names] == ["mode", "flags"]
    assert left.returns is Need.NONE


FAMILY = """\
/**
 * ring_push() - Put an item in.
 * @ring: The ring to change.
 * @item: What to put in.
 * @count: How many there are.
 *
 * Return: 0, or -ENOSPC where the ring is full.
 */
int ring_push(struct ring *ring, void *item, int count);

/**
 * other() - Do something else.
 * @ring: Something else.
 * @extra: Nothing.
 *
 * Return: Who knows.
 */
int other(struct ring *ring, int extra);

int ring_push_all(struct ring *ring, void *item, long count, int extra)
{
	return -ENOSPC;
}

void ring_pop(struct ring *ring);

long unlike(struct ring *ring, void *item);
"""


def of_relatives(name: str) -> DocFields:
    language = language_for_id("c")
    assert language is not None
    source = parse(FAMILY, language)
    (symbol,) = find_symbols(source, name)
    return words_of_relatives(symbol, STYLE.wanted(symbol), documented_symbols(source, STYLE))


def test_a_relative_says_what_the_same_parameter_and_the_same_value_are() -> None:
    words = of_relatives("ring_push_all")
    # `count` has another type there, and `other` is no relative.
    assert words.parameters == (("ring", "The ring to change."), ("item", "What to put in."))
    assert words.returns == "0, or -ENOSPC where the ring is full."


def test_a_relative_says_nothing_of_what_is_not_there() -> None:
    assert of_relatives("ring_pop") == DocFields("", (("ring", "The ring to change."),))


def test_a_prefix_that_all_names_have_makes_no_relative() -> None:
    language = language_for_id("c")
    assert language is not None
    source = parse(
        "/**\n * log_walk() - Visit each.\n * @log: The log that is visited.\n *\n"
        " * Return: What ended it.\n */\nint log_walk(struct log *log);\n"
        "/**\n * log_free() - Free it.\n * @log: The log to free.\n */\n"
        "void log_free(struct log *log);\n"
        "int log_write(struct log *log);\nint log_walk_back(struct log *log);\n",
        language,
    )
    documented = documented_symbols(source, STYLE)

    def words(name: str) -> DocFields:
        (symbol,) = find_symbols(source, name)
        return words_of_relatives(symbol, STYLE.wanted(symbol), documented)

    assert words("log_write") == DocFields("")
    told = words("log_walk_back")
    assert told.parameters == (("log", "The log that is visited."),)
    assert told.returns == "What ended it."


def test_what_is_said_of_a_value_speaks_of_nothing_that_only_the_relative_does() -> None:
    text = FAMILY.replace("0, or -ENOSPC where the ring is full.", "0 where all was pushed.")
    language = language_for_id("c")
    assert language is not None
    source = parse(text + "int ring_peek(struct ring *ring);\n", language)
    documented = documented_symbols(source, STYLE)
    (pushes,) = find_symbols(source, "ring_push_all")
    (peeks,) = find_symbols(source, "ring_peek")
    told = "0 where all was pushed."
    assert words_of_relatives(pushes, STYLE.wanted(pushes), documented).returns == told
    assert words_of_relatives(peeks, STYLE.wanted(peeks), documented).returns is None


def test_whose_name_has_nothing_in_common_is_no_relative() -> None:
    assert of_relatives("unlike") == DocFields("")
