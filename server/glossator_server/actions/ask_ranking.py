"""Own the order of what was found for a question, and which part of a long piece is shown.

Pure. It must not look anything up, nor decide whether what was found is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from glossator_indexer.records import Hit
from glossator_server.actions.questions import Piece
from glossator_server.actions.support import PieceWords, rarity_of

# A longer piece is shown around what the question is about.
MOST_LINES = 80
# Behind the first ones pieces are shorter, so that more of them fit a prompt.
LONG_FIRST = 3
MOST_LINES_BEHIND = 40
# A function of hundreds of lines may say it in a part that has fewer of the words.
MOST_PARTS = 3
_NEXT_PART = 0.5
# What is at the same place in two lists is better than what is in one.
_FUSION = 12.0
# What the words of a part count beside its rank in the search: fitted on the development half of
# the questions of `benchmarks/ask`, where 0.3 to 0.8 are alike.
_COVERAGE = 0.5
# A word that a part has again says a little more.
_AGAIN = 0.15
_MOST_AGAIN = 4


def fused(lists: Sequence[tuple[float, Sequence[Hit]]]) -> list[Hit]:
    """Return the hits of lists that count so much, best first, each place once."""
    score: dict[tuple[str, int], float] = {}
    best: dict[tuple[str, int], Hit] = {}
    for share, hits in lists:
        for rank, hit in enumerate(hits):
            key = (hit.path, hit.start_line)
            best.setdefault(key, hit)
            score[key] = score.get(key, 0.0) + share / (_FUSION + rank)
    return [best[it] for it in sorted(score, key=lambda it: -score[it])]


def rarities(words: Sequence[str], pieces: Sequence[Piece]) -> dict[str, float]:
    """Return what each word counts by how few of the pieces have it."""
    known = [PieceWords(it) for it in pieces]
    return {word: rarity_of(word, known) for word in words}


def ordered(pieces: Sequence[Piece], rarity: Mapping[str, float]) -> list[Piece]:
    """Return the parts of pieces, which are whole and in the order of search, most useful first."""
    whole = sum(rarity.values()) or 1.0
    found: list[tuple[float, Piece]] = []
    for rank, piece in enumerate(pieces):
        most = MOST_LINES if rank < LONG_FIRST else MOST_LINES_BEHIND
        share = _FUSION / (_FUSION + rank)
        for at, part in enumerate(parts(piece, rarity, most)):
            words = PieceWords(part)
            has = sum(weight for word, weight in rarity.items() if words.has(word))
            score = share * (_NEXT_PART if at else 1.0) + _COVERAGE * has / whole
            found.append((score, part))
    # The sort is stable: what is alike stays in the order of search.
    return [part for _, part in sorted(found, key=lambda it: -it[0])]


def parts(piece: Piece, rarity: Mapping[str, float], most_lines: int) -> list[Piece]:
    """Return the parts of a long piece that have most of the words, best first; a short one is one.

    Parts share no more than a quarter of their lines.
    """
    if len(piece.lines) <= most_lines:
        return [piece]
    lines = [
        [word for word in rarity if words.has(word)] for words in map(PieceWords, _singly(piece))
    ]
    scored = sorted(
        ((_score(lines[at : at + most_lines], rarity), at) for at in _starts(piece, most_lines)),
        key=lambda it: (-it[0], it[1]),
    )
    starts: list[int] = []
    for _, at in scored:
        if all(abs(at - it) >= most_lines * 3 // 4 for it in starts):
            starts.append(at)
    return [_part(piece, at, most_lines) for at in starts[:MOST_PARTS]]


def _starts(piece: Piece, most_lines: int) -> Iterator[int]:
    last = len(piece.lines) - most_lines
    yield from range(0, last, max(1, most_lines // 8))
    yield last


def _singly(piece: Piece) -> Iterator[Piece]:
    return (Piece("", at, (line,)) for at, line in enumerate(piece.lines))


def _score(lines: Sequence[Sequence[str]], rarity: Mapping[str, float]) -> float:
    counts: dict[str, int] = {}
    for words in lines:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return sum(
        rarity[word] * (1 + _AGAIN * min(_MOST_AGAIN, count - 1)) for word, count in counts.items()
    )


def _part(piece: Piece, at: int, most_lines: int) -> Piece:
    return replace(piece, start_line=piece.start_line + at, lines=piece.lines[at : at + most_lines])
