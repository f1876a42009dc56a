"""Own the mask that turns real C into what its grammar can read, without moving a single character.

It must not parse; what it hides or rewrites stays as long as it was, so that offsets stay true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from glossator_indexer.languages import c_patterns as patterns
from glossator_indexer.languages.c_macros import DefinerLayout, MacroTable
from glossator_indexer.languages.c_words import (
    GRAMMAR_KNOWS,
    QUALIFIERS,
    STATEMENTS,
    STORAGE,
    TAGS,
    TAKE_TYPES,
    TYPE_KEYWORDS,
)
from glossator_indexer.languages.language import Piece, PieceKind
from glossator_indexer.languages.plain_text import as_ascii

_WORD = re.compile(
    rf"(?P<skip>{patterns.COMMENT}|{patterns.STRING}|{patterns.CHARACTER})|[A-Za-z_$][\w$]*"
)
_ARGUMENTS = re.compile(rf"\s*+{patterns.GROUP}")
_ATTRIBUTE = re.compile(rf"\b(?:__attribute__|__attribute|__declspec|alignas)\s*{patterns.GROUP}")
_HEAD_ENDS = re.compile(rf"(?:\s*+{patterns.GROUP})?+{patterns.GAP}*+[;{{A-Za-z_]")
_NAMED_BEHIND = re.compile(r"[*\s]*+[A-Za-z_]\w*+\s*+\(")
_POINTER_NAME = re.compile(r"\s+[A-Za-z_]\w*\s*\)\s*\(")
_STATEMENT_AFTER = re.compile(rf"{patterns.GAP}*+(?P<next>[{{A-Za-z_*(+;\-#}}])")
_PLAIN_TYPE = (
    r"(?:(?:struct|union|enum)\s+\w+"
    r"|(?:unsigned|signed|long|short|int|char|void|float|double|bool|_Bool)\b"
    r"(?:\s+(?:unsigned|signed|long|short|int|char|double)\b)*|(?=\w+\s*\*)\w+)"
)
_TYPE_ARGUMENT = re.compile(
    rf"(?:(?:const|volatile)\s+)*{_PLAIN_TYPE}(?:\s*(?:\*|\b(?:const|__user|__rcu|__iomem)\b))*"
    rf"\s*(?=[,)])"
)
_CALLED = re.compile(r"([A-Za-z_$][\w$]*)\s*$")
_DECORATED = re.compile(r"\s+[A-Za-z_]\w*(?:\s+|\s*\*+\s*)[A-Za-z_]\w*")
_THEN_NAME = re.compile(r"\**+\s[\s*]*+[A-Za-z_]\w*+\s*+[(,);=\[]")
_MEMBER_GROUP = re.compile(
    r"\b(?:struct_group\s*\((?:[^,()]*,)|struct_group_(?:attr|tagged)\s*\((?:[^,()]*,){2}"
    r"|__struct_group\s*\((?:[^,()]*,){3})"
)
_REST_OF_MEMBER = re.compile(r"\)[^;{}]*;?")
_NAMELESS_BITS = re.compile(
    r"(?P<type>[;{]\s*(?:(?:(?:const|volatile|unsigned|signed|long|short|int|char|bool|_Bool)\b\s*)+"
    r"|\w+\s*))(?P<bits>:\s*\w+\s*)(?=;)|,\s*:\s*\w+"
)
# Behind these words no type has been said yet.
_NO_TYPES = STORAGE | QUALIFIERS | TAGS | STATEMENTS
_ITERATES = re.compile(r"each|loop|iterate", re.IGNORECASE)
_BLANK = re.compile(r"[^\r\n]")
_MACRO_HEAD = re.compile(r"([A-Z][A-Z0-9_]*)\s*\(")
_GROUP = re.compile(patterns.GROUP)
_COMMA_SCAN = re.compile(
    rf"{patterns.COMMENT}|{patterns.STRING}|{patterns.CHARACTER}|[(){{}}\[\],]"
)


def readings(piece: Piece, macros: MacroTable) -> Iterator[bytes]:
    """Yield the piece as the grammar may see it: ASCII, one byte a code point; best guess first.

    A second reading takes the first branch of every `#if`, for code whose brackets only add up so.
    """
    text = _spelled_definer(piece.text, macros)
    if piece.kind is PieceKind.DECLARATION and piece.body >= 0:
        text = _plain_members(text)
    text = _Masked(piece, text, macros).result()
    yield as_ascii(text)
    if "#" in text:
        yield as_ascii(_with_first_branches(text))


class _Masked:
    """One pass over a piece that hides annotations and spells out what only macros make C."""

    def __init__(self, piece: Piece, text: str, macros: MacroTable) -> None:
        self._text = text
        self._body = piece.body if piece.body >= 0 else len(text)
        self._in_aggregate = piece.kind is PieceKind.DECLARATION
        self._macros = macros
        self._parts: list[str] = []
        self._done = 0
        # Where comments and literals that were passed start, by their ends.
        self._skipped: dict[int, int] = {}

    def result(self) -> str:
        """Return the masked text, as long as the original."""
        position = 0
        while (found := _WORD.search(self._text, position)) is not None:
            position = found.end()
            if found["skip"] is not None:
                self._skipped[found.end()] = found.start()
            else:
                position = self._word(found[0], found.start(), found.end())
        self._parts.append(self._text[self._done :])
        return "".join(self._parts)

    def _replace(self, start: int, end: int, new_text: str) -> int:
        """Put `new_text` at `start` and blank what it does not fill."""
        blank = _BLANK.sub(" ", self._text[start:end])
        self._parts += (self._text[self._done : start], new_text, blank[len(new_text) :])
        self._done = end
        return end

    def _word(self, name: str, start: int, end: int) -> int:
        if name in GRAMMAR_KNOWS or name in TAKE_TYPES:
            return end
        if self._before(start) in ("(", ","):
            end_of_type = self._type_argument(start)
            if end_of_type is not None:
                return end_of_type
        if start < self._body and self._decorates_head(name, start, end):
            arguments = _ARGUMENTS.match(self._text, end)
            return self._replace(start, end if arguments is None else arguments.end(), "")
        if name in TYPE_KEYWORDS or name in TAGS or name in QUALIFIERS:
            return end
        arguments = _ARGUMENTS.match(self._text, end)
        if arguments is None:
            return self._plain_word(name, start, end)
        if self._macros.is_annotation_call(name):
            return self._replace(start, arguments.end(), "")
        if start == 0 and name.isupper() and _NAMED_BEHIND.match(self._text, arguments.end()):
            # `DECLARED(type) name(...)`: the macro brings the return type along.
            return self._replace(start, arguments.end(), "int")
        if start > self._body:
            return self._call(name, start, arguments)
        return end

    def _decorates_head(self, name: str, start: int, end: int) -> bool:
        """Say whether a word such as `__THROW` stands between a list of parameters and its end."""
        if not (name.isupper() or name.startswith("__")) or self._before(start) != ")":
            return False
        # The brackets before it must be the parameters', not an attribute's: `__attribute__((weak))
        # __name(...)` names a function.
        if "(" not in _ATTRIBUTE.sub("", self._text[:start]):
            return False
        return _HEAD_ENDS.match(self._text, end) is not None

    def _before(self, position: int) -> str:
        """Return the last character of code before `position`."""
        text = self._text
        while position > 0:
            if text[position - 1].isspace():
                position -= 1
            elif text[position - 1] not in "\"'" and position in self._skipped:
                position = self._skipped[position]
            else:
                return text[position - 1]
        return ""

    def _plain_word(self, name: str, start: int, end: int) -> int:
        if self._macros.is_annotation(name):
            return self._replace(start, end, "")
        if name.isupper() and self._before(start) == "(" and _POINTER_NAME.match(self._text, end):
            # `(APIENTRYP name)(...)`: the macro brings the star along.
            return self._replace(start, end, "*")
        # `API_EXPORT int name(...)`: what stands before a whole declaration decorates it.
        if start < self._body and name.isupper() and _DECORATED.match(self._text, end):
            return self._replace(start, end, "")
        if (name.isupper() or name.startswith("__")) and self._stands_between_type_and_name(
            start, end
        ):
            return self._replace(start, end, "")
        return end

    def _stands_between_type_and_name(self, start: int, end: int) -> bool:
        """Say whether a word such as `INIT` in `int INIT name(...)` can only be a decoration."""
        then = _THEN_NAME.match(self._text, end)
        if then is None:
            return False
        if self._before(start) == "*":
            return "*" not in then[0]
        before = _CALLED.search(self._text, max(0, start - 80), start)
        if before is None or before.end() == before.end(1):
            return False
        return not (_NO_TYPES & {before[1]})

    def _type_argument(self, start: int) -> int | None:
        """Turn a type that is an argument of a macro into a plain name, and return its end."""
        found = _TYPE_ARGUMENT.match(self._text, start)
        if found is None:
            return None
        if self._before(start) == "(":
            opening = self._text.rindex("(", 0, start)
            called = _CALLED.search(self._text, max(0, opening - 80), opening)
            if called is None or called[1] in TAKE_TYPES:
                return None
        return self._replace(start, found.end(), "_")

    def _call(self, name: str, start: int, arguments: re.Match[str]) -> int:
        """Spell a macro that heads a loop or is a statement or member as what it stands for."""
        text, end = self._text, arguments.end()
        before = self._before(start)
        following = _STATEMENT_AFTER.match(text, end)
        after = following["next"] if following else ""
        has_room = end - start >= len("int _")
        if before not in (";", "{", "}", ")", ":") and not self._follows(start, ("else", "do")):
            is_storage_before = self._follows(start, ("static", "extern", "const"))
            if after == ";" and name.isupper() and is_storage_before and has_room:
                return self._replace(start, end, "int _")
            return start + len(name)
        if self._in_aggregate and after == ";" and has_room:
            return self._replace(start, end, "int _")
        if after in ("", ";") or len(name) < 2:
            return start + len(name)
        if after == "{" or _ITERATES.search(name):
            return self._replace(start, end, "if(1)" if has_room else ";")
        if name.isupper() and "\n" in text[end : following.end() if following else end]:
            return self._replace(start, end, ";")
        return start + len(name)

    def _follows(self, start: int, words: tuple[str, ...]) -> bool:
        word = _CALLED.search(self._text, max(0, start - 40), start)
        return word is not None and word[1] in words


def _plain_members(text: str) -> str:
    """Return an aggregate without group macros around members and without nameless bit-fields."""
    for found in _MEMBER_GROUP.finditer(text):
        depth = 1
        for bracket in re.compile(r"[()]").finditer(text, found.end()):
            depth += 1 if bracket[0] == "(" else -1
            if depth == 0:
                blank = _BLANK.sub(" ", found[0])
                end = patterns.end_of(_REST_OF_MEMBER, text, bracket.start())
                inside = text[found.end() : bracket.start()]
                rest = _BLANK.sub(" ", text[bracket.start() : end])
                text = f"{text[: found.start()]}{blank}{inside}{rest}{text[end:]}"
                break
    return _NAMELESS_BITS.sub(
        lambda found: (found["type"] or "") + _BLANK.sub(" ", found["bits"] or found[0]), text
    )


def _spelled_definer(text: str, macros: MacroTable) -> str:
    """Return `SYSCALL_DEFINE1(name, type, arg)` as `int name(type arg)`, in the same place."""
    word = _MACRO_HEAD.match(text)
    definer = macros.definer(word[1]) if word else None
    group = _GROUP.match(text, word.end() - 1) if word else None
    if word is None or definer is None or group is None:
        return text
    commas = _top_level_commas(text, word.end(), group.end() - 1)
    if not commas:
        # The brackets that a name alone needs come out of the room that the macro's name leaves.
        name = text[word.end() : group.end() - 1].strip()
        return f"int {name}()".ljust(group.end()) + text[group.end() :]
    characters = ["int".ljust(word.end()), *text[word.end() :]]
    for index, comma in enumerate(commas):
        place = comma - word.end() + 1
        if index == 0:
            characters[place] = "("
        elif definer.layout is DefinerLayout.NAME_THEN_PAIRS and index % 2 == 1:
            characters[place] = " "
    return "".join(characters)


def _top_level_commas(text: str, start: int, end: int) -> list[int]:
    commas: list[int] = []
    depth = 0
    for found in _COMMA_SCAN.finditer(text, start, end):
        character = found[0]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "," and depth == 0:
            commas.append(found.start())
    return commas


def _with_first_branches(text: str) -> str:
    """Return the text with its directives blanked, and every branch of an `#if` but the first."""
    parts: list[str] = []
    position = done = 0
    for found in patterns.DIRECTIVE_LINE.finditer(text):
        if found.start() < position:
            continue
        position = found.end()
        name = patterns.directive_name(text, text.index("#", found.start()))
        if name in patterns.ALTERNATIVE_DIRECTIVES:
            position = max(position, patterns.skip_alternatives(text, found.end())[0])
        elif name == "if 0":
            position = max(position, patterns.skip_false_branch(text, found.end()))
        parts += (text[done : found.start()], _BLANK.sub(" ", text[found.start() : position]))
        done = position
    return "".join((*parts, text[done:]))
