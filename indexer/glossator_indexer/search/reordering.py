"""Own quality mode with a model of the user's: it reads the best places and puts them in order.

It must not show the model what that may not see, nor fail a search: such a place stays where it is,
and where the model does not answer, the fast order stays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from glossator_gate.errors import GlossatorError
from glossator_indexer.ports import TextRanker
from glossator_indexer.search.candidates import Candidate, Place
from glossator_indexer.search.places import Spot
from glossator_indexer.search.shown import MOST_LINES, ReadText
from glossator_indexer.search.weights import RankingWeights

# A signature and a beginning say what code is for; a model on this machine's processors reads some
# thousand tokens a question and no more.
_MOST_CHARACTERS = 1_000


def reordered(
    query: str,
    places: Sequence[Place],
    ranker: TextRanker,
    read_text: ReadText,
    weights: RankingWeights,
) -> list[Place]:
    """Return places, the best of them in the model's order; who is not shown keeps its place."""
    found = list(places)
    try:
        shown = _shown(found[: weights.rerank_depth], ranker, read_text)
        asked = list(shown)
        texts, paths = list(shown.values()), [found[at].spot.record.path for at in asked]
        scores = ranker.scores(query, texts, paths).tolist() if asked else []
    except GlossatorError as trouble:
        for place in found:
            place.candidate.facts["transformer"] = str(trouble)
        return found
    said = dict(zip(asked, scores, strict=True))
    fast = [it.candidate.score for it in found]
    # Scores of such a model have a scale of their own: its order is taken, and the fast scores stay
    # with the places in it.
    for to, at in zip(asked, sorted(asked, key=lambda it: -said[it]), strict=True):
        place = found[to] = places[at]
        _move(place.candidate, fast[to])
        place.candidate.facts["transformer score"] = said[at]
        place.candidate.facts["transformer"] = ranker.name
    return found


def _shown(best: Sequence[Place], ranker: TextRanker, read_text: ReadText) -> dict[int, str]:
    """Return the texts that the model may see, by the position of their place."""
    texts: dict[int, str] = {}
    for at, place in enumerate(best):
        if (reason := ranker.hides(place.spot.record.path)) is not None:
            place.candidate.facts["transformer"] = (
                f"Not shown to {ranker.name}, so that it keeps its place: {reason}"
            )
        elif (text := _text_of(place.spot, read_text)) is not None:
            texts[at] = text
    return texts


def _text_of(spot: Spot, read_text: ReadText) -> str | None:
    chunk = spot.chunk
    last = min(chunk.end_line, chunk.start_line + MOST_LINES)
    text = read_text(spot.record.path, chunk.start_line, last, spot.session)
    return None if text is None else f"{spot.record.path}\n{text}"[:_MOST_CHARACTERS]


def _move(candidate: Candidate, score: float) -> None:
    """Give a candidate the score of the place that it moves to, as a part that is told."""
    factor = math.prod(candidate.factors.values())
    if factor:
        candidate.parts["transformer"] = score / factor - sum(candidate.parts.values())
