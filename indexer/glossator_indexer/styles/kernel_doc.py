"""Own the kernel-doc style as pure functions: read a comment, judge it, write it, update it.

How each works is in the grammar, the rules and the layout; this module must hold no rule itself.
"""

from __future__ import annotations

from glossator_indexer.styles.drift import drift, merge
from glossator_indexer.styles.kernel_doc_grammar import (
    DESCRIPTION,
    RETURN,
    Fault,
    ScannedComment,
    opens_kernel_doc,
    scan,
)
from glossator_indexer.styles.kernel_doc_layout import layout, within_lines
from glossator_indexer.styles.kernel_doc_rules import check
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import ParsedDoc
from glossator_indexer.types import DocFields, Symbol


def parse(comment: str) -> ParsedDoc | None:
    """Return what `comment` says, or None where it describes no symbol in kernel-doc's way."""
    if not opens_kernel_doc(comment):
        return None
    scanned = scan(comment)
    if isinstance(scanned, Fault):
        return None
    fields = DocFields(
        summary=scanned.summary,
        parameters=tuple((entry.label, entry.text) for entry in scanned.parameters),
        returns=_joined(scanned, RETURN),
        details=_joined(scanned, DESCRIPTION),
    )
    others = tuple(
        (entry.label, entry.text)
        for entry in scanned.sections
        if entry.label not in {RETURN, DESCRIPTION}
    )
    return ParsedDoc(scanned.name_line.name, scanned.name_line.kind_word, fields, others)


def render(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole comment, each line with the symbol's indent, without a newline at the end."""
    kept = within_lines(fields, symbol, options)
    return layout(ParsedDoc(symbol.name, None, kept), symbol, options)


def render_parsed(doc: ParsedDoc, symbol: Symbol, options: RenderOptions) -> str:
    """Write `doc` above `symbol` with its sections; nothing in it is cut for length."""
    return layout(doc, symbol, options)


def recognises(comment: str) -> bool:
    """Say whether a comment is meant as kernel-doc."""
    return parse(comment) is not None


def _joined(scanned: ScannedComment, label: str) -> str | None:
    texts = [it.text for it in scanned.sections if it.label == label and it.text.strip()]
    return "\n\n".join(texts) or None


__all__ = ["ParsedDoc", "check", "drift", "merge", "parse", "recognises", "render", "render_parsed"]
