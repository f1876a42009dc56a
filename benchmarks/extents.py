"""Compare the functions that Glossator finds with those of Universal Ctags, on kernel files.

One row for each file, one for each function that only ctags reports, one for each that ends on
another line. It must not judge: verdicts on single places are read from `extents_verdicts.json`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from benchmarks.kernel_tree import kernel_tree
from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import SymbolKind

FOLDERS = tuple(os.environ.get("GLOSSATOR_EXTENTS_FOLDERS", "mm lib kernel fs").split())
VERDICTS = Path(__file__).with_name("extents_verdicts.json")


@dataclass(frozen=True, slots=True)
class Place:
    """A function as a tool sees it; lines count from 1."""

    name: str
    line: int
    end: int


def rows() -> Iterator[dict[str, object]]:
    """Yield what was compared, file by file."""
    tree = kernel_tree()
    reported = ctags_functions(tree, FOLDERS)
    verdicts: dict[str, str] = json.loads(VERDICTS.read_text("utf-8")) if VERDICTS.exists() else {}
    for path in sorted(it for folder in FOLDERS for it in (tree / folder).rglob("*.c")):
        name = path.relative_to(tree).as_posix()
        yield from _compared(name, path, reported.get(name, []), verdicts)


def summary(rows: Iterable[dict[str, object]]) -> dict[str, object]:
    """Return the figures of a run."""
    by_row: dict[str, list[dict[str, Any]]] = {"file": [], "missed": [], "end": []}
    for row in rows:
        by_row[str(row["row"])].append(row)
    functions = sum(it["functions"] for it in by_row["file"])
    found = sum(it["found"] for it in by_row["file"])
    ends = sum(it["ends"] for it in by_row["file"])
    seconds = sum(it["seconds"] for it in by_row["file"])
    size = sum(it["characters"] for it in by_row["file"])
    return {
        "files": len(by_row["file"]),
        "ctags_functions": functions,
        "found_with_name_and_line": found,
        "found_percent": round(100 * found / functions, 4),
        "same_last_line_percent": round(100 * ends / max(1, found), 4),
        "missed_by_verdict": dict(Counter(str(it["verdict"]) for it in by_row["missed"])),
        "with_syntax_errors_percent": round(
            100 * sum(it["flagged"] for it in by_row["file"]) / max(1, functions), 3
        ),
        "ours_only": sum(it["ours_only"] for it in by_row["file"]),
        "megabytes_per_second": round(size / seconds / 1e6, 2),
    }


def ctags_functions(tree: Path, folders: Iterable[str]) -> dict[str, list[Place]]:
    """Return the function definitions that Universal Ctags reports, by file."""
    program = os.environ.get("CTAGS", "ctags")
    done = subprocess.run(
        [
            *(program, "--options=NONE", "-R", "--languages=C", "--map-C=.c", "--c-kinds=f"),
            *("--fields=+ne", "--output-format=json", "-o", "-", *folders),
        ],
        cwd=tree,
        check=True,
        capture_output=True,
    )
    found: dict[str, list[Place]] = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        tag = json.loads(line)
        place = Place(tag["name"], tag["line"], tag.get("end", 0))
        found.setdefault(tag["path"], []).append(place)
    return found


def our_functions(text: str) -> tuple[list[Place], int]:
    """Return the functions that we find in a C text, and how many of them carry syntax errors."""
    language = language_for_path(PurePath("x.c"))
    assert language is not None
    symbols = [it for it in all_symbols(parse(text, language)) if it.kind is SymbolKind.FUNCTION]
    line_ends = [at for at, character in enumerate(text) if character == "\n"]
    return [
        Place(it.name, _line(line_ends, it.name_span.start), _line(line_ends, it.extent.end - 1))
        for it in symbols
    ], sum(it.has_syntax_errors for it in symbols)


def _line(line_ends: list[int], offset: int) -> int:
    return bisect_left(line_ends, offset) + 1


def _compared(
    name: str, path: Path, reported: list[Place], verdicts: dict[str, str]
) -> Iterator[dict[str, object]]:
    text = path.read_bytes().decode("utf-8", "replace")
    started = time.perf_counter()
    ours, flagged = our_functions(text)
    seconds = time.perf_counter() - started
    by_name = {(it.name, it.line): it for it in ours}
    by_line = {it.line: it for it in ours}
    found = ends = 0
    for theirs in reported:
        mine = by_name.get((theirs.name, theirs.line))
        if mine is None and _is_definer(theirs.name):
            mine = by_line.get(theirs.line)
        if mine is None:
            verdict = verdicts.get(f"{name}:{theirs.name}", "unjudged")
            yield {"row": "missed", "path": name, "line": theirs.line, "name": theirs.name} | {
                "verdict": verdict
            }
            continue
        found += 1
        ends += mine.end == theirs.end
        if mine.end != theirs.end:
            yield {"row": "end", "path": name, "line": theirs.line, "name": theirs.name} | {
                "ctags_end": theirs.end,
                "our_end": mine.end,
            }
    yield {
        "row": "file",
        "path": name,
        "functions": len(reported),
        "found": found,
        "ends": ends,
        "flagged": flagged,
        "ours_only": len({it.line for it in ours} - {it.line for it in reported}),
        "characters": len(text),
        "seconds": round(seconds, 6),
    }


def _is_definer(name: str) -> bool:
    language = language_for_path(PurePath("x.c"))
    return language is not None and language.macros.definer(name) is not None


def main() -> int:
    """Print the misses, the differing ends and the figures."""
    found = list(rows())
    for row in found:
        if row["row"] != "file":
            print(json.dumps(row))
    for key, value in summary(found).items():
        print(f"{key}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
