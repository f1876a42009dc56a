"""Compare the functions that the index keeps with those of Universal Ctags, on kernel files.

One row a file, one for each function that only ctags reports and one for each that ends on another
line; about 20 seconds. It must not judge: verdicts on places are read from `extents_verdicts.json`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.extents import FOLDERS, VERDICTS, Place, ctags_functions
from benchmarks.kernel_tree import kernel_tree
from glossator_indexer.extraction import extract
from glossator_indexer.languages.c import C
from glossator_indexer.records import EntityKind, EntityRecord, FoundFile


def rows() -> Iterator[dict[str, object]]:
    """Yield what was compared, file by file."""
    tree = kernel_tree()
    reported = ctags_functions(tree, FOLDERS)
    verdicts: dict[str, str] = json.loads(VERDICTS.read_text("utf-8")) if VERDICTS.exists() else {}
    for path in sorted(it for folder in FOLDERS for it in (tree / folder).rglob("*.c")):
        name = path.relative_to(tree).as_posix()
        raw = path.read_bytes()
        record = extract(FoundFile(name, len(raw), 0, 0, C.id), raw).record
        lines = raw.decode("utf-8", "replace").split("\n")
        functions = [it for it in record.entities if it.kind is EntityKind.FUNCTION]
        yield from _compared(name, functions, lines, reported.get(name, []), verdicts)


def summary(rows: Iterable[dict[str, object]]) -> dict[str, object]:
    """Return the figures of a run."""
    by_row: dict[str, list[dict[str, Any]]] = {"file": [], "missed": [], "end": []}
    for row in rows:
        by_row[str(row["row"])].append(row)
    functions = sum(it["functions"] for it in by_row["file"])
    exact = functions - len(by_row["missed"]) - len(by_row["end"])
    return {
        "files": len(by_row["file"]),
        "ctags_functions": functions,
        "same_name_first_and_last_line_percent": round(100 * exact / functions, 4),
        "missed_by_verdict": dict(Counter(str(it["verdict"]) for it in by_row["missed"])),
        "other_last_line": len(by_row["end"]),
        "ours_only": sum(it["ours_only"] for it in by_row["file"]),
    }


def _compared(
    name: str,
    functions: list[EntityRecord],
    lines: list[str],
    reported: list[Place],
    verdicts: dict[str, str],
) -> Iterator[dict[str, object]]:
    matched: set[int] = set()
    for theirs in reported:
        mine = next((it for it in functions if _is_same(it, theirs, lines)), None)
        place = {"path": name, "line": theirs.line, "name": theirs.name}
        if mine is None:
            verdict = verdicts.get(f"{name}:{theirs.line}", "unjudged")
            yield {"row": "missed", **place, "verdict": verdict}
            continue
        matched.add(id(mine))
        if mine.end_line != theirs.end:
            yield {"row": "end", **place, "ctags_end": theirs.end, "our_end": mine.end_line}
    yield {
        "row": "file",
        "path": name,
        "functions": len(reported),
        "ours_only": sum(id(it) not in matched for it in functions),
    }


def _is_same(mine: EntityRecord, theirs: Place, lines: list[str]) -> bool:
    """Say whether both mean the same function: ctags gives the line of the name, we of the head."""
    if not mine.start_line <= theirs.line <= mine.end_line:
        return False
    # Our name of a function that a macro defines is the one that its documentation has.
    if mine.name != theirs.name and C.macros.definer(theirs.name) is None:
        return False
    head = "\n".join(lines[mine.start_line - 1 : theirs.line - 1])
    return not any(it in head for it in ";{}") and bool(lines[mine.start_line - 1].strip())
