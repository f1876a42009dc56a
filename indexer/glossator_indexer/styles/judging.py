"""Own what is wrong with a comment in any style that describes parameters one by one.

It compares what a comment describes with what a style wants; it must not know how either is
spelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from glossator_indexer.styles.parsed import Entry, Part
from glossator_indexer.styles.wanted import Need, Wanted
from glossator_indexer.types import Finding, Severity, Symbol, SymbolKind

_CALLABLE = frozenset(
    {
        SymbolKind.FUNCTION,
        SymbolKind.PROTOTYPE,
        SymbolKind.METHOD,
        SymbolKind.CONSTRUCTOR,
        SymbolKind.MACRO,
    }
)


_NOTHING_TOLD = re.compile(
    r"\W*(?:(?:none|nothing|void|undefined|null|n/?a|no(?:\s+return)?\s+value)"
    r"(?:\s*[.,:;(–—-].*)?)?\W*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Described:
    """A comment as it is judged: its entries with their texts.

    `tells_value` says that some other words speak of what is returned, so that no section has to.
    """

    entries: Sequence[Entry]
    texts: Sequence[str]
    tells_value: bool = False

    @classmethod
    def read(
        cls, entries: Sequence[Entry], texts: Sequence[str], of_value: re.Pattern[str]
    ) -> Described:
        """Return a comment whose prose speaks of the value where `of_value` is found in it."""
        tells_value = any(
            it.part in (Part.SUMMARY, Part.DETAILS) and of_value.search(text)
            for it, text in zip(entries, texts, strict=True)
        )
        return cls(entries, texts, tells_value)

    def of(self, part: Part) -> list[Entry]:
        """Return the entries of one kind, in order."""
        return [it for it in self.entries if it.part is part]


def judged(described: Described, wanted: Wanted, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong, by line.

    What people leave out by habit is advice: a comment that describes no parameter at all is short,
    one that describes some of them has been overtaken by its code.
    """
    findings = [
        *_summary(described),
        *_parameters(described, wanted, symbol),
        *_empty(described),
        *_value(described, wanted, symbol),
    ]
    return tuple(sorted(findings, key=lambda it: it.line))


def error(rule: str, message: str, line: int = 0, name: str | None = None) -> Finding:
    """Return a finding that breaks a rule."""
    return Finding(rule, message, line, name)


def says_nothing(text: str) -> bool:
    """Say whether what is told of a value is that there is none, as `@returns {void}` does."""
    return _NOTHING_TOLD.fullmatch(text) is not None


def repeated(told: Iterable[tuple[str, int]], mark: str = "") -> Iterator[Finding]:
    """Yield the names, told with their lines, that are described before; `mark` leads each."""
    seen: set[str] = set()
    for name, line in told:
        if name and name in seen:
            yield error("duplicate-parameter", f"{mark}{name} is described twice", line, name)
        seen.add(name)


def out_of_order(
    told: Iterable[tuple[str, int]], order: Sequence[str], mark: str = ""
) -> Iterator[Finding]:
    """Yield the names that stand behind one that the code has later; `mark` leads each."""
    furthest = -1
    for name, line in told:
        # Where type parameters stand is a matter of taste.
        if name not in order or name.startswith("<"):
            continue
        place = order.index(name)
        if place < furthest:
            message = f"{mark}{name} must stand before {mark}{order[furthest]}"
            yield error("parameter-order", message, line, name)
        furthest = max(furthest, place)


def _summary(described: Described) -> Iterator[Finding]:
    if not any(
        it.part is Part.SUMMARY and text.strip()
        for it, text in zip(described.entries, described.texts, strict=True)
    ):
        yield error("missing-summary", "the comment does not say what this is")


def _parameters(described: Described, wanted: Wanted, symbol: Symbol) -> Iterator[Finding]:
    entries = described.of(Part.PARAMETER)
    order = [it.path for it in wanted.names]
    told = {it.label for it in entries}
    # A constructor's parameters may be described above its class.
    if is_callable(symbol):
        yield from _stale(entries, order, symbol)
    lines = [(it.label, it.first) for it in entries]
    yield from repeated(lines)
    yield from out_of_order(lines, order)
    # Type parameters are left out far more often than others, and say little.
    judges = any(not it.label.startswith("<") for it in entries)
    for name in wanted.names:
        if name.path in told or name.need is Need.TOLD:
            continue
        is_wrong = judges and name.need is Need.REQUIRED and not name.path.startswith("<")
        severity = Severity.ERROR if is_wrong else Severity.ADVICE
        message = f"{name.path} of {symbol.name} is not described"
        yield Finding("missing-parameter", message, 0, name.path, severity)


def _stale(entries: Sequence[Entry], order: Sequence[str], symbol: Symbol) -> Iterator[Finding]:
    # What is taken by name alone is described by name.
    if any(it.name.startswith("**") for it in symbol.parameters):
        return
    for entry in entries:
        outer = entry.label.partition(".")[0].partition("[")[0]
        if entry.label not in order and outer not in order:
            message = f"{entry.label} is described, but {symbol.name} has no such parameter"
            yield error("stale-parameter", message, entry.first, entry.label)


def _empty(described: Described) -> Iterator[Finding]:
    for entry, text in zip(described.entries, described.texts, strict=True):
        if entry.part in (Part.PARAMETER, Part.RETURNS) and not text.strip():
            what = entry.label or "the value"
            message = f"{what} has no description"
            yield Finding("empty-description", message, entry.first, entry.label, Severity.ADVICE)


def _value(described: Described, wanted: Wanted, symbol: Symbol) -> Iterator[Finding]:
    returns = described.of(Part.RETURNS)
    told = [
        it
        for it, text in zip(described.entries, described.texts, strict=True)
        if it.part is Part.RETURNS and not says_nothing(text)
    ]
    if wanted.returns is Need.NONE and told and is_callable(symbol):
        yield error("stale-return", f"{symbol.name} returns nothing", told[0].first)
    if wanted.returns is Need.REQUIRED and not returns and not described.tells_value:
        # Whoever describes parameters and not the value has forgotten it.
        is_wrong = bool(described.of(Part.PARAMETER))
        severity = Severity.ERROR if is_wrong else Severity.ADVICE
        message = f"the value that {symbol.name} returns is not described"
        yield Finding("missing-return", message, 0, None, severity)


def is_callable(symbol: Symbol) -> bool:
    """Say whether a symbol takes parameters and may return a value."""
    return symbol.kind in _CALLABLE
