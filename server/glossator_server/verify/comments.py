"""Own the checks that stand between a model's words and the user's comment.

Each check says what it saw before and after; this module must not change anything, nor ask a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version

from glossator_indexer.code_tokens import code_tokens
from glossator_indexer.parsing import reparse, syntax_problems
from glossator_indexer.styles import Style
from glossator_indexer.styles.drift import MISSING_RETURN
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import Finding, Severity, Symbol, TextChange
from glossator_server.proposal import Evidence, Verdict
from glossator_server.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CommentChange:
    """A comment about to be placed: for which symbol, as which change, in which style."""

    symbol: Symbol
    change: TextChange
    comment: str
    style: Style


def check_comment(snapshot: Snapshot, planned: CommentChange) -> tuple[Evidence, ...]:
    """Run every check of a doc comment on the text as it would become, cheapest first."""
    after = replace(snapshot, source=reparse(snapshot.source, [planned.change]))
    return (
        _only_comments(snapshot, after),
        _parse(snapshot, after),
        _style(after, planned),
    )


def failures(evidence: Sequence[Evidence]) -> list[str]:
    """Return what the failed checks said, for the next round and for the user."""
    return [it.after for it in evidence if it.verdict is Verdict.FAILED]


def _only_comments(before: Snapshot, after: Snapshot) -> Evidence:
    old, new = code_tokens(before.source), code_tokens(after.source)
    same = old == new
    return Evidence(
        check="only-comments",
        tool="glossator",
        version=version_of("glossator"),
        before=f"{len(old)} code tokens",
        after=f"{len(new)} code tokens, the same" if same else "the comment would change the code",
        verdict=Verdict.PASSED if same else Verdict.FAILED,
    )


def _parse(before: Snapshot, after: Snapshot) -> Evidence:
    old, new = len(syntax_problems(before.source)), len(syntax_problems(after.source))
    tool = "tree-sitter-" + before.source.language.grammar.partition(":")[0]
    return Evidence(
        check="parse",
        tool=tool,
        version=version_of(tool),
        before=f"{old} syntax problems",
        after=f"{new} syntax problems",
        verdict=Verdict.PASSED if new <= old else Verdict.FAILED,
    )


def _style(after: Snapshot, planned: CommentChange) -> Evidence:
    """Check the comment where it landed, against the symbol as it is parsed there."""
    symbol = planned.symbol
    style = planned.style
    old = None
    if symbol.comment is not None and style.recognises(symbol.comment.text):
        old = style.check(symbol.comment.text, symbol)
    landed = [
        it
        for it in find_symbols(after.source, symbol.qualified_name)
        if it.comment is not None and it.comment.text.strip() == planned.comment.strip()
    ]
    there = landed[0].comment if landed else None
    if there is not None:
        # Where the comments around do not tell of values, an old comment need not begin to.
        untold = [] if old is None else [it for it in _errors_of(old) if it.rule == MISSING_RETURN]
        found = _errors_of(style.check(there.text, landed[0]))
        problems = [it.message for it in found if not untold or it.rule != MISSING_RETURN]
    else:
        problems = [f"the comment would not stand where {symbol.name} is documented"]
    return Evidence(
        check="style",
        tool=style.id,
        version=version_of("glossator"),
        before="no comment" if old is None else f"{len(_errors_of(old))} findings",
        after="; ".join(problems) if problems else "no findings",
        verdict=Verdict.FAILED if problems else Verdict.PASSED,
    )


def _errors_of(findings: Sequence[Finding]) -> list[Finding]:
    return [it for it in findings if it.severity is Severity.ERROR]


@cache
def version_of(distribution: str) -> str:
    """Return the installed version of a distribution."""
    return version(distribution)
