"""Own what a query is taken for: a name, a path or words, and which of its words count.

It must not search; whatever the text holds, it is cut to what can be answered in time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from glossator_indexer.search.vocabulary import STOP_WORDS, short_forms

# Questions are sentences; what follows after this many characters is a pasted file.
_MOST_CHARACTERS = 2000
# Each word is looked up in each field, and a long text has no few words that it is about.
_MOST_WORDS = 40

_NAME = re.compile(r"[^\W\d]\w*(?:(?:::|->|\.|#)~?[^\W\d]\w*)*(?:\(\))?", re.UNICODE)
_PATH = re.compile(r"[\w.+@-]*(?:/[\w.+@-]+)+/?|[\w+-]+\.[A-Za-z]{1,4}")
# `struct page` asks for a name as `page` does.
_DECLARED = re.compile(
    r"^(?:struct|union|enum|typedef|class|interface|trait|impl|def|fn|func|function|macro) (?=\S+$)"
)
_IN_TEXT = re.compile(r"[^\W\d]\w*")
_MARKED = re.compile(r"\w_\w|[a-z][A-Z]|[A-Z]{2}[a-z]|[a-z]\d|\d[a-z]", re.ASCII)


class QueryKind(StrEnum):
    """What a query is taken for."""

    NAME = "name"
    PATH = "path"
    WORDS = "words"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class AnalysedQuery:
    """A query ready to be looked up.

    `words` are split and stemmed, each once; `names` are the identifiers in it as they stand, the
    last component of a qualified one; `container` is what stands before it. `short_forms` are what
    code writes for the words, without those that were said.
    """

    kind: QueryKind
    text: str
    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    container: str = ""
    short_forms: tuple[str, ...] = ()


def analyse(text: str, words_of: Callable[[str], Sequence[str]]) -> AnalysedQuery:
    """Return what a query is taken for; `words_of` splits as the index does."""
    text = text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode()
    text = " ".join(text.replace("\0", " ").split())
    spoken = [it for it in _IN_TEXT.findall(text) if it.lower() not in STOP_WORDS]
    words = tuple(dict.fromkeys(words_of(" ".join(spoken))))
    if not words:
        words = tuple(dict.fromkeys(words_of(text)))
    words = words[:_MOST_WORDS]
    if not words:
        return AnalysedQuery(QueryKind.EMPTY, text, ())
    named = _DECLARED.sub("", text)
    if _NAME.fullmatch(named) and not _looks_like_file(named):
        *before, name = re.split(r"::|->|\.|#", named.removesuffix("()"))
        return AnalysedQuery(QueryKind.NAME, text, words, (name.lstrip("~"),), "::".join(before))
    if _PATH.fullmatch(text):
        return AnalysedQuery(QueryKind.PATH, text, words)
    names = tuple(dict.fromkeys(it for it in spoken if _MARKED.search(it)))[:8]
    known = _stemmed_short_forms(words_of)
    short = dict.fromkeys(it for word in words for it in known.get(word, ()) if it not in words)
    return AnalysedQuery(QueryKind.WORDS, text, words, names, short_forms=tuple(short))


@lru_cache(maxsize=4)
def _stemmed_short_forms(words_of: Callable[[str], Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word, short in short_forms().items():
        for stem in words_of(word):
            found[stem] = (*found.get(stem, ()), *short)
    return found


_FILE_SUFFIXES = re.compile(
    r"\.(?:c|h|cc|cpp|cxx|hh|hpp|py|js|jsx|mjs|ts|tsx|go|rs|java)", re.IGNORECASE
)


def _looks_like_file(text: str) -> bool:
    return bool(_FILE_SUFFIXES.search(text, max(0, text.rfind(".")))) and "." in text
