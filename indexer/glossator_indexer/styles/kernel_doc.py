"""Own the kernel-doc style as pure functions: read a comment, judge it, write it, update it.

How each works is in the grammar, the rules and the layout; this module must hold no rule itself.
"""

from __future__ import annotations

from glossator_indexer.styles.kernel_doc_entries import entries_of
from glossator_indexer.styles.kernel_doc_grammar import (
    DESCRIPTION,
    RETURN,
    Fault,
    ScannedComment,
    opens_kernel_doc,
    scan,
)
from glossator_indexer.styles.kernel_doc_layout import layout, shortened
from glossator_indexer.styles.kernel_doc_rules import check
from glossator_indexer.styles.names import wanted
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
    sections = tuple(
        (entry.label, entry.text)
        for entry in scanned.sections
        if entry.label not in {RETURN, DESCRIPTION}
    )
    fields = DocFields(
        summary=scanned.summary,
        parameters=tuple((entry.label, entry.text) for entry in scanned.parameters),
        returns=_joined(scanned, RETURN),
        details=_without_margin(_joined(scanned, DESCRIPTION)),
        sections=sections,
    )
    name_line = scanned.name_line
    return ParsedDoc(name_line.name, name_line.kind_word, fields, entries_of(comment, scanned))


def render(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole comment, each line with the symbol's indent, without a newline at the end."""
    return layout(shortened(fields, symbol, options), symbol, options)


def _joined(scanned: ScannedComment, label: str) -> str | None:
    texts = [it.text for it in scanned.sections if it.label == label and it.text.strip()]
    return "\n\n".join(texts) or None


def _without_margin(text: str | None) -> str | None:
    """Take off the tab that some authors have before every line of their comment."""
    lines = (text or "").split("\n")
    if text and all(line.startswith("\t") for line in lines if line.strip()):
        return "\n".join(line.removeprefix("\t") for line in lines)
    return text


__all__ = ["check", "parse", "render", "wanted"]
