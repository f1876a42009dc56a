"""Own the outline of a C file: where each top-level piece starts and ends, however broken the file.

It must not understand declarations; it knows brackets, line starts and the preprocessor, and it
depends on nothing but the text from a piece's first line on, so that it can resume anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from glossator_indexer.languages import c_patterns as patterns
from glossator_indexer.languages.c_braces import Body, scan_body
from glossator_indexer.languages.c_macros import MacroTable
from glossator_indexer.languages.deadline import NO_DEADLINE, STEPS, Deadline
from glossator_indexer.languages.language import Piece, PieceKind

# A byte order mark is no code; tools of Windows put one before the first line.
_SPACE = re.compile(r"(?:[\s\ufeff]|\\(?=[\r\n]))*")
_SIGNATURE = re.compile(
    rf"{patterns.COMMENT}|{patterns.STRING}|{patterns.CHARACTER}|[(){{}};=]|[\r\n]\s*"
)
_FIRST_WORD = re.compile(r"[A-Za-z_$]\w*")
_KNR_DECLARATIONS = re.compile(
    rf"{patterns.GAP}*+(?:[A-Za-z_](?:[^;{{}}=#\"()/]|{patterns.COMMENT}|{patterns.GROUP}|\[)*+;"
    rf"{patterns.GAP}*+)++\{{"
)
_KNR_NAMES = re.compile(r"\(\s*[A-Za-z_]\w*\s*(?:,\s*[A-Za-z_]\w*\s*)*\)")
_AGGREGATE = re.compile(r"\b(?:struct|union|enum)\b(?P<rest>[^()]*)$")
_AGGREGATE_REST = re.compile(r"\s*+(?:[A-Za-z_$]\w*+\s*+)*+(?::[\w\s]+)?")
_CALL = re.compile(rf"(?<![\w$])[A-Za-z_$]\w*+\s*+{patterns.GROUP}")
# What follows `DECLARED(type)` on its own line, where the macro brings the return type along.
_NAME_AND_PARAMETERS = re.compile(
    rf"(?=[A-Z_\d]*[a-z])[A-Za-z_]\w*+\s*+{patterns.GROUP}{patterns.GAP}*+[;{{]"
)
_KEYWORD_FIRST = re.compile(r"(?:if|else|for|while|do|switch|return|case|default|goto)\b")


def outline(text: str, start: int, macros: MacroTable) -> Iterator[tuple[int, Piece]]:
    """Yield each piece of `text` from `start` on with its offset; between them is white space."""
    position = start
    while True:
        position = patterns.end_of(_SPACE, text, position)
        if position >= len(text):
            return
        end, piece = piece_at(text, position, macros)
        yield position, piece
        position = end


def piece_at(
    text: str, start: int, macros: MacroTable, deadline: Deadline = NO_DEADLINE
) -> tuple[int, Piece]:
    """Return the piece that starts at `start`, which is no white space, after its end.

    Raises `OutOfTimeError` where `deadline` comes first.
    """
    first = text[start]
    if first == "/" and text[start + 1 : start + 2] in ("*", "/"):
        return _comment(text, start)
    if first == "#" and _begins_line(text, start):
        end = patterns.end_of(patterns.DIRECTIVE, text, start)
        return end, Piece(PieceKind.DIRECTIVE, text[start:end], end + 2 - start)
    if first in "};),:]":
        return start + 1, Piece(PieceKind.STRAY, first, 1)
    return _Declaration(text, start, macros, deadline).run()


def _comment(text: str, start: int) -> tuple[int, Piece]:
    if text[start + 1] == "/":
        run = patterns.LINE_COMMENTS if _begins_line(text, start) else patterns.LINE_COMMENT
        end = patterns.end_of(run, text, start)
        # Whether the next line goes on with the run is decided by its first two characters.
        examined = patterns.end_of(patterns.BLANK_LINE_START, text, end) + 2
        return end, Piece(PieceKind.COMMENT, text[start:end], examined - start)
    end, examined = patterns.block_comment(text, start)
    return end, Piece(PieceKind.COMMENT, text[start:end], examined - start)


def _begins_line(text: str, position: int) -> bool:
    while position > 0 and text[position - 1] in " \t\f\v":
        position -= 1
    return position == 0 or text[position - 1] in "\r\n\ufeff"


class _Declaration:
    """One pass from the first token of a declaration, a definition or a macro call to its end."""

    def __init__(self, text: str, start: int, macros: MacroTable, deadline: Deadline) -> None:
        self._text = text
        self._deadline = deadline
        self._start = start
        self._macros = macros
        self._parens = 0
        self._paren_start = start
        self._assigned = False
        self._aggregate = False
        self._body = -1
        self._kind = PieceKind.DECLARATION
        self._is_knr = False
        self._broken = False
        self._holes: list[tuple[int, int]] = []
        self._examined = start
        self._end = -1

    def run(self) -> tuple[int, Piece]:
        """Return the end of the piece and the piece."""
        text, position = self._text, self._start
        steps = 0
        while self._end < 0:
            steps += 1
            if steps % STEPS == 0:
                self._deadline.check()
            found = _SIGNATURE.search(text, position)
            if found is None:
                self._broken = True
                self._finish(len(text.rstrip()))
                self._examined = len(text) + 1
                break
            position = self._step(found)
        return self._end, self._piece()

    def _piece(self) -> Piece:
        start, end = self._start, self._end
        return Piece(
            kind=self._kind,
            text=self._text[start:end],
            examined=max(self._examined, end) - start,
            body=self._body - start if self._body >= 0 else -1,
            broken=self._broken,
            holes=tuple((a - start, b - start) for a, b in self._holes if b <= end),
        )

    def _finish(self, end: int) -> int:
        self._end = max(end, self._start + 1)
        return self._end

    def _cut(self, position: int) -> int:
        """End the piece by force before `position`, leaving what is above it to the next piece."""
        self._broken = True
        self._examined = max(self._examined, position + 2)
        return self._finish(patterns.before_trivia(self._text, self._start, position, self._holes))

    def _step(self, found: re.Match[str]) -> int:
        character = self._text[found.start()]
        if character == "/":
            return self._skip_comment(found)
        if character in "\r\n":
            self._bare_macro(found)
            return found.end() if self._end >= 0 else self._line(found.end())
        if character == "(":
            if self._parens == 0:
                self._paren_start = found.start()
            self._parens += 1
        elif character == ")":
            return self._close_paren(found.start())
        elif character == "{":
            return self._open_brace(found.start())
        elif character == "}":
            return self._cut(found.start())
        elif character == ";" and self._parens == 0:
            return self._semicolon(found.end())
        elif character == "=" and self._parens == 0:
            self._assigned = True
        return found.end()

    def _skip_comment(self, found: re.Match[str]) -> int:
        end = found.end()
        if self._text[found.start() + 1] == "*":
            end, examined = patterns.block_comment(self._text, found.start())
            self._examined = max(self._examined, examined)
        self._holes.append((found.start(), end))
        return end

    def _line(self, position: int) -> int:
        """Look at the first character of the next line that is not blank."""
        text = self._text
        if position >= len(text):
            return position
        character = text[position]
        if character == "#":
            return self._directive(position)
        if text[position - 1] in "\r\n" and (character.isalpha() or character == "_"):
            self._next_definition(position)
        return position

    def _bare_macro(self, gap: re.Match[str]) -> None:
        """End at a blank line behind a single word such as `__BEGIN_DECLS`."""
        text = self._text
        word = _FIRST_WORD.match(text, self._start)
        if word is None or word.end() != gap.start():
            return
        self._examined = max(self._examined, gap.end() + 1)
        is_macro = word[0].isupper() or word[0].startswith("__")
        if is_macro and gap[0].replace("\r\n", "\n").count("\n") > 1:
            self._kind = PieceKind.MACRO_CALL
            self._finish(word.end())

    def _next_definition(self, position: int) -> None:
        """Cut where a line in column 0 opens a definition that what is above cannot start."""
        self._examined = max(self._examined, position + patterns.LOOKAHEAD)
        if self._parens == 0 and not (self._aggregate or self._assigned):
            end = patterns.before_trivia(self._text, self._start, position, self._holes)
            if self._text[end - 1] != ")":
                return
            pending = _without_annotations(self._last_code(end), self._macros)
            if not pending.rstrip().endswith(")"):
                return
        if patterns.is_definition_head(self._text, position) or (
            self._aggregate and patterns.STORAGE.match(self._text, position)
        ):
            self._cut(position)

    def _directive(self, position: int) -> int:
        text = self._text
        end = patterns.end_of(patterns.DIRECTIVE, text, position)
        self._examined = max(self._examined, end + 2)
        name = patterns.directive_name(text, position)
        if name in patterns.ALTERNATIVE_DIRECTIVES:
            skipped, examined = patterns.skip_alternatives(text, end)
            self._examined = max(self._examined, examined)
            following = patterns.end_of(patterns.GAPS, text, skipped)
            self._examined = max(self._examined, following + 1)
            goes_on = self._parens > 0 or text[following : following + 1] in (
                "{",
                ",",
                ")",
                "=",
                ";",
            )
            if self._body < 0 and not goes_on:
                return self._cut(position)
            end = skipped
        elif name in ("define", "undef", "include") and self._parens == 0 and self._body < 0:
            return self._cut(position)
        self._holes.append((position, end))
        return end

    def _close_paren(self, position: int) -> int:
        self._parens = max(0, self._parens - 1)
        if self._parens == 0 and self._ends_macro_call(position + 1):
            self._kind = PieceKind.MACRO_CALL
            return self._finish(position + 1)
        return position + 1

    def _ends_macro_call(self, end: int) -> bool:
        """Say whether `NAME(...)` is all, for the next declaration starts on a line of its own."""
        text = self._text
        word = _FIRST_WORD.match(text, self._start)
        if word is None or text[word.end() : self._paren_start].strip():
            return False
        if self._macros.is_annotation_call(word[0]):
            return False
        following = patterns.end_of(patterns.SPACES, text, end)
        self._examined = max(self._examined, following + 1)
        line_ended = any(it in "\r\n" for it in text[end:following])
        if following >= len(text) or not line_ended:
            return False
        after = patterns.end_of(patterns.GAPS, text, following)
        self._examined = max(self._examined, after + patterns.LOOKAHEAD)
        character = text[after : after + 1]
        if character == "#":
            return not self._goes_on_behind_alternatives(after)
        in_column_0 = text[following - 1] in "\r\n"
        if not in_column_0 or not (character.isalpha() or character == "_"):
            return character == ""
        if word[0].isupper() and _NAME_AND_PARAMETERS.match(
            text, after, after + patterns.LOOKAHEAD
        ):
            return False
        return not self._has_knr_declarations(end)

    def _goes_on_behind_alternatives(self, position: int) -> bool:
        """Say whether, behind the other heads that an `#if` offers, the body follows."""
        name = patterns.directive_name(self._text, position)
        end = patterns.end_of(patterns.DIRECTIVE, self._text, position)
        if name in patterns.ALTERNATIVE_DIRECTIVES:
            end, examined = patterns.skip_alternatives(self._text, end)
            self._examined = max(self._examined, examined)
        elif name != "endif":
            return False
        following = patterns.end_of(patterns.GAPS, self._text, end)
        self._examined = max(self._examined, following + 1)
        return self._text.startswith("{", following)

    def _open_brace(self, position: int) -> int:
        in_column_0 = position == 0 or self._text[position - 1] in "\r\n"
        if self._parens > 0 and not in_column_0:
            return self._skip_body(position)
        self._parens = 0
        head = self._code(position)
        if self._assigned:
            return self._skip_body(position)
        if _opens_aggregate(head, self._macros):
            self._aggregate = True
            if self._body < 0:
                self._body = position
            return self._skip_body(position)
        self._body = position
        if re.search(r"\bextern\s*$", head):
            self._body = -1
            self._kind = PieceKind.OPENING
            return self._finish(position + 1)
        if ")" in head and _KEYWORD_FIRST.match(head) is None:
            self._kind = PieceKind.FUNCTION
        end = self._skip_body(position)
        return end if self._end >= 0 else self._finish(end)

    def _skip_body(self, position: int) -> int:
        body: Body = scan_body(self._text, position, self._deadline)
        self._examined = max(self._examined, body.examined)
        if body.broken:
            self._broken = True
        if not body.closed:
            return self._finish(body.end)
        self._holes.append((position + 1, body.end - 1))
        return body.end

    def _semicolon(self, end: int) -> int:
        if self._body < 0 and self._is_macro_statement(end - 1):
            self._kind = PieceKind.MACRO_CALL
            return self._finish(end)
        if self._is_knr:
            return end
        if self._body < 0 and not self._assigned and self._parens == 0:
            head = self._code(end - 1)
            close = head.rfind(")")
            names = _KNR_NAMES.search(head)
            if names is not None and head[close + 1 :].strip() and names.end() == close + 1:
                self._examined = max(self._examined, end + patterns.LOOKAHEAD)
                if self._has_knr_declarations(self._start + close + 1):
                    self._is_knr = True
                    return end
        return self._finish(end)

    def _is_macro_statement(self, end: int) -> bool:
        """Say whether all before the semicolon is `NAME(...)`, whose arguments may be anything."""
        word = _FIRST_WORD.match(self._text, self._start)
        if word is None or not word[0].isupper():
            return False
        before = self._text[word.end() : self._paren_start]
        return not before.strip() and self._text[self._start : end].rstrip().endswith(")")

    def _has_knr_declarations(self, close: int) -> bool:
        """Say whether what follows the `)` before `close` declares its names, up to a brace."""
        text = self._text
        found = _KNR_DECLARATIONS.match(text, close, close + patterns.LOOKAHEAD)
        names = re.search(r"\(([^()]*)\)$", self._code(close))
        if found is None or names is None:
            return False
        # A parameter without a declaration is an int, so one that has one is enough.
        return any(
            re.search(rf"\b{re.escape(it)}\b", found[0])
            for it in names[1].replace(",", " ").split()
        )

    def _last_code(self, end: int) -> str:
        """Return no more of the code before `end` than a decision may look at."""
        start = max(self._start, end - patterns.LOOKAHEAD)
        holes: list[tuple[int, int]] = []
        for hole in reversed(self._holes):
            if hole[1] <= start:
                break
            start = hole[1] if hole[0] < start else start
            holes.append(hole)
        return patterns.blanked(self._text, min(start, end), end, holes)

    def _code(self, end: int) -> str:
        """Return the piece so far with its holes and literals blanked, offsets unchanged."""
        return patterns.blanked(self._text, self._start, end, self._holes)


def _without_annotations(head: str, macros: MacroTable) -> str:
    return _CALL.sub(
        lambda found: (
            " " * len(found[0])
            if macros.is_annotation_call(found[0].split("(")[0].strip())
            else found[0]
        ),
        head,
    )


def _opens_aggregate(head: str, macros: MacroTable) -> bool:
    found = _AGGREGATE.search(_without_annotations(head, macros))
    return found is not None and _AGGREGATE_REST.fullmatch(found["rest"]) is not None
