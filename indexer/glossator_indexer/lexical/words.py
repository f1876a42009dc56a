"""Own what a word is: how texts, names and questions are split, put in lower case and stemmed.

It must not know fields, documents or files. Splitting is memoised, because most words come again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tantivy

# No word is longer; what is longer is base64, a digest, a table.
_LONGEST_WORD = 48
# Beyond this all is forgotten and learned again: about 20 MB.
_MOST_REMEMBERED = 100_000
# Whatever is no letter or digit stands between words. What is not ASCII stays in its word, and is
# told apart when that is split.
_GAPS = "".join(chr(at) if chr(at).isalnum() else " " for at in range(128))

_HAS_CAMEL = re.compile(r"[a-z][A-Z]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(text: str) -> Sequence[str]:
    """Return the words of a text in order, with repeats: split, in lower case, stemmed."""
    # Names of files may hold what is not UTF-8, as half a surrogate pair.
    plain = text.encode("utf-8", "replace").decode()
    return tuple(_analyzer().analyze(split_camel(plain)))


def joined_words_of(text: str) -> str:
    """Return `words_of` with spaces between them, which is how a store takes them in."""
    return " ".join(map(_REMEMBERED.__getitem__, text.translate(_GAPS).split()))


def distinct_words_of(text: str) -> str:
    """Return the same with each part of the text only once."""
    return " ".join(map(_REMEMBERED.__getitem__, dict.fromkeys(text.translate(_GAPS).split())))


def split_camel(text: str) -> str:
    """Return a text with spaces where camel case does: `readHTTPPage` is read HTTP Page."""
    return _CAMEL.sub(" ", text) if _HAS_CAMEL.search(text) else text


class _Remembered(dict[str, str]):
    """The words of what stands between two gaps, joined by spaces."""

    def __missing__(self, part: str) -> str:
        words = " ".join(words_of(part))
        # Several threads may be here; who clears takes nothing from the others.
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[part] = words
        return words


_REMEMBERED = _Remembered()


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.stemmer("english"))
        .build()
    )
