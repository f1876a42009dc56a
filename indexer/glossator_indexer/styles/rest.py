"""Own the reST style of docstring: field lists (`:param name: text`), as Sphinx reads them.

It must not know the code; what a docstring should describe is compared elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import replace

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
from glossator_indexer.styles.sections import GOOGLE, NUMPY
from glossator_indexer.styles.sections import parse as parse_sections
from glossator_indexer.styles.tagged_layout import in_order
from glossator_indexer.styles.wanted import Wanted
from glossator_indexer.types import DocFields, Finding, Symbol

_FIELD = re.compile(r":(?P<field>\w+)(?P<argument>[^:\n]*):(?:\s+|$)")
_PARAMETER = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})
_RETURNS = frozenset({"return", "returns", "yield", "yields"})
_RAISES = frozenset({"raises", "raise", "except", "exception"})
_TYPES = frozenset({"type", "paramtype"})
_TYPES_OF_THE_VALUE = frozenset({"rtype", "ytype"})
_LAST_WORD = re.compile(r"\\?\*{0,2}[\w.]+\s*$")
_HANG = 4


def parse(comment: str) -> ParsedDoc | None:
    """Return what a docstring says, None where it is no plain literal or has another's sections."""
    scanned = _scan(comment)
    if scanned is None:
        return None
    frame, entries, texts = scanned
    own_lines = frame.closes_alone and len({it.first for it in entries}) == len(entries)
    return ParsedDoc("", None, fields_of(entries, texts), tuple(entries) if own_lines else ())


def wanted(symbol: Symbol) -> Wanted:
    """Return what a complete docstring describes; `*args` without its stars, which are markup."""
    starred = wanted_in_docstring(symbol)
    names = (replace(it, path=it.path.lstrip("*")) for it in starred.names)
    return replace(starred, names=tuple(names))


def check(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with a docstring of `symbol`, by line."""
    scanned = _scan(comment)
    if scanned is None:
        return (error("not-rest", "this is no docstring with a field list"),)
    _, entries, texts = scanned
    return judged(Described.read(entries, texts, SPEAKS_OF_VALUE), wanted(symbol), symbol)


def render(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole docstring, each line with the symbol's indent."""
    width = docstring_width(symbol, options)
    words, body = opened(in_order(fields, wanted(symbol)), width, options, _marked)
    listed: list[str] = []
    for name, text in words.parameters:
        listed += hanging(f":param {name}: ", text, width, _HANG)
    if words.returns and words.returns.strip():
        listed += hanging(
            ":yields: " if symbol.is_generator else ":returns: ", words.returns, width, _HANG
        )
    for name, text in words.raises:
        listed += hanging(f":raises {name}: ", text, width, _HANG)
    for name, text in words.sections:
        listed += hanging(f":{name}: ", text, width, _HANG)
    if listed:
        body += ["", *listed]
    return as_literal(body or [""], symbol, options)


def _marked(text: str) -> str:
    """Return plain words with code in them as reStructuredText reads it."""
    return _plain(with_code_marked(text))


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
    said = list(prose_of(lines, begins[0] if begins else len(lines)))
    for place, begin in enumerate(begins):
        behind = begins[place + 1] if place + 1 < len(begins) else len(lines)
        end = begin + 1
        # What is not set in is no part of a field.
        while end < behind and (not lines[end].strip() or lines[end].startswith((" ", "\t"))):
            end += 1
        said.append(_entry(frame, begin, last_filled(lines, begin, end)))
    return frame, [it for it, _ in said], [text for _, text in said]


def _entry(frame: Framed, begin: int, end: int) -> tuple[Entry, str]:
    line = frame.lines[begin]
    match = _FIELD.match(line)
    assert match is not None  # noqa: S101 -- the caller looked
    text = text_of(line[match.end() :], frame.lines[begin + 1 : end])
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
