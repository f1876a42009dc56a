"""Own the Google and NumPy styles of docstring: sections under titles, entries within.

Both are read by one scanner; how each writes a title and an entry is in its `Sections`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from glossator_indexer.styles.docstrings import (
    SPEAKS_OF_VALUE,
    as_literal,
    docstring_width,
    fields_of,
    hanging,
    opened,
    prose_of,
    wanted_in_docstring,
    with_code_marked,
)
from glossator_indexer.styles.frames import Framed, framed_docstring, last_filled, text_of
from glossator_indexer.styles.judging import Described, error, judged
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import Entry, ParsedDoc, Part
from glossator_indexer.styles.tagged_layout import in_order
from glossator_indexer.styles.wanted import Wanted
from glossator_indexer.styles.wrapping import flow
from glossator_indexer.types import DocFields, Finding, Symbol

_TITLES = {
    "args": "parameters",
    "arguments": "parameters",
    "parameters": "parameters",
    "params": "parameters",
    "other parameters": "parameters",
    "keyword args": "parameters",
    "keyword arguments": "parameters",
    "returns": "returns",
    "return": "returns",
    "yields": "returns",
    "yield": "returns",
    "raises": "raises",
    "raise": "raises",
}
_OTHER_TITLES = frozenset(
    [
        "attributes",
        "example",
        "examples",
        "note",
        "notes",
        "references",
        "see",
        "todo",
        "todos",
        "warning",
        "warnings",
        "warns",
        "methods",
        "receives",
        "important",
        "tip",
        "hint",
        "caution",
        "danger",
        "attention",
        "usage",
    ]
) | {"see also", "side effects"}
_GOOGLE_TITLE = re.compile(r"(?P<title>[A-Z][A-Za-z]*(?: [A-Za-z]+)?):\s*$")
# A value that is told on the line of its title.
_GOOGLE_VALUE = re.compile(r"(?:Returns?|Yields?):\s+")
_NUMPY_RULE = re.compile(r"-{3,}\s*$")
_GOOGLE_ENTRY = re.compile(
    r"(?P<name>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?:\((?P<type>[^:]*?)\))?\s*:(?!:)\s?"
)
_RAISED = re.compile(r"(?P<name>[\w.~`:]+)\s*:(?!:)\s?")
_NUMPY_ENTRY = re.compile(r"(?P<name>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
_NAME = re.compile(r"\*{0,2}[\w.]+")
_QUOTED = re.compile(r"(['\"])([^'\"]+)\1")
_ITERATOR = re.compile(r"(?:\w+\.)*(?:Async)?(?:Iterator|Iterable|Generator)")
_INDENT = 4


@dataclass(frozen=True, slots=True)
class Sections:
    """One of the two styles."""

    id: str
    is_numpy: bool


GOOGLE = Sections("google", is_numpy=False)
NUMPY = Sections("numpy", is_numpy=True)


@dataclass(frozen=True, slots=True)
class _Title:
    """A section's title: where it stands, what it opens, how many lines it takes."""

    line: int
    words: str
    opens: str
    height: int


@dataclass(slots=True)
class _Scan:
    """One reading of a docstring."""

    frame: Framed
    style: Sections
    entries: list[Entry] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def run(self) -> None:
        lines = self.frame.lines
        titles = list(self.titles())
        for entry, text in prose_of(lines, titles[0].line if titles else len(lines)):
            self.entries.append(entry)
            self.texts.append(text)
        for at, title in enumerate(titles):
            end = titles[at + 1].line if at + 1 < len(titles) else len(lines)
            stop = self._end_of_section(title, end)
            self._section(title, last_filled(lines, title.line, stop))
            self._loose(stop, end)

    def titles(self) -> Iterator[_Title]:
        lines = self.frame.lines
        for at, line in enumerate(lines):
            if self.style.is_numpy:
                is_ruled = at + 1 < len(lines) and _NUMPY_RULE.fullmatch(lines[at + 1])
                if line.strip() and is_ruled and not line.startswith(" "):
                    words = line.strip()
                    yield _Title(at, words, _TITLES.get(words.lower(), ""), 2)
                continue
            match = _GOOGLE_TITLE.fullmatch(line)
            if match is None:
                continue
            words = match["title"]
            opens = _TITLES.get(words.lower(), "")
            is_known = opens or words.lower() in _OTHER_TITLES
            # A title has lines below it that are set in.
            if is_known and any(it.startswith((" ", "\t")) for it in lines[at + 1 : at + 3]):
                yield _Title(at, words, opens, 1)

    def _end_of_section(self, title: _Title, end: int) -> int:
        """Return where a section ends: in Google's style, whatever is not set in is outside."""
        first = title.line + title.height
        lines = self.frame.lines
        outside = (at for at in range(first, end) if lines[at][:1].strip())
        return end if self.style.is_numpy else next(outside, end)

    def _loose(self, first: int, end: int) -> None:
        """Take in what stands between two sections, paragraph by paragraph."""
        lines = self.frame.lines
        starts = [
            at
            for at in range(first, end)
            if lines[at][:1].strip() and (at == first or not lines[at - 1].strip())
        ]
        for at, stop in pairwise([*starts, end]):
            last = last_filled(lines, at, stop)
            text = "\n".join(lines[at:last])
            said = _GOOGLE_VALUE.match(text)
            part = Part.SECTION if said is None else Part.RETURNS
            self._add(part, "", at, last, text if said is None else text[said.end() :])

    def _section(self, title: _Title, end: int) -> None:
        lines = self.frame.lines
        body = title.line + title.height
        if title.opens == "parameters" and body < end:
            self.entries.append(Entry(Part.HEADING, "parameters", title.line, body))
            self.texts.append("")
            self._listed(Part.PARAMETER, body, end)
        elif title.opens == "raises" and body < end:
            self.entries.append(Entry(Part.HEADING, "raises", title.line, body))
            self.texts.append("")
            self._listed(Part.RAISES, body, end)
        elif title.opens == "returns":
            self._add(Part.RETURNS, "", title.line, end, self._value(lines[body:end]))
        else:
            self._add(Part.SECTION, title.words, title.line, end, text_of("", lines[body:end]))

    def _value(self, lines: tuple[str, ...]) -> str:
        """Return what is said of the value, without its type where it is one value."""
        text = text_of("", lines)
        first, _, rest = text.partition("\n")
        is_one = bool(rest) and all(it.startswith(" ") for it in rest.split("\n") if it)
        if self.style.is_numpy and is_one and not first.startswith(" "):
            return text_of("", tuple(rest.split("\n")))
        return text

    def _listed(self, part: Part, first: int, end: int) -> None:
        lines = self.frame.lines
        margin = min(
            (len(it) - len(it.lstrip()) for it in lines[first:end] if it.strip()), default=0
        )
        begins = [
            at
            for at in range(first, end)
            if lines[at].strip() and len(lines[at]) - len(lines[at].lstrip()) == margin
        ]
        for at, begin in enumerate(begins):
            stop = begins[at + 1] if at + 1 < len(begins) else end
            self._entry(part, begin, last_filled(lines, begin, stop), margin)

    def _entry(self, part: Part, first: int, end: int, margin: int) -> None:
        line = self.frame.lines[first][margin:]
        match = self._pattern(part).match(line)
        more = self.frame.lines[first + 1 : end]
        if match is None:
            # Not an entry: words that go on from the one above it, or a sentence of a person's own.
            label = line.strip() if part is Part.RAISES else ""
            self._add(part if label else Part.SECTION, label, first, end, text_of("", more))
            return
        rest = "" if self.style.is_numpy else line[match.end() :]
        text = "\n".join([rest.strip(), text_of("", more)]).strip("\n")
        if part is Part.RAISES:
            self._add(part, match["name"].strip("`~:"), first, end, text)
            return
        for found in _NAME.finditer(match["name"]):
            start = margin + match.start("name") + found.start()
            span = self.frame.span(first, start, start + len(found[0]))
            self.entries.append(Entry(part, found[0].strip("`~:"), first, end, span))
            self.texts.append(text)

    def _pattern(self, part: Part) -> re.Pattern[str]:
        if self.style.is_numpy:
            return _NUMPY_ENTRY
        return _RAISED if part is Part.RAISES else _GOOGLE_ENTRY

    def _add(self, part: Part, label: str, first: int, end: int, text: str) -> None:
        self.entries.append(Entry(part, label, first, end))
        self.texts.append(text)


def parse(comment: str, style: Sections) -> ParsedDoc | None:
    """Return what a docstring says, None where it is no plain literal or in another style."""
    scan = _scanned(comment, style)
    if scan is None:
        return None
    entries = tuple(scan.entries) if scan.frame.closes_alone else ()
    return ParsedDoc("", None, fields_of(scan.entries, scan.texts), entries)


def wanted(symbol: Symbol) -> Wanted:
    """Return what a complete docstring describes, with the stars of `*args`."""
    return wanted_in_docstring(symbol)


def check(comment: str, symbol: Symbol, style: Sections) -> tuple[Finding, ...]:
    """Return what is wrong with a docstring of `symbol`, by line."""
    scan = _scanned(comment, style)
    if scan is None:
        return (error(f"not-{style.id}", f"this is no docstring in the style {style.id}"),)
    names = {it.path: it for it in wanted(symbol).names}
    entries = [
        # People leave out the stars as often as not.
        it
        if it.part is not Part.PARAMETER or it.label in names
        else Entry(it.part, _starred(it.label, names), it.first, it.end, it.name)
        for it in scan.entries
    ]
    return judged(Described.read(entries, scan.texts, SPEAKS_OF_VALUE), wanted(symbol), symbol)


def render(fields: DocFields, symbol: Symbol, options: RenderOptions, style: Sections) -> str:
    """Write the whole docstring, each line with the symbol's indent."""
    width = docstring_width(symbol, options)
    plain = _marked if style.is_numpy else _plain
    words, body = opened(in_order(fields, wanted(symbol)), width, options, plain)
    write = _NumpyWriter(width) if style.is_numpy else _GoogleWriter(width)
    if words.parameters:
        body += ["", *write.entries(write.parameters, words.parameters, symbol)]
    if words.returns and words.returns.strip():
        body += ["", *write.returns(words.returns, symbol)]
    if words.raises:
        body += ["", *write.entries("Raises", words.raises, symbol)]
    for title, text in words.sections:
        body += ["", *write.section(title, text)]
    return as_literal(body or [""], symbol, options)


def _marked(text: str) -> str:
    """Return plain words with code in them as reStructuredText reads it."""
    return _plain(with_code_marked(text))


def _plain(text: str) -> str:
    """Keep a line of words from being taken for a title or a rule."""
    lines = text.split("\n")
    return "\n".join(
        f"{it.rstrip().removesuffix(':')}." if _looks_like_a_title(it) else it
        for it in lines
        if not _NUMPY_RULE.fullmatch(it.strip())
    )


def _looks_like_a_title(line: str) -> bool:
    words = line.strip().removesuffix(":").lower()
    is_known = words in _TITLES or words in _OTHER_TITLES
    return is_known or _GOOGLE_TITLE.fullmatch(line) is not None


@dataclass(frozen=True, slots=True)
class _GoogleWriter:
    """Titles with a colon, entries of one line where they fit."""

    width: int
    parameters: str = "Args"

    def entries(
        self, title: str, described: tuple[tuple[str, str], ...], symbol: Symbol
    ) -> list[str]:
        """Return a section of names with their texts."""
        del symbol
        lines, margin = [f"{title}:"], " " * _INDENT
        for name, text in described:
            lines += hanging(f"{margin}{name}: ", text, self.width, 2 * _INDENT)
        return lines

    def returns(self, text: str, symbol: Symbol) -> list[str]:
        """Return the section of the value."""
        return [f"{'Yields' if symbol.is_generator else 'Returns'}:", *_set_in(text, self.width)]

    def section(self, title: str, text: str) -> list[str]:
        """Return any other section."""
        return [f"{title}:", *_set_in(text, self.width)]


@dataclass(frozen=True, slots=True)
class _NumpyWriter:
    """Titles above a rule, entries with their texts below them."""

    width: int
    parameters: str = "Parameters"

    def entries(
        self, title: str, described: tuple[tuple[str, str], ...], symbol: Symbol
    ) -> list[str]:
        """Return a section of names with their texts."""
        types = {it.name: it for it in symbol.parameters}
        lines = [title, "-" * len(title)]
        for name, text in described:
            parameter = types.get(name)
            kind = _unquoted(parameter.type) if parameter is not None else ""
            if kind and parameter is not None and parameter.default is not None:
                kind += ", optional"
            lines += [f"{name} : {kind}" if kind else name, *_set_in(text, self.width)]
        return lines

    def returns(self, text: str, symbol: Symbol) -> list[str]:
        """Return the section of the value, which begins with its type."""
        title = "Yields" if symbol.is_generator else "Returns"
        head = [title, "-" * len(title)]
        if "\n " in text:
            # Several values, each with its type, as a person wrote them.
            return [*head, *text.split("\n")]
        kind = _unquoted(symbol.return_type or "") or "object"
        return [*head, _yielded(kind) if symbol.is_generator else kind, *_set_in(text, self.width)]

    def section(self, title: str, text: str) -> list[str]:
        """Return any other section."""
        return [title, "-" * len(title), *flow(_plain(text), self.width)]


def _unquoted(annotation: str) -> str:
    """Return a type without the quotes that a name from further below needs."""
    quoted = _QUOTED.fullmatch(annotation)
    return annotation if quoted is None else quoted[2]


def _yielded(kind: str) -> str:
    """Return what an iterator's type says that it yields, the type itself where it says nothing."""
    try:
        node = ast.parse(kind, mode="eval").body
    except (SyntaxError, ValueError):
        return kind
    if not isinstance(node, ast.Subscript) or not _ITERATOR.fullmatch(ast.unparse(node.value)):
        return kind
    first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
    return ast.get_source_segment(kind, first) or kind


def _set_in(text: str, width: int) -> list[str]:
    margin = " " * _INDENT
    return [(margin + it).rstrip() for it in flow(_plain(text), width - _INDENT)]


def _scanned(comment: str, style: Sections) -> _Scan | None:
    frame = framed_docstring(comment)
    if frame is None:
        return None
    other = NUMPY if style is GOOGLE else GOOGLE
    foreign = _Scan(frame, other)
    if any(it.opens for it in foreign.titles()):
        return None
    scan = _Scan(frame, style)
    scan.run()
    return scan


def _starred(label: str, names: Container[str]) -> str:
    return next((it for it in (f"*{label}", f"**{label}") if it in names), label)
