"""Own the action "review": a model's findings about code, as far as the code bears them out.

No edit comes of it. What quotes code that is not there, or speaks of names that nobody knows, is
left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_clients.protocol import ChatModel, complete
from glossator_gate.types import Errand
from glossator_indexer.records import ContextPiece
from glossator_indexer.symbols import all_symbols, find_symbols, symbol_at
from glossator_indexer.types import Span, Symbol
from glossator_server.actions.background import background_of
from glossator_server.actions.excerpts import MOST_CHARACTERS, MOST_WHOLE_FILE
from glossator_server.edits import line_and_column, lines_of_span
from glossator_server.prompts.review import SaidFinding, read_findings, review_prompt
from glossator_server.sampling import AskingOptions
from glossator_server.snapshot import Snapshot

ROLE = "review"
_NAME = re.compile(r"`([A-Za-z_][\w.]*?)(?:\(\))?`")


@dataclass(frozen=True, slots=True)
class ReviewFinding:
    """One thing that a reviewer finds wrong.

    `span` is the quoted line without its indentation; `symbol` is what it stands in and `code` that
    symbol's as it was reviewed. `advice` says how to mend it, maybe nothing.
    """

    message: str
    severity: str
    span: Span
    line: int
    symbol: str
    code: str
    quote: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """The findings of a review, in order of place, and sentences about what was left out.

    `not_reviewed` says which code nobody looked at, or was answered to with nothing that counts.
    """

    findings: tuple[ReviewFinding, ...]
    notices: tuple[str, ...]
    not_reviewed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewedPiece:
    """A piece of code for one question: its span, and what the index knows around it."""

    span: Span
    pieces: tuple[ContextPiece, ...] = ()


def spans_to_review(snapshot: Snapshot, lines: range | None) -> tuple[Span, ...]:
    """Return what to review, one question each: the symbols around some lines, or the whole file.

    A file that is too long for one question is reviewed function by function.
    """
    text = snapshot.text
    if lines is None and len(text) <= MOST_WHOLE_FILE:
        return (Span(0, len(text)),) if text.strip() else ()
    bodies = [it for it in _outermost(all_symbols(snapshot.source)) if it.body is not None]
    if lines is None:
        return tuple(it.extent for it in bodies)
    around = [it.extent for it in bodies if _meets(text, it, lines)]
    return tuple(around) or _lines_alone(text, lines)


async def review_piece(
    snapshot: Snapshot,
    piece: ReviewedPiece,
    model: ChatModel,
    asking: AskingOptions,
    root: Path,
) -> Review:
    """Ask a model about one piece, and keep the findings that the code bears out.

    Raises a `ModelError` where the model cannot answer.
    """
    span = Span(piece.span.start, min(piece.span.end, piece.span.start + MOST_CHARACTERS))
    code = snapshot.text[span.start : span.end]
    background = background_of(snapshot, (span,), piece.pieces, root)
    name = snapshot.path.name if snapshot.path is not None else "the text"
    prompt = review_prompt(snapshot.source.language.id, name, code, background, model.info, asking)
    notices, missed = [], []
    if span != piece.span:
        missed.append(f"{_title(snapshot, piece.span)} is long; its end was not reviewed")
    if prompt is None:
        missed.append(f"{_title(snapshot, span)} does not fit {model.info.id}")
        return Review((), (), tuple(missed))
    request, left_out = prompt
    if left_out:
        notices.append(f"{left_out} of {len(background)} texts from elsewhere were left out")
    errand = Errand("chat", ROLE, snapshot.data_class)
    reply = await complete(model, replace(request, errand=errand))
    said = read_findings(reply.text)
    if said is None:
        missed.append(
            f"the answer of {model.info.id} about {_title(snapshot, span)} cannot be read; run the "
            "review again"
        )
    known = code + "".join(it.text for it in background)
    found = list(_borne_out(snapshot, span, said or (), known))
    if dropped := len(said or ()) - len(found):
        notices.append(
            f"{dropped} finding{'s' if dropped > 1 else ''} about code that is not there left out"
        )
    return Review(tuple(found), tuple(notices), tuple(missed))


def find_again(snapshot: Snapshot, finding: ReviewFinding) -> Span | None:
    """Return where a finding stands now, None where the code that it was about has changed."""
    if not finding.symbol:
        start = snapshot.text.find(finding.code)
        whole = Span(start, start + len(finding.code))
        return None if start < 0 else _line_of(snapshot.text, whole, finding.quote)
    for symbol in find_symbols(snapshot.source, finding.symbol):
        extent = symbol.extent
        if snapshot.text[extent.start : extent.end] == finding.code:
            return _line_of(snapshot.text, extent, finding.quote)
    return None


def _borne_out(
    snapshot: Snapshot, span: Span, said: Sequence[SaidFinding], known: str
) -> Iterator[ReviewFinding]:
    words = set(re.findall(r"\w+", known))
    seen: set[tuple[int, str]] = set()
    for it in said:
        place = _line_of(snapshot.text, span, it.quote)
        names = {part for name in _NAME.findall(it.problem) for part in name.split(".")}
        if place is None or not names <= words or (place.start, it.problem) in seen:
            continue
        seen.add((place.start, it.problem))
        symbol = _symbol_around(snapshot, place)
        extent = span if symbol is None else symbol.extent
        yield ReviewFinding(
            message=it.problem,
            severity=it.severity,
            span=place,
            line=line_and_column(snapshot.text, place.start)[0],
            symbol="" if symbol is None else symbol.qualified_name,
            code=snapshot.text[extent.start : extent.end],
            quote=it.quote.strip(),
            advice=it.fix,
        )


def _line_of(text: str, span: Span, quote: str) -> Span | None:
    """Return the one line of a span that a quote is, or is part of; None where it is unclear."""
    wanted = quote.strip()
    if not wanted or "\n" in wanted:
        return None
    whole: list[Span] = []
    part: list[Span] = []
    at = span.start
    for line in text[span.start : span.end].split("\n"):
        inner = line.strip()
        start = at + len(line) - len(line.lstrip())
        at += len(line) + 1
        if inner == wanted:
            whole.append(Span(start, start + len(inner)))
        elif wanted in inner:
            part.append(Span(start, start + len(inner)))
    found = whole or part
    return found[0] if len(found) == 1 else None


def _symbol_around(snapshot: Snapshot, place: Span) -> Symbol | None:
    symbol = symbol_at(snapshot.source, place.start)
    return symbol if symbol is not None and symbol.name else None


def _outermost(symbols: Sequence[Symbol]) -> Iterator[Symbol]:
    end = -1
    for symbol in sorted(symbols, key=lambda it: it.extent):
        # What holds functions is reviewed as a whole, unless it is too long for that.
        if (
            symbol.extent.start >= end
            and symbol.extent.end - symbol.extent.start <= MOST_CHARACTERS
        ):
            end = symbol.extent.end
            yield symbol


def _meets(text: str, symbol: Symbol, lines: range) -> bool:
    extent = lines_of_span(text, symbol.extent)
    return extent.start < lines.stop and lines.start < extent.stop


def _lines_alone(text: str, lines: range) -> tuple[Span, ...]:
    every = text.split("\n")
    start = sum(len(it) + 1 for it in every[: lines.start - 1])
    length = sum(len(it) + 1 for it in every[lines.start - 1 : lines.stop - 1])
    span = Span(start, min(len(text), start + length))
    return (span,) if text[span.start : span.end].strip() else ()


def _title(snapshot: Snapshot, span: Span) -> str:
    symbol = symbol_at(snapshot.source, span.start)
    return symbol.name if symbol is not None and symbol.name else "the code"
