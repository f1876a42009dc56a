"""Own the tool `document`: a doc comment that passed its checks, as a diff; nothing is written.

It must not take more than the symbol that is meant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from glossator_indexer.styles import style_named
from glossator_indexer.symbols import find_symbols, symbol_at
from glossator_indexer.types import Symbol
from glossator_server.actions.document import ROLE, document_symbol
from glossator_server.agent.data import shown
from glossator_server.edits import apply_changes, offset_of_line, unified_diff
from glossator_server.errors import SymbolNotFoundError, UsageError
from glossator_server.mcp.answers import Answer
from glossator_server.mcp.desk import Inquiry
from glossator_server.mcp.searching import with_notices
from glossator_server.proposal import CommentProposal, Skipped
from glossator_server.snapshot import Snapshot


async def document(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
    """Have a doc comment written for a symbol; raises `UsageError` where there is none to offer."""
    inner = inquiry.path(arguments["path"])
    snapshot = await asyncio.to_thread(inquiry.snapshot, inner)
    symbol = await asyncio.to_thread(_symbol, snapshot, inner, arguments)
    options = inquiry.rules.settings.documenting
    if (style := arguments.get("style")) is not None:
        options = replace(options, style=style_named(style).id)
    snapshot = await inquiry.desk.indexes.with_examples(snapshot, symbol, ())
    model = await inquiry.open_model(ROLE, snapshot.data_class)
    try:
        outcome = await document_symbol(snapshot, symbol, model, options, inquiry.report)
    finally:
        await model.close()
    if isinstance(outcome, Skipped):
        raise UsageError(f"No comment is proposed: {outcome.reason}")
    return _answer(inner, snapshot, outcome)


def _symbol(snapshot: Snapshot, inner: str, arguments: Mapping[str, Any]) -> Symbol:
    name, line = arguments.get("symbol"), arguments.get("line")
    if (name is None) == (line is None):
        raise UsageError("Name either a symbol or a line of the file.")
    if name is not None:
        found = find_symbols(snapshot.source, name)
        if not found:
            raise SymbolNotFoundError(f"{inner} has no symbol {name!r}; check the name.")
        # A definition says more than the prototypes before it.
        return min(found, key=lambda it: it.body is None)
    offset = offset_of_line(snapshot.text, int(line or 0))
    symbol = None if offset is None else symbol_at(snapshot.source, offset)
    if symbol is None:
        raise SymbolNotFoundError(f"{inner} has nothing to document at line {line}; name another.")
    return symbol


def _answer(inner: str, snapshot: Snapshot, proposal: CommentProposal) -> Answer:
    after = apply_changes(snapshot.text, proposal.edits[0].changes)
    diff, hides = _seen(unified_diff(inner, snapshot.text, after))
    evidence = [{name: str(it) for name, it in asdict(one).items()} for one in proposal.evidence]
    data: dict[str, Any] = {
        "path": shown(inner),
        "symbol": proposal.symbol,
        "diff": diff,
        "evidence": evidence,
        "model": proposal.model,
        "seconds": round(proposal.seconds, 3),
        "notices": [*proposal.notices, *hides],
    }
    checks = [f"{it['verdict']}: {it['check']} ({it['tool']}): {it['after']}" for it in evidence]
    said = [*checks, *data["notices"]]
    return Answer(with_notices(f"document {inner}", diff, said), data, frozenset({inner}))


def _seen(diff: str) -> tuple[str, tuple[str, ...]]:
    """Return a diff with what nobody sees spelled out, its line ends kept, and a word of that."""
    lines = diff.split("\n")
    seen = "\n".join(
        shown(it.removesuffix("\r")) + ("\r" if it.endswith("\r") else "") for it in lines
    )
    if seen == diff:
        return diff, ()
    return seen, ("Characters that nobody sees are spelled out in the diff, which may not apply.",)
