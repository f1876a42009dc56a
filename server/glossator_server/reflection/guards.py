"""Own what is not taken for a fix although a tool would take it: holes, silence and scorched earth.

Pure; each objection is a sentence for the model and for the user.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from glossator_indexer.code_tokens import code_tokens
from glossator_indexer.parsing import ParsedSource
from glossator_indexer.symbols import all_symbols, own_code
from glossator_indexer.types import Symbol
from glossator_server.verify.problems import Problem

# A function that loses more than this share of its words was deleted, not mended.
MOST_LOST = 0.5
# Short code may lose most of itself and be right: `return NULL;` for an if.
FEWEST_LOST_WORDS = 15
_COMMENT = r"(?://|/\*|#|--|<!--)\s*"
_PLACEHOLDER = re.compile(
    rf"{_COMMENT}\(?\s*(?:\.\.\.|…)"
    rf"|{_COMMENT}.*\b(?:rest of (?:the|this|your)|existing code|remaining code|unchanged"
    r"|same as before|your code|code here|implement(?:ation)? (?:here|me|this)|omitted)\b"
    r"|^\s*(?:\.\.\.|…)\s*;?\s*$"
    r"|\bNotImplementedError\b|\bunimplemented!\(|\btodo!\("
    rf"|{_COMMENT}(?:TODO|FIXME|XXX)\b",
    re.IGNORECASE | re.MULTILINE,
)
# A model that has lost the thread: `return x; return x; return x;`.
_ROW = re.compile(r"(?P<statement>[^\s;{}][^;{}\n]{5,80};)(?:\s*(?P=statement)){2}")
_SILENCE = re.compile(
    r"#\s*pragma\s+(?:GCC|clang)\s+diagnostic|#\s*noqa\b|#\s*type:\s*ignore|#\s*pyright:\s*ignore"
    r"|#\s*(?:pylint|ruff):|\bNOLINT|cppcheck-suppress|eslint-disable|@ts-(?:ignore|expect-error|nocheck)"
    r"|#!?\[\s*allow\s*\(|@SuppressWarnings|//\s*nolint\b|#\s*pragma\s+warning"
)
_UNUSED = re.compile(r"unused|F401|F811|F841|never (?:read|used)|is defined but not used|dead_code")


def objection(before: ParsedSource, after: ParsedSource, targets: Sequence[Problem]) -> str | None:
    """Return why a change is no fix for `targets`, None where nothing speaks against it."""
    return next(_objections(before, after, targets), None)


def left_behind(before: ParsedSource | None, after: ParsedSource) -> str | None:
    """Return what a change leaves that no tool sees: holes, silence, a statement again and again.

    `before` is None for a new file.
    """
    text = "" if before is None else before.text
    return next(_left_behind(text, after.text), None)


def _left_behind(before: str, after: str) -> Iterator[str]:
    if hole := _new(_PLACEHOLDER, before, after):
        yield f"the change leaves a placeholder ({hole}); write the whole code"
    if silenced := _new(_SILENCE, before, after):
        yield f"the change only silences a check ({silenced}); mend the code instead"
    if repeated := _repeated(before, after):
        yield f"the change repeats itself ({repeated}); write each statement once"


def _objections(
    before: ParsedSource, after: ParsedSource, targets: Sequence[Problem]
) -> Iterator[str]:
    yield from _left_behind(before.text, after.text)
    # What is not used may go, if nothing else does.
    if any(_UNUSED.search(f"{it.rule} {it.message}") for it in targets):
        return
    if lost := _lost_symbol(before, after):
        yield f"the change deletes {lost}; mend it instead"
    if gutted := _gutted(before, after):
        yield f"the change deletes most of {gutted}; mend it instead"


def _new(pattern: re.Pattern[str], before: str, after: str) -> str | None:
    """Return what a pattern finds in a text more often than in the one before it."""
    known = Counter(it.group().strip() for it in pattern.finditer(before))
    for match in pattern.finditer(after):
        words = match.group().strip()
        known[words] -= 1
        if known[words] < 0:
            return words[:60]
    return None


def _repeated(before: str, after: str) -> str | None:
    """Return a statement that stands several times in a row, where none did before."""
    known = {it.group("statement") for it in _ROW.finditer(before)}
    rows = (it.group("statement") for it in _ROW.finditer(after))
    return next((it.strip()[:60] for it in rows if it not in known), None)


def _lost_symbol(before: ParsedSource, after: ParsedSource) -> str | None:
    known = Counter(it.qualified_name for it in all_symbols(before) if _is_code(it))
    known.subtract(it.qualified_name for it in all_symbols(after) if _is_code(it))
    # A file that the grammar reads better than before may have other names altogether.
    return next((name for name, count in known.items() if name and count > 0), None)


def _gutted(before: ParsedSource, after: ParsedSource) -> str | None:
    now = _codes(after)
    for name, codes in _codes(before).items():
        # Of one name there may be several, one for each way to configure the file.
        for code, left in zip(codes, now.get(name, ()), strict=False):
            if left != code and _is_lost(_words(code), _words(left)):
                return name
    if _is_lost(len(code_tokens(before)), len(code_tokens(after))):
        return "the file"
    return None


def _codes(source: ParsedSource) -> dict[str, list[str]]:
    """Return the code of the symbols by their name, in order of place."""
    found: dict[str, list[str]] = {}
    for it in all_symbols(source):
        found.setdefault(it.qualified_name, []).append(own_code(source.text, it))
    return found


def _is_lost(before: int, after: int) -> bool:
    return before - after >= FEWEST_LOST_WORDS and after < before * (1 - MOST_LOST)


def _words(code: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", code))


def _is_code(symbol: Symbol) -> bool:
    return symbol.body is not None
