"""Own how a comment with tags is read (`@param name text`): JSDoc, TSDoc and Javadoc.

A dialect says how each spells its tags; this module must not know the code that a comment
describes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from glossator_indexer.styles.frames import Framed, framed, last_filled, text_of
from glossator_indexer.styles.parsed import Entry, ParsedDoc, Part
from glossator_indexer.styles.prose import one_line
from glossator_indexer.types import DocFields

_TAG = re.compile(r"[ \t]*(?P<command>[@\\])(?P<tag>[a-z]\w*)(?![\w.(])(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one style spells tags.

    Names of tags come without their command character, the one that is written first. `name`
    matches what stands between a parameter's tag and its text, with a group `name`; `type_name` the
    same for a type parameter, `raised` for an exception. `openings` are those of its comments. A
    tag that `documents_other` says that the comment describes something else than the code below.
    `summary` are tags before a summary, `details` before details. `fences` are pairs of what opens
    and closes code. `escaped` and `unescaped` turn words into ones that hold no markup, and back.
    """

    id: str
    openings: tuple[str, ...]
    commands: str
    parameter: tuple[str, ...]
    type_parameter: tuple[str, ...]
    returns: tuple[str, ...]
    raises: tuple[str, ...]
    name: re.Pattern[str]
    type_name: re.Pattern[str]
    raised: re.Pattern[str]
    documents_other: frozenset[str]
    fences: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    escaped: Callable[[str], str]
    unescaped: Callable[[str], str]
    yields: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    separator: str = " "
    type_brackets: bool = False


@dataclass(frozen=True, slots=True)
class Scanned:
    """A comment taken apart: its frame, its entries, and their texts in the same order.

    `heads` are what stood between a tag and its text (a type, a name), `tags` the tags as written.
    """

    frame: Framed
    entries: tuple[Entry, ...]
    texts: tuple[str, ...]
    heads: tuple[str, ...]
    tags: tuple[str, ...]


def scan(comment: str, dialect: Dialect) -> Scanned | None:
    """Take a comment apart, None where it is none of this dialect or describes something else."""
    frame = framed(comment)
    if frame is None or frame.opening not in dialect.openings:
        return None
    if any(it.tag in dialect.documents_other for it in _tags(frame, dialect)):
        return None
    return _Scanner(frame, dialect).run()


def parsed(comment: str, dialect: Dialect) -> ParsedDoc | None:
    """Return what a comment says and where, None where it is none of this dialect."""
    scanned = scan(comment, dialect)
    if scanned is None:
        return None
    said = list(zip(scanned.entries, map(dialect.unescaped, scanned.texts), strict=True))
    fields = DocFields(
        summary=one_line(next((text for it, text in said if it.part is Part.SUMMARY), "")),
        parameters=tuple((it.label, text) for it, text in said if it.part is Part.PARAMETER),
        returns=next((text for it, text in said if it.part is Part.RETURNS), None) or None,
        details="\n\n".join(text for it, text in said if it.part is Part.DETAILS) or None,
        raises=tuple((it.label, text) for it, text in said if it.part is Part.RAISES),
        sections=tuple(
            (tag, text)
            for (it, text), tag in zip(said, scanned.tags, strict=True)
            if it.part is Part.SECTION
        ),
    )
    frame = scanned.frame
    own_lines = frame.closes_alone and (not frame.lines[0] or not frame.opening.startswith("/*"))
    own_lines &= len({it.first for it in scanned.entries}) == len(scanned.entries)
    return ParsedDoc("", None, fields, scanned.entries if own_lines else ())


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag at the start of a line."""

    line: int
    tag: str
    rest: str
    column: int


def _tags(frame: Framed, dialect: Dialect) -> Iterator[_Tag]:
    closing: re.Pattern[str] | None = None
    for number, line in enumerate(frame.lines):
        if closing is not None:
            if closing.search(line):
                closing = None
            continue
        match = _TAG.match(line)
        if match and match["command"] in dialect.commands:
            yield _Tag(number, match["tag"], match["rest"], match.start("rest"))
        for opens, closes in dialect.fences:
            opened = opens.search(line)
            if opened is not None and not closes.search(line, opened.end()):
                closing = closes


@dataclass(slots=True)
class _Scanner:
    """One reading of a comment, stretch by stretch."""

    frame: Framed
    dialect: Dialect
    entries: list[Entry] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def run(self) -> Scanned:
        lines = self.frame.lines
        tags = list(_tags(self.frame, self.dialect))
        first = tags[0].line if tags else len(lines)
        self._prose(0, first)
        for tag, behind in zip_longest(tags, tags[1:]):
            if tag is not None:
                self._tag(tag, len(lines) if behind is None else behind.line)
        return Scanned(
            self.frame,
            tuple(self.entries),
            tuple(self.texts),
            tuple(self.heads),
            tuple(self.tags),
        )

    def _prose(self, first: int, end: int) -> None:
        """Read paragraphs: the first of the comment is its summary."""
        for begin, stop in self._paragraphs(first, end):
            has_summary = any(it.part is Part.SUMMARY for it in self.entries)
            part = Part.DETAILS if has_summary else Part.SUMMARY
            if part is Part.DETAILS and self.entries[-1].part is Part.DETAILS:
                self._extend(stop)
            else:
                self._add(part, "", begin, stop, "\n".join(self.frame.lines[begin:stop]))

    def _paragraphs(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where paragraphs begin and end; an empty line in code ends none."""
        lines = self.frame.lines
        begin = -1
        for at in range(first, end):
            if lines[at].strip():
                begin = at if begin < 0 else begin
            elif begin >= 0 and not _is_fenced(lines, begin, at, self.dialect):
                yield begin, at
                begin = -1
        if begin >= 0:
            yield begin, last_filled(lines, begin, end)

    def _extend(self, end: int) -> None:
        """Let the last entry go on to a line."""
        last = self.entries[-1]
        self.entries[-1] = replace(last, end=end)
        self.texts[-1] = "\n".join(self.frame.lines[last.first : end])

    def _tag(self, tag: _Tag, end: int) -> None:
        self._tagged(tag, last_filled(self.frame.lines, tag.line, end))

    def _tagged(self, tag: _Tag, end: int) -> None:
        dialect = self.dialect
        more = self.frame.lines[tag.line + 1 : end]
        for names, part, pattern in (
            (dialect.parameter, Part.PARAMETER, dialect.name),
            (dialect.type_parameter, Part.PARAMETER, dialect.type_name),
            (dialect.raises, Part.RAISES, dialect.raised),
        ):
            match = pattern.match(tag.rest) if tag.tag in names else None
            if match is not None:
                self._named(tag, part, match, end)
                return
        if tag.tag in dialect.summary and not any(it.part is Part.SUMMARY for it in self.entries):
            self._add(Part.SUMMARY, "", tag.line, end, text_of(tag.rest, more), tag=tag.tag)
        elif tag.tag in dialect.details:
            self._add(Part.DETAILS, "", tag.line, end, text_of(tag.rest, more), tag=tag.tag)
        elif tag.tag in (*dialect.returns, *dialect.yields):
            self._returns(tag, more, end)
        else:
            self._add(Part.SECTION, tag.tag, tag.line, end, text_of(tag.rest, more), tag=tag.tag)

    def _returns(self, tag: _Tag, more: tuple[str, ...], end: int) -> None:
        head, rest = "", tag.rest
        if self.dialect.type_brackets and (braces := _BRACES.match(rest)):
            head, rest = braces[0], rest[braces.end() :]
        text = text_of(_DASH.sub("", rest, count=1), more)
        self._add(Part.RETURNS, "", tag.line, end, text, head=head, tag=tag.tag)

    def _named(self, tag: _Tag, part: Part, match: re.Match[str], end: int) -> None:
        at = tag.column + match.start("name")
        more = self.frame.lines[tag.line + 1 : end]
        # One tag may describe several names, `@param a,b text`.
        for found in _NAME.finditer(match["name"]):
            name = found[0]
            label = f"<{name}>" if tag.tag in self.dialect.type_parameter else name
            span = self.frame.span(tag.line, at + found.start(), at + found.end())
            self.entries.append(Entry(part, label, tag.line, end, span))
            self.texts.append(text_of(tag.rest[match.end() :], more))
            self.heads.append(tag.rest[: match.start("name")])
            self.tags.append(tag.tag)

    def _add(
        self,
        part: Part,
        label: str,
        first: int,
        end: int,
        text: str,
        *,
        head: str = "",
        tag: str = "",
    ) -> None:
        self.entries.append(Entry(part, label, first, end))
        self.texts.append(text.strip("\n"))
        self.heads.append(head)
        self.tags.append(tag)


_BRACES = re.compile(r"\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")
_NAME = re.compile(r"[^\s,]+")
_DASH = re.compile(r"^\s*[-–—]\s+")


def _is_fenced(lines: tuple[str, ...], first: int, blank: int, dialect: Dialect) -> bool:
    """Say whether a blank line stands in code that was opened since `first`."""
    text = "\n".join(lines[first:blank])
    for opens, closes in dialect.fences:
        begins = [it.end() for it in opens.finditer(text)]
        if begins and not closes.search(text, begins[-1]):
            return True
    return False
