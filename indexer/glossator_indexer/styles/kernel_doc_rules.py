"""Own what is wrong with a kernel-doc comment, given the code below it.

The rules that the kernel's own script warns about come first, then those that Glossator adds.
Nothing in here changes a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from glossator_indexer.styles.judging import error, out_of_order, repeated, says_nothing
from glossator_indexer.styles.kernel_doc_grammar import (
    DESCRIPTION,
    RETURN,
    Entry,
    Fault,
    ScannedComment,
    opens_kernel_doc,
    scan,
)
from glossator_indexer.styles.names import (
    MEMBER_KINDS,
    VARIADIC,
    demands_return,
    documented_names,
    returns_nothing,
    unnameable_parameters,
)
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.wanted import DocumentedName, Need
from glossator_indexer.types import Finding, Severity, Symbol, SymbolKind

_REFERENCE = re.compile(r"(?<![\w@.])@(\w+)((?:(?:\.|->)\w+)*)", re.ASCII)
_SPEAKS_OF_RETURN = re.compile(r"\breturn(?:s|ed|ing)?\b", re.IGNORECASE)
_TAB_WIDTH = 8


def check(
    comment: str, symbol: Symbol, options: RenderOptions | None = None
) -> tuple[Finding, ...]:
    """Return what is wrong with `comment` above `symbol`, by line.

    Width and length are looked at only where `options` are given.
    """
    if not opens_kernel_doc(comment):
        return (error("not-kernel-doc", "`/**` on a line of its own and the name must come first"),)
    scanned = scan(comment)
    if isinstance(scanned, Fault):
        return (Finding(scanned.rule, scanned.message, scanned.line),)
    findings = [
        *(Finding(fault.rule, fault.message, fault.line) for fault in scanned.faults),
        *_name_findings(scanned, symbol),
        *_described_names(scanned, symbol),
        *_empty_texts(scanned),
        *_return_findings(scanned, symbol),
        *_stray_delimiters(comment),
        *_unknown_references(scanned, symbol),
        *(_layout_findings(comment, scanned, options) if options else ()),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.line))


def _name_findings(scanned: ScannedComment, symbol: Symbol) -> Iterator[Finding]:
    name_line = scanned.name_line
    if not _kind_word_fits(name_line.kind_word, symbol):
        named = name_line.kind_word or "a function"
        message = f"the comment speaks of {named}, but {symbol.name} is a {symbol.kind.value}"
        yield error("wrong-kind", message, name_line.line, symbol.name)
    if name_line.name != symbol.name:
        message = f"the comment names {name_line.name or 'nothing'}, the code {symbol.name}"
        yield error("wrong-name", message, name_line.line, name_line.name)
    if not name_line.summary:
        yield error("missing-summary", "the name line has no description", name_line.line)


def _kind_word_fits(kind_word: str | None, symbol: Symbol) -> bool:
    if symbol.kind is SymbolKind.TYPEDEF:
        return kind_word is not None
    # `typedef struct { ... } name;` may be introduced as what it is or as what it names.
    if symbol.kind in MEMBER_KINDS:
        return kind_word in {symbol.kind.value, "typedef"}
    return kind_word is None


def _described_names(scanned: ScannedComment, symbol: Symbol) -> Iterator[Finding]:
    names = documented_names(symbol)
    described = {entry.label for entry in scanned.parameters}
    for position in unnameable_parameters(symbol):
        message = f"parameter {position} of {symbol.name} has no name that a comment could use"
        yield error("unnamed-parameter", message, scanned.name_line.line)
    speaks_of_members = scanned.name_line.kind_word != "typedef" or symbol.kind not in MEMBER_KINDS
    for name in names:
        if name.path not in described and name.need is not Need.TOLD and speaks_of_members:
            yield _missing(name, scanned, symbol)
    order = [name.path for name in names]
    lines = [(entry.label, entry.line) for entry in scanned.parameters]
    yield from _stale(scanned, symbol, order)
    yield from repeated(lines, "@")
    yield from out_of_order(lines, order, "@")


def _empty_texts(scanned: ScannedComment) -> Iterator[Finding]:
    for entry in scanned.parameters:
        if not entry.text.strip():
            message = f"@{entry.label} has no description"
            yield error("empty-description", message, entry.line, entry.label)
    for entry in scanned.sections:
        if not entry.text.strip():
            yield error("empty-section", f"{entry.label}: has no text", entry.line)


def _missing(name: DocumentedName, scanned: ScannedComment, symbol: Symbol) -> Finding:
    severity = Severity.ERROR if name.need is Need.REQUIRED else Severity.ADVICE
    message = f"@{name.path} of {symbol.name} is not described"
    return Finding("missing-parameter", message, scanned.name_line.line, name.path, severity)


def _stale(scanned: ScannedComment, symbol: Symbol, order: list[str]) -> Iterator[Finding]:
    known = {*order, VARIADIC} if symbol.kind is SymbolKind.MACRO else set(order)
    if symbol.kind in {SymbolKind.STRUCT, SymbolKind.UNION, SymbolKind.TYPEDEF}:
        # People describe nested members without their prefix, and the script lets them.
        known |= {path.rpartition(".")[2] for path in order}
    for entry in scanned.parameters:
        if entry.label not in known:
            message = f"@{entry.label} is described, but {symbol.name} has no such name"
            yield error("stale-parameter", message, entry.line, entry.label)


def _return_findings(scanned: ScannedComment, symbol: Symbol) -> Iterator[Finding]:
    entry = next((it for it in scanned.sections if it.label == RETURN), None)
    if entry is None and demands_return(symbol):
        message = f"the value that {symbol.name} returns is not described"
        # Older comments speak of the value in a sentence, which no program can take for a section.
        told = any(_SPEAKS_OF_RETURN.search(it.text) for it in scanned.sections)
        told = told or _SPEAKS_OF_RETURN.search(scanned.summary) is not None
        severity = Severity.ADVICE if told else Severity.ERROR
        rule = "unlabelled-return" if told else "missing-return"
        yield Finding(rule, message, scanned.name_line.line, None, severity)
    is_stale = entry is not None and returns_nothing(symbol) and not says_nothing(entry.text)
    if entry is not None and is_stale and symbol.kind not in MEMBER_KINDS:
        yield error("stale-return", f"{symbol.name} returns nothing", entry.line)


def _stray_delimiters(comment: str) -> Iterator[Finding]:
    body = comment.strip().removeprefix("/*").removesuffix("*/")
    for line, text in enumerate(body.split("\n")):
        if "*/" in text or "/*" in text:
            yield error("comment-delimiter", "the text holds a comment's delimiter", line)


def _unknown_references(scanned: ScannedComment, symbol: Symbol) -> Iterator[Finding]:
    known = {part for name in documented_names(symbol) for part in name.path.split(".")}
    texts = (
        Entry("", scanned.summary, scanned.name_line.line),
        *scanned.parameters,
        *scanned.sections,
    )
    for entry in texts:
        for reference in _REFERENCE.finditer(entry.text):
            if reference[1] not in known:
                message = f"@{reference[1]} is no name of {symbol.name}"
                yield error("unknown-reference", message, entry.line, reference[1])


def _layout_findings(
    comment: str, scanned: ScannedComment, options: RenderOptions
) -> Iterator[Finding]:
    for index, line in enumerate(comment.split("\n")):
        if len(line.expandtabs(_TAB_WIDTH)) > options.width:
            message = f"the line is longer than {options.width} columns"
            yield Finding("long-line", message, index, None, Severity.ADVICE)
    if options.max_lines is not None and (lines := _prose_lines(scanned)) > options.max_lines:
        message = f"the comment has {lines} lines of prose; at most {options.max_lines} are wanted"
        yield Finding("too-many-lines", message, 1, None, Severity.ADVICE)


def _prose_lines(scanned: ScannedComment) -> int:
    details = [it.text for it in scanned.sections if it.label == DESCRIPTION]
    return scanned.summary_lines - 1 + sum(text.count("\n") + 1 for text in details)
