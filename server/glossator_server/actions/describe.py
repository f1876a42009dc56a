"""Own the hover: what the tree knows of a symbol, how its comment stands, what can be done here.

No model is asked and nothing is read but the snapshot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from glossator_indexer.facts import facts_of
from glossator_indexer.styles import styles_of
from glossator_indexer.symbols import symbol_at
from glossator_indexer.types import Facts, Span, Symbol
from glossator_server.actions.registry import OfferContext, offers
from glossator_server.actions.states import (
    CommentState,
    CommentStatus,
    comment_status,
    style_of,
)
from glossator_server.snapshot import Snapshot

# A hover is read at a glance.
MOST_NAMES = 8
MAX_SIGNATURE_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Description:
    """A hover in Markdown and in plain text, for `span`; `actions` are the titles offered there."""

    span: Span
    markdown: str
    plain: str
    actions: tuple[str, ...]


def describe(snapshot: Snapshot, offset: int) -> Description | None:
    """Describe the symbol whose declaration or comment is at the offset, else return None."""
    symbol = symbol_at(snapshot.source, offset)
    if symbol is None or not symbol.name or not _is_on_head(symbol, offset):
        return None
    if not styles_of(snapshot.source.language.id):
        return None
    code = snapshot.text[symbol.extent.start : symbol.signature.end]
    signature = re.sub(r"[ \t]*[\r\n]+[ \t]*", " ", code).strip()[:MAX_SIGNATURE_CHARACTERS]
    lines = _facts(symbol, facts_of(snapshot.source, symbol))
    lines.append(_state(comment_status(symbol, style_of(snapshot), snapshot.source)))
    selection = Span(symbol.name_span.start, symbol.name_span.start)
    titles = tuple(it.title for it in offers(snapshot, selection, OfferContext(automatic=True)))
    fence = "````" if "```" in signature else "```"
    language = snapshot.source.language.id
    markdown = f"{fence}{language}\n{signature}\n{fence}\n\n" + "\n".join(f"- {it}" for it in lines)
    plain = "\n".join([signature, *(it.replace("`", "") for it in lines)])
    return Description(symbol.name_span, markdown, plain, titles)


def _facts(symbol: Symbol, facts: Facts) -> list[str]:
    lines = [f"{symbol.kind} `{symbol.name}`"]
    if symbol.return_type is not None:
        lines.append(f"returns `{symbol.return_type}`")
    when = dict(facts.conditions)
    failures = dict.fromkeys((*facts.error_codes, *when))
    if failures:
        lines.append("fails with " + _failures(tuple(failures), when))
    if facts.sleeps:
        lines.append(f"may sleep, in `{facts.sleeps}`")
    for told, names in (
        ("needs", facts.locks_held),
        ("takes", facts.locks_taken),
        ("frees", facts.frees),
        ("takes a reference to", facts.referenced),
    ):
        if names:
            lines.append(f"{told} {_names(names)}")
    if facts.allocates:
        lines.append(f"its value is the caller's to free (`{facts.allocates}`)")
    if facts.callees:
        lines.append("calls " + _names(facts.callees))
    return lines


def _failures(names: tuple[str, ...], when: Mapping[str, str]) -> str:
    told = [f"`{it}` if `{when[it]}`" if it in when else f"`{it}`" for it in names[:MOST_NAMES]]
    return ", ".join(told) + _more(len(names))


def _state(status: CommentStatus) -> str:
    match status.state:
        case CommentState.MISSING:
            return "no doc comment"
        case CommentState.PRESENT:
            return "its comment agrees with the declaration"
        case CommentState.OTHER_STYLE:
            return "has a doc comment in another style"
        case CommentState.DRIFTED:
            return "its comment has drifted: " + "; ".join(it.message for it in status.findings)


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMES])
    return shown + _more(len(names))


def _more(count: int) -> str:
    return f" and {count - MOST_NAMES} more" if count > MOST_NAMES else ""


def _is_on_head(symbol: Symbol, offset: int) -> bool:
    start = symbol.comment.span.start if symbol.comment else symbol.extent.start
    return start <= offset <= symbol.signature.end
