"""Own the functions whose comments are taken away to be written anew: of whom, and which.

They lie in folders and projects that nothing of the product was taught with. It must not write
comments or judge them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.retrieval_data import source_of
from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.parsing import reparse
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Symbol, SymbolKind, TextChange
from glossator_server.files import read_snapshot
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot

SEED = 7
# Of one file, so that a large one does not count for all.
MOST_OF_A_FILE = 4


@dataclass(frozen=True, slots=True)
class Project:
    """Folders of a source package, documented in one style; `share` of all functions are its."""

    name: str
    package: str
    folders: tuple[str, ...]
    style: str
    share: float


# The kernel's folders are held out of all training, as retrieval_splits.json says.
PROJECTS = (
    Project("kernel", "linux-source", ("mm", "lib"), "kernel-doc", 0.5),
    Project("wpa", "wpa", ("src", "wpa_supplicant"), "kernel-doc", 0.25),
    Project("mbedtls", "mbedtls", ("include", "library"), "doxygen", 0.25),
)


@dataclass(frozen=True, slots=True)
class Undocumented:
    """A function in its file, both without the comment, and what people said in it."""

    project: Project
    snapshot: Snapshot
    symbol: Symbol
    said: DocFields


def undocumented(count: int) -> list[Undocumented]:
    """Return about so many functions, each project's share, the same ones at each call."""
    return [it for project in PROJECTS for it in _of(project, round(count * project.share))]


def _of(project: Project, count: int) -> list[Undocumented]:
    tree = source_of(project.package)
    files = sorted(
        str(it.relative_to(tree))
        for folder in project.folders
        for it in (tree / folder).rglob("*.[ch]")
    )
    shuffled = random.Random(SEED)
    shuffled.shuffle(files)
    chosen: list[Undocumented] = []
    for path in files:
        found = list(_in_file(project, tree / path))
        chosen += shuffled.sample(found, min(MOST_OF_A_FILE, len(found)))
        if len(chosen) >= count:
            break
    return chosen[:count]


def _in_file(project: Project, path: Path) -> Iterator[Undocumented]:
    snapshot = replace(read_snapshot(path, Settings()), lends=lambda _: True)
    for it in documented_symbols(snapshot.source, STYLES[project.style]):
        comment = it.symbol.comment
        if it.symbol.kind is not SymbolKind.FUNCTION or comment is None:
            continue
        source = reparse(snapshot.source, [TextChange(comment.span, "")])
        same = find_symbols(source, it.symbol.name)
        if same:
            # A definition says more than a prototype before it.
            symbol = min(same, key=lambda found: found.body is None)
            yield Undocumented(project, replace(snapshot, source=source), symbol, it.fields)
