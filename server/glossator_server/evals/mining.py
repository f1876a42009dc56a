"""Own the drawing of documented functions from a repository, as cases with their comments known.

It must not read what the policy never has read, nor judge comments: the filters of mining do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glossator_indexer.styles import STYLES, Style
from glossator_indexer.styles.judging import is_callable
from glossator_indexer.symbols import find_symbols
from glossator_server.datasets.reading import FileJob, read_file
from glossator_server.datasets.records import Record
from glossator_server.evals.drawing import dice
from glossator_server.evals.hidden_comments import Hidden, hidden
from glossator_server.evals.reading import class_of, read_case_file
from glossator_server.evals.types import CaseSource, SourceKind
from glossator_server.files import sources_by_path

# Of one file, so that a large one does not count for all.
MOST_OF_A_FILE = 4
# What has fewer words says too little to be compared with.
_FEWEST_WORDS = 3
# A comment that leaves out a part says good words of the others, which are compared alone.
_INCOMPLETE = ("incomplete",)


def documented_functions(source: CaseSource) -> Iterator[tuple[Path, Style, Hidden]]:
    """Yield documented functions of a repository in an order drawn by the seed, comments hidden.

    Each is given with its path below the workspace and its style. Complete comments come first;
    of functions that are told in the very same words the first one counts.
    """
    seen: set[str] = set()
    later: list[Record] = []
    for record in _records(source):
        key = " ".join(record.fields.summary.lower().split())
        if key in seen:
            continue
        seen.add(key)
        if record.left_out:
            later.append(record)
        elif (found := _hidden(source, record)) is not None:
            yield Path(record.path), STYLES[record.style], found
    for record in later:
        if (found := _hidden(source, record)) is not None:
            yield Path(record.path), STYLES[record.style], found


def _records(source: CaseSource) -> Iterator[Record]:
    """Yield records of files in the drawn order, `MOST_OF_A_FILE` of each of a user's at most."""
    drawn = dice(source.seed)
    paths = _paths(source)
    drawn.shuffle(paths)
    for path in paths:
        if source.stopped.is_set():
            return
        if not source.policy.may_be_read(path):
            continue
        below = path.relative_to(source.workspace).as_posix()
        data_class = class_of(path, source.policy)
        job = FileJob(source.workspace, below, source.workspace.name, data_class)
        usable = [
            record
            for record, _ in read_file(job, source.settings).records
            if record.left_out in ((), _INCOMPLETE)
            and is_callable(record.symbol)
            and len(record.fields.summary.split()) >= _FEWEST_WORDS
        ]
        # What is shipped was chosen already.
        most = len(usable) if source.kind is SourceKind.PREPARED else MOST_OF_A_FILE
        picked = drawn.sample(usable, min(most, len(usable)))
        yield from sorted(picked, key=lambda it: it.line)


def _paths(source: CaseSource) -> list[Path]:
    if source.kind is SourceKind.PREPARED:
        # Where the package is installed, a repository around it may call it vendored.
        return sorted(it for it in source.workspace.rglob("*") if it.is_file())
    return sorted(sources_by_path(source.workspace).paths)


def _hidden(source: CaseSource, record: Record) -> Hidden | None:
    """Return the document of a record without its comment; None where it is not found again."""
    path = source.workspace / record.path
    snapshot = read_case_file(path, source.policy, source.settings)
    text = snapshot.text
    for symbol in find_symbols(snapshot.source, record.symbol.qualified_name):
        if text.count("\n", 0, symbol.name_span.start) + 1 == record.line:
            return hidden(snapshot, symbol, STYLES[record.style])
    return None
