"""Own where the examples of a prompt come from: the file, its folder, the repository, then our own.

It must not rank (retrieval does), read files that the snapshot does not allow, or ask a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from glossator_indexer.languages import Language
from glossator_indexer.neighbourhood import documented_beside, documented_symbols
from glossator_indexer.parsing import parse
from glossator_indexer.retrieval import DocumentedSymbol, nearest_documented
from glossator_indexer.styles import Style, styles_of
from glossator_indexer.types import Symbol
from glossator_server.prompts.uses import MOST_EXAMPLES
from glossator_server.snapshot import Snapshot


def documented_around(snapshot: Snapshot, style: Style) -> list[DocumentedSymbol]:
    """Return the documented symbols of the file, then of its folder, then of its repository."""
    candidates = list(documented_symbols(snapshot.source, style))
    if snapshot.path is not None:
        candidates += documented_beside(snapshot.path, style, snapshot.lends)
    candidates += _elsewhere(snapshot, style, candidates)
    return candidates


def neighbours_of(
    snapshot: Snapshot, symbol: Symbol, around: Sequence[DocumentedSymbol]
) -> list[DocumentedSymbol]:
    """Return the documented symbols most like `symbol`, nearest first, our own examples last."""
    return nearest_in(snapshot.source.language, symbol, around)


def nearest_in(
    language: Language, symbol: Symbol, around: Sequence[DocumentedSymbol]
) -> list[DocumentedSymbol]:
    """Return the same for a symbol in a language."""
    own = nearest_documented(symbol, around, MOST_EXAMPLES)
    ours = _shipped(language)
    return own + nearest_documented(symbol, ours, MOST_EXAMPLES - len(own))


def _elsewhere(
    snapshot: Snapshot, style: Style, known: Sequence[DocumentedSymbol]
) -> Iterator[DocumentedSymbol]:
    """Yield the documented symbols of the snapshot's examples that are not known already."""
    seen = {(it.symbol.name, it.fields.summary) for it in known}
    for text in snapshot.examples:
        for found in documented_symbols(parse(text, snapshot.source.language), style):
            key = (found.symbol.name, found.fields.summary)
            if key not in seen:
                seen.add(key)
                yield found


@cache
def _shipped(language: Language) -> tuple[DocumentedSymbol, ...]:
    path = files("glossator_server.prompts") / f"examples.{language.id}"
    if not path.is_file():
        return ()
    # Fields are free of any style: one file in the language's default style serves them all.
    return documented_symbols(parse(path.read_text("utf-8"), language), styles_of(language.id)[0])
