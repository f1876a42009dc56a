"""Own the tools that read: search, names, references, files; what they tell is data.

They read what the agent has staged before what is on the disk. They must not change anything.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import regex

from glossator_gate.errors import GlossatorError
from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import parse
from glossator_indexer.records import FoundEntity, Hit, SearchQuery
from glossator_indexer.symbols import all_symbols
from glossator_server.agent.actions import AgentTool, Permission
from glossator_server.agent.data import as_data
from glossator_server.agent.errors import ToolError
from glossator_server.agent.files_seen import Patience, SeenFiles, patiently
from glossator_server.agent.schemas import arguments as arguments_of
from glossator_server.agent.schemas import text as text_of
from glossator_server.agent.schemas import whole_number
from glossator_server.agent.staging import Staging
from glossator_server.edits import line_and_column

MOST_HITS = 20
MOST_LINES_READ = 400
MOST_LINE_NUMBER = 10_000_000
MOST_LINES_FOUND = 100
MOST_PATHS = 300
MOST_LINE_CHARACTERS = 300
# A pattern that takes longer is one that runs wild on a line.
_PATTERN_SECONDS = 2.0
# An index that does not answer must not hold up the work.
_INDEX_SECONDS = 10.0
_NOTHING = "Nothing was found."


class CodeIndex(Protocol):
    """What an agent asks the index of its repository; `IndexClient` fits."""

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Return the best hits, best first."""
        ...

    async def entities(self, name: str, limit: int = 50) -> list[FoundEntity]:
        """Return named things whose name is, begins with, or holds the words of `name`."""
        ...


@dataclass(frozen=True, slots=True)
class Looking:
    """What the reading tools look at.

    `prefix` is where the workspace lies below the root of the index.
    """

    staging: Staging
    files: SeenFiles
    index: CodeIndex | None = None
    prefix: str = ""

    def tools(self) -> tuple[AgentTool, ...]:
        """Return the tools that read."""
        return (
            AgentTool(
                "search_code",
                "find code by what it does, in words; answers with places, best first",
                arguments_of({"query": text_of(400), "limit": whole_number(MOST_HITS)}, "query"),
                Permission.READ,
                self._search,
            ),
            AgentTool(
                "find_symbol",
                "where a function, type or variable of that name is defined or declared",
                arguments_of({"name": text_of(200)}, "name"),
                Permission.READ,
                self._symbol,
            ),
            AgentTool(
                "find_references",
                "every line in which a name stands: its definition, callers, declarations",
                arguments_of({"name": text_of(200)}, "name"),
                Permission.READ,
                self._references,
            ),
            AgentTool(
                "read_file",
                f"lines of a file, numbered; at most {MOST_LINES_READ} at once",
                arguments_of(
                    {
                        "path": text_of(400),
                        "start_line": whole_number(MOST_LINE_NUMBER),
                        "end_line": whole_number(MOST_LINE_NUMBER),
                    },
                    "path",
                ),
                Permission.READ,
                self._read,
                most_characters=24_000,
            ),
            AgentTool(
                "list_files",
                "the files of the workspace; glob is as in .gitignore, for example src/*.c",
                arguments_of({"glob": text_of(400)}),
                Permission.READ,
                self._list,
            ),
            AgentTool(
                "grep",
                "every line that a regular expression fits; glob chooses files",
                arguments_of({"pattern": text_of(400), "glob": text_of(400)}, "pattern"),
                Permission.READ,
                self._grep,
            ),
        )

    async def _search(self, arguments: Mapping[str, Any]) -> str:
        limit = arguments.get("limit", 10)
        hits = await self._asked(SearchQuery(arguments["query"], limit))
        if hits is None:
            return "There is no index of this repository; use grep or find_references."
        lines = [
            f"{path}:{it.start_line}-{it.end_line} {it.kind} {it.symbol}"
            for it in hits
            if (path := self._inner(it.path)) is not None and self.staging.exists(path)
        ]
        return as_data("search_code", "\n".join(lines)) if lines else "Nothing was found."

    async def _asked(self, query: SearchQuery) -> list[Hit] | None:
        if self.index is None:
            return None
        try:
            async with asyncio.timeout(_INDEX_SECONDS):
                return await self.index.search(query)
        except (GlossatorError, TimeoutError):
            return None

    async def _symbol(self, arguments: Mapping[str, Any]) -> str:
        name = arguments["name"].strip()
        indexed = await self._from_index(name)
        patience = Patience()
        # What is staged or unsaved is not in the index; without one the files are read.
        lines = await patiently(
            lambda: list(self._definitions(name, patience, has_index=bool(indexed))), patience
        )
        overlaid = set(self.staging.overlaid)
        lines += (it for it in indexed if it.partition(":")[0] not in overlaid)
        return _told(
            "find_symbol",
            lines,
            patience,
            f"Nothing is called {name[:100]!r}; look with search_code or grep.",
        )

    async def _from_index(self, name: str) -> list[str]:
        if self.index is None:
            return []
        try:
            async with asyncio.timeout(_INDEX_SECONDS):
                found = await self.index.entities(name, MOST_HITS)
        except (GlossatorError, TimeoutError):
            return []
        return [
            f"{path}:{it.entity.start_line} {it.entity.kind} {it.entity.signature}"
            for it in found
            if (path := self._inner(it.path)) is not None
        ]

    def _definitions(self, name: str, patience: Patience, *, has_index: bool) -> Iterator[str]:
        last = re.split(r"\.|::", name)[-1]
        found: Iterator[tuple[str, str]]
        if has_index:
            texts = ((it, self.staging.text_holding(it, (last,))) for it in self.staging.overlaid)
            found = ((path, text) for path, text in texts if text is not None)
        else:
            found = self.files.holding(self.staging, (last,), patience)
        for path, text in found:
            language = language_of_file(Path(path), text)
            if language is None:
                continue
            for it in all_symbols(parse(text, language)):
                if name in (it.name, it.qualified_name):
                    line, _ = line_and_column(text, it.extent.start)
                    head = " ".join(text[it.signature.start : it.signature.end].split())
                    yield f"{path}:{line} {it.kind} {head[:MOST_LINE_CHARACTERS]}"

    async def _references(self, arguments: Mapping[str, Any]) -> str:
        name = arguments["name"].strip()
        if not re.fullmatch(r"[\w$]+", name):
            raise ToolError("Give one name without spaces or dots; use grep for anything else.")
        word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
        patience = Patience()
        lines = await self._lines(arguments, (name,), word.search, patience)
        return _told("find_references", lines, patience)

    async def _grep(self, arguments: Mapping[str, Any]) -> str:
        try:
            pattern = regex.compile(arguments["pattern"])
        except regex.error as trouble:
            raise ToolError(f"The regular expression cannot be read: {trouble}.") from trouble

        patience = Patience()

        def fits(line: str) -> object:
            return pattern.search(line, timeout=_PATTERN_SECONDS)

        try:
            lines = await self._lines(arguments, (), fits, patience)
        except TimeoutError as trouble:
            raise ToolError("The expression takes too long; use a simpler one.") from trouble
        return _told("grep", lines, patience)

    async def _lines(
        self,
        arguments: Mapping[str, Any],
        words: Sequence[str],
        fits: Callable[[str], object],
        patience: Patience,
    ) -> list[str]:
        glob = arguments.get("glob", "")

        def look() -> list[str]:
            texts = self.files.holding(self.staging, words, patience, glob)
            return list(lines_that_fit(texts, fits, patience))

        return await patiently(look, patience)

    async def _read(self, arguments: Mapping[str, Any]) -> str:
        path, text = await asyncio.to_thread(self.staging.read, arguments["path"])
        lines = text.replace("\r\n", "\n").split("\n")
        if lines and not lines[-1]:
            lines.pop()
        first = arguments.get("start_line", 1)
        last = min(arguments.get("end_line", len(lines)), len(lines))
        if not lines:
            return f"{path} is empty."
        if first > last:
            raise ToolError(f"{path} has {len(lines)} lines; ask for some of them.")
        end = min(last, first + MOST_LINES_READ - 1)
        shown = "\n".join(f"{at}\t{lines[at - 1]}" for at in range(first, end + 1))
        more = f", of {len(lines)}" + ("; ask for the others" if end < last else "")
        return as_data(f"{path}, lines {first} to {end}{more}", shown)

    async def _list(self, arguments: Mapping[str, Any]) -> str:
        paths = await asyncio.to_thread(self.files.paths, self.staging, arguments.get("glob", ""))
        if not paths:
            return "No file fits."
        more = len(paths) - MOST_PATHS
        tail = f"\n[{more} more are left out; use a glob]" if more > 0 else ""
        return as_data("list_files", "\n".join(paths[:MOST_PATHS]) + tail)

    def _inner(self, path: str) -> str | None:
        """Return a path of the index as one of the workspace, None where it may not be read."""
        if not path.startswith(self.prefix):
            return None
        inner = path.removeprefix(self.prefix)
        return inner if self.staging.access.why_unread(inner) is None else None


def lines_that_fit(
    texts: Iterator[tuple[str, str]], fits: Callable[[str], object], patience: Patience
) -> Iterator[str]:
    """Yield the lines that fit with their places, one more than are told."""
    found = 0
    for path, text in texts:
        for at, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
            # A slow expression can take its time on each of many lines.
            if patience.is_over:
                return
            if not fits(line):
                continue
            yield f"{path}:{at}: {line.strip()[:MOST_LINE_CHARACTERS]}"
            found += 1
            if found > MOST_LINES_FOUND:
                return


def _told(tool: str, lines: Sequence[str], patience: Patience, none: str = _NOTHING) -> str:
    short = "\n[not all files were looked at in the time; use a glob, or ask for less]"
    tail = short if patience.was_short else ""
    if not lines:
        return none + tail
    shown = "\n".join(lines[:MOST_LINES_FOUND])
    if len(lines) > MOST_LINES_FOUND:
        shown += f"\n[more than {MOST_LINES_FOUND} lines; ask for less]"
    return as_data(tool, shown + tail)
