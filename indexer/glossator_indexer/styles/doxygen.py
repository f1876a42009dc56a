"""Own the Doxygen style: its tags, what it wants of a symbol, how words are kept plain.

Reading and writing is done by the modules for comments with tags.
"""

from __future__ import annotations

import re

from glossator_indexer.styles.judging import Described, error, is_callable, judged
from glossator_indexer.styles.names import VARIADIC
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import ParsedDoc, Part
from glossator_indexer.styles.tagged import Dialect, parsed, scan
from glossator_indexer.styles.tagged_layout import Spelling, in_order, laid_out
from glossator_indexer.styles.wanted import DocumentedName, Need, Wanted
from glossator_indexer.types import NOTHING, DocFields, Finding, Symbol, SymbolKind

_NAME = r"(?P<name>\.\.\.|[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)"
_MEMBER_KINDS = frozenset({SymbolKind.STRUCT, SymbolKind.UNION, SymbolKind.ENUM})
_SPEAKS_OF_VALUE = re.compile(r"\breturn(?:s|ed|ing)?\b", re.IGNORECASE)
# What Doxygen takes for a command, an element or a link, wherever it stands.
_MARKUP = re.compile(r"([@\\#<>]|&(?=\w+;))")
_ESCAPED = re.compile(r"\\([@\\#<>&])")
_OTHER = frozenset(
    [
        "file",
        "dir",
        "page",
        "mainpage",
        "defgroup",
        "addtogroup",
        "ingroup",
        "weakgroup",
        "namespace",
        "package",
        "def",
        "var",
        "typedef",
        "enum",
        "struct",
        "union",
        "class",
        "fn",
        "interface",
        "protocol",
        "category",
        "concept",
        "name",
        "property",
        "overload",
        "example",
        "copydoc",
        "copybrief",
        "copydetails",
        "subpage",
        "section",
        "subsection",
        "cond",
        "endcond",
        "internal",
        "nosubgrouping",
    ]
)

DOXYGEN = Dialect(
    id="doxygen",
    openings=("/**", "/*!", "///", "//!"),
    commands="@\\",
    parameter=("param",),
    type_parameter=("tparam",),
    returns=("return", "returns", "result"),
    raises=("throws", "throw", "exception"),
    name=re.compile(rf"\s*(?:\[[\s,inout]*\])?\s*{_NAME}(?:[\s:]+|\Z)"),
    type_name=re.compile(r"\s*(?P<name>[A-Za-z_]\w*)(?:\s+|\Z)"),
    raised=re.compile(r"\s*(?P<name>[A-Za-z_][\w:.]*)(?:\s+|\Z)"),
    documents_other=_OTHER,
    fences=(
        (re.compile(r"[@\\]code\b"), re.compile(r"[@\\]endcode\b")),
        (re.compile(r"[@\\]verbatim\b"), re.compile(r"[@\\]endverbatim\b")),
        (
            re.compile(r"[@\\](?:dot|msc|startuml)\b"),
            re.compile(r"[@\\](?:enddot|endmsc|enduml)\b"),
        ),
        (re.compile(r"^\s*(?:```|~~~)"), re.compile(r"^\s*(?:```|~~~)\s*$", re.MULTILINE)),
    ),
    escaped=lambda text: _MARKUP.sub(r"\\\1", text.replace("*/", "* /").replace("/*", "/ *")),
    unescaped=lambda text: _ESCAPED.sub(r"\1", text),
    summary=("brief", "short"),
    details=("details",),
    tells_returns=("retval", "retvals"),
    blank_ends_tag=True,
)


def parse(comment: str) -> ParsedDoc | None:
    """Return what `comment` says, or None where it describes no symbol in Doxygen's way."""
    # Comments behind a member, rulers, and what opens or closes a group.
    if comment.startswith(("///<", "//!<", "/**<", "/*!<", "/***", "////")):
        return None
    if any(it in comment for it in ("@{", "\\{", "@}", "\\}")):
        return None
    return parsed(comment, DOXYGEN)


def wanted(symbol: Symbol) -> Wanted:
    """Return what a complete comment describes: members of a type have comments of their own."""
    if symbol.kind in _MEMBER_KINDS or not is_callable(symbol):
        names = [it for it in symbol.parameters if it.name.startswith("<")]
    else:
        names = [it for it in symbol.parameters if it.name]
    listed = tuple(DocumentedName(it.name, _need(it.name)) for it in names)
    return Wanted(listed, _value(symbol), symbol.raises)


def check(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with `comment` at `symbol`, by line."""
    scanned = scan(comment, DOXYGEN)
    if scanned is None:
        return (error("not-doxygen", "this is no comment that Doxygen reads"),)
    tells_value = any(it in DOXYGEN.tells_returns for it in scanned.tags) or any(
        it.part in (Part.SUMMARY, Part.DETAILS) and _SPEAKS_OF_VALUE.search(text)
        for it, text in zip(scanned.entries, scanned.texts, strict=True)
    )
    described = Described(scanned.entries, scanned.texts, tells_value)
    return judged(described, wanted(symbol), symbol)


def render(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole comment, each line with the symbol's indent, without a newline at the end."""
    command = options.habits.command or "@"
    spelling = Spelling(
        summary="" if options.habits.brief is False else f"{command}brief ",
        parameter=f"{command}param {{name}} ",
        type_parameter=f"{command}tparam {{name}} ",
        returns=f"{command}return ",
        raises=f"{command}throws {{name}} ",
        command=command,
    )
    return laid_out(in_order(fields, wanted(symbol)), symbol, options, DOXYGEN, spelling)


def _need(name: str) -> Need:
    is_welcome = name == VARIADIC or name.startswith("<")
    return Need.WELCOME if is_welcome else Need.REQUIRED


def _value(symbol: Symbol) -> Need:
    if symbol.kind is SymbolKind.MACRO:
        return Need.WELCOME
    if not is_callable(symbol) or symbol.kind is SymbolKind.CONSTRUCTOR:
        return Need.NONE
    if symbol.return_type is None:
        return Need.WELCOME
    return Need.NONE if symbol.return_type.split()[-1:] == [NOTHING] else Need.REQUIRED
