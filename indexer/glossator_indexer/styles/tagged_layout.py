"""Own how a comment with tags is written: its lines, their order, their width.

Whatever the words are, no line of them is read as a tag, and none ends the comment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.prose import one_line, within_lines
from glossator_indexer.styles.tagged import Dialect
from glossator_indexer.styles.wanted import Wanted
from glossator_indexer.styles.wrapping import Measure, flow, wrap
from glossator_indexer.types import DocFields, Symbol

_TAB_WIDTH = 8
_NARROWEST = 20
_HANG = 4


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the parts of a comment are introduced: what stands before each text."""

    summary: str = ""
    parameter: str = "@param {name} "
    type_parameter: str = "@tparam {name} "
    returns: str = "@return "
    raises: str = "@throws {name} "
    command: str = "@"
    titled: str = "{name}: "


def laid_out(
    fields: DocFields, symbol: Symbol, options: RenderOptions, dialect: Dialect, spelling: Spelling
) -> str:
    """Return the whole comment."""
    width = text_width(symbol, options)
    words = _escaped(within_lines(fields, width, options.max_lines), dialect)
    body: list[str] = []
    if words.summary:
        body = wrap(spelling.summary + one_line(words.summary), Measure(width))
    if words.details and words.details.strip():
        body += [*([""] if body else []), *flow(words.details, width)]
    for name, text in words.sections:
        if name[:1].isupper():
            # A title of a person's own, which is no tag.
            titled = spelling.titled.format(name=name)
            body += ["", *wrap(titled + one_line(text), Measure(width))]
    tags = _tagged(words, spelling, width)
    if tags:
        body += [*([""] if body else []), *tags]
    opening = options.habits.opening
    if opening not in dialect.openings:
        opening = dialect.openings[0]
    return framed_lines(body, symbol, opening)


def framed_lines(body: list[str], symbol: Symbol, opening: str) -> str:
    """Put lines of words into a comment's frame, with the symbol's indentation."""
    if opening.startswith("//"):
        # Code is set in by a tab, which gofmt wants right behind the slashes.
        lines = [
            f"{opening}{line}" if line.startswith("\t") else f"{opening} {line}".rstrip()
            for line in body
        ]
    else:
        lines = [opening, *(f" * {line}".rstrip() for line in body), " */"]
    return "\n".join(symbol.indent + line for line in lines)


def text_width(symbol: Symbol, options: RenderOptions) -> int:
    """Return how many columns of a line are for words."""
    indent = len(symbol.indent.expandtabs(_TAB_WIDTH))
    return max(options.width - indent - len(" * "), _NARROWEST)


def in_order(fields: DocFields, wanted: Wanted) -> DocFields:
    """Return the words with the parameters of the code, in its order, each once."""
    told = dict(reversed(fields.parameters))
    names = [it.path for it in wanted.names]
    kept = tuple((name, told[name]) for name in names if told.get(name, "").strip())
    return replace(fields, parameters=kept)


def _escaped(fields: DocFields, dialect: Dialect) -> DocFields:
    safe = dialect.escaped
    return DocFields(
        safe(fields.summary),
        tuple((name, safe(text)) for name, text in fields.parameters),
        safe(fields.returns) if fields.returns else None,
        safe(fields.details) if fields.details else None,
        tuple((name, safe(text)) for name, text in fields.raises),
        tuple((name, safe(text)) for name, text in fields.sections),
    )


def _tagged(fields: DocFields, spelling: Spelling, width: int) -> list[str]:
    lines: list[str] = []
    for name, text in fields.parameters:
        if name.startswith("<"):
            lines += _tag(spelling.type_parameter.format(name=name.strip("<>")), text, width)
        else:
            lines += _tag(spelling.parameter.format(name=name), text, width)
    if fields.returns and fields.returns.strip():
        lines += _tag(spelling.returns, fields.returns, width)
    for name, text in fields.raises:
        lines += _tag(spelling.raises.format(name=name), text, width)
    for name, text in fields.sections:
        if not name[:1].isupper():
            lines += _tag(f"{spelling.command}{name} ", text, width)
    return lines


def _tag(label: str, text: str, width: int) -> list[str]:
    """Lay out a tag; a list or code below it keeps its lines."""
    first, *rest = text.strip("\n").split("\n") if text.strip() else [""]
    if rest and all(len(it) + _HANG <= width for it in rest):
        lines = [(label + first).rstrip()]
        return lines + [(" " * _HANG + it).rstrip() for it in rest]
    wrapped = wrap(one_line(text), Measure(width, len(label), _HANG))
    return [(label + (wrapped[0] if wrapped else "")).rstrip(), *wrapped[1:]]
