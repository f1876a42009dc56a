"""Own `textDocument/hover`: what is known of a symbol, and how to act on it in this editor."""

from __future__ import annotations

from lsprotocol import types

from glossator_indexer.symbols import own_code, symbol_at
from glossator_server.actions.describe import Description, describe
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.snapshot import Snapshot

# How code actions are asked for, by the name that the editor gives itself.
_WAYS = {
    "visual studio code": "Ctrl+. (Cmd+. on a Mac)",
    "vscodium": "Ctrl+. (Cmd+. on a Mac)",
    "code-server": "Ctrl+.",
    "neovim": "gra",
    "helix": "Space a",
    "eglot": "M-x eglot-code-actions",
    # lsp-mode; eglot has its own name above.
    "emacs": "M-x lsp-execute-code-action",
    "zed": "Ctrl+. (Cmd+. on a Mac)",
}


def hover(ls: GlossatorServer, params: types.HoverParams) -> types.Hover | None:
    """Answer from the tree and from what the checks said last."""
    document = ls.session.documents.get(params.text_document.uri)
    snapshot = document.snapshot(ls.session.settings.document) if document is not None else None
    if snapshot is None:
        return None
    positions = ls.documents.positions(snapshot.uri, snapshot.text)
    description = describe(snapshot, positions.offset(params.position))
    if description is None:
        return None
    return types.Hover(_contents(ls, snapshot, description), positions.range(description.span))


def _contents(
    ls: GlossatorServer, snapshot: Snapshot, description: Description
) -> types.MarkupContent:
    more = [*_evidence(ls, snapshot, description), *_actions(ls, description)]
    if ls.editor.reads_markdown:
        text = "\n".join([description.markdown, *(f"- {line}" for line in more)])
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    plain = (line.replace("`", "") for line in more)
    return types.MarkupContent(types.MarkupKind.PlainText, "\n".join([description.plain, *plain]))


def _evidence(ls: GlossatorServer, snapshot: Snapshot, description: Description) -> list[str]:
    symbol = symbol_at(snapshot.source, description.span.start)
    known = ls.session.evidence(snapshot.uri, symbol.qualified_name) if symbol else None
    if symbol is None or known is None:
        return []
    comment = symbol.comment.text.strip() if symbol.comment is not None else ""
    # After the next edit of either, the checks have said nothing of what stands there.
    is_as_checked = own_code(snapshot.text, symbol) == known.code and (
        known.comment is None or comment == known.comment.strip()
    )
    return [f"checked: {known.evidence}"] if is_as_checked else []


def _actions(ls: GlossatorServer, description: Description) -> list[str]:
    if ls.editor.panels:
        return []  # Such an editor puts the actions themselves there.
    name = ls.editor_name.lower()
    way = next((keys for known, keys in _WAYS.items() if known in name), "the code actions here")
    return [f"{title}: {way}" for title in description.actions]
