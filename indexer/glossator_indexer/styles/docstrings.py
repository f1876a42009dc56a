"""Own what the docstrings of Python have in common: the literal, and how words become one again.

It must not know a style of sections.
"""

from __future__ import annotations

import re

from glossator_indexer.styles.frames import framed_docstring
from glossator_indexer.styles.judging import is_callable
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.wanted import DocumentedName, Need, Wanted
from glossator_indexer.styles.wrapping import BULLET, chunks, is_literal
from glossator_indexer.types import NOTHING, Symbol, SymbolKind

_TAB_WIDTH = 8
_NARROWEST = 20
# A directive, and the items of a list, to which what is set in below them belongs.
_OPENS_CODE = re.compile(rf"\.\. |{BULLET.pattern}|>>> ")
_YIELDS_NOTHING = re.compile(r"(?:\w+\.)*(?:Async)?(?:Iterator|Iterable|Generator)\[\s*None\b.*")
_ESCAPE = re.compile(r"\\(?=[\"'\\])")


def content_of(literal: str) -> tuple[str, ...] | None:
    """Return the lines of a docstring without their margin, None where it is no plain literal."""
    frame = framed_docstring(literal)
    return None if frame is None else frame.lines


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
    """Return prose in which `::` stands before code, as reStructuredText wants it."""
    parts: list[str] = []
    for chunk in chunks(text):
        if is_literal(chunk) and not (parts and _opens_code(parts[-1])):
            if parts and parts[-1].endswith(":"):
                parts[-1] += ":"
            else:
                parts.append("::")
        parts.append(chunk)
    return "\n\n".join(parts)


def _opens_code(chunk: str) -> bool:
    """Say whether what is set in below a chunk is code, or belongs to it for another reason."""
    lines = chunk.split("\n")
    is_opened = any(_OPENS_CODE.match(it) for it in (lines[0], lines[-1]))
    return is_opened or is_literal(chunk) or chunk.endswith("::")


def wanted_in_docstring(symbol: Symbol, *, with_stars: bool) -> Wanted:
    """Return what a complete docstring describes; a property describes itself."""
    if not is_callable(symbol):
        return Wanted(returns=Need.WELCOME)
    names = tuple(
        DocumentedName(it.name if with_stars else it.name.lstrip("*"), _need(it.name))
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
    return Need.NONE if symbol.return_type == NOTHING else Need.REQUIRED
