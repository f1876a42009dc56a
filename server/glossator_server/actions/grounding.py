"""Own the check that a model's words speak of this code: what they name has to exist.

Pure; what is not grounded is taken out, and the next round or the code itself fills the gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from glossator_indexer.types import DocFields, Symbol

SHORT_WORDS = 3
# Error codes as C code writes them; words such as EXPORT are no codes.
_ERROR_CODE = re.compile(r"\bE[A-Z][A-Z0-9]{2,}\b")
_NEGATED = re.compile(r"-\s*(E[A-Z][A-Z0-9]{2,})\b")
_NULL = re.compile(r"\bNULL\b")
# A value that can be an error is not described without a word about it.
_OUTCOME = re.compile(
    r"\b(?:0|zero|success\w*|fail\w*|errors?|errno|negative|E[A-Z]{3,})\b", re.IGNORECASE
)
_CALLED = re.compile(r"\b([A-Za-z_]\w*)\(\)")


def grounded(fields: DocFields, symbol: Symbol, text: str) -> DocFields:
    """Return the words without those parts that name what is not there.

    An error code has to stand in the symbol's own code, a function `name()` anywhere in the text of
    its file, which is `text`. What is said of a value has to fit its type and its errors, and no
    two parameters are the same thing.
    """
    code = text[symbol.extent.start : symbol.extent.end]
    codes = frozenset(_ERROR_CODE.findall(code))

    def keep(words: str) -> str:
        named = _NEGATED.findall(words)
        called = _CALLED.findall(words)
        exists = all(it in codes for it in named) and all(_stands_in(it, text) for it in called)
        return words if exists else ""

    returns = keep(fields.returns or "")
    if returns and not _fits_the_value(returns, symbol, code):
        returns = ""
    return replace(
        fields,
        summary=keep(fields.summary),
        parameters=_told_apart((name, keep(words)) for name, words in fields.parameters),
        returns=returns or None,
        details=keep(fields.details or "") or None,
        raises=tuple((name, words) for name, words in fields.raises if keep(words)),
    )


def _told_apart(parameters: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Keep a description for the first of several names that are described in the same words."""
    seen: set[str] = set()
    kept: list[tuple[str, str]] = []
    for name, words in parameters:
        key = words.lower().strip(" .")
        kept.append((name, "" if key in seen else words))
        # Short ones ("unused") may well be true of several.
        if len(key.split()) > SHORT_WORDS:
            seen.add(key)
    return tuple(kept)


def _fits_the_value(words: str, symbol: Symbol, code: str) -> bool:
    """Tell whether words about the value can be true of its type and of the errors returned."""
    is_pointer = "*" in (symbol.return_type or "")
    if _NULL.search(words) and not is_pointer and not _NULL.search(code):
        return False
    fails = _NEGATED.search(code) is not None and not is_pointer
    return not fails or _OUTCOME.search(words) is not None


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None
