"""Own the figures of retrieval: measures of ranks by ir_measures, intervals, a paired test.

It must not search. A question has one right answer, so that its rank among a system's first hundred
says everything; None is a rank beyond them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
from ir_measures import RR, Qrel, R, ScoredDoc, nDCG

from glossator_server.evals.word_counts import DEPTH

_RESAMPLES = 2000
_SEED = 7
_NDCG, _RECALL = nDCG @ 10, R @ DEPTH


def by_question(ranks: Mapping[str, int | None]) -> dict[str, float]:
    """Return nDCG@10 of each question by its id."""
    scores = dict.fromkeys(ranks, 0.0)
    for it in ir_measures.iter_calc([_NDCG], _judged(ranks), _run(ranks)):
        scores[it.query_id] = float(it.value)
    return scores


def figures(ranks: Mapping[str, int | None]) -> dict[str, float | list[float]]:
    """Return nDCG@10 with its interval of 95 % over questions, reciprocal rank and recall@100."""
    found = ir_measures.calc_aggregate([_NDCG, RR, _RECALL], _judged(ranks), _run(ranks))
    low, high = interval(list(by_question(ranks).values()))
    return {
        "nDCG@10": round(float(found[_NDCG]), 4),
        "interval": [round(low, 4), round(high, 4)],
        "RR": round(float(found[RR]), 4),
        f"recall@{DEPTH}": round(float(found[_RECALL]), 4),
    }


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the interval of 95 % of a mean, by resampling with replacement (Efron 1979)."""
    random = np.random.default_rng(_SEED)
    drawn = random.choice(np.asarray(values), (_RESAMPLES, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def chance(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """Return how often signs at random make so great a difference (paired randomisation test)."""
    difference = np.array([ours[it] - theirs[it] for it in sorted(ours)])
    random = np.random.default_rng(_SEED)
    signs = random.choice([-1.0, 1.0], (_RESAMPLES, len(difference)))
    drawn = np.abs((signs * difference).mean(axis=1))
    return float((np.sum(drawn >= abs(difference.mean())) + 1) / (_RESAMPLES + 1))


def _judged(ranks: Mapping[str, int | None]) -> list[Qrel]:
    return [Qrel(it, "right", 1) for it in ranks]


def _run(ranks: Mapping[str, int | None]) -> list[ScoredDoc]:
    return [
        ScoredDoc(question, "right" if at == rank else f"wrong {at}", float(DEPTH - at))
        for question, rank in ranks.items()
        for at in range(1, DEPTH + 1)
    ]
