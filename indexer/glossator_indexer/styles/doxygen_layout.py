"""Own how a Doxygen comment is written: its lines, their order, their width.

It must not judge the words; whatever they are, no line of them is read as something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from glossator_indexer.styles.doxygen_grammar import (
    COMMAND,
    ELSEWHERE,
    OPENS_SECTION,
    SECTIONS,
    VERBATIM,
    verbatim_lines,
)
from glossator_indexer.styles.doxygen_rules import wanted
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.wanted import Need
from glossator_indexer.styles.wrapping import BULLET, Measure, chunks, flow, is_literal, wrap
from glossator_indexer.types import DocFields, Symbol

_TAB_WIDTH = 8
_NARROWEST = 20  # narrower than that, deep indents would leave no room for words
_DEEPEST_HANG = 20
_DIRECTION = re.compile(r"\[(?:in|out|in,out|out,in|inout)\][ \t]*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
# Lists that only Doxygen knows, tables, and what a command opens keep their lines.
_KEPT_LINE = re.compile(r"\t| {4}|\s*(?:-#|\||<[a-zA-Z/]|[@\\][a-zA-Z])")
_WORD = re.compile(r"[^\s]+")


@dataclass(frozen=True, slots=True)
class _Page:
    """What every line of a comment depends on."""

    width: int
    command: str
    opening: str
    begins_below: bool
    names_brief: bool
    inner: str
    """What stands before each line's words."""


def layout(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Return the whole comment: the summary, details, parameters, the value, then sections."""
    page = _page(symbol, options)
    fields = _within_lines(fields, page, options)
    blocks = [_summary(fields.summary, page)]
    details = _prose(fields.details or "", page)
    if details:
        blocks.append(details)
    blocks.append(_labelled_parts(fields, symbol, page))
    body: list[str] = []
    for block in blocks:
        body += ["", *block] if body and block else block
    return "\n".join(symbol.indent + line for line in _framed(body or [""], page))


def _page(symbol: Symbol, options: RenderOptions) -> _Page:
    habits = options.habits
    opening = habits.opening if habits.opening in ("/**", "/*!", "///", "//!") else "/**"
    inner = f"{opening} " if opening.startswith("//") else " * "
    indent = len(symbol.indent.expandtabs(_TAB_WIDTH))
    return _Page(
        width=max(options.width - indent - len(inner), _NARROWEST),
        command=habits.command if habits.command in ("@", "\\") else "@",
        opening=opening,
        begins_below=habits.summary_below is not False,
        names_brief=habits.brief is not False,
        inner=inner,
    )


def _framed(body: list[str], page: _Page) -> list[str]:
    if page.opening.startswith("//"):
        return [f"{page.inner}{line}".rstrip().rstrip("\\").rstrip() for line in body]
    if page.begins_below:
        return [page.opening, *(f"{page.inner}{line}".rstrip() for line in body), " */"]
    first, *rest = body
    head = f"{page.opening} {first}".rstrip()
    if not rest and len(head) + len(" */") <= page.width + len(page.inner):
        return [f"{head} */"]
    return [head, *(f"{page.inner}{line}".rstrip() for line in rest), " */"]


def _summary(text: str, page: _Page) -> list[str]:
    line = _one_line(text)
    if not line:
        return []
    label = f"{page.command}brief " if page.names_brief else ""
    return _wrapped(label, line, page, 0)


def _labelled_parts(fields: DocFields, symbol: Symbol, page: _Page) -> list[str]:
    lines: list[str] = []
    names = [it.path for it in wanted(symbol).names]
    texts: dict[str, str] = {}
    for name, text in fields.parameters:
        if text.strip():
            texts.setdefault(name, text)
    # Template parameters come first, as in the code.
    for name in sorted((it for it in names if it in texts), key=lambda it: not it.startswith("<")):
        word = "tparam" if name.startswith("<") else "param"
        direction = _DIRECTION.match(texts[name]) if word == "param" else None
        text = texts[name][direction.end() :] if direction else texts[name]
        mark = direction[0].strip() if direction else ""
        lines += _labelled(f"{word}{mark} {name.strip('<>')} ", text, page)
    if fields.returns and fields.returns.strip() and wanted(symbol).returns is not Need.NONE:
        lines += _labelled("return ", fields.returns, page)
    for name, text in fields.raises:
        if found := _WORD.search(_safe(name, page)):
            lines += _labelled(f"throws {found[0]} ", text, page)
    for title, text in fields.sections:
        lines += _section(title, text, page)
    return lines


def _section(title: str, text: str, page: _Page) -> list[str]:
    word, _, name = _one_line(title).partition(" ")
    if word.lower() in SECTIONS - {"par"} and (not name or word == "retval"):
        return _labelled(f"{word.lower()} {f'{_safe(name, page)} ' if name else ''}", text, page)
    if not text.strip():
        return []
    heading = _safe(_one_line(title), page)
    return ["", f"{page.command}par {heading}".rstrip(), *_prose_lines(text, page), ""]


def _labelled(label: str, text: str, page: _Page) -> list[str]:
    """Write a command with its text; an empty line would end it, so it has none outside of code."""
    label = page.command + label
    hang = len(page.command) + len("param ") if len(label) > _DEEPEST_HANG else len(label)
    text = _balanced(text.strip(), page)
    rows = text.split("\n")
    quoted = verbatim_lines(rows)
    if any(quoted) or (len(rows) > 1 and _keeps_lines(rows, page.width - hang)):
        kept = [it for it, is_code in zip(rows, quoted, strict=True) if it.strip() or is_code]
        first, *rest = kept
        margin = " " * hang
        return [label + first, *(f"{margin}{it}".rstrip() for it in rest)]
    return _wrapped(label, _one_line(text), page, hang)


def _keeps_lines(rows: list[str], room: int) -> bool:
    return all(len(it) <= room for it in rows) or any(
        _KEPT_LINE.match(it) or BULLET.match(it.lstrip()) for it in rows
    )


def _wrapped(label: str, text: str, page: _Page, hang: int) -> list[str]:
    first, *rest = wrap(_safe(text, page), Measure(page.width, len(label), hang)) or [""]
    return [(label + first).rstrip(), *rest]


def _prose(text: str, page: _Page) -> list[str]:
    return _prose_lines(text, page) if text.strip() else []


def _prose_lines(text: str, page: _Page) -> list[str]:
    """Lay out paragraphs; code that commands enclose keeps its lines, empty ones too."""
    rows = _balanced(text.strip("\n"), page).split("\n")
    quoted = verbatim_lines(rows)
    lines: list[str] = []
    pending: list[str] = []
    for row, is_code in zip(rows, quoted, strict=True):
        if is_code:
            lines += _flowed(pending, page)
            pending = []
            lines.append(row)
        else:
            pending.append(row)
    return [*lines, *_flowed(pending, page)]


def _flowed(rows: list[str], page: _Page) -> list[str]:
    text = "\n".join(rows)
    if not text.strip():
        return []
    lines: list[str] = []
    for chunk in chunks(text):
        lines += [""] if lines else []
        kept = chunk.split("\n")
        if any(_KEPT_LINE.match(it) for it in kept):
            lines += kept
        else:
            lines += flow(chunk, page.width)
    before = [""] if not rows[0].strip() else []
    after = [""] if not rows[-1].strip() else []
    return [*before, *lines, *after]


def _safe(text: str, page: _Page) -> str:
    """Return words that end no comment, open no section and enclose no code."""
    return _balanced(text, page)


def _balanced(text: str, page: _Page) -> str:
    """Make sure that words are words: commands that would open something are written as text.

    Code that is closed again stays what it is.
    """
    if not page.opening.startswith("//"):
        text = text.replace("*/", "* /").replace("/*", "/ *")
    text = re.sub(r"\\+(?=\n|\Z)", "", text).replace("??/", "? ?/")
    parts: list[str] = []
    at = 0
    while match := COMMAND.search(text, at):
        word = match["word"]
        parts.append(text[at : match.start()])
        closing = VERBATIM.get(word)
        end = None if closing is None else _closing(text, match.end(), closing)
        if end is not None:
            parts.append(text[match.start() : end])
            at = end
            continue
        is_structure = word in OPENS_SECTION or word in ELSEWHERE or closing is not None
        is_structure |= word in VERBATIM.values()
        parts.append(match["mark"] if is_structure else "")
        parts.append(match[0])
        at = match.end()
    return "".join((*parts, text[at:]))


def _closing(text: str, start: int, word: str) -> int | None:
    for match in COMMAND.finditer(text, start):
        if match["word"] == word:
            return match.end()
    return None


def _within_lines(fields: DocFields, page: _Page, options: RenderOptions) -> DocFields:
    """Drop whole paragraphs and sentences of prose, from the end, until `max_lines` are kept."""
    if options.max_lines is None:
        return fields
    told = _SENTENCE_END.split(_one_line(fields.summary))
    while len(told) > 1 and len(_summary(" ".join(told), page)) > options.max_lines + 1:
        told.pop()
    summary = " ".join(told)
    left = options.max_lines + 1 - max(len(_summary(summary, page)), 1)
    kept: list[str] = []
    for chunk in chunks(fields.details or ""):
        lines = [it for it in _prose_lines(chunk, page) if it]
        if len(lines) > left:
            sentences = _SENTENCE_END.split(_one_line(chunk))
            while sentences and len(wrap(" ".join(sentences), Measure(page.width))) > left:
                sentences.pop()
            if sentences and not is_literal(chunk) and not BULLET.match(chunk):
                kept.append(" ".join(sentences))
            break
        kept.append(chunk)
        left -= len(lines)
    return replace(fields, summary=summary, details="\n\n".join(kept) or None)


def _one_line(text: str) -> str:
    return " ".join(text.split())
