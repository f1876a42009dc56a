"""Own what people decided of offered comments, read from what this machine has kept.

It must not keep anything, nor make examples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from glossator_gate.types import DataClass
from glossator_indexer.facts import facts_of
from glossator_indexer.languages import language_called
from glossator_indexer.parsing import parse
from glossator_indexer.styles import Style, styles_of
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Span, Symbol
from glossator_server.datasets.records import Record
from glossator_server.feedback import Fate

# What a method stands in where its own text is all there is.
_AROUND_A_METHOD = {
    "java": ("class It {\n", "\n}\n"),
    "javascript": ("class It {\n", "\n}\n"),
    "typescript": ("class It {\n", "\n}\n"),
    "rust": ("impl It {\n", "\n}\n"),
    "cpp": ("class It {\n", "\n};\n"),
}
OWN = "own"


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of an offered comment; `stands` is what a person left there, None for nothing."""

    offer: str
    language: str
    symbol: str
    code: str
    offered: str
    fate: Fate
    stands: str | None


def decisions_in(lines: Iterable[Mapping[str, Any]]) -> list[Decision]:
    """Return what people decided, in the order of the offers; the last look at each counts.

    Offers of which nobody has looked what became are left out, and those whose symbol went.
    """
    offers: dict[str, Mapping[str, Any]] = {}
    found: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        name = str(line.get("offer"))
        if line.get("kind") == "offer":
            offers[name] = line
        elif line.get("kind") == "finding" and line.get("fate") in _TELLING:
            found[name] = line
    return [_decision(offers[name], it) for name, it in found.items() if name in offers]


_TELLING = frozenset({Fate.KEPT, Fate.EDITED, Fate.REJECTED})


def _decision(offer: Mapping[str, Any], finding: Mapping[str, Any]) -> Decision:
    fate = Fate(finding["fate"])
    stands = finding.get("comment")
    offered = str(offer.get("comment", ""))
    if fate is Fate.KEPT:
        stands = offered
    return Decision(
        offer=str(offer["offer"]),
        language=str(offer.get("language", "")),
        symbol=str(offer.get("symbol", "")),
        code=str(offer.get("code", "")),
        offered=offered,
        fate=fate,
        stands=stands if isinstance(stands, str) and fate is not Fate.REJECTED else None,
    )


def record_of(decision: Decision) -> Record | None:
    """Return the offered code as a record without words; None where it cannot be read alone."""
    style = _style_of(decision)
    found = None if style is None else _symbol_in(decision)
    if style is None or found is None:
        return None
    symbol, code, facts = found
    identity = hashlib.sha256(f"{decision.symbol}\0{decision.code}".encode("utf-8", "replace"))
    return Record(
        id=identity.hexdigest()[:16],
        project=OWN,
        path="",
        line=0,
        language=decision.language,
        style=style.id,
        licence=OWN,
        data_class=DataClass.RESTRICTED,
        code=code,
        symbol=symbol,
        fields=DocFields(""),
        facts=facts,
        shown=code[: symbol.signature.end],
    )


def words_of_comment(comment: str, style: str, language: str) -> DocFields | None:
    """Return the words of a comment, None where it cannot be read in the style."""
    known = next((it for it in styles_of(language) if it.id == style), None)
    parsed = None if known is None else known.parse(comment)
    return None if parsed is None or not parsed.fields.summary else parsed.fields


def _style_of(decision: Decision) -> Style | None:
    return next(
        (it for it in styles_of(decision.language) if it.recognises(decision.offered)), None
    )


def _symbol_in(decision: Decision) -> tuple[Symbol, str, Any] | None:
    language = language_called(decision.language)
    if language is None:
        return None
    name = decision.symbol.rpartition(".")[2]
    for before, after in (("", "\n"), _AROUND_A_METHOD.get(decision.language, ("", "\n"))):
        source = parse(before + decision.code + after, language)
        for symbol in find_symbols(source, name):
            if symbol.extent.start >= len(before) and not symbol.has_syntax_errors:
                code = source.text[symbol.extent.start : symbol.extent.end]
                return _at_home(symbol), code, facts_of(source, symbol)
    return None


def _at_home(symbol: Symbol) -> Symbol:
    """Return the symbol with offsets in its own code."""
    start = symbol.extent.start

    def moved(span: Span) -> Span:
        return Span(span.start - start, span.end - start)

    return replace(
        symbol,
        extent=moved(symbol.extent),
        name_span=moved(symbol.name_span),
        signature=moved(symbol.signature),
        body=None if symbol.body is None else moved(symbol.body),
        comment=None,
        insertion=max(0, symbol.insertion - start),
    )


def pairs_in(
    decisions: Iterable[Decision],
) -> Iterator[tuple[Decision, str, str]]:
    """Yield for each pair of comments the decision, the better comment and the worse one.

    What a person made of an offer is better than the offer; what was kept is better than what was
    rejected for the very same code.
    """
    good: dict[tuple[str, str], str] = {}
    bad: dict[tuple[str, str], list[Decision]] = {}
    for it in decisions:
        key = (it.symbol, it.code)
        if it.fate is Fate.EDITED and it.stands is not None:
            yield it, it.stands, it.offered
        if it.stands is not None:
            good[key] = it.stands
        else:
            bad.setdefault(key, []).append(it)
    for key, rejected in bad.items():
        for it in rejected:
            if key in good and good[key] != it.offered:
                yield it, good[key], it.offered
