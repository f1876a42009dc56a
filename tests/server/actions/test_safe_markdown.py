"""Whatever a model or a file says, what is rendered is text, code, emphasis and our own links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from glossator_server.actions.answers import AnswerFilter
from glossator_server.actions.citations import Shown
from glossator_server.actions.questions import Piece
from glossator_server.actions.safe_markdown import as_code, as_fence, as_link, safe_line

URI = "file:///srv/a%20b.c#L12"
HOSTILE = [
    "![x](http://evil.example/p.png)",
    "[click](command:workbench.action.terminal.new)",
    "[click](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<http://evil.example>",
    "<command:evil>",
    "https://evil.example/?q=secret",
    "www.evil.example",
    "//evil.example/x",
    "mail me@evil.example now",
    "[a]: http://evil.example",
    "[a][b]",
    "![a][b]",
    "&lt;img src=x&gt; &#106;avascript:alert(1)",
    "`code` ![x](y) `<b>`",
    "`` ` `` <b>",
    "\\<b> \\![x](y) \\\\[x](y)",
    "`unclosed <b> [x](y)",
    "a `b\n<b>` c",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "+ item",
    "---",
    "===",
    "| a | b |",
    "~~~",
    "```",
    "    indented",
    "\u202eevil\u202c",
    "a\u200bb\u2060c",
    "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "[^1] $\\href{http://evil}{x}$ {{x}} [[wiki]]",
    "**bold** and *light* and __init__ and snake_case_name",
    "std::vector os.path foo.py a.b e.g. 3.11",
]


def tokens_of(markdown: str) -> list[Token]:
    """Return all tokens, with every extension that makes more of a text."""
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    # This one would not follow some addresses; others follow any.
    parser.validateLink = lambda _: True  # type: ignore[method-assign]
    parsed = parser.parse(markdown)
    return [it for token in parsed for it in (token, *(token.children or ()))]


def check_harmless(markdown: str, *, links: int = 0) -> None:
    """Check that a renderer finds nothing to run, load or follow but our own links."""
    tokens = tokens_of(markdown)
    kinds = {it.type for it in tokens}
    assert not kinds & {"html_block", "html_inline", "image"}, markdown
    hrefs = [str(it.attrs.get("href")) for it in tokens if it.type == "link_open"]
    assert len(hrefs) == links
    assert all(it.startswith("file:///") for it in hrefs)
    assert not any(ord(it) < 32 and it not in "\n\t" for it in markdown)
    assert not set(markdown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b")


def check_one_paragraph(markdown: str) -> None:
    """Check that a line is nothing but a paragraph."""
    blocks = {it.type for it in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)}
    assert blocks <= {"paragraph_open", "inline", "paragraph_close"}, markdown


def outside_of_code(markdown: str) -> str:
    """Return the text that is no code, where an editor makes links of what looks like one."""
    return "\n".join(it.content for it in tokens_of(markdown) if it.type.startswith("text"))


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_are_words(said: str) -> None:
    line = safe_line(said)
    check_harmless(line)
    check_one_paragraph(line)
    text = outside_of_code(line)
    assert "://" not in text
    assert "www." not in text
    assert "@" not in text
    check_harmless(as_code(said))
    check_harmless(as_fence(said))
    check_harmless(as_link(said, URI), links=1)


@given(st.text(max_size=60))
def test_any_text_is_harmless(said: str) -> None:
    check_harmless(safe_line(said))
    check_one_paragraph(safe_line(said))
    check_harmless(as_code(said))
    check_harmless(as_fence(said, said))
    check_harmless(as_link(said, URI), links=1)


@given(st.text(alphabet="`\\<>[]()!*_~#&|\n ab:/.@-=+1", max_size=40))
def test_any_markup_is_harmless(said: str) -> None:
    check_harmless(safe_line(said))
    check_one_paragraph(safe_line(said))
    fenced = [it for it in tokens_of(f"{as_fence(said)}\nafter") if it.type == "fence"]
    assert len(fenced) == 1
    assert "after" not in fenced[0].content
    check_harmless(as_code(said))
    check_harmless(as_link(said, URI), links=1)


@given(st.lists(st.sampled_from([*HOSTILE, "It is so [1].", "- It is so [1]", "```\na\n```"])))
def test_whole_answers_are_harmless(said: list[str]) -> None:
    shown = Shown([Piece("a.c", 1, ("a",))])
    passed = AnswerFilter(shown, lambda _: as_link("a.c:1", URI))
    markdown = passed.feed("\n".join(f"{it} [1]" for it in said)) + passed.end()
    check_harmless(markdown, links=len(passed.citations))


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("It calls `foo` twice", "It calls `foo` twice"),
        ("**bold** snake_case", "**bold** snake_case"),
        ("see os.path.", "see `os.path`."),
        ("(see src/a.py)", "(see `src/a.py`)"),
        ("std::vector", "`std::vector`"),
        ("a < b & c", "a \\< b \\& c"),
        ("1. one", "1\\. one"),
        ("a\nb", "a b"),
        ("e.g. 3.11", "e.g. 3.11"),
        ("\u202eab", "\\<U+202E\\>ab"),
        ("grün ß 中文 emoji 😀", "grün ß 中文 emoji 😀"),
    ],
)
def test_plain_words_stay_as_they_are(said: str, line: str) -> None:
    assert safe_line(said) == line


def test_an_unknown_language_is_no_info_string() -> None:
    assert as_fence("x", "mermaid").startswith("```\n")
    assert as_fence("x", "python").startswith("```python\n")
    assert as_fence("a\n```\nb").startswith("````\n")
