"""Own the tools that run something: the checks, an interpreter, a web search; each where it may.

They run nothing themselves: checks and interpreter live in the sandbox, a search behind the gate.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from glossator_gate.errors import GlossatorError
from glossator_server.agent.actions import AgentTool, Permission
from glossator_server.agent.data import as_data
from glossator_server.agent.errors import ToolError
from glossator_server.agent.schemas import arguments as arguments_of
from glossator_server.agent.schemas import text as text_of

MOST_CODE = 20_000
MOST_QUERY = 400
MOST_FILES = 16
_PATHS = {"type": "array", "items": text_of(400), "maxItems": MOST_FILES}

# From code, and texts that it may read by their paths, to what it printed.
RunPython = Callable[[str, Mapping[str, str]], Awaitable[str]]
# From a query to what was found.
SearchWeb = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Running:
    """What may be run: the checks of what is staged, and what the policy and this machine allow.

    `read` returns the path and the text of a file that may be read. `run_python` is None where
    there is no sandbox, `search_web` where the policy names no provider.
    """

    check: Callable[[], Awaitable[str]]
    read: Callable[[str], tuple[str, str]]
    run_python: RunPython | None = None
    search_web: SearchWeb | None = None

    def tools(self) -> tuple[AgentTool, ...]:
        """Return the tools that there are."""
        found = [
            AgentTool(
                "run_check",
                "compilers, linters and tests say what is worse with the changes than without",
                arguments_of({}),
                Permission.RUN,
                self._check,
            )
        ]
        if self.run_python is not None:
            found.append(
                AgentTool(
                    "python",
                    "run Python's standard library for a calculation, without a network; it sees "
                    "only the files that are named, by their paths",
                    arguments_of({"code": text_of(MOST_CODE), "files": _PATHS}, "code"),
                    Permission.RUN,
                    self._python,
                )
            )
        if self.search_web is not None:
            found.append(
                AgentTool(
                    "web_search",
                    "search the web; use words that tell nothing of this code",
                    arguments_of({"query": text_of(MOST_QUERY)}, "query"),
                    Permission.WEB,
                    self._search,
                )
            )
        return tuple(found)

    async def _check(self, arguments: Mapping[str, Any]) -> str:  # noqa: ARG002 -- takes none
        return as_data("run_check", await self.check())

    async def _python(self, arguments: Mapping[str, Any]) -> str:
        texts = dict([await asyncio.to_thread(self.read, it) for it in arguments.get("files", ())])
        run = self.run_python
        if run is None:
            raise ToolError("This tool is not there.")
        with _told():
            return as_data("python", await run(arguments["code"], texts))

    async def _search(self, arguments: Mapping[str, Any]) -> str:
        if self.search_web is None:
            raise ToolError("This tool is not there.")
        with _told():
            return as_data("web_search", await self.search_web(arguments["query"]))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn a trouble of what runs into one that the model is told."""
    try:
        yield
    except GlossatorError as trouble:
        raise ToolError(str(trouble)) from trouble
