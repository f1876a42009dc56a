"""Own what the code of some lines of C refers to: what it calls, and which types it uses.

It knows words only, no grammar: a macro with arguments is a call, and so is a function of the same
file whose name stands anywhere, for it is handed to somebody who will call it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from glossator_indexer.extraction.outline import Names
from glossator_indexer.languages.c_words import GRAMMAR_KNOWS, NOT_NAMES, STATEMENTS, TAKE_TYPES

_COMMENT_OR_LITERAL = re.compile(
    r'/(?:\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?|/[^\n]*+)|"(?:[^"\\\n]|\\.)*+"?'
    r"|'(?:[^'\\\n]|\\.)*+'?"
)
# Everything but words and opening brackets is a gap between them.
_GAPS = {at: " " for at in range(128) if not (chr(at).isalnum() or chr(at) in "_(")}
_STRUCT = re.compile(r"struct\s++([A-Za-z_]\w*+)")
_OTHER_TAGGED = re.compile(r"\b(?:union|enum)\s++([A-Za-z_]\w*+)")
# `.open = file_open,` in a table: what stands there is most often called one day.
_HANDED_OVER = re.compile(r"=\s*+&?([A-Za-z_]\w*+)\s*+[,}\n]")
_NO_CALLS = frozenset(
    f"{it}("
    for it in NOT_NAMES | STATEMENTS | TAKE_TYPES | GRAMMAR_KNOWS | {"likely", "unlikely", ""}
)
# A chunk of data may name thousands; no search profits from more.
_MOST_NAMES = 200


class WordReferences:
    """References of a C file; `functions` are the names of those that it defines or declares."""

    def __init__(self, functions: Iterable[str]) -> None:
        self._functions = frozenset(functions)

    def between(
        self,
        first_line: int,  # noqa: ARG002 - all that counts stands in the text
        last_line: int,  # noqa: ARG002
        text: str,
    ) -> tuple[Names, Names]:
        """Return what the text calls or hands over to be called, and the types that it uses."""
        code = _COMMENT_OR_LITERAL.sub(" ", text)
        words = dict.fromkeys(code.replace("(", "( ").translate(_GAPS).split())
        calls = [it[:-1] for it in words if it[-1] == "(" and it not in _NO_CALLS]
        handed_over = self._functions.intersection(words)
        if "\t." in code:
            handed_over = handed_over.union(
                it for it in _HANDED_OVER.findall(code) if not it.isupper()
            )
        if handed_over:
            calls += sorted(handed_over.difference(calls))
        types = _STRUCT.findall(code) if "struct" in code else []
        if "union " in code or "enum " in code:
            types += _OTHER_TAGGED.findall(code)
        types += [it for it in words if it[-2:] == "_t" and it != "size_t" and it != "ssize_t"]
        return tuple(calls[:_MOST_NAMES]), tuple(dict.fromkeys(types))[:_MOST_NAMES]
