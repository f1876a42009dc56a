"""Own the first sentences of comments, by which functions are asked for, and texts without them.

A function is asked for in the first sentence of its comment, without its own name; in the text that
is searched that comment is gone, and so is every other one that says the sentence again. Lines keep
their numbers. It must not read files, nor find functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_LEADER = re.compile(r"^\s*(?:/\*+<?!?|\*+(?!/)|//[/!]?)?\s?|\s*\*+/\s*$")
# What begins a description of parts, not of the whole.
_FIELD = re.compile(
    r"^\s*(?:@\S+|[\\@](?:param|return|brief)|:\w+|Returns?:|Context:|Params?:|Arguments?:|Note:)"
)
_BRIEF = re.compile(r"^\s*[\\@]brief\s+")
_SENTENCE_END = re.compile(
    r"(?<![A-Z])(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)[.;!?](?:\s+(?=\W*[A-Z])|\s*$)"
)
_NO_SENTENCE = re.compile(
    r"copyright|spdx|licen[sc]e|author|fixme|todo|xxx|kernel-doc|^-+$|[{};]$|=|->", re.IGNORECASE
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_NOTHING = re.compile(r"(?!)")
_FEWEST_WORDS = 4
_MOST_WORDS = 40
_COMMENT = re.compile(r"/\*.*?\*/|(?:^[ \t]*//[^\n]*\n?)+", re.DOTALL | re.MULTILINE)
_COMMENT_LEADER = re.compile(r"^\s*(?:/\*+|\*+/?|//)")
# Copies of sentences that are shorter than this are everywhere and say nothing.
_OPENING = 4
# Sentences as words, by their first ones.
Said: TypeAlias = Mapping[tuple[str, ...], list[list[str]]]


@dataclass(frozen=True, slots=True)
class Documented:
    """A function with the comment above (or the docstring in) it; lines count from 1, inclusive.

    `sentence` is the first of the comment without the function's own name, "" where it is none
    that could be asked. `comment_start` is 0 where there is no comment.
    """

    path: str
    name: str
    start_line: int
    end_line: int
    comment_start: int
    comment_end: int
    sentence: str


def normal(sentence: str) -> str:
    """Return the words of a sentence in lower case: what makes two of them copies."""
    return " ".join(re.findall(r"[a-z0-9_]+", sentence.lower()))


def first_sentence(comment: Sequence[str], name: str) -> str:
    """Return a comment's first sentence without `name`, "" where it says too little."""
    # To compile two expressions for each function takes longer than all the rest.
    is_named = any(name in it for it in comment)
    own, titled = _shapes(name) if is_named else (_NOTHING, _NOTHING)
    said: list[str] = []
    in_field = False
    for line in comment:
        text = _BRIEF.sub("", _LEADER.sub("", _LEADER.sub("", line)))
        text = titled.sub("", text) if not said else text
        blank = not _WORD.search(text)
        in_field = not blank and (in_field or bool(_FIELD.match(text)))
        if blank or in_field:
            if said:
                break
            continue
        said.append(text.strip())
    sentence = _SENTENCE_END.split(" ".join(said), maxsplit=1)[0]
    sentence = re.sub(r"\s+", " ", own.sub(" ", sentence)).strip(" -:,*()#")
    count = len(_WORD.findall(sentence))
    if not _FEWEST_WORDS <= count <= _MOST_WORDS or _NO_SENTENCE.search(sentence):
        return ""
    return sentence


def _shapes(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a name in a text, and a title that begins with it."""
    word = re.escape(name)
    own = re.compile(rf"\b{word}\b(?:\s*\([^)]*\))?")
    titled = re.compile(rf"^\W*(?:\w+\s+)?{word}\b\s*(?:\([^)]*\))?\s*(?:--?|:|–|$)\s*")
    return own, titled


def by_opening(sentences: Iterable[str]) -> Said:
    """Return sentences as `without_comments` looks for them."""
    found: dict[tuple[str, ...], list[list[str]]] = {}
    for words in (normal(it).split() for it in sentences):
        if len(words) >= _OPENING:
            found.setdefault(tuple(words[:_OPENING]), []).append(words)
    return found


def without_comments(
    language: str, lines: Sequence[str], functions: Sequence[Documented], said: Said
) -> str:
    """Return a file's text without the comments of its functions and without copies of `said`."""
    kept = list(lines)
    for it in functions:
        if it.comment_start:
            kept[it.comment_start - 1 : it.comment_end] = [""] * (
                it.comment_end - it.comment_start + 1
            )
            if language == "python":
                indent = len(lines[it.comment_start - 1]) - len(
                    lines[it.comment_start - 1].lstrip()
                )
                kept[it.comment_start - 1] = " " * indent + "pass"
    text = "\n".join(kept)
    if language == "python":
        return text

    def blank(match: re.Match[str]) -> str:
        comment = " ".join(_COMMENT_LEADER.sub(" ", it) for it in match[0].split("\n"))
        again = _is_said_in(normal(comment).split(), said)
        return "\n" * match[0].count("\n") if again else match[0]

    return _COMMENT.sub(blank, text)


def _is_said_in(words: list[str], said: Said) -> bool:
    return any(
        words[at : at + len(it)] == it
        for at in range(len(words) - _OPENING + 1)
        for it in said.get(tuple(words[at : at + _OPENING]), ())
    )
