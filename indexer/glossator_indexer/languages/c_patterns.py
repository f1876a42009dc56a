"""Own the patterns by which C is read without a grammar: comments, literals, directives, heads.

They are building blocks of the outline; nothing in here decides where a piece ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# How far a decision may look beyond its place. It bounds the work on hostile text, and what has to
# be read again after an edit; a head with its K&R declarations is far shorter.
LOOKAHEAD = 2000

COMMENT = r"/(?:\*[\s\S]*?(?:\*/|\Z)|/(?:[^\r\n\\]|\\(?:\r\n|[\s\S]|\Z))*+)"
STRING = r'"(?:[^"\\\r\n]|\\(?:\r\n|[\s\S]|\Z))*+"?'
CHARACTER = r"'(?:[^'\\\r\n]|\\(?:\r\n|[\s\S]|\Z))*+'?"
GAP = rf"(?:\s|{COMMENT})"
_PLAIN_GROUP = r"\([^(){};]*+\)"
_GROUP_2 = rf"\((?:[^(){{}};]|{_PLAIN_GROUP})*+\)"
GROUP = rf"\((?:[^(){{}};]|{_GROUP_2})*+\)"

_DIRECTIVE_TEXT = (
    rf"(?:[^\r\n\\/\"']|\\(?:\r\n|[\s\S]|\Z)|/\*[\s\S]*?(?:\*/|\Z)|//(?:[^\r\n\\]|\\(?:\r\n|[\s\S]|\Z))*+"
    rf"|{STRING}|{CHARACTER}|/)*+"
)
DIRECTIVE = re.compile(rf"#{_DIRECTIVE_TEXT}")
DIRECTIVE_LINE = re.compile(rf"^[ \t]*#{_DIRECTIVE_TEXT}", re.MULTILINE)
SPACES = re.compile(r"\s*")
GAPS = re.compile(rf"{GAP}*+")
LINE_COMMENT = re.compile(r"//(?:[^\r\n\\]|\\(?:\r\n|[\s\S]|\Z))*+")
LINE_COMMENTS = re.compile(
    r"//(?:[^\r\n\\]|\\(?:\r\n|[\s\S]|\Z))*+"
    r"(?:(?:\r\n|\r|\n)[ \t]*//(?:[^\r\n\\]|\\(?:\r\n|[\s\S]|\Z))*+)*+"
)
BLANK_LINE_START = re.compile(r"(?:\r\n|\r|\n)?[ \t]*")
STORAGE = re.compile(r"(?:static|extern|typedef|struct|union|enum|inline|void|int|unsigned)\b")

ALTERNATIVE_DIRECTIVES = frozenset({"else", "elif", "elifdef", "elifndef"})
OPENING_DIRECTIVES = frozenset({"if", "ifdef", "ifndef"})
_DIRECTIVE_NAME = re.compile(r"#[ \t]*(?P<name>[a-z_]*)(?:[ \t]+(?P<zero>0)[ \t]*(?=[\r\n/]|\Z))?")
_CONDITIONAL = re.compile(
    rf"^[ \t]*#[ \t]*(?P<name>if|ifdef|ifndef|else|elif|elifdef|elifndef|endif)\b{_DIRECTIVE_TEXT}",
    re.MULTILINE,
)

_WORD = r"[A-Za-z_]\w*+"
_NOT_A_STATEMENT = r"(?!(?:if|else|for|while|do|switch|return|case|default|goto|sizeof)\b)"
_HEAD_TAIL = (
    rf"(?:{GAP}*+{GROUP}(?:{GAP}*+{_WORD})*+)++"
    rf"{GAP}*+(?:{_WORD}[^;{{}}()=#]*+;{GAP}*+)*+\{{"
)
_DEFINITION_HEAD = re.compile(
    rf"{_NOT_A_STATEMENT}{_WORD}(?:(?:{GAP}|\*)++{_NOT_A_STATEMENT}{_WORD})++{_HEAD_TAIL}"
)
_BARE_HEAD = re.compile(rf"{_NOT_A_STATEMENT}{_WORD}[ \t]*{GROUP}{GAP}*+\{{")
# A block comment that swallowed a definition and then another comment was left open by mistake.
_SWALLOWED = re.compile(rf"^(?={_WORD})", re.MULTILINE)


def end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Return where `pattern`, which always matches at `position`, ends."""
    found = pattern.match(text, position)
    return position if found is None else found.end()


def is_definition_head(text: str, position: int) -> bool:
    """Say whether a function definition with a return type starts here and reaches its brace."""
    return _DEFINITION_HEAD.match(text, position, position + LOOKAHEAD) is not None


def is_bare_head(text: str, position: int) -> bool:
    """Say whether `name(...) {` starts here, as a macro or an old definition would."""
    return _BARE_HEAD.match(text, position, position + LOOKAHEAD) is not None


def directive_name(text: str, position: int) -> str:
    """Return the name of the directive whose `#` is at `position`; "if 0" is never true."""
    found = _DIRECTIVE_NAME.match(text, position)
    if found is None:
        return ""
    if found["name"] == "if" and found["zero"]:
        return "if 0"
    return found["name"]


def skip_alternatives(text: str, position: int) -> tuple[int, int]:
    """Return the end of the `#endif` that closes the group around `position`, and what was read.

    Without one, the end is `position`.
    """
    depth = 0
    for found in _CONDITIONAL.finditer(text, position):
        if found["name"] in OPENING_DIRECTIVES:
            depth += 1
        elif found["name"] == "endif":
            if depth == 0:
                return found.end(), found.end() + 2
            depth -= 1
    return position, len(text)


def skip_false_branch(text: str, position: int) -> int:
    """Return the start of the directive that ends the branch which begins at `position`."""
    depth = 0
    for found in _CONDITIONAL.finditer(text, position):
        if found["name"] in OPENING_DIRECTIVES:
            depth += 1
        elif found["name"] == "endif":
            if depth == 0:
                return found.start()
            depth -= 1
        elif depth == 0:
            return found.start()
    return position


def block_comment(text: str, start: int) -> tuple[int, int]:
    """Return the end of the block comment at `start` and how far was read.

    A comment without end, or one that swallowed a whole definition and the opening of the next
    comment, was left open by the hand that is still typing it: it ends with its line.
    """
    close = text.find("*/", start + 2)
    end = len(text) if close < 0 else close + 2
    examined = end
    inner = text.find("/*", start + 2, end)
    if close < 0 or inner >= 0:
        for found in _SWALLOWED.finditer(text, start + 2, len(text) if close < 0 else inner):
            if is_definition_head(text, found.start()):
                return end_of(_REST_OF_LINE, text, start), max(end, found.start() + LOOKAHEAD)
    return end, examined


_REST_OF_LINE = re.compile(r"[^\r\n]*")
_LITERAL = re.compile(rf"{STRING}|{CHARACTER}")


def blanked(text: str, start: int, end: int, holes: Sequence[tuple[int, int]]) -> str:
    """Return `text[start:end]` with holes and literals blanked, so that offsets stay true."""
    parts: list[str] = []
    position = start
    for hole_start, hole_end in sorted(holes):
        if hole_start < position or hole_start >= end:
            continue
        parts.append(text[position:hole_start])
        parts.append(" " * (min(hole_end, end) - hole_start))
        position = hole_end
    parts.append(text[position:end])
    return _LITERAL.sub(lambda found: " " * len(found[0]), "".join(parts))


def before_trivia(text: str, start: int, position: int, trivia: Sequence[tuple[int, int]]) -> int:
    """Return the end of the code before `position`, stepping over white space and `trivia`."""
    for trivia_start, trivia_end in reversed(trivia):
        if trivia_start < start or trivia_end > position or text[trivia_end:position].strip():
            break
        position = trivia_start
    while position > start and text[position - 1].isspace():
        position -= 1
    return position
