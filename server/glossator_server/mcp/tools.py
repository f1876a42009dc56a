"""Own the table of the MCP server's tools, with the schemas of what they take and give.

It must not do anything; to add a tool, write it in a module of its own and a row here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glossator_indexer.records import EntityKind
from glossator_server.agent.schemas import arguments as arguments_of
from glossator_server.agent.schemas import text as text_of
from glossator_server.agent.schemas import whole_number
from glossator_server.mcp.answers import McpTool
from glossator_server.mcp.asking import ask
from glossator_server.mcp.checking import check
from glossator_server.mcp.documenting import document
from glossator_server.mcp.searching import (
    MOST_HITS,
    MOST_LINES_OF_SYMBOL,
    find_symbol,
    read_symbol,
    search_code,
)

MOST_QUERY = 1_000
MOST_QUESTION = 4_000
MOST_NAME = 200
MOST_PATH = 400
MOST_LINE_NUMBER = 10_000_000

_NOTICES = {"type": "array", "items": {"type": "string"}}
_LINE = {"type": "integer", "minimum": 1}
_STRING = {"type": "string"}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return arguments_of(properties, *properties)


TOOLS = (
    McpTool(
        "search_code",
        "Search code",
        "Find code in this repository by what it does, in words or names; best first, each with "
        "its place and first lines. Secrets are taken out.",
        arguments_of(
            {
                "query": text_of(MOST_QUERY),
                "limit": whole_number(MOST_HITS),
                "paths": {"type": "array", "items": text_of(MOST_PATH), "maxItems": 20},
                "kinds": {
                    "type": "array",
                    "items": {"enum": [str(it) for it in EntityKind]},
                    "maxItems": len(EntityKind),
                },
            },
            "query",
        ),
        _object(
            {
                "hits": {
                    "type": "array",
                    "items": _object(
                        {
                            "path": _STRING,
                            "start_line": _LINE,
                            "end_line": _LINE,
                            "symbol": _STRING,
                            "kind": _STRING,
                            "score": {"type": "number"},
                            "code": _STRING,
                        }
                    ),
                },
                "notices": _NOTICES,
            }
        ),
        search_code,
    ),
    McpTool(
        "find_symbol",
        "Find a symbol",
        "Where a function, type, macro or variable is defined or declared: its name, the beginning "
        "of it, or words in it.",
        arguments_of({"name": text_of(MOST_NAME), "limit": whole_number(MOST_HITS)}, "name"),
        _object(
            {
                "symbols": {
                    "type": "array",
                    "items": _object(
                        {
                            "path": _STRING,
                            "line": _LINE,
                            "end_line": _LINE,
                            "name": _STRING,
                            "container": _STRING,
                            "kind": _STRING,
                            "signature": _STRING,
                            "is_definition": {"type": "boolean"},
                            "is_documented": {"type": "boolean"},
                        }
                    ),
                },
                "notices": _NOTICES,
            }
        ),
        find_symbol,
    ),
    McpTool(
        "read_symbol",
        "Read a symbol",
        f"The whole text of a function, type or macro with the comment above it, at most "
        f"{MOST_LINES_OF_SYMBOL} lines at once. Without a path, the name has to be the only one.",
        arguments_of(
            {
                "name": text_of(MOST_NAME),
                "path": text_of(MOST_PATH),
                "start_line": whole_number(MOST_LINE_NUMBER),
            },
            "name",
        ),
        _object(
            {
                "path": _STRING,
                "name": _STRING,
                "kind": _STRING,
                "start_line": _LINE,
                "end_line": _LINE,
                "last_line": _LINE,
                "code": _STRING,
                "notices": _NOTICES,
            }
        ),
        read_symbol,
    ),
    McpTool(
        "ask",
        "Ask about the code",
        "Have a question about this repository answered in words by Glossator's own model; every "
        "sentence names the lines that bear it out, and what nothing bears out is left out. It "
        "says so where this code has no answer. To look yourself, search_code is quicker.",
        arguments_of({"question": text_of(MOST_QUESTION), "path": text_of(MOST_PATH)}, "question"),
        _object(
            {
                "answer": _STRING,
                "is_answered": {"type": "boolean"},
                "citations": {
                    "type": "array",
                    "items": _object({"path": _STRING, "start_line": _LINE, "end_line": _LINE}),
                },
                "model": _STRING,
                "seconds": {"type": "number"},
                "notices": _NOTICES,
            }
        ),
        ask,
        asks_model=True,
    ),
    McpTool(
        "document",
        "Propose a doc comment",
        "Have a doc comment written for one symbol, or an outdated one brought up to date. It is "
        "checked (only comments change, every parameter once, the style's rules) and comes back as "
        "a unified diff with what the checks said; nothing is written. Name the symbol or a line.",
        arguments_of(
            {
                "path": text_of(MOST_PATH),
                "symbol": text_of(MOST_NAME),
                "line": whole_number(MOST_LINE_NUMBER),
                "style": text_of(40),
            },
            "path",
        ),
        _object(
            {
                "path": _STRING,
                "symbol": _STRING,
                "diff": _STRING,
                "evidence": {
                    "type": "array",
                    "items": _object(
                        dict.fromkeys(
                            ("check", "tool", "version", "before", "after", "verdict"), _STRING
                        )
                    ),
                },
                "model": _STRING,
                "seconds": {"type": "number"},
                "notices": _NOTICES,
            }
        ),
        document,
        asks_model=True,
    ),
    McpTool(
        "check",
        "Check a file",
        "What the parser, the compiler, the linters and the type checker that the project uses say "
        "of a file as it is on the disk. They run in a sandbox, or not at all; tests do not run.",
        arguments_of({"path": text_of(MOST_PATH)}, "path"),
        _object(
            {
                "path": _STRING,
                "problems": {
                    "type": "array",
                    "items": _object(
                        {
                            "path": _STRING,
                            "line": {"type": "integer", "minimum": 0},
                            "column": {"type": "integer", "minimum": 0},
                            "gravity": {"enum": ["error", "warning"]},
                            "rule": _STRING,
                            "message": _STRING,
                            "tool": _STRING,
                        }
                    ),
                },
                "checks": {
                    "type": "array",
                    "items": _object(
                        dict.fromkeys(("stage", "tool", "version", "notice", "trouble"), _STRING)
                    ),
                },
                "notices": _NOTICES,
            }
        ),
        check,
    ),
)
