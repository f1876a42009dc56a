"""Own the drawing of documented functions from a repository, as cases with their comments known.

It must not read what the policy never has read, nor what is generated or vendored.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.retrieval import DocumentedSymbol
from glossator_indexer.styles import Style
from glossator_indexer.styles.judging import is_callable
from glossator_indexer.walking import generated_by_content
from glossator_server.actions.states import style_of
from glossator_server.errors import UsageError
from glossator_server.evals.drawing import dice
from glossator_server.evals.hidden_comments import Hidden, hidden
from glossator_server.evals.reading import read_case_file
from glossator_server.evals.types import CaseSource
from glossator_server.files import sources_by_path
from glossator_server.snapshot import Snapshot

# Of one file, so that a large one does not count for all.
MOST_OF_A_FILE = 4
# What has fewer words says too little to be compared with.
_FEWEST_WORDS = 3


def documented_functions(source: CaseSource) -> Iterator[tuple[Path, Style, Hidden]]:
    """Yield documented functions of a repository in an order drawn by the seed, comments hidden.

    Each is given with its path below the workspace and its style. Of functions that are told in
    the very same words the first one counts.
    """
    drawn = dice(source.seed)
    paths = sorted(sources_by_path(source.workspace).paths)
    drawn.shuffle(paths)
    seen: set[str] = set()
    for path in paths:
        snapshot = _readable(path, source)
        if snapshot is None:
            continue
        style = style_of(snapshot)
        documented = [it for it in documented_symbols(snapshot.source, style) if _counts(it)]
        for picked in drawn.sample(documented, min(MOST_OF_A_FILE, len(documented))):
            key = " ".join(picked.fields.summary.lower().split())
            if key in seen:
                continue
            if (found := hidden(snapshot, picked.symbol, style)) is not None:
                seen.add(key)
                yield path.relative_to(source.workspace), style, found


def _readable(path: Path, source: CaseSource) -> Snapshot | None:
    """Return the snapshot of a file that has comments of a person's, None of any other."""
    if not source.policy.may_be_read(path):
        return None
    try:
        snapshot = read_case_file(path, source.policy, source.settings)
        style_of(snapshot)
    except UsageError:
        return None
    return None if generated_by_content(snapshot.text) else snapshot


def _counts(documented: DocumentedSymbol) -> bool:
    words = documented.fields.summary.split()
    return is_callable(documented.symbol) and len(words) >= _FEWEST_WORDS
