"""Own the outline of a C file for the index: its named things with their lines, quickly.

Common forms are read by patterns, all others by the outline and the symbols that the editor uses,
so that both agree on every name and extent. It must not look into bodies.
"""

from __future__ import annotations

import re
from dataclasses import replace

from glossator_indexer.extraction.c_heads import Form, form_at, object_name
from glossator_indexer.extraction.c_references import WordReferences
from glossator_indexer.extraction.outline import Outline, OutlineEntity
from glossator_indexer.languages import PieceKind
from glossator_indexer.languages import c_patterns as patterns
from glossator_indexer.languages.c import C
from glossator_indexer.languages.c_macros import MacroTable
from glossator_indexer.languages.c_outline import piece_at
from glossator_indexer.languages.deadline import STEPS, Deadline, OutOfTimeError
from glossator_indexer.languages.language import Piece
from glossator_indexer.records import EntityKind
from glossator_indexer.symbols.c_symbols import shape_of

# A file whose reading takes longer than this is hostile or broken; the largest honest one of the
# kernel takes a fifth of it.
SECONDS_PER_FILE = 1.0
# Ordinary code is read four times as fast.
_CHARACTERS_A_SECOND = 16 << 20
TOO_SLOW = "it took too long to read, so that nothing behind line {line} was understood"

_SPACE = re.compile(r"(?:[\s\ufeff]|\\(?=[\r\n]))*+")
_PLAIN_DIRECTIVE = re.compile(
    r"#(?:[ \t]*+include[ \t]*+(?:<[^>\r\n]*+>|\"[^\"\r\n\\]*+\")[ \t]*+|[^\r\n\\/\"']*+"
    r"(?:(?:/\*[^*\r\n]*+\*/|\"[^\"\r\n\\]*+\")[^\r\n\\/\"']*+)*+)(?=[\r\n]|\Z)"
)
_CONSTANT = re.compile(
    r"#define[ \t]++([A-Za-z_]\w*+)(?![$(])[^\r\n\\/\"']*+(?:/\*[^*\r\n]*+\*/[ \t]*+)?(?=[\r\n]|\Z)"
)
_DEFINE = re.compile(
    r"#[ \t]*+define[ \t]++(?P<name>[A-Za-z_$][\w$]*+)(?P<parameters>\([^()]*+\))?"
)
_INCLUDE = re.compile(r"#[ \t]*+(?:include|include_next|import)[ \t]*+[<\"]([^>\"\r\n]++)[>\"]")
_GUARD = re.compile(r"#[ \t]*+(?:ifndef|if[ \t]++!defined)[ \t(]*+([A-Za-z_]\w*+)[ \t)]*+\s*+$")
_DOC_STARTS = ("/**", "/*!", "///", "//!")
_NOT_DOC = ("/***", "/**/", "////")
_KINDS = {"typedef": EntityKind.TYPE}
_LONGEST_SIGNATURE = 300
# What goes on for longer without a body is a table, or no C.
_LONGEST_HEAD = 8_000
_FUNCTIONS = (EntityKind.FUNCTION, EntityKind.PROTOTYPE)


def outline_of(text: str, macros: MacroTable = C.macros) -> Outline:
    """Return what a C text holds; hostile text is read as far as the time for a file allows."""
    return _Reader(text, macros).run()


class _Reader:
    """One pass over a file, piece by piece, counting lines as it goes."""

    def __init__(self, text: str, macros: MacroTable) -> None:
        self._text = text
        self._macros = macros
        self._entities: list[OutlineEntity] = []
        self._imports: dict[str, None] = {}
        self._counted = 0
        self._line = 1
        # The comment that ended last: where it starts, where it ends; -1 where code followed it.
        self._comment = self._comment_end = -1
        self._guard = ""
        self._reached = 0
        self._steps = 0
        self._deadline = Deadline(SECONDS_PER_FILE + len(text) / _CHARACTERS_A_SECOND)

    def run(self) -> Outline:
        trouble = None
        try:
            self._pieces()
        except OutOfTimeError:
            trouble = TOO_SLOW.format(line=self._line_of(self._reached))
        functions = {it.name for it in self._entities if it.kind in _FUNCTIONS}
        return Outline(
            self._entities, WordReferences(functions), tuple(self._imports), trouble=trouble
        )

    def _pieces(self) -> None:
        text, length = self._text, len(self._text)
        space = _SPACE.match
        position = 0
        while True:
            found = space(text, position)
            start = position if found is None else found.end()
            if start >= length:
                return
            position = self._piece(start)

    def _piece(self, start: int) -> int:
        """Take the piece at `start` and return its end."""
        text = self._text
        self._steps += 1
        if self._steps % STEPS == 0:
            self._reached = start
            self._deadline.check()
        first = text[start]
        begins_line = start == 0 or text[start - 1] == "\n"
        if first == "/":
            run = patterns.LINE_COMMENTS if begins_line else patterns.LINE_COMMENT
            end = self._plain_comment(start, run)
            if end >= 0:
                return end
        elif first == "#" and begins_line:
            constant = _CONSTANT.match(text, start)
            if constant is not None and constant[1] != self._guard:
                self._constant(start, constant[1])
                return constant.end()
            plain = _PLAIN_DIRECTIVE.match(text, start)
            if plain is not None:
                self._directive(start, plain.end())
                return plain.end()
        elif begins_line:
            form = form_at(text, start, self._macros)
            if form is not None:
                self._form(start, form)
                return form.end
        return self._any_piece(start)

    def _plain_comment(self, start: int, run: re.Pattern[str]) -> int:
        text = self._text
        if text.startswith("*", start + 1):
            close = text.find("*/", start + 2)
            if close < 0 or text.find("/*", start + 2, close) >= 0:
                return -1
            end = close + 2
        elif text.startswith("/", start + 1):
            end = patterns.end_of(run, text, start)
        else:
            return -1
        self._note_comment(start, end)
        return end

    def _note_comment(self, start: int, end: int) -> None:
        line_start = self._text.rfind("\n", 0, start) + 1
        # What shares its line with the code before it speaks of that code.
        own_line = not self._text[line_start:start].strip(" \t\f\v\ufeff")
        self._comment, self._comment_end = (start, end) if own_line else (-1, -1)

    def _any_piece(self, start: int) -> int:
        self._reached = start
        self._deadline.check()
        end, piece = piece_at(self._text, start, self._macros, self._deadline)
        if piece.kind is PieceKind.COMMENT:
            self._note_comment(start, end)
        elif piece.kind is PieceKind.DIRECTIVE:
            self._directive(start, end)
        else:
            self._form(start, self._form_of(start, end, piece))
        return end

    def _form_of(self, start: int, end: int, piece: Piece) -> Form:
        head_length = piece.body if piece.body >= 0 else end - start
        shape = None
        if head_length < _LONGEST_HEAD:
            shape = shape_of(_without_members(piece), self._macros)
        if shape is not None:
            kind = _KINDS.get(shape.kind.value) or EntityKind(shape.kind.value)
            is_definition = kind is not EntityKind.PROTOTYPE
            return Form(kind, shape.name, start + shape.signature.end, end, is_definition)
        if piece.kind is PieceKind.DECLARATION:
            head = re.match(r"[\w\s*]*+(?=[\[=;,])", piece.text)
            name = object_name(head[0], self._macros) if head is not None else None
            if head is not None and name is not None and not head[0].startswith("typedef"):
                is_definition = not head[0].startswith("extern")
                return Form(EntityKind.VARIABLE, name, start + head.end(), end, is_definition)
        return Form(None, "", start, end)

    def _directive(self, start: int, end: int) -> None:
        text = self._text
        name = patterns.directive_name(text, start)
        if name == "define":
            self._define(start, end)
        elif name in ("include", "include_next", "import"):
            found = _INCLUDE.match(text, start, end)
            if found is not None:
                self._imports[found[1]] = None
        guard = _GUARD.match(text, start, end) if name in ("ifndef", "if") else None
        self._guard = guard[1] if guard is not None else ""
        self._comment = -1

    def _constant(self, start: int, name: str) -> None:
        """Take a macro of one line and without parameters; a kernel has millions."""
        line = self._line_of(start)
        above, documented = (line, False) if self._comment < 0 else self._above(start, line)
        self._entities.append(
            OutlineEntity(
                name,
                EntityKind.MACRO,
                "",
                above,
                line,
                line,
                f"#define {name}",
                is_documented=documented,
            )
        )
        self._comment = -1
        self._guard = ""

    def _define(self, start: int, end: int) -> None:
        found = _DEFINE.match(self._text, start, end)
        if found is None:
            return
        if found["name"] == self._guard and found["parameters"] is None and found.end() == end:
            # The guard of a header is no constant.
            return
        self._form(start, Form(EntityKind.MACRO, found["name"], found.end(), end))

    def _form(self, start: int, form: Form) -> None:
        if form.kind is not None:
            text = self._text
            line = self._line_of(start)
            above, documented = self._above(start, line)
            last_line = self._line_of(form.end - 1 if text[form.end - 1] != "\n" else form.end - 2)
            signature = " ".join(text[start : min(form.head_end, start + 2000)].split())
            self._entities.append(
                OutlineEntity(
                    form.name,
                    form.kind,
                    "",
                    above,
                    line,
                    last_line,
                    signature[:_LONGEST_SIGNATURE],
                    form.is_definition,
                    documented,
                )
            )
        self._comment = -1

    def _above(self, start: int, line: int) -> tuple[int, bool]:
        """Return the line where the comment right above begins, and whether it is a doc comment."""
        text, comment, end = self._text, self._comment, self._comment_end
        if comment < 0 or text.count("\n", end, start) > 2:
            return line, False
        first_line = line - text.count("\n", comment, start)
        documented = text.startswith(_DOC_STARTS, comment) and not text.startswith(
            _NOT_DOC, comment
        )
        return first_line, documented

    def _line_of(self, offset: int) -> int:
        """Return the line of an offset; offsets come in rising order."""
        if offset > self._counted:
            self._line += self._text.count("\n", self._counted, offset)
            self._counted = offset
        return self._line


def _without_members(piece: Piece) -> Piece:
    """Return a struct, union or enum with nothing between its braces, for only its name counts."""
    if piece.kind is not PieceKind.DECLARATION or piece.body < 0:
        return piece
    inside = piece.body + 1
    end = next((b for a, b in piece.holes if a == inside), len(piece.text))
    holes = (*(it for it in piece.holes if it[1] < inside), (inside, inside))
    return replace(piece, text=piece.text[:inside] + piece.text[end:], holes=holes)
