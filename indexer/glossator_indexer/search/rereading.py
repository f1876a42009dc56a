"""Own quality mode: a transformer reads the best places again, and its order joins the score.

It must not fail a search: where a text is gone or the model does not answer, the fast order stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from glossator_gate.errors import GlossatorError
from glossator_indexer.ports import Reranker
from glossator_indexer.search.candidates import Place
from glossator_indexer.search.weights import RankingWeights

# What a transformer reads of a chunk is its beginning.
_MOST_LINES = 40


def reread(
    query: str,
    places: Sequence[Place],
    reranker: Reranker,
    read_text: Callable[[str, int, int, int], str | None],
    weights: RankingWeights,
) -> list[Place]:
    """Return places in the order of the fast score and of the transformer's together."""
    texts: list[str] = []
    read: list[Place] = []
    for place in places[: weights.rerank_depth]:
        chunk = place.spot.chunk
        end = min(chunk.end_line, chunk.start_line + _MOST_LINES)
        text = read_text(place.spot.record.path, chunk.start_line, end, place.spot.session)
        if text:
            texts.append(text)
            read.append(place)
    if not read:
        return list(places)
    try:
        scores = reranker.score(query, texts, [place.spot.chunk.hash for place in read])
    except GlossatorError:
        for place in places:
            place.candidate.facts["transformer"] = "cannot be asked"
        return list(places)
    lowest, highest = float(scores.min()), float(scores.max())
    span = max(highest - lowest, 1e-9)
    for place, score in zip(read, scores.tolist(), strict=True):
        candidate = place.candidate
        candidate.parts["transformer"] = weights.rerank * (score - lowest) / span
        candidate.facts["transformer score"] = score
        candidate.facts["transformer"] = reranker.name
    return sorted(places, key=lambda it: (-it.candidate.score, it.candidate.key))
