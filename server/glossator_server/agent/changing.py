"""Own the tools that change: they stage edits and new paths, and write nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glossator_server.agent.actions import AgentTool, Permission
from glossator_server.agent.schemas import arguments as arguments_of
from glossator_server.agent.schemas import text as text_of
from glossator_server.agent.staging import Staging

MOST_NEW_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Changing:
    """The tools that change what is staged."""

    staging: Staging

    def tools(self) -> tuple[AgentTool, ...]:
        """Return the tools that stage changes."""
        path, new_text = text_of(400), text_of(MOST_NEW_CHARACTERS, 0)
        return (
            AgentTool(
                "edit_file",
                "put whole lines in the place of whole lines that stand exactly once in the file; "
                "copy `search` from read_file without the numbers",
                arguments_of(
                    {"path": path, "search": text_of(MOST_NEW_CHARACTERS), "replace": new_text},
                    *("path", "search", "replace"),
                ),
                Permission.STAGE,
                self._edit,
            ),
            AgentTool(
                "create_file",
                "make a new file with this text",
                arguments_of({"path": path, "text": new_text}, "path", "text"),
                Permission.STAGE,
                self._create,
            ),
            AgentTool(
                "rename_file",
                "give a file another path",
                arguments_of({"path": path, "to": path}, "path", "to"),
                Permission.STAGE,
                self._rename,
            ),
            AgentTool(
                "delete_file",
                "take a file away",
                arguments_of({"path": path}, "path"),
                Permission.STAGE,
                self._delete,
            ),
        )

    async def _edit(self, arguments: Mapping[str, Any]) -> str:
        path = await asyncio.to_thread(
            self.staging.replace,
            arguments["path"],
            _trimmed(arguments["search"]),
            _trimmed(arguments["replace"]),
        )
        return f"{path} is changed."

    async def _create(self, arguments: Mapping[str, Any]) -> str:
        path = await asyncio.to_thread(
            self.staging.create, arguments["path"], arguments["text"].replace("\r\n", "\n")
        )
        return f"{path} is made."

    async def _rename(self, arguments: Mapping[str, Any]) -> str:
        old, new = await asyncio.to_thread(self.staging.rename, arguments["path"], arguments["to"])
        return f"{old} is called {new} now."

    async def _delete(self, arguments: Mapping[str, Any]) -> str:
        path = await asyncio.to_thread(self.staging.delete, arguments["path"])
        return f"{path} is taken away."


def _trimmed(text: str) -> str:
    """Return lines without the line ends around them, which models add and leave out at will."""
    return text.replace("\r\n", "\n").removeprefix("\n").removesuffix("\n")
