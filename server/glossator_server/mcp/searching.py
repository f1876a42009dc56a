"""Own the tools that find code: by words, by name, and a symbol's whole text.

They tell of no file that the assistant may not be told of, not even that it was found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from glossator_indexer.records import EntityKind, FoundEntity, Hit, SearchFilters, SearchQuery
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import Span, Symbol
from glossator_server.agent.data import as_data, shown
from glossator_server.edits import lines_of_span
from glossator_server.errors import SymbolNotFoundError, UsageError
from glossator_server.mcp.answers import Answer
from glossator_server.mcp.desk import Inquiry
from glossator_server.mcp.excerpts import excerpt, lines_of_file
from glossator_server.mcp.indexing import inner_path, notices_of, prefix_of, ready_index

MOST_HITS = 20
USUAL_HITS = 8
# Enough to see what it is; `read_symbol` has the rest.
MOST_LINES_OF_HIT = 12
MOST_LINES_OF_SYMBOL = 400
# How many more are asked for, because those of other folders and secret files fall away.
_SPARE = 3
_MOST_ASKED_FOR = 60


async def search_code(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
    """Find code by what it does; each hit with its first lines."""
    limit = arguments.get("limit", USUAL_HITS)
    query = arguments["query"].strip()
    if not query:
        raise UsageError("The query is empty; say in words what the code does, or its name.")
    index = await ready_index(inquiry)
    prefix = prefix_of(inquiry, index)
    filters = SearchFilters(folder=prefix.removesuffix("/"), **_narrowing(arguments))
    wanted = SearchQuery(query, min(limit * _SPARE, _MOST_ASKED_FOR), filters=filters)
    hits = await index.search(wanted)
    found = await asyncio.to_thread(_hits, inquiry, prefix, hits, limit)
    notices = [*notices_of(await index.status())]
    text = with_notices("search_code", "\n\n".join(map(_hit_in_words, found.values())), notices)
    return Answer(text, {"hits": [*found.values()], "notices": notices}, _paths(found))


def _narrowing(arguments: Mapping[str, Any]) -> dict[str, Any]:
    globs = arguments.get("paths", ())
    if not all(it.strip("!/ ") for it in globs):
        raise UsageError("paths takes patterns as in .gitignore, for example fs/ext4/ or *.h.")
    kinds = tuple(EntityKind(it) for it in arguments.get("kinds", ()))
    return {"paths": tuple(globs), "kinds": kinds}


def _hits(
    inquiry: Inquiry, prefix: str, hits: Sequence[Hit], limit: int
) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the hits that may be told, by path and number."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    texts: dict[str, list[str]] = {}
    for it in hits:
        path = inner_path(inquiry, prefix, it.path)
        if path is None or len(found) >= limit:
            continue
        if path not in texts:
            texts[path] = _lines_or_none(inquiry, path)
        code = excerpt(texts[path], range(it.start_line, it.end_line + 1), MOST_LINES_OF_HIT)
        found[path, len(found)] = {
            "path": shown(path),
            "start_line": it.start_line,
            "end_line": it.end_line,
            "symbol": shown(it.symbol),
            "kind": str(it.kind),
            "score": round(it.score, 6),
            "code": "" if code is None else code.numbered,
        }
    return found


def _hit_in_words(hit: Mapping[str, Any]) -> str:
    place = f"{hit['path']}:{hit['start_line']}-{hit['end_line']}"
    return f"{place} {hit['kind']} {hit['symbol']}\n{hit['code']}"


def _paths(found: Mapping[tuple[str, int], object]) -> frozenset[str]:
    return frozenset(path for path, _ in found)


def _lines_or_none(inquiry: Inquiry, path: str) -> list[str]:
    """Return a file's lines, none where it changed into something else since it was indexed."""
    try:
        return lines_of_file(inquiry.file(path))
    except UsageError:
        return []


async def find_symbol(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
    """Find where names are defined or declared."""
    limit = arguments.get("limit", MOST_HITS)
    index = await ready_index(inquiry)
    prefix = prefix_of(inquiry, index)
    entities = await index.entities(arguments["name"].strip(), _MOST_ASKED_FOR)
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for it in entities:
        path = inner_path(inquiry, prefix, it.path)
        if path is None or len(found) >= limit:
            continue
        found[path, len(found)] = _entity(path, it)
    notices = [*notices_of(await index.status())]
    text = with_notices("find_symbol", "\n".join(map(_symbol_in_words, found.values())), notices)
    return Answer(text, {"symbols": [*found.values()], "notices": notices}, _paths(found))


def _symbol_in_words(symbol: Mapping[str, Any]) -> str:
    kind, signature = symbol["kind"], symbol["signature"]
    said = signature if signature.startswith(f"{kind} ") else f"{kind} {signature}"
    return f"{symbol['path']}:{symbol['line']} {said}"


def _entity(path: str, found: FoundEntity) -> dict[str, Any]:
    entity = found.entity
    return {
        "path": shown(path),
        "line": entity.start_line,
        "end_line": entity.end_line,
        "name": shown(entity.name),
        "container": shown(entity.container),
        "kind": str(entity.kind),
        "signature": shown(entity.signature),
        "is_definition": entity.is_definition,
        "is_documented": entity.is_documented,
    }


async def read_symbol(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
    """Return a symbol's whole text with the comment above it, line by line."""
    name = arguments["name"].strip()
    path = arguments.get("path")
    if path is None:
        path = await _place_of(inquiry, name)
    inner = inquiry.path(path)
    return await asyncio.to_thread(_read, inquiry, inner, name, arguments.get("start_line"))


async def _place_of(inquiry: Inquiry, name: str) -> str:
    """Return the one file that defines a name; raises `SymbolNotFoundError` for none or several."""
    index = await ready_index(inquiry)
    prefix = prefix_of(inquiry, index)
    plain = name.replace("::", ".").rpartition(".")[2]
    entities = await index.entities(plain, _MOST_ASKED_FOR)
    exact = [it for it in entities if it.entity.name == plain]
    places = [(inner_path(inquiry, prefix, it.path), it.entity) for it in exact]
    known = [(path, it) for path, it in places if path is not None]
    defined = [(path, it) for path, it in known if it.is_definition] or known
    paths = list(dict.fromkeys(path for path, _ in defined))
    if not paths:
        raise SymbolNotFoundError(
            f"Nothing is called {name!r}; look with find_symbol or search_code."
        )
    if len(paths) > 1:
        listed = ", ".join(f"{path}:{it.start_line}" for path, it in defined[:MOST_HITS])
        raise SymbolNotFoundError(f"Several are called {name!r} ({listed}); name the path as well.")
    return paths[0]


def _read(inquiry: Inquiry, inner: str, name: str, start: int | None) -> Answer:
    snapshot = inquiry.snapshot(inner)
    found = find_symbols(snapshot.source, name)
    if not found:
        raise SymbolNotFoundError(f"{inner} has no symbol {name!r}; check the name.")
    # A definition says more than the prototypes before it.
    symbol = min(found, key=lambda it: it.body is None)
    whole = lines_of_span(snapshot.text, _with_comment(symbol))
    wanted = whole if start is None else range(max(start, whole.start), whole.stop)
    part = excerpt(lines_of_file(inquiry.file(inner)), wanted, MOST_LINES_OF_SYMBOL)
    if part is None:
        raise SymbolNotFoundError(
            f"{name} has the lines {whole.start} to {whole.stop - 1} of {inner}; start there."
        )
    notices = []
    if part.left:
        notices.append(f"{part.left} more lines; go on with start_line {part.end + 1}.")
    data = {
        "path": shown(inner),
        "name": shown(symbol.qualified_name),
        "kind": str(symbol.kind),
        "start_line": part.start,
        "end_line": part.end,
        "last_line": whole.stop - 1,
        "code": part.text,
        "notices": notices,
    }
    label = f"{inner}, lines {part.start} to {part.end}"
    return Answer(with_notices(label, part.numbered, notices), data, frozenset({inner}))


def _with_comment(symbol: Symbol) -> Span:
    comment = symbol.comment
    if comment is None:
        return symbol.extent
    start = min(comment.span.start, symbol.extent.start)
    return Span(start, max(comment.span.end, symbol.extent.end))


def with_notices(source: str, text: str, notices: Sequence[str]) -> str:
    """Return what was found as data from a source, and what must be known of it."""
    head = as_data(source, text) if text else "Nothing was found."
    return "\n".join([head, *(f"Note: {' '.join(shown(it).split())}" for it in notices)])
