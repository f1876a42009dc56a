"""Words that people wrote for the very same parameter are not found again."""

from __future__ import annotations

from glossator_indexer.languages import language_for_id
from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_server.actions.reuse import reused_descriptions, without_names

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
    left = without_names(STYLE.wanted(symbol), ["ring"])
    assert [it.path for it in left.names] == ["mode", "flags"]
