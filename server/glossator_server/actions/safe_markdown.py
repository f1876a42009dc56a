"""Own what of words that nobody vouches for becomes Markdown: text, code, emphasis, and no more.

Pure. Whatever goes in, no renderer finds HTML, an image, a link or an address to follow in what
comes out. It must not know citations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from glossator_server.agent.data import shown
from glossator_server.prompts.document import LANGUAGE_NAMES

# What Markdown, or an extension that editors switch on (tables, formulas, footnotes), acts upon.
_ACTIVE = re.compile(r"[\\<>\[\]!&|$~^{}]")
# What renderers make links of unasked: addresses, and what only looks like one (`os.path`).
_ADDRESS = re.compile(r"//|@|\w:\S|\bwww\.|\w\.[^\W\d_]{2}", re.IGNORECASE)
_AROUND = re.compile(
    r"^(?P<before>[(\[{*_\"'<]*)(?P<core>.*?)(?P<after>[.,:;!?)\]}*_\"'>]*)$", re.DOTALL
)
# At the start of a line these make something else of it than text.
_LINE_START = re.compile(r"^(?:[#+=-]|[*_](?=[\s*_]*$)|\*(?=\s)|\d+[.)])")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_MOST_INFO_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """A code span in a line: what stands in it, and where, its backticks included."""

    code: str
    start: int
    end: int


def code_spans(line: str) -> tuple[CodeSpan, ...]:
    """Return the code spans of one line of Markdown, in order."""
    return tuple(CodeSpan(it[2].strip(), it.start(), it.end()) for it in _SPAN.finditer(line))


def safe_line(text: str) -> str:
    """Return words as one line of Markdown in which only code spans and emphasis are left."""
    line = " ".join(shown(text).split())
    parts: list[str] = []
    at = 0
    for span in code_spans(line):
        parts += [safe_words(line[at : span.start]), as_code(span.code)]
        at = span.end
    joined = "".join([*parts, safe_words(line[at:])])
    return _LINE_START.sub(_escaped_first, joined.strip())


def safe_words(text: str) -> str:
    """Return a piece of a line without code spans, with all that Markdown acts upon escaped."""
    return "".join(map(_safe_word, re.split(r"(\s+)", text)))


def _safe_word(word: str) -> str:
    if not _ADDRESS.search(word):
        return _escaped(word)
    around = _AROUND.match(word)
    if around is None or not _ADDRESS.search(around["core"]):
        # Punctuation alone, which escaping breaks.
        return as_code(word)
    return f"{_escaped(around['before'])}{as_code(around['core'])}{_escaped(around['after'])}"


def as_code(text: str) -> str:
    """Return a text as a code span of one line."""
    inner = " ".join(shown(text).split())
    if not inner:
        return ""
    longest = max((len(it) for it in re.findall("`+", inner)), default=0)
    fence = "`" * (longest + 1)
    space = " " if inner.startswith("`") or inner.endswith("`") else ""
    return f"{fence}{space}{inner}{space}{fence}"


def as_fence(text: str, language: str = "") -> str:
    """Return lines as a code block that nothing in them can end."""
    inner = shown(text).strip("\n").replace("\f", " ")
    longest = max((len(it) for it in re.findall("`+", inner)), default=0)
    fence = "`" * max(3, longest + 1)
    info = language.lower()[:_MOST_INFO_CHARACTERS]
    known = {*LANGUAGE_NAMES, "sh", "text", "diff", "markdown"}
    return f"{fence}{info if info in known else ''}\n{inner}\n{fence}"


def as_link(words: str, uri: str) -> str:
    """Return a link to a file: the caller vouches for the address, nobody for the words."""
    label = "".join(_escaped_all(" ".join(shown(words).split())))
    return f"[{label}](<{uri}>)"


def _escaped(text: str) -> str:
    # A backtick that is left over would open a span with one that comes later.
    return _ACTIVE.sub(r"\\\g<0>", text).replace("`", r"\`")


def _escaped_all(text: str) -> Iterator[str]:
    for letter in text:
        if letter.isascii() and not letter.isalnum() and letter != " ":
            yield "\\"
        yield letter


def _escaped_first(match: re.Match[str]) -> str:
    start = match.group()
    return f"{start[:-1]}\\{start[-1]}"
