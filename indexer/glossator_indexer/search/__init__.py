"""Own the search over an index: what a query means, which lists answer it, how they become hits.

It must not write to any store and reads files only through the function that it is given.
"""

from glossator_indexer.search.searcher import Searcher
from glossator_indexer.search.shown import ReadText
from glossator_indexer.search.weights import DEFAULT_WEIGHTS, RankingWeights

__all__ = ["DEFAULT_WEIGHTS", "RankingWeights", "ReadText", "Searcher"]
