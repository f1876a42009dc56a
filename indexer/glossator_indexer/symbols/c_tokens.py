"""Own the tokens of a C declaration with their offsets, and how a run of them is spelled as a type.

It must not know what the tokens declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glossator_indexer.languages import c_patterns as patterns

_TOKEN = re.compile(
    rf"(?P<skip>\s+|{patterns.COMMENT}|\\(?=[\r\n]))|{patterns.STRING}|{patterns.CHARACTER}"
    r"|\.\.\.|[A-Za-z_$][\w$]*|[^\W\d]\w*|\.?[0-9](?:[eEpP][+-]|[\w.])*|\#\#|."
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_WORD_START = re.compile(r"[^\W\d]|\$")


@dataclass(frozen=True, slots=True)
class Token:
    """A token at `[start, end)`; `spaced` says that white space or a comment stands before it."""

    text: str
    start: int
    end: int
    spaced: bool

    @property
    def is_word(self) -> bool:
        """Say whether the token is an identifier or a keyword."""
        return _WORD_START.match(self.text) is not None


Tokens = Sequence[Token]


def tokens_of(text: str, offset: int = 0) -> list[Token]:
    """Return the tokens of `text`, which stands at `offset`."""
    tokens: list[Token] = []
    spaced = False
    for found in _TOKEN.finditer(text):
        if found["skip"] is not None:
            spaced = True
            continue
        tokens.append(Token(found[0], offset + found.start(), offset + found.end(), spaced))
        spaced = False
    return tokens


def closing(tokens: Tokens, index: int) -> int:
    """Return the index of the bracket that closes the one at `index`, or the last index."""
    wanted = [_CLOSING[tokens[index].text]]
    for position in range(index + 1, len(tokens)):
        text = tokens[position].text
        if text in _CLOSING:
            wanted.append(_CLOSING[text])
        elif text == wanted[-1]:
            wanted.pop()
            if not wanted:
                return position
    return len(tokens) - 1


def top_level(tokens: Tokens) -> Iterator[tuple[int, Token]]:
    """Yield the tokens that stand in no bracket, opening brackets included, with their indexes."""
    index = 0
    while index < len(tokens):
        token = tokens[index]
        yield index, token
        index = (closing(tokens, index) if token.text in _CLOSING else index) + 1


def split(tokens: Tokens, separator: str) -> list[Tokens]:
    """Return the runs between top-level separators; the last one may be empty."""
    runs: list[Tokens] = []
    start = 0
    for index, token in top_level(tokens):
        if token.text == separator:
            runs.append(tokens[start:index])
            start = index + 1
    runs.append(tokens[start:])
    return runs


def spelled(tokens: Tokens) -> str:
    """Return the tokens as text, one blank wherever there was white space, none at the ends."""
    parts: list[str] = []
    for index, token in enumerate(tokens):
        if index and (token.spaced or _need_blank(tokens[index - 1], token)):
            parts.append(" ")
        parts.append(token.text)
    return "".join(parts)


def _need_blank(left: Token, right: Token) -> bool:
    """Say whether two tokens would read as one, which happens where a name between them went."""
    return left.is_word and right.is_word
