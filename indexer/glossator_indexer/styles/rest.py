"""Own the reST style of docstring: field lists (`:param name: text`), as Sphinx reads them.

It must not know the code; what a docstring should describe is compared elsewhere.
"""

from __future__ import annotations

import re

from glossator_indexer.styles.docstrings import (
    as_literal,
    docstring_width,
    wanted_in_docstring,
    with_code_marked,
)
from glossator_indexer.styles.frames import Framed, framed_docstring
from glossator_indexer.styles.judging import Described, error, judged
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import Entry, ParsedDoc, Part
from glossator_indexer.styles.prose import (
    one_line,
    with_summary_on_one_line,
    within_lines,
)
from glossator_indexer.styles.sections import GOOGLE, NUMPY
from glossator_indexer.styles.sections import parse as parse_sections
from glossator_indexer.styles.tagged_layout import in_order
from glossator_indexer.styles.wanted import Wanted
from glossator_indexer.styles.wrapping import Measure, flow, wrap
from glossator_indexer.types import DocFields, Finding, Symbol

_FIELD = re.compile(r":(?P<field>\w+)(?P<argument>[^:\n]*):(?:\s+|$)")
_PARAMETER = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})
_RETURNS = frozenset({"return", "returns", "yield", "yields"})
_RAISES = frozenset({"raises", "raise", "except", "exception"})
_TYPES = frozenset({"type", "paramtype"})
_TYPES_OF_THE_VALUE = frozenset({"rtype", "ytype"})
_SPEAKS_OF_VALUE = re.compile(r"\b(?:return|yield)(?:s|ed|ing)?\b", re.IGNORECASE)
_LAST_WORD = re.compile(r"\\?\*{0,2}[\w.]+\s*$")
_HANG = 4


def parse(comment: str) -> ParsedDoc | None:
    """Return what a docstring says, None where it is no plain literal or has another's sections."""
    scanned = _scan(comment)
    if scanned is None:
        return None
    frame, entries, texts = scanned
    said = list(zip(entries, texts, strict=True))
    fields = DocFields(
        summary=one_line(next((text for it, text in said if it.part is Part.SUMMARY), "")),
        parameters=tuple((it.label, text) for it, text in said if it.part is Part.PARAMETER),
        returns=next((text for it, text in said if it.part is Part.RETURNS), None) or None,
        details=next((text for it, text in said if it.part is Part.DETAILS), None),
        raises=tuple((it.label, text) for it, text in said if it.part is Part.RAISES),
        sections=tuple((it.label, text) for it, text in said if it.part is Part.SECTION),
    )
    own_lines = frame.closes_alone and len({it.first for it in entries}) == len(entries)
    return ParsedDoc("", None, fields, tuple(entries) if own_lines else ())


def wanted(symbol: Symbol) -> Wanted:
    """Return what a complete docstring describes; `*args` without its stars, which are markup."""
    return wanted_in_docstring(symbol, with_stars=False)


def check(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with a docstring of `symbol`, by line."""
    scanned = _scan(comment)
    if scanned is None:
        return (error("not-rest", "this is no docstring with a field list"),)
    _, entries, texts = scanned
    tells_value = any(
        it.part in (Part.SUMMARY, Part.DETAILS) and _SPEAKS_OF_VALUE.search(text)
        for it, text in zip(entries, texts, strict=True)
    )
    return judged(Described(entries, texts, tells_value), wanted(symbol), symbol)


def render(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole docstring, each line with the symbol's indent."""
    width = docstring_width(symbol, options)
    lead = 0 if options.habits.summary_below else len('"""')
    # The closing quotes may stand on the same line.
    told = with_summary_on_one_line(in_order(fields, wanted(symbol)), width - 2 * len('"""'))
    words = within_lines(told, width, options.max_lines, lead)
    body = wrap(_plain(one_line(words.summary)), Measure(width, lead))
    if words.details and words.details.strip():
        body += ["", *flow(_plain(with_code_marked(words.details)), width)]
    listed: list[str] = []
    for name, text in words.parameters:
        listed += _field(f":param {name}: ", text, width)
    if words.returns and words.returns.strip():
        listed += _field(":yields: " if symbol.is_generator else ":returns: ", words.returns, width)
    for name, text in words.raises:
        listed += _field(f":raises {name}: ", text, width)
    for name, text in words.sections:
        listed += _field(f":{name}: ", text, width)
    if listed:
        body += ["", *listed]
    return as_literal(body or [""], symbol, options)


def _field(label: str, text: str, width: int) -> list[str]:
    lines = text.strip("\n").split("\n")
    if len(lines) > 1 and all(len(it) + _HANG <= width for it in lines):
        more = [(" " * _HANG + it).rstrip() for it in lines[1:]]
        return [f"{label}{lines[0]}".rstrip(), *more]
    first, *rest = wrap(one_line(text), Measure(width, len(label), _HANG)) or [""]
    return [f"{label}{first}".rstrip(), *rest]


def _plain(text: str) -> str:
    """Keep a line of words from being taken for a field."""
    return "\n".join(f"\\{it}" if _FIELD.match(it) else it for it in text.split("\n"))


def _scan(comment: str) -> tuple[Framed, list[Entry], list[str]] | None:
    frame = framed_docstring(comment)
    if frame is None:
        return None
    for style in (GOOGLE, NUMPY):
        doc = parse_sections(comment, style)
        if doc is not None and (doc.fields.parameters or doc.fields.raises):
            return None
    lines = frame.lines
    begins = [at for at, it in enumerate(lines) if _FIELD.match(it)]
    entries: list[Entry] = []
    texts: list[str] = []
    _prose(lines, begins[0] if begins else len(lines), entries, texts)
    for place, begin in enumerate(begins):
        behind = begins[place + 1] if place + 1 < len(begins) else len(lines)
        end = begin + 1
        # What is not set in is no part of a field.
        while end < behind and (not lines[end].strip() or lines[end].startswith((" ", "\t"))):
            end += 1
        while end > begin + 1 and not lines[end - 1].strip():
            end -= 1
        entry, text = _entry(frame, begin, end)
        entries.append(entry)
        texts.append(text)
    return frame, entries, texts


def _prose(lines: tuple[str, ...], end: int, entries: list[Entry], texts: list[str]) -> None:
    first = next((at for at in range(end) if lines[at].strip()), None)
    if first is None:
        return
    stop = next((at for at in range(first, end) if not lines[at].strip()), end)
    entries.append(Entry(Part.SUMMARY, "", first, stop))
    texts.append("\n".join(lines[first:stop]))
    details = next((at for at in range(stop, end) if lines[at].strip()), None)
    if details is not None:
        last = end
        while last > details + 1 and not lines[last - 1].strip():
            last -= 1
        entries.append(Entry(Part.DETAILS, "", details, last))
        texts.append("\n".join(lines[details:last]))


def _entry(frame: Framed, begin: int, end: int) -> tuple[Entry, str]:
    line = frame.lines[begin]
    match = _FIELD.match(line)
    assert match is not None  # noqa: S101 -- the caller looked
    more = frame.lines[begin + 1 : end]
    margin = min((len(it) - len(it.lstrip()) for it in more if it.strip()), default=0)
    text = "\n".join([line[match.end() :].strip(), *(it[margin:].rstrip() for it in more)])
    field_name = match["field"]
    argument = match["argument"]
    part = Part.SECTION
    label = f"{field_name}{argument}"
    span = goes_with = None
    word = _LAST_WORD.search(argument)
    if field_name in _PARAMETER | _TYPES and word is not None:
        # `:param int name:` has a type before the name.
        name = word[0].strip().lstrip("\\*")
        start = match.start("argument") + argument.rindex(name)
        span = frame.span(begin, start, start + len(name))
        if field_name in _PARAMETER:
            part, label = Part.PARAMETER, name
        else:
            goes_with = (Part.PARAMETER, name)
    elif field_name in _TYPES_OF_THE_VALUE:
        goes_with = (Part.RETURNS, "")
    elif field_name in _RETURNS:
        part, label = Part.RETURNS, ""
    elif field_name in _RAISES and word is not None:
        part, label = Part.RAISES, argument.strip()
    return Entry(part, label, begin, end, span, goes_with), text.strip("\n")
