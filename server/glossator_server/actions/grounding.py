"""Own the check that a model's words speak of this code: what they name has to exist.

Pure; each sentence that the code contradicts is taken out, with the reason why. The next round or
the code itself fills the gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from glossator_indexer.languages.c import C
from glossator_indexer.parsing import ParsedSource
from glossator_indexer.styles.phrases import sentences
from glossator_indexer.types import DocFields, Facts, ResultUse, Symbol

SHORT_WORDS = 3
# Error codes as C code writes them; words such as EXPORT are no codes.
_ERROR = r"E(?:[A-Z][A-Z0-9]{2,}|2BIG)"
_ERROR_CODE = re.compile(rf"\b{_ERROR}\b")
_NEGATED = re.compile(rf"-\s*({_ERROR})\b")
_NULL = re.compile(r"\bNULL\b")
# A value that can be an error is not described without a word about it.
_OUTCOME = re.compile(
    r"\b(?:0|zero|success\w*|fail\w*|errors?|errno|negative|E[A-Z]{3,})\b", re.IGNORECASE
)
_CALLED = re.compile(r"\b([A-Za-z_]\w*)\(\)")
_NEVER_SLEEPS = re.compile(
    r"\b(?:(?:does|do|will|must|may|can)\s*(?:not|n't)|never|cannot)\s+(?:sleep|block|schedule)s?\b"
    r"|\b(?:any|atomic|interrupt|irq)\s+context\b",
    re.IGNORECASE,
)
_TAKES_NO_LOCK = re.compile(
    r"\b(?:without|no)\s+(?:taking|acquiring|holding\s+)?\s*(?:any\s+)?locks?\b|\block-?free\b"
    r"|\bdoes\s*(?:not|n't)\s+(?:take|acquire)\s+(?:any|a|the)\s+lock",
    re.IGNORECASE,
)
_NOT_OWNED = re.compile(
    r"\b(?:must|should|shall|do|does|need)\s*(?:not|n't)\s+(?:be\s+|to\s+)?(?:freed?|released?)\b"
    r"|\b(?:borrowed|shared|static(?:ally)?)\s+(?:pointer|buffer|memory|allocated)\b",
    re.IGNORECASE,
)
_NO_REFERENCE = re.compile(
    r"\bwithout\s+(?:taking|increasing|incrementing)\s+(?:a|the|any)\s+ref"
    r"|\bdoes\s*(?:not|n't)\s+(?:take|increase|increment)\s+(?:a|the|any)\s+ref",
    re.IGNORECASE,
)
# A class that is raised; words such as Error alone are none.
_EXCEPTION = re.compile(r"\b[A-Z]\w*[a-z0-9](?:Error|Exception)\b")
_TWO_VALUED = re.compile(r"\b(?:true|false|boolean|NULL)\b", re.IGNORECASE)
_KEEPS_MEMORY = re.compile(r"\bdoes\s*(?:not|n't)\s+free\b|\bwithout\s+freeing\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grounded:
    """Words without what the code contradicts, and a reason for each sentence that is gone."""

    fields: DocFields
    reasons: tuple[str, ...]


def grounded(fields: DocFields, symbol: Symbol, source: ParsedSource, facts: Facts) -> Grounded:
    """Return the words without those sentences that name what is not there.

    An error code has to stand in the symbol's own code, a function `name()` anywhere in the text of
    its file, as an exception has to in other languages. What is said of a value has to fit its
    type, its errors and what callers do with it; what is said of sleep, locks and memory has to fit
    the calls, and no two parameters are the same thing.
    """
    text = source.text
    code = text[symbol.extent.start : symbol.extent.end]
    judge = _Judge(text, code, facts, is_c=source.language.id == C.id)
    reasons: list[str] = []

    def keep(words: str) -> str:
        return judge.kept(words, reasons)

    returns = keep(fields.returns or "")
    if returns and judge.is_c and not _fits_the_value(returns, symbol, code, facts):
        reasons.append("what is said of the value does not fit its type and its errors")
        returns = ""
    words = replace(
        fields,
        summary=keep(fields.summary),
        parameters=_told_apart((name, keep(words)) for name, words in fields.parameters),
        returns=returns or None,
        details=_paragraphs(fields.details or "", keep) or None,
        raises=tuple((name, text) for name, words in fields.raises if (text := keep(words))),
    )
    return Grounded(words, tuple(dict.fromkeys(reasons)))


@dataclass(frozen=True, slots=True)
class _Judge:
    """What sentences are held against: the file, the symbol's own code and what that proves."""

    text: str
    code: str
    facts: Facts
    is_c: bool

    def kept(self, words: str, reasons: list[str]) -> str:
        """Return the sentences that nothing speaks against; add the reasons for the others."""
        if not self._objections(words):
            return words
        kept: list[str] = []
        for sentence in sentences(words):
            objections = self._objections(sentence)
            reasons += objections
            if not objections:
                kept.append(sentence)
        return " ".join(kept)

    def _objections(self, sentence: str) -> list[str]:
        return list(self._found(sentence))

    def _found(self, sentence: str) -> Iterator[str]:
        if self.is_c:
            codes = frozenset(_ERROR_CODE.findall(self.code))
            yield from (
                f"-{it} is not among its error codes"
                for it in _NEGATED.findall(sentence)
                if it not in codes
            )
        else:
            yield from (
                f"{it} is not in this file"
                for it in _EXCEPTION.findall(sentence)
                if not _stands_in(it, self.text)
            )
        for name in _CALLED.findall(sentence):
            if not _stands_in(name, self.text):
                yield f"{name}() is not in this file"
        if self.facts.sleeps and _NEVER_SLEEPS.search(sentence):
            yield f"it may sleep, because it calls {self.facts.sleeps}()"
        if self.facts.locks_taken and _TAKES_NO_LOCK.search(sentence):
            yield f"it takes {self.facts.locks_taken[0]}"
        if self.facts.frees and _KEEPS_MEMORY.search(sentence):
            yield f"it frees {self.facts.frees[0]}"
        if self.facts.allocates and _NOT_OWNED.search(sentence):
            yield f"what it returns comes from {self.facts.allocates}() and is the caller's"
        if self.facts.referenced and _NO_REFERENCE.search(sentence):
            yield f"it takes a reference to {self.facts.referenced[0]}"


def _paragraphs(details: str, keep: Callable[[str], str]) -> str:
    """Judge each paragraph by itself; lists and code stand or fall as a whole."""
    return "\n\n".join(kept for it in details.split("\n\n") if (kept := keep(it)).strip())


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


def _fits_the_value(words: str, symbol: Symbol, code: str, facts: Facts) -> bool:
    """Tell whether words about the value fit its type, the errors returned and what callers do."""
    if ResultUse.NEGATIVE in dict(facts.uses) and _TWO_VALUED.search(words):
        return False
    is_pointer = "*" in (symbol.return_type or "")
    if _NULL.search(words) and not is_pointer and not _NULL.search(code):
        return False
    fails = _NEGATED.search(code) is not None and not is_pointer
    return not fails or _OUTCOME.search(words) is not None


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None
