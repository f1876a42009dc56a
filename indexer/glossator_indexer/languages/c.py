"""Own C as a `Language`, and the mask that turns real C into what its grammar can read.

It must not parse; what it hides stays as long as it was, so that offsets stay true.
"""

from __future__ import annotations

import codecs
import re
from functools import partial

from glossator_indexer.languages import c_patterns as patterns
from glossator_indexer.languages.c_lexer import code_tokens
from glossator_indexer.languages.c_macros import KERNEL_AND_FRIENDS, DefinerLayout, MacroTable
from glossator_indexer.languages.c_outline import outline
from glossator_indexer.languages.language import Language, Piece, PieceKind

_FILLER = "glossator-ascii"


def c_language(macros: MacroTable) -> Language:
    """Return C as it reads with these macros."""
    return Language(
        id="c",
        lsp_ids=frozenset({"c"}),
        suffixes=frozenset({".c", ".h"}),
        grammar="c",
        macros=macros,
        code_tokens=code_tokens,
        outline=partial(outline, macros=macros),
        mask=partial(mask, macros=macros),
    )


def mask(piece: Piece, macros: MacroTable) -> bytes:
    """Return the piece as the grammar shall see it: ASCII, one byte for each code point."""
    text = piece.text
    if piece.kind in (PieceKind.FUNCTION, PieceKind.DECLARATION):
        text = _MaskedWords(_spelled_definer(text, macros), macros).result()
    return text.encode("ascii", errors=_FILLER)


# What the grammar knows by itself and has to see.
_GRAMMAR_KNOWS = frozenset(
    """__attribute__ __attribute __declspec asm __asm__ __asm _Alignas alignas __extension__
    _Noreturn""".split()
)
_STATEMENT_WORDS = frozenset("if else for while do switch return sizeof case goto".split())
_WORD = re.compile(
    rf"(?P<skip>{patterns.COMMENT}|{patterns.STRING}|{patterns.CHARACTER})|[A-Za-z_$][\w$]*"
)
_ARGUMENTS = re.compile(rf"\s*{patterns.GROUP}")
_LOOP_TAIL = re.compile(rf"\s*+{patterns.GROUP}{patterns.GAP}*+\{{")
_BLANK = re.compile(r"[^\r\n]")


class _MaskedWords:
    """One pass over a piece that hides annotation macros and spells out definers and loops."""

    def __init__(self, text: str, macros: MacroTable) -> None:
        self._text = text
        self._macros = macros
        self._parts: list[str] = []
        self._done = 0

    def result(self) -> str:
        """Return the masked text, as long as the original."""
        position = 0
        while (found := _WORD.search(self._text, position)) is not None:
            position = found.end()
            if found["skip"] is None:
                position = self._word(found)
        self._parts.append(self._text[self._done :])
        return "".join(self._parts)

    def _replace(self, start: int, end: int, new_text: str) -> None:
        self._parts += (self._text[self._done : start], new_text)
        self._done = end

    def _word(self, found: re.Match[str]) -> int:
        name, start, end = found[0], found.start(), found.end()
        if name in _GRAMMAR_KNOWS or name in _STATEMENT_WORDS:
            return end
        if self._macros.is_annotation(name):
            arguments = _ARGUMENTS.match(self._text, end)
            stop = end if arguments is None else arguments.end()
            self._replace(start, stop, _BLANK.sub(" ", self._text[start:stop]))
            return stop
        if "each" in name or name.isupper():
            return self._loop(found)
        return end

    def _loop(self, found: re.Match[str]) -> int:
        """Spell `for_each_thing(args) {` inside a body as a loop."""
        start, end = found.start(), found.end()
        if start == 0 or len(found[0]) < len("while"):
            return end
        tail = _LOOP_TAIL.match(self._text, end)
        if tail is None:
            return end
        close = self._text.rfind(")", end, tail.end())
        opening = self._text.index("(", end)
        self._replace(start, end, "while".ljust(end - start))
        inside = _BLANK.sub(" ", self._text[opening + 1 : close])
        if inside.strip(" ") == inside and inside.strip():
            return opening
        if close > opening + 1 and "\n" != self._text[opening + 1]:
            self._replace(opening + 1, close, "1" + inside[1:])
        return close


def _spelled_definer(text: str, macros: MacroTable) -> str:
    """Return `SYSCALL_DEFINE1(name, type, arg)` as `int name(type arg)`, in the same place."""
    word = _MACRO_HEAD.match(text)
    definer = macros.definer(word[1]) if word else None
    group = _GROUP.match(text, word.end() - 1) if word else None
    if word is None or definer is None or group is None:
        return text
    commas = top_level_commas(text, word.end(), group.end() - 1)
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


_MACRO_HEAD = re.compile(r"([A-Z][A-Z0-9_]*)\s*\(")
_GROUP = re.compile(patterns.GROUP)


def top_level_commas(text: str, start: int, end: int) -> list[int]:
    """Return the offsets of the commas in `text[start:end]` that stand in no bracket of their own."""
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


_COMMA_SCAN = re.compile(
    rf"{patterns.COMMENT}|{patterns.STRING}|{patterns.CHARACTER}|[(){{}}\[\],]"
)


def _fill(error: UnicodeError) -> tuple[str, int]:
    """Stand in for what is not ASCII: a blank for a blank, else part of an identifier."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(" " if it.isspace() else "_" for it in text), error.end


codecs.register_error(_FILLER, _fill)

C = c_language(KERNEL_AND_FRIENDS)
