"""What is promised of every style: it writes what it reads, and no words break code or comment."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossator_indexer.code_tokens import code_tokens
from glossator_indexer.languages import language_called
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.styles import STYLES, Habits, RenderOptions, Style
from glossator_indexer.styles.drift import drifted
from glossator_indexer.styles.updating import planned_update, updated
from glossator_indexer.styles.wanted import Need
from glossator_indexer.styles.wording import clean_fields, missing_parts
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Severity, Symbol

WIDE = RenderOptions(88)


@dataclass(frozen=True, slots=True)
class Sample:
    """A function of two parameters in a style's language, and a class where it has any."""

    style: str
    language: str
    code: str
    comment: str


SAMPLES = (
    Sample(
        "kernel-doc",
        "c",
        "int join(char *left, int right)\n{\n\treturn 0;\n}\n",
        """\
/**
 * join() - Join two things.
 * @left: The one on the left.
 * @right: The one on the right.
 *
 * Nothing is copied.
 *
 * Return: The whole.
 */""",
    ),
    Sample(
        "doxygen",
        "cpp",
        "namespace n {\n  int join(char *left, int right) { return 0; }\n}\n",
        """\
  /**
   * @brief Join two things.
   *
   * Nothing is copied.
   *
   * @param left The one on the left.
   * @param right The one on the right.
   * @return The whole.
   */""",
    ),
    Sample(
        "google",
        "python",
        "class A:\n  def join(self, left, right=1):\n    raise JoinError\n    return left\n",
        '''\
    """Join two things.

    Nothing is copied.

    Args:
        left: The one on the left.
        right: The one on the right.

    Returns:
        The whole.

    Raises:
        JoinError: Where they do not fit.
    """''',
    ),
    Sample(
        "numpy",
        "python",
        "def join(left: str, right: int = 1) -> str:\n    raise JoinError(left)\n    return left\n",
        '''\
    """Join two things.

    Nothing is copied.

    Parameters
    ----------
    left : str
        The one on the left.
    right : int, optional
        The one on the right.

    Returns
    -------
    str
        The whole.

    Raises
    ------
    JoinError
        Where they do not fit.
    """''',
    ),
    Sample(
        "rest",
        "python",
        "def join(left, right=1):\n    raise JoinError(left)\n    return left\n",
        '''\
    """Join two things.

    Nothing is copied.

    :param left: The one on the left.
    :param right: The one on the right.
    :returns: The whole.
    :raises JoinError: Where they do not fit.
    """''',
    ),
    Sample(
        "jsdoc",
        "javascript",
        "export function join(left, right = 1) {\n  throw new JoinError();\n  return left;\n}\n",
        """\
/**
 * Join two things.
 *
 * Nothing is copied.
 *
 * @param {*} left - The one on the left.
 * @param {number} [right] - The one on the right.
 * @returns {*} The whole.
 * @throws {JoinError} Where they do not fit.
 */""",
    ),
    Sample(
        "tsdoc",
        "typescript",
        "export function join(left: string, right = 1): string {\n  throw new JoinError();\n}\n",
        """\
/**
 * Join two things.
 *
 * Nothing is copied.
 *
 * @param left - The one on the left.
 * @param right - The one on the right.
 * @returns The whole.
 * @throws {@link JoinError} Where they do not fit.
 */""",
    ),
    Sample(
        "godoc",
        "go",
        "package p\n\nfunc join(left string, right int) string {\n\treturn left\n}\n",
        """\
// join joins two things.
//
// Nothing is copied.
//
// It returns the whole.""",
    ),
    Sample(
        "rustdoc",
        "rust",
        "pub fn join(left: &str, right: u8) -> Result<(), E> {\n    Ok(())\n}\n",
        """\
/// Join two things.
///
/// Nothing is copied.
///
/// # Errors
///
/// Where they do not fit.""",
    ),
    Sample(
        "javadoc",
        "java",
        "class A {\n    public int join(char left, int right) throws JoinError { return 0; }\n}\n",
        """\
    /**
     * Join two things.
     *
     * <p>Nothing is copied.
     *
     * @param left The one on the left.
     * @param right The one on the right.
     * @return The whole.
     * @throws JoinError Where they do not fit.
     */""",
    ),
)
IDS = [it.style for it in SAMPLES]
WORDS = DocFields(
    "Join two things.",
    (("left", "The one on the left."), ("right", "The one on the right.")),
    "The whole.",
    "Nothing is copied.",
    (("JoinError", "Where they do not fit."), ("Errors", "Where they do not fit.")),
)
every = pytest.mark.parametrize("sample", SAMPLES, ids=IDS)


def style_of(sample: Sample) -> Style:
    return STYLES[sample.style]


def parsed(text: str, language_id: str) -> ParsedSource:
    language = language_called(language_id)
    assert language is not None
    return parse(text, language)


def symbol_in(text: str, language_id: str) -> Symbol:
    return find_symbols(parsed(text, language_id), "join")[0]


def placed(text: str, symbol: Symbol, comment: str) -> str:
    return text[: symbol.insertion] + comment + "\n" + text[symbol.insertion :]


def wanted_words(sample: Sample, symbol: Symbol) -> DocFields:
    wanted = style_of(sample).wanted(symbol)
    asked = {it.path for it in wanted.names if it.need is not Need.TOLD}
    return replace(
        WORDS,
        parameters=tuple(it for it in WORDS.parameters if it[0] in asked),
        raises=tuple(it for it in WORDS.raises if it[0] in wanted.raises),
    )


def commented(sample: Sample) -> tuple[Style, str, str]:
    """Return the style of a sample, its whole comment, and its code with that comment."""
    style, before = style_of(sample), symbol_in(sample.code, sample.language)
    comment = style.render(wanted_words(sample, before), before, WIDE)
    return style, comment, placed(sample.code, before, comment)


def errors(style: Style, comment: str, symbol: Symbol) -> list[str]:
    return [it.message for it in style.check(comment, symbol) if it.severity is Severity.ERROR]


def test_every_style_has_a_sample() -> None:
    assert set(IDS) == set(STYLES)


@every
def test_words_become_the_comment(sample: Sample) -> None:
    symbol = symbol_in(sample.code, sample.language)
    style = style_of(sample)
    assert style.render(wanted_words(sample, symbol), symbol, WIDE) == sample.comment


@every
def test_what_is_written_stands_where_it_is_read_and_says_the_same(sample: Sample) -> None:
    style, before = style_of(sample), symbol_in(sample.code, sample.language)
    words = wanted_words(sample, before)
    text = placed(sample.code, before, style.render(words, before, WIDE))
    after = symbol_in(text, sample.language)
    assert after.comment is not None
    assert errors(style, after.comment.text, after) == []
    read = style.parse(after.comment.text)
    assert read is not None
    again = style.render(read.fields, after, WIDE)
    assert again.strip() == after.comment.text.strip()
    assert code_tokens(parsed(text, sample.language)) == code_tokens(
        parsed(sample.code, sample.language)
    )


ODD = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("@\\*/\"'`#<>{}[]:-_&|;.,\n\r\t $u0")), st.characters()
    ),
    max_size=60,
)
HOSTILE = st.one_of(
    ODD,
    st.sampled_from(
        [
            "*/ int x; /*", '""" + evil() + """', "'''", "\\", "\\u002a/", "@param x no", "Args:",
            "Returns:\n    x: y", "Parameters\n----------\nx : int", ":param x: no", "# Errors",
            'a """"" b', "a ''''''' b", "```\nif a {\n\n    b();\n}\n```",
            "{@link", "<script>", "```\ncode\n", "    indented", "/// more", "// m\n//go:build x",
            "@endcode */", "\\endverbatim", "a\n\n\n\nb", "x" * 300, "-----", "DOC: x", "",
        ]
    ),
)  # fmt: skip


@every
@settings(max_examples=60)
@given(data=st.data())
def test_no_words_of_a_model_break_the_code_or_the_comment(
    sample: Sample, data: st.DataObject
) -> None:
    style, before = style_of(sample), symbol_in(sample.code, sample.language)
    wanted = style.wanted(before)
    raw = DocFields(
        data.draw(HOSTILE),
        tuple((it.path, data.draw(HOSTILE)) for it in wanted.names),
        data.draw(HOSTILE),
        data.draw(HOSTILE),
        tuple((it, data.draw(HOSTILE)) for it in wanted.raises),
    )
    words = clean_fields(raw, before, wanted)
    opening = data.draw(st.sampled_from(["", "/**", "/*!", "///", "//!", "'''"]))
    options = RenderOptions(60, data.draw(st.sampled_from([None, 2])), Habits(opening=opening))
    text = placed(sample.code, before, style.render(words, before, options))
    source = parsed(text, sample.language)
    assert code_tokens(source) == code_tokens(parsed(sample.code, sample.language))
    after = find_symbols(source, "join")[0]
    if not missing_parts(words, wanted):
        assert after.comment is not None
        assert errors(style, after.comment.text, after) == []


def _is_printable(text: str) -> bool:
    return all(it in "\n\t" or unicodedata.category(it)[0] not in "CZ" or it == " " for it in text)


@every
@settings(max_examples=60)
@given(data=st.data())
def test_not_even_words_that_nobody_cleaned_reach_the_code(
    sample: Sample, data: st.DataObject
) -> None:
    style, before = style_of(sample), symbol_in(sample.code, sample.language)
    # What stands in a file has no control characters, or the file would not have been read.
    drawn = [data.draw(HOSTILE.filter(_is_printable)) for _ in range(4)]
    words = DocFields(drawn[0], (("left", drawn[1]),), drawn[2], drawn[3])
    text = placed(sample.code, before, style.render(words, before, WIDE))
    assert code_tokens(parsed(text, sample.language)) == code_tokens(
        parsed(sample.code, sample.language)
    )


DESCRIBING = [it for it in SAMPLES if it.style not in ("godoc", "rustdoc")]


@pytest.mark.parametrize("sample", DESCRIBING, ids=[it.style for it in DESCRIBING])
def test_a_renamed_parameter_keeps_its_words_and_every_other_line(sample: Sample) -> None:
    style, comment, text = commented(sample)
    changed = text.replace(f"{comment}\n", "\0").replace("right", "right_one")
    after = symbol_in(changed.replace("\0", f"{comment}\n"), sample.language)
    assert after.comment is not None
    rules = {it.rule for it in drifted(style.check(after.comment.text, after))}
    assert rules == {"stale-parameter", "missing-parameter"}
    result = brought_up_to_date(style, after)
    lines = zip(after.comment.text.split("\n"), result.split("\n"), strict=True)
    different = [(old, new) for old, new in lines if old != new]
    assert len(different) == 1
    ((old, new),) = different
    assert new == old.replace("right", "right_one", 1)
    assert drifted(style.check(result, after)) == ()


@pytest.mark.parametrize("sample", DESCRIBING, ids=[it.style for it in DESCRIBING])
def test_a_parameter_that_is_gone_takes_its_lines_along(sample: Sample) -> None:
    style, comment, text = commented(sample)
    code = text.replace(f"{comment}\n", "\0")
    for gone in (", right: int = 1", ", right = 1", ", right=1", ", int right", ", right: number"):
        code = code.replace(gone, "")
    after = symbol_in(code.replace("\0", f"{comment}\n"), sample.language)
    assert after.comment is not None
    result = brought_up_to_date(style, after)
    kept = set(result.split("\n"))
    assert kept < set(after.comment.text.split("\n"))
    assert "on the right" not in result
    assert drifted(style.check(result, after)) == ()


def brought_up_to_date(style: Style, symbol: Symbol) -> str:
    assert symbol.comment is not None
    old = symbol.comment.text
    existing = style.parse(old)
    assert existing is not None
    update = planned_update(existing, DocFields(""), style.wanted(symbol), style.check(old, symbol))
    return updated(
        old,
        update,
        style.parse,
        lambda words: style.render(words, symbol, WIDE).removeprefix(symbol.indent),
        symbol.indent,
    )
