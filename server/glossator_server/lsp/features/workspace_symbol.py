"""Own `workspace/symbol`: named things of the whole repository, where the settings want it."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from glossator_indexer.records import EntityKind, FoundEntity
from glossator_server.lsp.indexing import lines_of, searchable
from glossator_server.lsp.language_server import GlossatorServer

MOST_SYMBOLS = 100
_KINDS = {
    EntityKind.FUNCTION: types.SymbolKind.Function,
    EntityKind.METHOD: types.SymbolKind.Method,
    EntityKind.PROTOTYPE: types.SymbolKind.Function,
    EntityKind.MACRO: types.SymbolKind.Constant,
    EntityKind.STRUCT: types.SymbolKind.Struct,
    EntityKind.UNION: types.SymbolKind.Struct,
    EntityKind.ENUM: types.SymbolKind.Enum,
    EntityKind.TYPE: types.SymbolKind.Class,
    EntityKind.CLASS: types.SymbolKind.Class,
    EntityKind.INTERFACE: types.SymbolKind.Interface,
    EntityKind.TRAIT: types.SymbolKind.Interface,
    EntityKind.MODULE: types.SymbolKind.Module,
    EntityKind.VARIABLE: types.SymbolKind.Variable,
    EntityKind.FILE: types.SymbolKind.File,
}


async def workspace_symbol(
    ls: GlossatorServer, params: types.WorkspaceSymbolParams
) -> list[types.SymbolInformation]:
    """Return what the index knows by a name; nothing where the setting is off."""
    # The empty query asks for every symbol there is: an editor that opens its list.
    if not ls.session.settings.index.workspace_symbol or not params.query.strip():
        return []
    indexes = await searchable(ls)
    found = await indexes.ask(lambda client: client.entities(params.query, MOST_SYMBOLS))
    found.sort(key=lambda it: it[1].score, reverse=True)
    return [_in_editors_words(root, it) for root, it in found[:MOST_SYMBOLS]]


def _in_editors_words(root: Path, found: FoundEntity) -> types.SymbolInformation:
    entity = found.entity
    location = types.Location(
        (root / found.path).as_uri(), lines_of(entity.start_line, entity.end_line)
    )
    container = entity.container or found.path
    return types.SymbolInformation(
        location, entity.name, _KINDS[entity.kind], container_name=container
    )
