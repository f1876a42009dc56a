"""Own how a Doxygen comment is read: its frame, its commands, what stands where.

It must not know the code that the comment stands above; that is for the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from glossator_indexer.styles.parsed import Part
from glossator_indexer.types import Span

BRIEF = frozenset({"brief", "short"})
DETAILS = frozenset({"details"})
PARAMETER = frozenset({"param", "tparam"})
RETURNS = frozenset({"return", "returns", "result"})
RAISES = frozenset({"throws", "throw", "exception"})
# Each of them opens a section of its own; those of the second line take a word before their text.
SECTIONS = frozenset(
    {
        *("note", "warning", "attention", "remark", "remarks", "see", "sa", "since", "version"),
        *("deprecated", "todo", "bug", "pre", "post", "invariant", "author", "authors", "date"),
        *("copyright", "test", "ingroup", "internal", "headerfile", "relates", "related"),
        *("relatesalso", "memberof", "hideinitializer", "showinitializer", "callgraph"),
        *("par", "retval"),
    }
)
OPENS_SECTION = BRIEF | DETAILS | PARAMETER | RETURNS | RAISES | SECTIONS
# What these say is about something else than the declaration below.
ELSEWHERE = frozenset(
    {
        *("file", "dir", "mainpage", "page", "defgroup", "addtogroup", "weakgroup", "name"),
        *("def", "fn", "var", "typedef", "struct", "class", "enum", "union", "namespace"),
        *("property", "interface", "protocol", "category", "package", "concept", "example"),
        *("copydoc", "overload", "idlexcept", "section", "subsection", "subsubsection", "{", "}"),
    }
)
# Nothing is read until the word that closes it.
VERBATIM = {
    **{it: f"end{it}" for it in ("code", "verbatim", "dot", "msc", "htmlonly", "latexonly")},
    **{it: f"end{it}" for it in ("rtfonly", "manonly", "xmlonly", "docbookonly", "cond", "link")},
    "startuml": "enduml",
    "f[": "f]",
    "f{": "f}",
    "f$": "f$",
    "f(": "f)",
    "if": "endif",
    "ifnot": "endif",
    "parblock": "endparblock",
    "secreflist": "endsecreflist",
}
_BLOCK_OPENING = re.compile(r"[ \t]*(?P<opening>/\*[*!])(?![*</])")
_LINE_OPENING = re.compile(r"[ \t]*(?P<mark>///|//!)(?![/<])")
# `{@code x}` is a word of JavaDoc's inside of a line.
COMMAND = re.compile(r"(?<![@\\\w{])(?P<mark>[@\\])(?P<word>[A-Za-z]+|f[\[\]{}$()]|[{}])")
_NAME = re.compile(
    r"[ \t]*(?P<direction>\[[ \t]*(?:in|out)(?:[ \t]*,?[ \t]*(?:in|out))?[ \t]*\])?[ \t]*"
    r"[*&]*(?P<names>(?:[\w$]+(?:\.\.\.)?|\.\.\.)(?:[ \t]*,[ \t]*[\w$]+)*)?"
    r"(?P<colon>[ \t]*:(?=\s|$))?"
)
_WORD = re.compile(r"[ \t]*(?P<word>[^\s]+)?")
_TO_THE_END = re.compile(r"[ \t]*(?P<word>[^\n]*)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comment without its frame; `column` is where in the whole line it begins."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What a command opens, to the next one or an empty line: whole lines unless `is_inside`.

    `command` is "" for prose, `label` the name that it speaks of, `name` where that is written.
    `end` is the line behind its last one with words.
    """

    part: Part
    command: str
    label: str
    text: str
    first: int
    end: int
    name: Span | None = None
    is_inside: bool = False


@dataclass(frozen=True, slots=True)
class Scanned:
    """A comment taken apart; `unclosed` names what is opened and never closed."""

    opening: str
    lines: tuple[Line, ...]
    pieces: tuple[Piece, ...]
    commands: tuple[tuple[str, str, int], ...]
    unclosed: str


def scan(comment: str) -> Scanned | None:
    """Take a comment apart, None where it is none that describes what follows it."""
    framed = _framed(comment)
    if framed is None:
        return None
    opening, lines = framed
    commands, unclosed = _commands(lines)
    if any(it.word in ELSEWHERE for it in commands):
        return None
    pieces = tuple(_pieces(comment, lines, commands))
    told = tuple((it.mark, it.word, it.line) for it in commands)
    return Scanned(opening, lines, pieces, told, unclosed)


def _framed(comment: str) -> tuple[str, tuple[Line, ...]] | None:
    written = comment.split("\n")
    block = _BLOCK_OPENING.match(comment)
    if block is None:
        return _framed_lines(written)
    if not comment.endswith("*/") or len(comment) < len("/***/"):
        return None
    lines: list[Line] = []
    for at, line in enumerate(written):
        text = line.rstrip("\r")
        if at == len(written) - 1:
            text = text[: -len("*/")]
            text = text.rstrip("*") if text.strip(" \t*") == "" or text.endswith(" *") else text
        start = block.end() if at == 0 else _frame_end(text)
        lines.append(Line(text[start:].rstrip(), start))
    return block["opening"], tuple(lines)


def _frame_end(text: str) -> int:
    found = re.match(r"[ \t]*\*[ \t]?", text) or re.match(r"[ \t]*", text)
    return 0 if found is None else found.end()


def _framed_lines(written: list[str]) -> tuple[str, tuple[Line, ...]] | None:
    found = [_LINE_OPENING.match(it) for it in written]
    marks = [it["mark"] for it in found if it is not None]
    if len(marks) != len(written):
        return None
    lines: list[Line] = []
    for line, mark in zip(written, found, strict=True):
        start = 0 if mark is None else mark.end()
        text = line.rstrip("\r")
        start += text[start : start + 1] == " "
        lines.append(Line(text[start:].rstrip(), start))
    return marks[0], tuple(lines)


@dataclass(frozen=True, slots=True)
class _Command:
    mark: str
    word: str
    line: int
    start: int
    end: int


def _commands(lines: tuple[Line, ...]) -> tuple[list[_Command], str]:
    """Return the commands outside of code, and what is opened and never closed."""
    found: list[_Command] = []
    closing = ""
    for at, line in enumerate(lines):
        for match in COMMAND.finditer(line.text):
            word = match["word"]
            if closing:
                closing = "" if word == closing else closing
                continue
            closing = VERBATIM.get(word, "")
            found.append(_Command(match["mark"], word, at, match.start(), match.end()))
    return found, closing


def verbatim_lines(texts: list[str]) -> list[bool]:
    """Say of each line whether it belongs to code that keeps its lines, empty ones too."""
    inside: list[bool] = []
    closing = ""
    for text in texts:
        touched = bool(closing)
        for match in COMMAND.finditer(text):
            word = match["word"]
            if closing:
                closing = "" if word == closing else closing
            elif word in VERBATIM and not word.startswith("f$"):
                closing, touched = VERBATIM[word], True
        inside.append(touched)
    return inside


def _pieces(comment: str, lines: tuple[Line, ...], commands: list[_Command]) -> Iterator[Piece]:
    starts = [0]
    for line in comment.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    opening = [it for it in commands if it.word in OPENS_SECTION]
    cuts = [_Command("", "", 0, 0, 0), *opening]
    ends = [(it.line, it.start) for it in opening] + [(len(lines), 0)]
    quoted = verbatim_lines([it.text for it in lines])
    # The first paragraph is the summary where none is marked as such.
    has_summary = any(it.word in BRIEF for it in opening)
    for command, (end_line, end_column) in zip(cuts, ends, strict=True):
        rows = _rows(lines, command, end_line, end_column)
        if command.word and command.word not in DETAILS:
            head, rest = _first_paragraph(rows, quoted)
            yield _opened(lines, starts, command, head)
        elif not command.word and not has_summary:
            head, rest = _first_paragraph(_trimmed(rows), quoted)
            if head:
                has_summary = True
                yield _prose(Part.SUMMARY, lines, head)
        else:
            rest = rows
        rest = _trimmed(rest)
        if rest:
            yield _prose(Part.DETAILS, lines, rest)


Row = tuple[int, int, str]


def _rows(lines: tuple[Line, ...], command: _Command, end_line: int, end_column: int) -> list[Row]:
    """Return the lines from a command to the next: index, column and text of each."""
    rows: list[Row] = []
    for at in range(command.line, min(end_line + 1, len(lines))):
        start = command.end if at == command.line else 0
        end = end_column if at == end_line else len(lines[at].text)
        rows.append((at, start, lines[at].text[start:end]))
    return rows


def _first_paragraph(rows: list[Row], quoted: list[bool]) -> tuple[list[Row], list[Row]]:
    for at, row in enumerate(rows):
        if at and not row[2].strip() and not quoted[row[0]]:
            return rows[:at], rows[at:]
    return rows, []


def _trimmed(rows: list[Row]) -> list[Row]:
    filled = [at for at, row in enumerate(rows) if row[2].strip()]
    return rows[filled[0] : filled[-1] + 1] if filled else []


def _prose(part: Part, lines: tuple[Line, ...], rows: list[Row]) -> Piece:
    first, last = rows[0], rows[-1]
    begins_inside = bool(lines[first[0]].text[: first[1]].strip())
    # `@details` alone on its line belongs to the prose below it.
    is_inside = (
        begins_inside and COMMAND.fullmatch(lines[first[0]].text[: first[1]].strip()) is None
    )
    text = _dedented([it[2] for it in rows])
    return Piece(part, "", "", text, first[0], last[0] + 1, is_inside=is_inside)


def _opened(
    lines: tuple[Line, ...], starts: list[int], command: _Command, rows: list[Row]
) -> Piece:
    first = command.line
    end = max((it[0] for it in rows if it[2].strip()), default=first) + 1
    texts = [it[2] for it in rows]
    word = command.word
    label, name, direction = "", None, ""
    pattern = _pattern_of(word)
    if pattern is not None and (found := pattern.match(texts[0])):
        group = "names" if pattern is _NAME else "word"
        label = found[group] or ""
        if label:
            at = starts[first] + lines[first].column + command.end + found.start(group)
            name = Span(at, at + len(label))
        direction = (found.groupdict().get("direction") or "").replace(" ", "")
        texts[0] = texts[0][found.end() :]
    text = _dedented(texts)
    part = _part_of(word)
    is_inside = bool(lines[first].text[: command.start].strip())
    label = _label_of(word, label)
    if direction:
        text = f"{direction} {text}"
    return Piece(part, word, label, text, first, end, name, is_inside)


def _pattern_of(word: str) -> re.Pattern[str] | None:
    if word in PARAMETER:
        return _NAME
    if word == "par":
        return _TO_THE_END
    return _WORD if word in RAISES or word == "retval" else None


def _label_of(word: str, label: str) -> str:
    if word == "tparam":
        return f"<{label}>" if label else ""
    if word == "param":
        return label if label == "..." else label.removesuffix("...")
    if word in SECTIONS:
        return label.strip() or "par" if word == "par" else f"{word} {label}".strip()
    return label


def _part_of(word: str) -> Part:
    for words, part in (
        (BRIEF, Part.SUMMARY),
        (DETAILS, Part.DETAILS),
        (PARAMETER, Part.PARAMETER),
        (RETURNS, Part.RETURNS),
        (RAISES, Part.RAISES),
    ):
        if word in words:
            return part
    return Part.SECTION


def _dedented(texts: list[str]) -> str:
    first, *rest = texts
    filled = [it for it in rest if it.strip()]
    margin = min((len(it) - len(it.lstrip()) for it in filled), default=0)
    return "\n".join([first.strip(), *(it[margin:].rstrip() for it in rest)]).strip("\n")
