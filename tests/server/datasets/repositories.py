"""Own the small repository of C that these tests mine: good comments, weak ones and copies."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from glossator_gate.policy import load_policy
from glossator_gate.types import DataClass
from glossator_server.app import policy_places
from glossator_server.datasets.mining import Mined, Repository, mine
from glossator_server.datasets.reading import FileJob, FileYield, read_file
from glossator_server.datasets.records import Record, read_records
from glossator_server.settings import Settings

RING = """\
// SPDX-License-Identifier: MIT
/**
 * ring_push - append one record to the ring
 * @ring: where the record goes
 * @record: bytes that are copied
 *
 * Return: 0 on success, -ENOSPC if the ring is full.
 */
int ring_push(struct ring *ring, const char *record)
{
	if (ring->full)
		return -ENOSPC;
	return ring_copy(ring, record);
}

/**
 * ring_drop - forget the oldest record of a ring
 * @ring: what loses its %oldest record
 * @count: count
 *
 * The caller frees what it held.
 *
 * Returns true if there was one.
 */
bool ring_drop(struct ring *ring, int count)
{
	return ring->used && ring_shift(ring, count);
}
"""
WALK = """\
/**
 * walk_next - go on to the record behind a cursor
 * @cursor: where the walk stands now
 *
 * Return: the record, or NULL behind the last one.
 */
struct record *walk_next(struct cursor *cursor)
{
	return cursor->at ? cursor->at->next : NULL;
}

/**
 * walk_reset - TODO
 * @cursor: where the walk begins anew
 */
void walk_reset(struct cursor *cursor)
{
	cursor->at = cursor->first;
}
"""


def repository(root: Path, name: str = "ringlog", **more: str) -> Path:
    """Write the repository below `root`; `more` are other files, `__` for the slash and dot."""
    folder = root / name
    (folder / "src" / "walk").mkdir(parents=True)
    (folder / "src" / "ring.c").write_text(RING, "utf-8")
    (folder / "src" / "walk" / "walk.c").write_text(WALK, "utf-8")
    (folder / "LICENSE").write_text("Apache License, Version 2.0\n", "utf-8")
    for path, text in more.items():
        place = folder / (path.replace("__", "/") + ".c")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return folder


def mined(out: Path, *folders: Path) -> tuple[Mined, list[Record]]:
    """Mine some folders in this process; return what was found and the records."""
    policy = load_policy(policy_places())
    repositories = [Repository(it, "", policy, Settings()) for it in folders]
    found = mine(repositories, out, 0, lambda _: None)
    return found, list(read_records(out))


def read_text(folder: Path, name: str, text: str) -> FileYield:
    """Return what one file of a project gives."""
    (folder / name).write_text(text, "utf-8")
    return read_file(FileJob(folder, name, "project", DataClass.PUBLIC), Settings())


def by_name(records: Sequence[Record]) -> dict[str, Record]:
    """Return records by the names of their symbols."""
    return {it.symbol.name: it for it in records}


@contextmanager
def little_room(most: int) -> Iterator[None]:
    """Let no file of this process grow over so many bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
