"""Own the data of the MCP server's tools: what they are called with and what they answer.

Plain data; it must not know the protocol, nor decide what may be told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from glossator_server.mcp.desk import Inquiry

Schema: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool found: `text` for a model to read, `data` for a program, the same in both.

    `files` are the files below the workspace that anything of it comes from.
    """

    text: str
    data: Mapping[str, Any]
    files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool that another assistant may use; none of them writes anything.

    `takes` and `gives` are the JSON schemas of its arguments and of its answer's data. One that
    `asks_model` answers otherwise each time, and may cost something.
    """

    name: str
    title: str
    description: str
    takes: Schema
    gives: Schema
    run: Callable[[Inquiry, Mapping[str, Any]], Awaitable[Answer]]
    asks_model: bool = False
