"""Own `textDocument/codeLens`: what stands above declarations, where a person switched it on."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from glossator_server.actions.lenses import Lens, lenses
from glossator_server.lsp.convert import PositionMap, range_as_sent
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.prompting import is_prompt_file, prompt_lenses
from glossator_server.snapshot import Snapshot


async def code_lens(ls: GlossatorServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Return the lenses of an open document, of source code only where they are on."""
    document = ls.session.documents.get(params.text_document.uri)
    if document is None or not document.is_in_step:
        return []
    if is_prompt_file(document.path):
        return prompt_lenses(ls, document)
    if not ls.session.settings.code_lens:
        return []
    snapshot = document.snapshot(ls.session.settings.document)
    if snapshot is None:
        return []
    # All symbols of a long file are more than an editor may be kept waiting for.
    return await asyncio.to_thread(_in_editors_words, snapshot, ls.documents.encoding)


def _in_editors_words(
    snapshot: Snapshot, encoding: types.PositionEncodingKind
) -> list[types.CodeLens]:
    positions = PositionMap(snapshot.text, encoding)
    return [_code_lens(it, positions.range(it.span), snapshot) for it in lenses(snapshot)]


def _code_lens(lens: Lens, place: types.Range, snapshot: Snapshot) -> types.CodeLens:
    argument = {
        "uri": snapshot.uri,
        "version": snapshot.version,
        "symbol": lens.symbol,
        # Of two symbols with one name, the nearest is meant.
        "range": range_as_sent(place),
    }
    command = types.Command(lens.title, lens.command, arguments=[argument])
    return types.CodeLens(range=place, command=command)
