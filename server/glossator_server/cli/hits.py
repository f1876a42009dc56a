"""Own what `glossator search` prints: JSON for programs, places with some code for people."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from glossator_gate.redaction import redact
from glossator_indexer.records import Hit
from glossator_server.cli.printing import visible

# Enough to see what was found; the place says where the rest is.
_MOST_LINES = 4
_MOST_COLUMNS = 120
# Secrets are looked for in the whole file, because some span lines; larger files show no code.
_MOST_BYTES = 2_000_000


def hits_on_one_line(hits: list[Hit], folder: str) -> str:
    """Return the documented JSON list; paths are relative to `folder` of the repository."""
    return json.dumps([hit_as_json(it, folder) for it in hits])


def hit_as_json(hit: Hit, folder: str) -> dict[str, object]:
    """Return a hit in the documented `--json` shape."""
    return {
        "path": hit.path.removeprefix(f"{folder}/"),
        "start_line": hit.start_line,
        "end_line": hit.end_line,
        "symbol": hit.symbol,
        "kind": str(hit.kind),
        "score": hit.score,
        "signals": dict(hit.signals),
    }


class HitPrinter:
    """Prints for people, coloured where standard output is a terminal."""

    def __init__(self, root: Path, *, explains: bool) -> None:
        from glossator_server.cli.console import PipeConsole

        self._console = PipeConsole(soft_wrap=True, highlight=False, emoji=False)
        self._root = root
        self._explains = explains
        self._texts: dict[str, list[str]] = {}

    def show(self, hits: list[Hit]) -> None:
        """Print all hits, best first."""
        if not hits:
            self._print("nothing found", "yellow")
        for number, hit in enumerate(hits):
            if number:
                self._print("", "")
            self._show(hit)

    def _show(self, hit: Hit) -> None:
        place = os.path.relpath(self._root / hit.path)
        if place.startswith(".."):
            place = str(self._root / hit.path)
        what = f"{hit.kind} {hit.symbol}" if hit.symbol else str(hit.kind)
        self._print(f"{place}:{hit.start_line}: {what}", "bold cyan")
        if self._explains:
            self._print(f"  score {hit.score:.4g}", "dim")
            for name, value in hit.signals:
                shown = f"{value:.4g}" if isinstance(value, float) else value
                self._print(f"  {name}: {shown}", "dim")
        for line in self._lines(hit):
            self._console.print_code(f"    {visible(line[:_MOST_COLUMNS])}", "none")

    def _lines(self, hit: Hit) -> list[str]:
        """Return the first lines of a hit that say something."""
        if hit.path not in self._texts:
            self._texts[hit.path] = _redacted_lines(self._root / hit.path)
        lines = self._texts[hit.path][hit.start_line - 1 : hit.end_line]
        told = [it.rstrip().expandtabs(8) for it in lines if it.strip(" \t\r*/")]
        return told[:_MOST_LINES]

    def _print(self, line: str, style: str) -> None:
        self._console.print(visible(line), style=style or None, markup=False)


def _redacted_lines(path: Path) -> list[str]:
    """Return the lines of a file without its secrets; none where it changed into something else."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return []
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            return []
        return redact(file.read(_MOST_BYTES).decode("utf-8", "replace")).text.split("\n")
