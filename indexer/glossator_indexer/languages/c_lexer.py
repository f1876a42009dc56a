"""Own the token stream of C: the code of a text without its comments and white space.

It is the judge of "only comments changed", so it must not depend on any parser.
"""

from __future__ import annotations

import re

# Translation phase 2: a backslash before a line's end joins two lines. Compilers allow white space
# between the two, and then even a `//` comment goes on in the next line, so we do as they do.
_SPLICE = re.compile(r"\\[ \t\f\v]*(?:\r\n|\n|\r)")
_LINE_END = re.compile(r"\r\n|\r")

_RAW_STRING = r'(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s"]{0,16})\([\s\S]*?\)(?P=delimiter)"'
_TOKEN = re.compile(
    rf"""
      (?P<space> [^\S\n]+ )
    | (?P<comment> /\*[\s\S]*?\*/ | //[^\n]* )
    | (?P<open_comment> /\*[\s\S]* )
    | (?P<newline> \n )
    | {_RAW_STRING}
    | (?: u8 | [uUL] )? " (?: [^"\\\n] | \\[^\n] )* (?: " | (?= \n | \Z ) | \\ )
    | (?: u8 | [uUL] )? ' (?: [^'\\\n] | \\[^\n] )* (?: ' | (?= \n | \Z ) | \\ )
    | \.?[0-9] (?: [eEpP][+-] | '(?=\w) | [\w.] )*
    | (?: [A-Za-z_$] | [^\x00-\x7f\s] ) (?: [\w$] | [^\x00-\x7f\s] )*
    | %:%: | \.\.\. | <<= | >>= | -> | \+\+ | -- | << | >> | <= | >= | == | != | && | \|\|
    | [*/%+\-&^|]= | \#\# | <: | :> | <% | %>
    | (?P<hash> \# | %: )
    | .
    """,
    re.VERBOSE,
)
# Raw strings keep their splices, so they are stepped over where a text has any.
_RAW_OR_SPLICE = re.compile(
    rf"""(?P<kept>{_RAW_STRING})|/\*[\s\S]*?\*/|//(?:[^\n\\]|\\[^\n]|\\\n)*"""
    r"""|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|\\[ \t\f\v]*(?:\r\n|\n|\r)"""
)
# A comment, once read, is never read another way: two in a row are not one.
_GAP = r"(?:[^\S\n]|/\*(?:[^*]|\*(?!/))*+\*/)*+"
_HEADER_NAME = re.compile(rf'{_GAP}(<[^>\n]*>|"[^"\n]*")')
_WORD_IN_DIRECTIVE = re.compile(rf"{_GAP}([^\W\d]\w*)")
_HEADER_DIRECTIVES = frozenset({"include", "include_next", "import", "embed"})


def code_tokens(text: str) -> list[str]:
    """Return the code of `text` as tokens, without comments and white space.

    The newline that ends a preprocessor directive is a token, because it ends the directive; so is
    the gap that makes `#define F (x)` another macro than `#define F(x)`. Literals that never close
    end with their line, a comment that never closes is one token that says so. Trigraphs are left
    as they are, as compilers do by default. A byte order mark is no token.
    """
    text = text.removeprefix("\ufeff")
    if "\\" in text:
        text = _joined_lines(text)
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    return _Lexer(text).run()


def _joined_lines(text: str) -> str:
    if 'R"' not in text:
        return _SPLICE.sub("", text)
    return _RAW_OR_SPLICE.sub(
        lambda found: found[0] if found["kept"] is not None else _SPLICE.sub("", found[0]), text
    )


class _Lexer:
    """One pass over a text whose lines are joined and end in a plain newline."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        self._starts_line = True
        self._in_directive = False

    def run(self) -> list[str]:
        """Return all tokens; code between directives takes the short way through the loop."""
        tokens = self._tokens
        match = _TOKEN.match
        text, position, end = self._text, 0, len(self._text)
        while position < end:
            found = match(text, position)
            if (
                found is None
            ):  # the last alternative takes anything but a newline, which has its own
                raise AssertionError(position)
            position = found.end()
            group = found.lastgroup
            if group is None or group == "delimiter":
                tokens.append(found[0])
                self._starts_line = False
            elif group == "newline":
                self._end_line()
            elif group == "hash":
                position = self._hash(position)
            elif group == "open_comment":
                tokens.append("/* without end")
        self._end_line()
        return tokens

    def _end_line(self) -> None:
        if self._in_directive:
            self._tokens.append("\n")
        self._in_directive = False
        self._starts_line = True

    def _hash(self, position: int) -> int:
        """Take `#`; where it opens a directive, also what only a directive gives a meaning to."""
        self._tokens.append("#")
        opens_directive = self._starts_line and not self._in_directive
        self._starts_line = False
        if not opens_directive:
            return position
        self._in_directive = True
        name = self._word(position)
        if name is None:
            return position
        self._tokens.append(name[1])
        position = name.end()
        if name[1] in _HEADER_DIRECTIVES:
            header = _HEADER_NAME.match(self._text, position)
            if header is not None:
                self._tokens.append(header[1])
                return header.end()
        elif name[1] == "define":
            return self._macro_name(position)
        return position

    def _macro_name(self, position: int) -> int:
        name = self._word(position)
        if name is None:
            return position
        # Only a parenthesis without a gap before it opens a list of parameters.
        self._tokens.append(name[1])
        if self._text.startswith("(", name.end()):
            self._tokens.append("(")
            return name.end() + 1
        self._tokens.append(" ")
        return name.end()

    def _word(self, position: int) -> re.Match[str] | None:
        return _WORD_IN_DIRECTIVE.match(self._text, position)
