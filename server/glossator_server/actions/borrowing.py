"""Own the question whether a small model's words are about the symbol or those of its examples.

Pure. Where nothing like a symbol is documented anywhere near, the examples are of other things, and
a small model is apt to say of the symbol what it read of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from glossator_indexer.retrieval import DocumentedSymbol, stem_of, words_of
from glossator_indexer.types import DocFields, Symbol

# With this share of its words from elsewhere and none from the code, a sentence is borrowed.
_BORROWED_SHARE = 0.5
_WORD = re.compile(r"[a-z]{3,}")
# What can be said of anything.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "all and any are but can for from get given has have into its new not one only return"
        " returns set specified than that the then this use used value when whether which with",
    )
)


@dataclass(frozen=True, slots=True)
class Foreign:
    """What examples that are nothing like the symbol say: whole summaries, and their words."""

    summaries: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()


def foreign_words(symbol: Symbol, neighbours: Sequence[DocumentedSymbol]) -> Foreign:
    """Return what those examples say whose names have nothing in common with the symbol's."""
    own = words_of(symbol.name)
    foreign = [it for it in neighbours if not own & words_of(it.symbol.name)]
    return Foreign(
        frozenset(_bare(it.fields.summary) for it in foreign),
        frozenset(stem for it in foreign for text in _texts(it.fields) for stem in _stems(text)),
    )


def without_borrowed(fields: DocFields, code: str, foreign: Foreign) -> DocFields:
    """Take out of a small model's words what it read in foreign examples, not in the code."""
    known = code.lower()

    def own(text: str) -> str:
        stems = frozenset(_stems(text))
        if not stems or any(it in known for it in stems):
            return text
        return "" if len(stems & foreign.stems) >= _BORROWED_SHARE * len(stems) else text

    summary = "" if _bare(fields.summary) in foreign.summaries else own(fields.summary)
    return replace(
        fields,
        summary=summary,
        parameters=tuple((name, own(text)) for name, text in fields.parameters),
        details=own(fields.details or "") or None,
    )


def _texts(fields: DocFields) -> Iterator[str]:
    yield fields.summary
    yield from (text for _, text in fields.parameters)
    yield from filter(None, (fields.returns, fields.details))


def _stems(text: str) -> Iterator[str]:
    return (stem_of(it) for it in _WORD.findall(text.lower()) if it not in _COMMON)


def _bare(summary: str) -> str:
    return summary.strip(" .").lower()
