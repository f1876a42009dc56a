"""Own what is wanted of a Doxygen comment, and what is wrong with one above a symbol.

It must not change anything; severities follow what Doxygen itself warns of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from glossator_indexer.styles.doxygen_grammar import Piece, Scanned, scan
from glossator_indexer.styles.doxygen_markup import escaped
from glossator_indexer.styles.judging import repeated, says_nothing
from glossator_indexer.styles.names import returns_nothing
from glossator_indexer.styles.parsed import Part
from glossator_indexer.styles.wanted import DocumentedName, Need, Wanted
from glossator_indexer.types import NOTHING, Finding, Severity, Symbol, SymbolKind

VARIADIC = "..."
_SPELLABLE = re.compile(r"[\w$]+|\.\.\.|<[\w$]+>")
_TYPES = frozenset(
    {SymbolKind.STRUCT, SymbolKind.UNION, SymbolKind.ENUM, SymbolKind.CLASS, SymbolKind.VARIABLE}
)
_TELLS_RETURN = re.compile(r"(?:gets?|returns?|whether|is\b|checks?|tells?)\b", re.IGNORECASE)


def wanted(symbol: Symbol) -> Wanted:
    """Return what a complete comment describes; members of a type have comments of their own."""
    names: dict[str, DocumentedName] = {}
    for it in symbol.parameters:
        name = _bare(it.name)
        is_type_parameter = name.startswith("<")
        if not _SPELLABLE.fullmatch(name) or (symbol.kind in _TYPES and not is_type_parameter):
            continue
        is_optional = is_type_parameter or name == VARIADIC or symbol.kind is SymbolKind.TYPEDEF
        need = Need.WELCOME if is_optional else Need.REQUIRED
        need = Need.TOLD if is_type_parameter and it.described_inside else need
        names.setdefault(name, DocumentedName(name, need))
    return Wanted(tuple(names.values()), _returns(symbol), symbol.raises, escaped)


def _bare(name: str) -> str:
    return name if name == VARIADIC else name.removesuffix(VARIADIC).removeprefix(VARIADIC)


def _returns(symbol: Symbol) -> Need:
    if symbol.kind in _TYPES or symbol.kind is SymbolKind.CONSTRUCTOR:
        return Need.NONE
    if symbol.kind is SymbolKind.MACRO:
        return Need.WELCOME
    if symbol.return_type is None:
        return Need.WELCOME if symbol.parameters else Need.NONE
    if symbol.return_type == NOTHING or returns_nothing(symbol):
        return Need.NONE
    return Need.REQUIRED if symbol.return_type else Need.WELCOME


def check(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with `comment` above `symbol`, by line."""
    scanned = scan(comment)
    if scanned is None:
        return (Finding("not-doxygen", "the comment is none that Doxygen reads for what follows"),)
    wants = wanted(symbol)
    findings = [
        *_summary_findings(scanned),
        *_stale(scanned, symbol, wants),
        *_missing(scanned, symbol, wants),
        *repeated((name, piece.first) for name, piece in _described(scanned)),
        *_out_of_order(scanned, wants),
        *_return_findings(scanned, symbol, wants),
    ]
    if scanned.unclosed:
        findings.append(Finding("unclosed-command", f"@{scanned.unclosed} is missing"))
    return tuple(sorted(findings, key=lambda it: it.line))


def _described(scanned: Scanned) -> list[tuple[str, Piece]]:
    found: list[tuple[str, Piece]] = []
    for it in scanned.pieces:
        if it.part is Part.PARAMETER:
            found += ((name.strip(), it) for name in it.label.split(","))
    return found


def _summary_findings(scanned: Scanned) -> Iterator[Finding]:
    if not any(it.part is Part.SUMMARY and it.text.strip() for it in scanned.pieces):
        yield Finding("missing-summary", "nothing says what this is", 0, None, Severity.ADVICE)


def _stale(scanned: Scanned, symbol: Symbol, wants: Wanted) -> Iterator[Finding]:
    known = {it.path for it in wants.names}
    # What a typedef or a variable of a function type takes stands elsewhere.
    is_sure = symbol.kind not in _TYPES and not (
        symbol.kind is SymbolKind.TYPEDEF and not symbol.parameters
    )
    severity = Severity.ERROR if is_sure else Severity.ADVICE
    for name, piece in _described(scanned):
        if not name:
            yield Finding("unnamed-parameter", f"@{piece.command} names nothing", piece.first)
        elif name not in known:
            message = f"{name} is described, but {symbol.name} has no such parameter"
            yield Finding("stale-parameter", message, piece.first, name, severity)
        if name in known and not piece.text.strip():
            message = f"{name} has no description"
            yield Finding("empty-description", message, piece.first, name, Severity.ADVICE)


def _missing(scanned: Scanned, symbol: Symbol, wants: Wanted) -> Iterator[Finding]:
    described = [name for name, _ in _described(scanned)]
    for it in wants.names:
        if it.path in described or it.need is Need.TOLD:
            continue
        is_type = it.path.startswith("<")
        some = any(name.startswith("<") == is_type for name in described)
        is_wrong = some and it.path != VARIADIC and symbol.kind is not SymbolKind.TYPEDEF
        severity = Severity.ERROR if is_wrong else Severity.ADVICE
        message = f"{it.path} of {symbol.name} is not described"
        yield Finding("missing-parameter", message, 0, it.path, severity)


def _out_of_order(scanned: Scanned, wants: Wanted) -> Iterator[Finding]:
    order = [it.path for it in wants.names]
    furthest = {True: -1, False: -1}
    for name, piece in _described(scanned):
        if name not in order:
            continue
        is_type, place = name.startswith("<"), order.index(name)
        if place < furthest[is_type]:
            message = f"{name} must stand before {order[furthest[is_type]]}"
            yield Finding("parameter-order", message, piece.first, name)
        furthest[is_type] = max(furthest[is_type], place)


def _return_findings(scanned: Scanned, symbol: Symbol, wants: Wanted) -> Iterator[Finding]:
    told = [
        it
        for it in scanned.pieces
        if it.part is Part.RETURNS or (it.part is Part.SECTION and it.command == "retval")
    ]
    is_stale = any(not says_nothing(it.text) for it in told)
    if is_stale and wants.returns is Need.NONE and symbol.kind not in _TYPES:
        message = f"{symbol.name} returns nothing"
        severity = Severity.ADVICE if symbol.kind is SymbolKind.TYPEDEF else Severity.ERROR
        yield Finding("stale-return", message, told[0].first, None, severity)
    if not told and wants.returns is Need.REQUIRED:
        summary = next((it.text for it in scanned.pieces if it.part is Part.SUMMARY), "")
        has_sections = any(
            it.part is Part.RAISES or it.command in ("pre", "post") for it in scanned.pieces
        )
        has_names = any(not it.path.startswith("<") for it in wants.names)
        describes = bool(_described(scanned)) if has_names else has_sections
        is_told = _TELLS_RETURN.match(summary) is not None
        severity = Severity.ERROR if describes and not is_told else Severity.ADVICE
        message = f"the value that {symbol.name} returns is not described"
        yield Finding("missing-return", message, 0, None, severity)
