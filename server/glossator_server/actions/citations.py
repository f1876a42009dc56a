"""Own the markers `[3]` and `[3:120-131]` in answers, and whether a claim holds.

Pure. A claim holds where each of its markers points to lines that were shown, and each name of code
in it stands in what was shown. It must not know how answers come or are drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from glossator_server.actions.questions import Citation, Piece
from glossator_server.actions.safe_markdown import code_spans

_ONE = r"\d{1,4}(?:\s*:\s*L?\d{1,7}(?:\s*[-–—]\s*L?\d{1,7})?)?"
MARKER = re.compile(rf"(?<![\w\\])\[\s*({_ONE}(?:\s*[,;]\s*{_ONE})*)\s*\](?!\()")
# Several beside each other, with what joins them.
_MARKERS = re.compile(rf"{MARKER.pattern}(?:\s*(?:[,;]|and\b|und\b)?\s*{MARKER.pattern})*")
# What a marker in parentheses leaves; those of a call stand right behind its name.
_NOTHING_INSIDE = re.compile(r"(?:^|\s+)\(\s*\)")
_POINT = re.compile(r"(\d+)(?:\s*:\s*L?(\d+)(?:\s*[-–—]\s*L?(\d+))?)?")
_WORD = re.compile(r"[^\W\d]\w*")
# Names that nobody takes for a word of English.
_MARKED = re.compile(r"(?<!\w)[^\W\d]\w*(?:_\w|[a-z][A-Z])\w*", re.ASCII)
_CALLED = re.compile(r"(?<!\w)[^\W\d]\w*(?=\(\))")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer without its markers, and the places that they point to."""

    text: str
    citations: tuple[Citation, ...]


class Shown:
    """What stood in a prompt: its pieces, numbered from 1, and the words in them."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = tuple(pieces)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return every word of the pieces, their names and paths."""
        return frozenset(
            word
            for it in self.pieces
            for text in (it.text, it.symbol, it.path)
            for word in _WORD.findall(text)
        )

    @cached_property
    def lines(self) -> frozenset[str]:
        """Return every line of the pieces, white space folded."""
        return frozenset(" ".join(line.split()) for it in self.pieces for line in it.lines)

    def claim_of(self, text: str) -> Claim | None:
        """Return a sentence as a claim, None where nothing shown bears it out."""
        markers = list(markers_in(text))
        cited = [self._resolved(it) for it in markers]
        if not cited or any(it is None for it in cited):
            return None
        plain = without_markers(text)
        if not any(map(str.isalnum, plain)) or not self.knows_names(plain):
            return None
        places = dict.fromkeys(it for found in cited if found is not None for it in found)
        return Claim(plain, tuple(places))

    def knows_names(self, text: str) -> bool:
        """Tell whether every name of code in a sentence stands in what was shown."""
        return names_in(text) <= self.words

    def place_of_code(self, code: str) -> Citation | None:
        """Return where lines of code stand in one piece, in order; None where they do not."""
        wanted = [" ".join(it.split()) for it in code.split("\n") if it.strip()]
        for piece in self.pieces if wanted else ():
            at, found = 0, []
            for number, line in enumerate(piece.lines):
                if at < len(wanted) and " ".join(line.split()) == wanted[at]:
                    found.append(number)
                    at += 1
            if at == len(wanted):
                first, last = found[0] + piece.start_line, found[-1] + piece.start_line
                return Citation(piece.path, first, last)
        return None

    def _resolved(self, marker: str) -> tuple[Citation, ...] | None:
        found = [self._point(it) for it in re.split("[,;]", marker)]
        return None if any(it is None for it in found) else tuple(it for it in found if it)

    def _point(self, point: str) -> Citation | None:
        match = _POINT.fullmatch(point.strip())
        if match is None or not 1 <= int(match[1]) <= len(self.pieces):
            return None
        piece = self.pieces[int(match[1]) - 1]
        if match[2] is None:
            return piece.citation
        first = int(match[2])
        last = int(match[3]) if match[3] is not None else first
        if not piece.start_line <= first <= last <= piece.end_line:
            return None
        return Citation(piece.path, first, last)


def markers_in(text: str) -> Iterator[str]:
    """Yield what stands in the markers of a sentence; those in code spans are code."""
    yield from (it[1] for it in MARKER.finditer(_without_code(text)))


def without_markers(text: str) -> str:
    """Return a sentence without its markers, and without the gaps that they leave."""
    masked = _without_code(text)
    kept, at = [], 0
    for match in _MARKERS.finditer(masked):
        kept.append(text[at : match.start()].rstrip())
        at = match.end()
    joined = _NOTHING_INSIDE.sub("", "".join([*kept, text[at:]]))
    return " ".join(joined.split())


def names_in(text: str) -> set[str]:
    """Return the names of code in a sentence: in backticks, called, or spelled like one."""
    spans = code_spans(text)
    found = {word for it in spans for word in _WORD.findall(it.code)}
    plain = _without_code(text)
    return found | set(_MARKED.findall(plain)) | set(_CALLED.findall(plain))


def unique(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Return citations without repeats, in order."""
    return tuple(dict.fromkeys(citations))


def _without_code(text: str) -> str:
    """Return a text of the same length with its code spans blanked."""
    for it in code_spans(text):
        text = text[: it.start] + "\0" * (it.end - it.start) + text[it.end :]
    return text
