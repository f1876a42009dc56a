"""Own Javadoc: its tags, what it wants of a symbol, how words are kept plain.

Reading and writing is done by the modules for comments with tags.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from glossator_indexer.styles.javadoc_blocks import marked_blocks, read_blocks, with_tags
from glossator_indexer.styles.judging import Described, error, is_callable, judged
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import ParsedDoc, Part
from glossator_indexer.styles.prose import within_lines
from glossator_indexer.styles.tagged import Dialect, parsed, scan
from glossator_indexer.styles.tagged_layout import Spelling, in_order, laid_out, text_width
from glossator_indexer.styles.wanted import DocumentedName, Need, Wanted
from glossator_indexer.types import NOTHING, DocFields, Finding, Symbol, SymbolKind

_SPEAKS_OF_VALUE = re.compile(r"\breturn(?:s|ed|ing)?\b|\{@inheritDoc\}", re.IGNORECASE)
# `\u` begins a character wherever it stands in Java; entities and inline tags are markup.
_MARKUP = re.compile(r"[&<>@{}]|\\(?=u)")
_SPELLED = {it: f"&#{ord(it)};" for it in "@{}\\"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _escaped(text: str) -> str:
    plain = text.replace("*/", "* /")
    return _MARKUP.sub(lambda it: _SPELLED[it[0]], plain)


JAVADOC = Dialect(
    id="javadoc",
    openings=("/**",),
    commands="@",
    parameter=("param",),
    type_parameter=(),
    returns=("return", "returns"),
    raises=("throws", "exception"),
    name=re.compile(r"\s*(?P<name><\w+>|[A-Za-z_$][\w$]*)(?:\s+|\Z)"),
    type_name=re.compile(r"(?!)(?P<name>)"),
    raised=re.compile(r"\s*(?P<name>[A-Za-z_$][\w$.]*)(?:\s+|\Z)"),
    documents_other=frozenset({"file"}),
    fences=((re.compile(r"<pre\b", re.IGNORECASE), re.compile(r"</pre>", re.IGNORECASE)),),
    escaped=_escaped,
    unescaped=html.unescape,
)


def parse(comment: str) -> ParsedDoc | None:
    """Return what `comment` says, or None where it describes no symbol in Javadoc's way."""
    doc = None if comment.startswith("/***") else parsed(comment, JAVADOC)
    if doc is None or doc.fields.details is None:
        return doc
    # Tags are how a paragraph and a list are written, no part of their words.
    details = read_blocks(doc.fields.details)
    return replace(doc, fields=replace(doc.fields, details=details))


def wanted(symbol: Symbol) -> Wanted:
    """Return what a complete comment describes; a record's components are its parameters."""
    # Type parameters come first, as in the code and in Java's own library.
    named = sorted((it.name for it in symbol.parameters if it.name), key=lambda it: it[0] != "<")
    names = tuple(DocumentedName(it, Need.REQUIRED) for it in named)
    return Wanted(names, _value(symbol), symbol.raises)


def check(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with `comment` at `symbol`, by line."""
    scanned = scan(comment, JAVADOC)
    if scanned is None:
        return (error("not-javadoc", "this is no comment that Javadoc reads"),)
    described = Described.read(scanned.entries, scanned.texts, _SPEAKS_OF_VALUE)
    found = judged(described, wanted(symbol), symbol)
    inherits = any(
        it.part in (Part.SUMMARY, Part.DETAILS) and "{@inheritDoc" in text
        for it, text in zip(scanned.entries, scanned.texts, strict=True)
    )
    return tuple(it for it in found if not (inherits and it.rule.startswith("missing")))


def render(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole comment, each line with the symbol's indent, without a newline at the end."""
    spelling = Spelling(
        parameter="@param {name} ",
        type_parameter="@param <{name}> ",
        returns="@return ",
        raises="@throws {name} ",
    )
    told = in_order(fields, wanted(symbol))
    width = text_width(symbol, options)
    words = within_lines(told, width, options.max_lines)
    if words.details:
        words = replace(words, details=marked_blocks(words.details, width))
    text = laid_out(words, symbol, replace(options, max_lines=None), JAVADOC, spelling)
    return with_tags(text)


def _value(symbol: Symbol) -> Need:
    if not is_callable(symbol) or symbol.kind is SymbolKind.CONSTRUCTOR:
        return Need.NONE
    if symbol.return_type is None:
        return Need.WELCOME
    return Need.NONE if symbol.return_type in (NOTHING, "Void") else Need.REQUIRED
