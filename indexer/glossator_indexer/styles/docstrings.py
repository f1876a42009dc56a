"""Own what the docstrings of Python have in common: the literal, and how words become one again.

It must not know a style of sections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from glossator_indexer.styles.frames import last_filled
from glossator_indexer.styles.judging import is_callable
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import Entry, Part
from glossator_indexer.styles.prose import one_line, with_summary_on_one_line, within_lines
from glossator_indexer.styles.wanted import DocumentedName, Need, Wanted
from glossator_indexer.styles.wrapping import BULLET, Measure, chunks, flow, is_literal, wrap
from glossator_indexer.types import NOTHING, DocFields, Symbol, SymbolKind

_TAB_WIDTH = 8
_NARROWEST = 20
# A directive, and the items of a list, to which what is set in below them belongs.
_OPENS_CODE = re.compile(rf"\.\. |{BULLET.pattern}|>>> ")
_YIELDS_NOTHING = re.compile(r"(?:\w+\.)*(?:Async)?(?:Iterator|Iterable|Generator)\[\s*None\b.*")
_ESCAPE = re.compile(r"\\(?=[\"'\\])")

SPEAKS_OF_VALUE = re.compile(r"\b(?:return|yield)(?:s|ed|ing)?\b", re.IGNORECASE)


def prose_of(lines: tuple[str, ...], end: int) -> Iterator[tuple[Entry, str]]:
    """Yield the summary and the details that stand above line `end`, with their texts."""
    first = next((at for at in range(end) if lines[at].strip()), None)
    if first is None:
        return
    stop = next((at for at in range(first, end) if not lines[at].strip()), end)
    yield Entry(Part.SUMMARY, "", first, stop), "\n".join(lines[first:stop])
    details = next((at for at in range(stop, end) if lines[at].strip()), None)
    if details is not None:
        last = last_filled(lines, details, end)
        yield Entry(Part.DETAILS, "", details, last), "\n".join(lines[details:last])


def fields_of(entries: Iterable[Entry], texts: Iterable[str]) -> DocFields:
    """Return what the entries of a docstring say."""
    said = list(zip(entries, texts, strict=True))
    return DocFields(
        summary=one_line(next((text for it, text in said if it.part is Part.SUMMARY), "")),
        parameters=tuple((it.label, text) for it, text in said if it.part is Part.PARAMETER),
        returns=next((text for it, text in said if it.part is Part.RETURNS), None) or None,
        details=next((text for it, text in said if it.part is Part.DETAILS), None),
        raises=tuple((it.label, text) for it, text in said if it.part is Part.RAISES),
        sections=tuple(
            (it.label, text) for it, text in said if it.part is Part.SECTION and it.label
        ),
    )


def opened(
    fields: DocFields, width: int, options: RenderOptions, plain: Callable[[str], str]
) -> tuple[DocFields, list[str]]:
    """Return the words as there is room for them, and the lines of their summary and details.

    `plain` keeps a line of words from being read as anything else.
    """
    lead = 0 if options.habits.summary_below else len('"""')
    # The closing quotes may stand on the same line.
    told = with_summary_on_one_line(fields, width - 2 * len('"""'))
    words = within_lines(told, width, options.max_lines, lead)
    body = wrap(plain(one_line(words.summary)), Measure(width, lead))
    if words.details and words.details.strip():
        body += ["", *flow(plain(words.details), width)]
    return words, body


def hanging(label: str, text: str, width: int, hang: int) -> list[str]:
    """Return a text behind its label; where its own lines fit, it keeps them."""
    lines = text.strip("\n").split("\n")
    if len(lines) > 1 and all(len(it) + hang <= width for it in lines):
        more = [(" " * hang + it).rstrip() for it in lines[1:]]
        return [f"{label}{lines[0]}".rstrip(), *more]
    first, *rest = wrap(one_line(text), Measure(width, len(label), hang)) or [""]
    return [f"{label}{first}".rstrip(), *rest]


def as_literal(lines: list[str], symbol: Symbol, options: RenderOptions) -> str:
    """Return lines of words as a docstring, each with the symbol's indentation.

    Where the words hold a backslash the literal is a raw one, so that they mean what they say;
    quotes that would end it are taken apart.
    """
    words = "\n".join(lines)
    quotes = "'''" if options.habits.opening.endswith("'''") else '"""'
    # Three or more in a row are taken apart by twos, however many there are.
    words = re.sub(f"{quotes[0]}{{3,}}", lambda it: " ".join(re.findall("..?", it[0])), words)
    prefix = "r" if "\\" in words else ""
    if words.endswith((quotes[0], "\\")):
        words += " "
    first, *rest = words.split("\n")
    below = options.habits.summary_below is True and bool(rest)
    body = ["", first, *rest] if below else [first, *rest]
    text = f"{prefix}{quotes}" + "\n".join(
        (symbol.indent + it if it else "") if at else it for at, it in enumerate(body)
    )
    if rest:
        text += f"\n{symbol.indent}"
    return f"{symbol.indent}{text}{quotes}"


def docstring_width(symbol: Symbol, options: RenderOptions) -> int:
    """Return how many columns of a line are for words."""
    return max(options.width - len(symbol.indent.expandtabs(_TAB_WIDTH)), _NARROWEST)


def with_code_marked(text: str) -> str:
    """Return prose in which `::` stands before code, as reStructuredText wants it.

    It ends the words before: on a line of its own, docstring-parser takes it for a field.
    """
    parts: list[str] = []
    for chunk in chunks(text):
        if is_literal(chunk) and not (parts and _opens_code(parts[-1])):
            if not parts or BULLET.match(parts[-1]):
                parts.append("Example")
            parts[-1] = f"{parts[-1].rstrip('.:')}::"
        parts.append(chunk)
    return "\n\n".join(parts)


def _opens_code(chunk: str) -> bool:
    """Say whether what is set in below a chunk is code, or belongs to it for another reason."""
    lines = chunk.split("\n")
    is_opened = any(_OPENS_CODE.match(it) for it in (lines[0], lines[-1]))
    return is_opened or is_literal(chunk) or chunk.endswith("::")


def wanted_in_docstring(symbol: Symbol) -> Wanted:
    """Return what a complete docstring describes: a property itself, of a class no value.

    `*args` comes with its stars.
    """
    if not is_callable(symbol):
        return Wanted()
    names = tuple(
        DocumentedName(it.name, _need(it.name))
        for it in symbol.parameters
        if it.name and it.name.strip("*_")
    )
    if symbol.is_property:
        return Wanted(names, Need.WELCOME, symbol.raises)
    return Wanted(names, _value(symbol), symbol.raises)


def _need(name: str) -> Need:
    # An argument with an underscore in front is there for the signature's sake.
    return Need.WELCOME if name.lstrip("*").startswith("_") else Need.REQUIRED


def _value(symbol: Symbol) -> Need:
    if symbol.kind is SymbolKind.CONSTRUCTOR:
        return Need.NONE
    if symbol.is_generator:
        # A context manager may have nothing to give.
        gives_nothing = _YIELDS_NOTHING.match(symbol.return_type or "")
        return Need.WELCOME if gives_nothing else Need.REQUIRED
    if symbol.is_stub and not symbol.return_type:
        return Need.WELCOME
    return Need.NONE if symbol.return_type == NOTHING else Need.REQUIRED
