"""Measure what it costs to turn kernel files into entities and chunks, stage by stage.

One row a file, of a sample: all C files in order of size, and every fortieth of them counts
(`GLOSSATOR_EXTRACTION_EVERY`; 1 is the whole kernel). Seconds are of the processor, so that a busy
machine disturbs them less. The sample takes about 15 seconds, the whole kernel about five minutes.
What the tree costs is estimated from what a byte of the sample costs.
"""

from __future__ import annotations

import gc
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.kernel_tree import kernel_tree
from glossator_gate.redaction import redact
from glossator_indexer.extraction import c_entities, c_registers, decoded, extract
from glossator_indexer.extraction.cutting import cuts_of, lines_of, packed
from glossator_indexer.records import EntityKind, FoundFile

EVERY = int(os.environ.get("GLOSSATOR_EXTRACTION_EVERY", "40"))
_Done = TypeVar("_Done")
STAGES = ("read", "decode", "redact", "lines", "outline", "cut", "texts", "references", "hash")


def rows() -> Iterator[dict[str, object]]:
    """Yield what each file of the sample cost, and last what the tree holds."""
    tree = kernel_tree()
    sizes = sorted(
        (path.stat().st_size, path.relative_to(tree).as_posix())
        for pattern in ("*.c", "*.h")
        for path in tree.rglob(pattern)
        if path.is_file() and not path.is_symlink()
    )
    # No file's garbage is collected at the cost of another; a worker process does the same.
    gc.disable()
    try:
        for size, name in sizes[EVERY // 2 :: EVERY]:
            yield _measured(tree, name, size)
    finally:
        gc.enable()
    yield {"row": "tree", "files": len(sizes), "bytes": sum(size for size, _ in sizes)}


def summary(rows: Iterable[dict[str, object]]) -> dict[str, object]:
    """Return the speed of each stage and what the whole tree costs."""
    files: list[dict[str, Any]] = []
    tree: dict[str, Any] = {}
    for row in rows:
        if row["row"] == "tree":
            tree = row
        else:
            files.append(row)
    size = sum(it["bytes"] for it in files)
    scale = tree["bytes"] / size
    seconds = {stage: sum(it["seconds"][stage] for it in files) for stage in (*STAGES, "all")}
    code = [it for it in files if not it["dump"]]
    return {
        "files": len(files),
        "files_in_tree": tree["files"],
        "megabytes": round(size / 1e6, 1),
        "megabytes_in_tree": round(tree["bytes"] / 1e6, 1),
        "share_of_register_dumps_percent": round(
            100 * sum(it["bytes"] for it in files if it["dump"]) / size, 1
        ),
        "megabytes_per_second": round(size / seconds["all"] / 1e6, 2),
        "megabytes_per_second_of_code": round(
            sum(it["bytes"] for it in code) / sum(it["seconds"]["all"] for it in code) / 1e6, 2
        ),
        "core_seconds_for_the_tree": round(scale * seconds["all"], 1),
        "core_seconds_by_stage": {it: round(scale * seconds[it], 1) for it in STAGES},
        "entities_in_the_tree": round(scale * sum(it["entities"] for it in files)),
        "chunks_in_the_tree": round(scale * sum(it["chunks"] for it in files)),
        "slowest_file_seconds": round(max(it["seconds"]["all"] for it in files), 3),
        "files_with_trouble": sum(it["trouble"] is not None for it in files),
    }


def _measured(tree: Path, name: str, size: int) -> dict[str, object]:
    found = FoundFile(name, size, 0, 0, "c")
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], _Done]) -> _Done:
        started = time.process_time()
        done = work()
        seconds[stage] = round(time.process_time() - started, 7)
        return done

    raw = timed("read", (tree / name).read_bytes)
    text = timed("decode", lambda: decoded(raw))
    text = timed("redact", lambda: redact(text)).text
    lines = timed("lines", lambda: lines_of(text))
    is_dump = c_registers.is_register_dump(text)
    reader = c_registers.outline_of if is_dump else c_entities.outline_of
    outline = timed("outline", lambda: reader(text))
    if is_dump:
        cuts = timed("cut", lambda: packed(lines, EntityKind.MACRO))
    else:
        cuts = timed("cut", lambda: cuts_of(lines, outline.entities))
    texts = timed("texts", lambda: [lines.text_of(it.first_line, it.last_line) for it in cuts])
    between = outline.references.between
    timed("references", lambda: [between(0, 0, it) for it in texts])
    timed("hash", lambda: [hashlib.sha256(it.encode("utf-8", "replace")).digest() for it in texts])
    extracted = timed("all", lambda: extract(found, raw))
    seconds["all"] += seconds["read"]
    return {
        "row": "file",
        "path": name,
        "bytes": size,
        "dump": is_dump,
        "entities": len(extracted.record.entities),
        "chunks": len(extracted.texts),
        "trouble": extracted.record.trouble,
        "seconds": seconds,
    }
