"""Own `glossator.search`: the editor's own search of its repositories, unsaved texts included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_indexer.records import (
    EntityKind,
    Hit,
    SearchFilters,
    SearchMode,
    SearchQuery,
)
from glossator_server.errors import UsageError
from glossator_server.lsp.commands.arguments import read_object
from glossator_server.lsp.indexing import lines_of, searchable
from glossator_server.lsp.language_server import GlossatorServer

if TYPE_CHECKING:
    from glossator_indexer.owner_client import IndexClient

MOST_HITS = 100
_FILTERS = ("paths", "languages", "kinds", "symbol", "changedSince")


async def search(ls: GlossatorServer, arguments: Sequence[object]) -> list[dict[str, object]]:
    """Answer with the best hits of all folders, best first."""
    argument = read_object(arguments, frozenset({"text", "limit", "filters", "quality"}))
    text, limit = argument.get("text"), argument.get("limit", 10)
    quality = argument.get("quality", ls.session.settings.index.quality)
    if not isinstance(text, str) or not text.strip():
        raise UsageError("The command needs `text`, what to look for in words or names.")
    if type(limit) is not int or not 1 <= limit <= MOST_HITS:
        raise UsageError(f"`limit` must be a whole number from 1 to {MOST_HITS}.")
    if not isinstance(quality, bool):
        raise UsageError("`quality` must be true or false.")
    filters = _filters(argument.get("filters") or {})
    mode = SearchMode.QUALITY if quality else SearchMode.FAST
    indexes = await searchable(ls)
    documents = list(ls.session.documents.values())

    async def ask(client: IndexClient) -> list[Hit]:
        open_paths = indexes.open_paths(client, documents)
        return await client.search(
            SearchQuery(text, limit, mode=mode, filters=filters, open_paths=open_paths)
        )

    found = await indexes.ask(ask)
    found.sort(key=lambda it: it[1].score, reverse=True)
    return [_in_editors_words(root, it) for root, it in found[:limit]]


def _filters(given: object) -> SearchFilters:
    if not isinstance(given, Mapping) or not set(given) <= set(_FILTERS):
        raise UsageError(f"`filters` must be an object with some of {', '.join(_FILTERS)}.")
    symbol, since = given.get("symbol"), given.get("changedSince")
    if symbol is not None and not isinstance(symbol, str):
        raise UsageError("`filters.symbol` must be a name.")
    if since is not None and (isinstance(since, bool) or not isinstance(since, int | float)):
        raise UsageError("`filters.changedSince` must be a time, in seconds since 1970.")
    kinds = _names(given, "kinds")
    known = {it.value for it in EntityKind}
    if not set(kinds) <= known:
        raise UsageError(f"`filters.kinds` must be some of {', '.join(sorted(known))}.")
    return SearchFilters(
        paths=_names(given, "paths"),
        languages=_names(given, "languages"),
        kinds=tuple(map(EntityKind, kinds)),
        symbol=symbol,
        changed_since=None if since is None else float(since),
    )


def _names(given: Mapping[object, object], key: str) -> tuple[str, ...]:
    value = given.get(key, [])
    if not isinstance(value, list) or not all(isinstance(it, str) for it in value):
        raise UsageError(f"`filters.{key}` must be a list of strings.")
    return tuple(value)


def _in_editors_words(root: Path, hit: Hit) -> dict[str, object]:
    # The same shape as `glossator search --json`, and where to go.
    return {
        "path": hit.path,
        "start_line": hit.start_line,
        "end_line": hit.end_line,
        "symbol": hit.symbol,
        "kind": hit.kind.value,
        "score": hit.score,
        "signals": dict(hit.signals),
        "location": {
            "uri": (root / hit.path).as_uri(),
            "range": lines_of(hit.start_line, hit.end_line),
        },
    }
