"""Own quality mode: a transformer reads the best places again, and its order joins the score.

It must not fail a search: where a text is gone or the model does not answer, the fast order stays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from glossator_gate.errors import GlossatorError
from glossator_indexer.ports import Reranker
from glossator_indexer.search.candidates import Place
from glossator_indexer.search.shown import ReadText, key_of_shown, shown_of
from glossator_indexer.search.weights import RankingWeights


def reread(
    query: str,
    places: Sequence[Place],
    reranker: Reranker,
    read_text: ReadText,
    weights: RankingWeights,
) -> list[Place]:
    """Return places in the order of the fast score and of the transformer's together."""
    best = places[: weights.rerank_depth]
    keys = [key_of_shown(it.spot) for it in best]
    try:
        scores = reranker.score(query, keys, lambda at: shown_of(best[at].spot, read_text))
    except GlossatorError as trouble:
        for place in places:
            place.candidate.facts["transformer"] = str(trouble)
        return list(places)
    for place, score in zip(best, scores.tolist(), strict=True):
        if not math.isnan(score):
            candidate = place.candidate
            # As it is: a scale of each question's own lets a question whose texts are all alike
            # be decided by noise.
            candidate.parts["transformer"] = weights.rerank * score
            candidate.facts["transformer score"] = score
            candidate.facts["transformer"] = reranker.name
    return sorted(places, key=lambda it: (-it.candidate.score, it.candidate.key))
