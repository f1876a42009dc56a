"""Own what it means that code and its comment disagree, and how a comment is brought up to date.

It must not throw away a sentence that still describes something.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from glossator_indexer.styles.kernel_doc_rules import check
from glossator_indexer.styles.names import documented_names, returns_nothing
from glossator_indexer.styles.parsed import ParsedDoc
from glossator_indexer.types import DocFields, Finding, Severity, Symbol

_ALIKE = 0.6  # `new` and `new_entry` are, `flags` and `timeout` are not

DRIFT_RULES = frozenset(
    {
        "wrong-name",
        "stale-parameter",
        "missing-parameter",
        "parameter-order",
        "missing-return",
        "stale-return",
    }
)


def drift(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return the findings which mean that the code has moved on since the comment was written."""
    return tuple(
        finding
        for finding in check(comment, symbol)
        if finding.rule in DRIFT_RULES and finding.severity is Severity.ERROR
    )


def merge(existing: ParsedDoc, fields: DocFields, symbol: Symbol) -> ParsedDoc:
    """Return the comment of `symbol` that keeps what people wrote and adds what is missing.

    From `existing` come the summary, the details, every section and the descriptions of names that
    the code still has; from `fields` (cleaned before) comes only what `existing` lacks. Dropped is
    the description of a name that the code lacks, and of a value where none is returned; a name
    passes its description on where it is the only one gone and the only new one is spelled alike.
    """
    kept = _kept_descriptions(existing, symbol)
    offered = dict(fields.parameters)
    parameters = tuple(
        (name.path, kept.get(name.path) or offered.get(name.path, ""))
        for name in documented_names(symbol)
    )
    returns = None
    if not returns_nothing(symbol):
        returns = existing.fields.returns or fields.returns
    merged = DocFields(
        summary=existing.fields.summary or fields.summary,
        parameters=tuple((name, text) for name, text in parameters if text),
        returns=returns,
        details=existing.fields.details or fields.details,
    )
    return ParsedDoc(symbol.name, existing.kind_word, merged, existing.sections)


def _kept_descriptions(existing: ParsedDoc, symbol: Symbol) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, text in existing.fields.parameters:
        texts.setdefault(name, text)
    paths = [name.path for name in documented_names(symbol)]
    gone = [name for name in texts if name not in paths]
    new = [path for path in paths if path not in texts]
    if len(gone) == len(new) == 1 and _alike(gone[0], new[0]):
        texts[new[0]] = texts.pop(gone[0])
    return texts


def _alike(old: str, new: str) -> bool:
    return old in new or new in old or SequenceMatcher(None, old, new).ratio() >= _ALIKE
