"""Own where a comment stands and how words become one there, checked in the text as it would be.

It must not ask a model, nor apply anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from glossator_indexer.facts import facts_of
from glossator_indexer.styles import ParsedDoc, Style, Wanted
from glossator_indexer.styles.detecting import Conventions
from glossator_indexer.styles.drift import MISSING_PARAMETER, MISSING_RETURN
from glossator_indexer.styles.updating import planned_update, updated
from glossator_indexer.styles.wanted import Need, requiring
from glossator_indexer.styles.wording import missing_parts
from glossator_indexer.types import DocFields, Facts, Span, Symbol, SymbolKind, TextChange
from glossator_server.actions.parts import chosen_parts, with_sections
from glossator_server.actions.states import drift_of
from glossator_server.document_options import DocumentOptions
from glossator_server.edits import line_end_of
from glossator_server.proposal import Evidence
from glossator_server.snapshot import Snapshot
from glossator_server.verify import CommentChange, check_comment


@dataclass(frozen=True, slots=True)
class Site:
    """Where a comment is wanted, and how; `existing` is the drifted comment that stands there.

    `asked` is what somebody has to find words for: of a new comment all that was chosen, of an old
    one what the code has and the comment lacks. `facts` are what the code proves.
    """

    snapshot: Snapshot
    symbol: Symbol
    options: DocumentOptions
    conventions: Conventions
    existing: ParsedDoc | None
    asked: Wanted
    facts: Facts

    @property
    def style(self) -> Style:
        """Return the style of the comment."""
        return self.conventions.style

    def lacks(self, fields: DocFields) -> tuple[str, ...]:
        """Name the parts of a complete comment that neither the words nor the old comment give."""
        missing = missing_parts(fields, self.asked)
        if self.existing is not None and self.existing.fields.summary:
            return tuple(it for it in missing if it != "summary")
        return missing


@dataclass(frozen=True, slots=True)
class Placed:
    """A comment in its place, with what the checks said."""

    change: TextChange
    evidence: tuple[Evidence, ...]


def site_of(
    snapshot: Snapshot, symbol: Symbol, options: DocumentOptions, conventions: Conventions
) -> Site:
    """Return where a comment of a symbol belongs, with what is to be found for it."""
    wanted = conventions.style.wanted(symbol)
    existing = None
    if symbol.comment is not None:
        existing = conventions.style.parse(symbol.comment.text)
    asked = chosen_parts(wanted, options)
    facts = facts_of(snapshot.source, symbol)
    site = Site(snapshot, symbol, options, conventions, existing, asked, facts)
    if existing is None or symbol.comment is None:
        return site
    # What the code lost needs no words: only what is wrong after that.
    trimmed = _updated(site, symbol.comment.text, existing, DocFields(""))
    findings = drift_of(symbol, conventions.style, snapshot.source, trimmed)
    names = {it.name for it in findings if it.rule == MISSING_PARAMETER}
    is_told = not any(it.rule == MISSING_RETURN for it in findings)
    asked = replace(
        wanted,
        names=tuple(it for it in requiring(wanted, names).names if it.path in names),
        returns=Need.NONE if is_told else Need.REQUIRED,
        raises=(),
    )
    return replace(site, asked=asked)


def place(site: Site, fields: DocFields) -> Placed:
    """Return the comment that the words make, with what the checks say of it."""
    symbol, text = site.symbol, site.snapshot.text
    line_end = line_end_of(text)
    old = symbol.comment
    if old is not None and site.existing is not None:
        comment = _updated(site, old.text, site.existing, fields).replace("\n", line_end)
        change = TextChange(old.span, comment)
    else:
        words = with_sections(fields, site.facts, site.options, site.conventions)
        comment = site.style.render(words, symbol, site.conventions.layout)
        comment = comment.replace("\n", line_end)
        change = _insertion(symbol, text, comment, line_end)
    planned = CommentChange(symbol, change, comment, site.style)
    return Placed(change, check_comment(site.snapshot, planned))


def _updated(site: Site, old: str, existing: ParsedDoc, fields: DocFields) -> str:
    """Return the old comment brought up to date; nothing in it is cut for length."""
    uncut = replace(site.conventions.layout, max_lines=None)

    def render(words: DocFields) -> str:
        # The first line's indentation stands before the old comment already.
        return site.style.render(words, site.symbol, uncut).removeprefix(site.symbol.indent)

    plain = old.replace("\r\n", "\n")
    style, symbol = site.style, site.symbol
    update = planned_update(existing, fields, style.wanted(symbol), style.check(plain, symbol))
    result = updated(plain, update, style.parse, render, symbol.indent)
    if not (fields.parameters and drift_of(symbol, style, site.snapshot.source, result)):
        return result
    # Where one entry describes several names, its lines cannot say what the code says now.
    return render(update.fields) if _keeps_markup(old, render(existing.fields)) else result


def _keeps_markup(old: str, written_anew: str) -> bool:
    """Say whether a comment written anew has the links and the code of the old one as they were."""
    marked = {it for it in old.split() if re.search(r"[][{}<>`&\\]", it)}
    return marked <= set(written_anew.split())


def _insertion(symbol: Symbol, text: str, comment: str, line_end: str) -> TextChange:
    at = symbol.insertion
    if not symbol.shares_line:
        return TextChange(Span(at, at), comment + line_end + _gap_below(symbol, text, line_end))
    # The body of a one-liner moves to a line of its own.
    start = len(text[:at].rstrip(" \t"))
    return TextChange(Span(start, at), f"{line_end}{comment}{line_end}{symbol.indent}")


def _gap_below(symbol: Symbol, text: str, line_end: str) -> str:
    """Return what a language's own formatter puts between a new comment and what is below it."""
    below = text[symbol.insertion :].split("\n", 1)[0]
    if below.startswith(f"{symbol.indent}//"):
        # A Go directive: it would be read as words.
        return f"{symbol.indent}//{line_end}"
    is_docstring = symbol.insertion > symbol.name_span.end
    return line_end if symbol.kind is SymbolKind.CLASS and is_docstring and below.strip() else ""
