"""Compare the functions that the index finds with those of an independent parser a language.

One row for each language and folder of code, one for each function that is not found with the same
name, first and last line. Decorators and attributes belong to a function, comments above do not.
Files that the other parser rejects are left out, those that the index refuses (lines too long to be
written by people) are counted. A macro right above a function of C++ belongs to it. What C++ of
ours lies in other branches of `#if` counts as ours only. About five minutes on 2 cores with all
oracles (`benchmarks/oracles/fetch.sh`); `GLOSSATOR_EXTENTS_FILES` says how many files a language,
0 all.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.language_oracles import Oracle, Place, oracles, shown
from glossator_indexer.extraction.outline import Outline
from glossator_indexer.extraction.tree_entities import outline_of
from glossator_indexer.records import EntityKind

FILES = int(os.environ.get("GLOSSATOR_EXTENTS_FILES", "600"))
# libclang takes seconds for each file of templates.
FILES_OF = {"cpp": 60}
FUNCTIONS = frozenset({EntityKind.FUNCTION, EntityKind.METHOD, EntityKind.PROTOTYPE})
# What made a file is no people, and what is larger is not indexed.
MOST_BYTES = 1_000_000


def rows() -> Iterator[dict[str, object]]:
    """Yield what was compared, file by file."""
    for oracle in oracles():
        if oracle.is_here():
            yield from compared(
                oracle, sample(oracle.files(), min(FILES_OF.get(oracle.language, FILES), FILES))
            )
        else:
            yield {"row": "missing", "language": oracle.language, "tool": oracle.tool}


def summary(rows: Iterable[dict[str, object]]) -> dict[str, object]:
    """Return the figures of a run, language by language."""
    files: dict[str, list[dict[str, Any]]] = {}
    refused: Counter[str] = Counter()
    figures: dict[str, object] = {}
    for row in rows:
        if row["row"] == "file":
            files.setdefault(str(row["language"]), []).append(row)
        elif row["row"] == "refused":
            refused[str(row["language"])] += 1
        elif row["row"] == "missing":
            figures[str(row["language"])] = f"not measured: no {row['tool']}"
    for language, found in files.items():
        functions = sum(it["functions"] for it in found)
        figures[language] = {
            "files": len(found),
            "refused_files": refused[language],
            "functions": functions,
            "exact_percent": round(100 * sum(it["exact"] for it in found) / functions, 3),
            "ours_only_percent": round(100 * sum(it["ours_only"] for it in found) / functions, 3),
            "megabytes_per_second": round(
                sum(it["characters"] for it in found) / sum(it["seconds"] for it in found) / 1e6, 2
            ),
        }
    return figures


def sample(files: Iterable[Path], count: int) -> list[Path]:
    """Return so many files, spread evenly over all of them; the same in every run."""
    all_files = sorted({it for it in files if it.is_file() and it.stat().st_size < MOST_BYTES})
    if count == 0 or len(all_files) <= count:
        return all_files
    return [all_files[at * len(all_files) // count] for at in range(count)]


def our_functions(outline: Outline) -> tuple[list[Place], list[Place]]:
    """Return the functions of an outline, and those among them with a body."""
    found = [it for it in outline.entities if it.kind in FUNCTIONS]
    return (
        [Place(it.name, it.start_line, it.end_line) for it in found],
        [Place(it.name, it.start_line, it.end_line) for it in found if it.is_definition],
    )


def compared(oracle: Oracle, paths: list[Path]) -> Iterator[dict[str, object]]:
    """Yield a row for each function that differs, and one for each file."""
    for path, reported in oracle.reported(paths):
        text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
        started = time.process_time()
        outline = outline_of(text, oracle.language)
        seconds = time.process_time() - started
        if outline.trouble is not None:
            yield {
                "row": "refused",
                "language": oracle.language,
                "path": shown(path),
                "trouble": outline.trouble,
            }
            continue
        ours, bodies = our_functions(outline)
        missed = Counter(reported) - Counter(ours)
        for place in missed:
            yield {
                "row": "differs",
                "language": oracle.language,
                "path": shown(path),
                "name": place.name,
                "lines": [place.start, place.end],
            }
        yield {
            "row": "file",
            "language": oracle.language,
            "path": shown(path),
            "functions": len(reported),
            "exact": len(reported) - missed.total(),
            "ours_only": (Counter(bodies) - Counter(reported)).total(),
            "characters": len(text),
            "seconds": round(seconds, 6),
        }
