"""Own the tools that run something: the checks, an interpreter, a web search; each where it may.

They run nothing themselves: checks and interpreter live in the sandbox, a search behind the gate.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
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

# From a text to what came of it, as data.
Ask = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Running:
    """What may be run: the checks of what is staged, and what the policy and this machine allow.

    `run_python` is None where there is no sandbox, `search_web` where the policy names no provider.
    """

    check: Callable[[], Awaitable[str]]
    run_python: Ask | None = None
    search_web: Ask | None = None

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
                    "run Python for a calculation; it sees no files and no network",
                    arguments_of({"code": text_of(MOST_CODE)}, "code"),
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
        return as_data("python", await _asked(self.run_python, arguments["code"]))

    async def _search(self, arguments: Mapping[str, Any]) -> str:
        return as_data("web_search", await _asked(self.search_web, arguments["query"]))


async def _asked(ask: Ask | None, text: str) -> str:
    if ask is None:
        raise ToolError("This tool is not there.")
    try:
        return await ask(text)
    except GlossatorError as trouble:
        raise ToolError(str(trouble)) from trouble
