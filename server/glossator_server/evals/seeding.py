"""Own the small faults that are put into a user's own functions: such as a compiler notices.

A misspelt name, a lost bracket, a lost semicolon, a lost argument: what people mistype. Texts go in
and texts come out; whether a fault is noticed is for the checks to say.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from glossator_indexer.types import Span

_SKIPPED = r"(?P<skip>//[^\n]*|/\*.*?\*/|^[ \t]*\#[^\n]*|\s+)"
_WORDS = r"|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)|(?P<sign>.)"
_CHARACTER = r"|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\[^\n]+?|[^'\\\n])')"
_STRING = r"|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"
_PYTHON = (
    r"(?P<skip>\#[^\n]*|\s+)|(?P<text>[rbufRBUF]{0,2}(?:\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}"
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'))"
)


def _lexer(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern + _WORDS, re.DOTALL | re.MULTILINE)


_LIKE_C, _LIKE_JAVASCRIPT = _lexer(_SKIPPED + _CHARACTER), _lexer(_SKIPPED + _STRING)
_LEXERS: Mapping[str, re.Pattern[str]] = {
    "c": _LIKE_C,
    "cpp": _LIKE_C,
    "java": _LIKE_C,
    "rust": _LIKE_C,
    "go": _LIKE_JAVASCRIPT,
    "javascript": _LIKE_JAVASCRIPT,
    "typescript": _LIKE_JAVASCRIPT,
    "python": _lexer(_PYTHON),
}
# Compilers of these notice a name that nobody declared, and an argument too few.
_NOTICE_NAMES = frozenset({"c", "cpp", "java", "rust", "go", "typescript", "python"})
_NOTICE_ARGUMENTS = frozenset({"c", "cpp", "java", "rust", "go", "typescript"})
_SEMICOLONS = frozenset({"c", "cpp", "java"})
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """
        and as assert async await bool break case catch char class const continue def default defer
        del do double elif else enum except extern False final finally float fn for from func global
        go goto if impl import in int is lambda let long match mut new nil None not null NULL or
        pass private pub public raise range return Self self short signed sizeof static struct super
        switch this throw throws True true try type typedef union unsigned use var void volatile
        while with yield false
        """,
    )
)
_FEWEST_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Seed:
    """One fault: the characters from `start` up to `end` of a text become `replacement`."""

    operator: str
    start: int
    end: int
    replacement: str

    def applied(self, text: str) -> str:
        """Return the text with the fault in it."""
        return text[: self.start] + self.replacement + text[self.end :]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Body:
    """The tokens of a function's body, and the names that its whole file knows."""

    language: str
    tokens: Sequence[_Token]
    known: frozenset[str]


def seeds_in(text: str, language: str, body: Span, rng: random.Random) -> list[Seed]:
    """Return faults of a function's body in the order in which they are to be tried, one a kind.

    `body` is its span in the text. There are none in a language that nobody lexes here.
    """
    lexer = _LEXERS.get(language)
    if lexer is None:
        return []
    tokens = [
        _Token(it.lastgroup or "", it[0], it.start(), it.end())
        for it in lexer.finditer(text, body.start, body.end)
        if it.lastgroup != "skip"
    ]
    read = _Body(language, tokens, frozenset(re.findall(r"\w+", text)))
    found = [list(operator(read)) for operator in _OPERATORS]
    chosen = [rng.choice(it) for it in found if it]
    rng.shuffle(chosen)
    return chosen


def _misspelt(body: _Body) -> Iterator[Seed]:
    """Double a letter of a name that is used."""
    if body.language not in _NOTICE_NAMES:
        return
    for at, it in enumerate(body.tokens):
        if it.kind != "name" or len(it.text) < _FEWEST_LETTERS or it.text in _KEYWORDS:
            continue
        before = body.tokens[at - 1].text if at else ""
        after = body.tokens[at + 1].text if at + 1 < len(body.tokens) else ""
        # A member, a declaration and a keyword argument are other faults, or none.
        if before in {".", ">", "@"} or after in {"=", ":"} or _declares(body, at):
            continue
        middle = len(it.text) // 2
        wrong = it.text[:middle] + it.text[middle] + it.text[middle:]
        if wrong not in body.known:
            yield Seed("misspelt name", it.start, it.end, wrong)


def _declares(body: _Body, at: int) -> bool:
    before = body.tokens[at - 1] if at else None
    return before is not None and (
        before.kind == "name"
        and before.text not in {"return", "in", "not", "and", "or", "if", "is"}
    )


def _unclosed(body: _Body) -> Iterator[Seed]:
    """Lose a closing bracket."""
    for it in body.tokens[:-1]:
        if it.text in (")", "]"):
            yield Seed("lost bracket", it.start, it.end, "")


def _unended(body: _Body) -> Iterator[Seed]:
    """Lose what ends a statement, or a header in Python."""
    if body.language in _SEMICOLONS:
        for it in body.tokens:
            if it.text == ";":
                yield Seed("lost semicolon", it.start, it.end, "")
    if body.language == "python":
        for at, it in enumerate(body.tokens):
            if it.text in {"else", "try", "finally"} and body.tokens[at + 1 : at + 2]:
                colon = body.tokens[at + 1]
                if colon.text == ":":
                    yield Seed("lost colon", colon.start, colon.end, "")


def _argument(body: _Body) -> Iterator[Seed]:
    """Lose the last argument of a call."""
    if body.language not in _NOTICE_ARGUMENTS:
        return
    for at, it in enumerate(body.tokens[:-1]):
        is_call = it.kind == "name" and it.text not in _KEYWORDS
        if not is_call or it.text.isupper() or body.tokens[at + 1].text != "(":
            continue
        commas, close = _commas(body.tokens, at + 1)
        if commas and close is not None:
            yield Seed("lost argument", commas[-1].start, close.start, "")


def _commas(tokens: Sequence[_Token], opening: int) -> tuple[list[_Token], _Token | None]:
    """Return the commas between the arguments of a call, and what closes it."""
    depth = 0
    commas: list[_Token] = []
    for it in tokens[opening:]:
        depth += (it.text in {"(", "[", "{"}) - (it.text in {")", "]", "}"})
        if depth == 0:
            return commas, it
        if depth == 1 and it.text == ",":
            commas.append(it)
    return [], None


_OPERATORS: tuple[Callable[[_Body], Iterator[Seed]], ...] = (
    _misspelt,
    _unclosed,
    _unended,
    _argument,
)
