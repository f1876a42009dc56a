"""Own the places that answer a question, as cases name them: lines of files, or symbols in them.

It must not search, nor judge an answer's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_indexer.symbols import find_symbols
from glossator_server.edits import lines_of_span
from glossator_server.errors import UsageError
from glossator_server.evals.case_lines import CaseLine
from glossator_server.evals.types import Case
from glossator_server.files import read_snapshot, read_source
from glossator_server.settings import Settings

KEYS = ("path", "symbol", "start", "end")


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file, both from 1 and both included; `snippet` is what stands in the first."""

    path: str
    start: int
    end: int
    snippet: str = ""

    def is_held_by(self, path: str, start: int, end: int) -> bool:
        """Say whether lines of a file have all of these."""
        return path == self.path and start <= self.start and self.end <= end

    def is_met_by(self, path: str, start: int, end: int) -> bool:
        """Say whether lines of a file have some of these."""
        return path == self.path and start <= self.end and self.start <= end

    def __str__(self) -> str:
        return f"{self.path}:{self.start}-{self.end}"


def answers_of_line(line: CaseLine, root: Path, settings: Settings) -> list[dict[str, Any]]:
    """Return the places that a line of a file names as its answers, each of which is enough.

    Raises `UsageError` for a place that is not there.
    """
    return [_answer(it, root, settings) for it in line.objects("answers")]


def places_of(case: Case) -> tuple[Place, ...]:
    """Return the places that answer a case."""
    return tuple(Place(it["path"], it["start"], it["end"]) for it in case.data["answers"])


def answer(path: str, start: int, end: int) -> dict[str, Any]:
    """Return a place as a case keeps it."""
    return {"path": path, "start": start, "end": end}


def shown_places(places: Sequence[Place], root: Path) -> str:
    """Return places with their lines, as people read them."""
    return "\n\n".join(_shown(places, root))


def _shown(places: Sequence[Place], root: Path) -> Iterator[str]:
    for it in places:
        try:
            lines = read_source(root / it.path).split("\n")[it.start - 1 : it.end]
        except UsageError:
            lines = []
        yield "\n".join([str(it), *lines])


def _answer(line: CaseLine, root: Path, settings: Settings) -> dict[str, Any]:
    line.only(KEYS)
    path = line.path("path", root)
    if "symbol" in line.values:
        name = line.words("symbol")
        snapshot = read_snapshot(root / path, settings)
        found = find_symbols(snapshot.source, name)
        if not found:
            line.wrong("symbol", f"names {name}, which is not in {path}")
        symbol = next((it for it in found if it.body is not None), found[0])
        lines = lines_of_span(snapshot.text, symbol.extent)
        return answer(path, lines.start, lines.stop - 1)
    start = line.whole_number("start")
    end = line.whole_number("end", start)
    count = read_source(root / path).count("\n") + 1
    if not start <= end <= count:
        line.wrong("end", f"must be a line from {start} to {count}, the last one of {path}")
    return answer(path, start, end)
