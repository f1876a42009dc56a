"""Own how a kernel-doc comment is written: its lines, their order, their width.

It must not judge the words; whatever they are, no line of them is read as something else.
"""

from __future__ import annotations

import re

from glossator_indexer.styles.kernel_doc_grammar import CONTEXT, DESCRIPTION, KIND_WORDS, RETURN
from glossator_indexer.styles.names import documented_names
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.prose import one_line, within_lines
from glossator_indexer.styles.wrapping import BULLET, Measure, chunks, flow, is_literal, wrap
from glossator_indexer.types import DocFields, Symbol

_TAB_WIDTH = 8
_NARROWEST = 20  # narrower than that, deep indents would leave no room for words
_DEEPEST_HANG = 32
_SHALLOW_HANG = 4
_LABEL_AFTER_STAR = re.compile(
    r"(\*\s*(?:@[.\w]+|(?:description|context|returns?|notes?|examples?)))\s*:(?!:)",
    re.ASCII | re.IGNORECASE,
)


def layout(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Return the whole comment; sections stand between the details and `Return:`.

    Names are written in the order of the code, those without a description not at all.
    """
    width = _text_width(symbol, options)
    title = _title(symbol)
    summary = wrap(one_line(fields.summary), Measure(width, len(title), _hang(title)))
    body = [*_labelled(title, summary)]
    for path, text in _described(fields, symbol):
        body += _named(f"@{path}: ", text, width)
    body += _details(fields, symbol, width)
    for label, text in fields.sections:
        body += ["", *_section(label, text, width)]
    if fields.returns and fields.returns.strip():
        body += ["", *_section(RETURN, fields.returns, width)]
    lines = ["/**", *(f" * {line}".rstrip() for line in body), " */"]
    return "\n".join(symbol.indent + line for line in lines)


def shortened(fields: DocFields, symbol: Symbol, options: RenderOptions) -> DocFields:
    """Drop whole paragraphs and sentences of prose, from the end, until `max_lines` are kept."""
    title = _title(symbol)
    width = _text_width(symbol, options)
    return within_lines(fields, width, options.max_lines, len(title), _hang(title))


def _title(symbol: Symbol) -> str:
    """Return what stands before the summary: `name() - ` or `struct name - `."""
    if symbol.kind.value not in KIND_WORDS:
        return f"{symbol.name}() - "
    chosen = symbol.kind.value
    return f"{chosen} {symbol.name} - " if symbol.name else f"{chosen} - "


def _text_width(symbol: Symbol, options: RenderOptions) -> int:
    indent = len(symbol.indent.expandtabs(_TAB_WIDTH))
    return max(options.width - indent - len(" * "), _NARROWEST)


def _details(fields: DocFields, symbol: Symbol, width: int) -> list[str]:
    """Lay out the details, under a label where a section follows but no name stands before.

    Without it the kernel's script complains of contents before sections.
    """
    details = fields.details
    if not details or not details.strip():
        return []
    lines = [_plain(line) for line in flow(details, width)]
    named = any(text for _, text in _described(fields, symbol))
    if named or not (fields.sections or fields.returns):
        return ["", *lines]
    first, *rest = chunks(details)
    body = ["", *_section(DESCRIPTION, first, width)]
    for chunk in rest:
        body += ["", *(_plain(line) for line in flow(chunk, width))]
    return body


def _described(fields: DocFields, symbol: Symbol) -> list[tuple[str, str]]:
    texts: dict[str, str] = {}
    for name, text in fields.parameters:
        if text.strip():
            texts.setdefault(name, text)
    paths = (name.path for name in documented_names(symbol))
    return [(path, texts[path]) for path in paths if path in texts]


def _named(label: str, text: str, width: int) -> list[str]:
    hang = _hang(label)
    lines = text.strip().split("\n")
    if len(lines) > 1 and all(len(line) + hang <= width for line in lines):
        margin = " " * hang
        return _labelled(label, [lines[0], *(margin + line if line else "" for line in lines[1:])])
    return _labelled(label, wrap(one_line(text), Measure(width, len(label), hang)))


def _section(label: str, text: str, width: int) -> list[str]:
    """Lay out a section; past an empty line, only an indent keeps text inside it."""
    head = f"{label}: "
    if label == CONTEXT:
        return _named(head, text, width)
    first, *rest = chunks(text)
    if BULLET.match(first) or is_literal(first):
        lines = [f"{label}:", *(_plain(line) for line in flow(first, width))]
    elif "\n" in first and all(len(line) + len(head) <= width for line in first.split("\n")):
        lines = _labelled(head, first.split("\n"))
    else:
        lines = _labelled(head, wrap(one_line(first), Measure(width, len(head))))
    margin = " " * _SHALLOW_HANG
    for chunk in rest:
        inner = "" if is_literal(chunk) else margin
        lines += ["", *(inner + _plain(line) for line in flow(chunk, width - len(inner)))]
    return lines


def _labelled(label: str, lines: list[str]) -> list[str]:
    first, *rest = lines or [""]
    return [label + _plain(first), *(_plain(line) for line in rest)]


def _hang(label: str) -> int:
    return len(label) if len(label) <= _DEEPEST_HANG else _SHALLOW_HANG


def _plain(line: str) -> str:
    """Make sure that a line of prose ends no comment, opens none and is no label.

    Words are cleaned before they come here; this is for those that people wrote.
    """
    line = line.replace("*/", "* /").replace("/*", "/ *").rstrip().rstrip("\\")
    starred = _LABEL_AFTER_STAR.sub(r"\1 -", f"* {line}")
    return starred.removeprefix("* ").rstrip()
