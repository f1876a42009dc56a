"""Own the suite `retrieval`: at which rank a search shows the function that a sentence speaks of.

The owner of an index is asked as `glossator search` asks it. It must not change an index of the
user's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from glossator_indexer.records import SearchMode, SearchQuery
from glossator_server.errors import UsageError
from glossator_server.evals.asked_cases import Asking, asked_cases
from glossator_server.evals.hidden_indexes import SearchedTrees
from glossator_server.evals.hidden_trees import ReadTree
from glossator_server.evals.measures.ranking import CUTOFF, ndcg, recall, reciprocal_rank
from glossator_server.evals.places import Place, places_of, shown_places
from glossator_server.evals.types import (
    Better,
    Case,
    CaseResult,
    CaseSource,
    Measure,
    MeasureKind,
    Subject,
)
from glossator_server.evals.word_counts import DEPTH, Document, System, counted_hits

_ASKING = Asking("retrieval", "query", lambda sentence: sentence, needs_answer=True)
_SHOWN = 5


def create() -> RetrievalSuite:
    """Return the suite, for one run."""
    return RetrievalSuite()


class RetrievalSuite:
    """Searches for functions; follows `types.Suite`."""

    name = "retrieval"
    roles: Sequence[str] = ()
    measures = (
        Measure(
            "ndcg",
            f"nDCG@{CUTOFF}",
            Better.HIGHER,
            MeasureKind.RETRIEVAL,
            "1 where the right function comes first, less the later it comes, 0 beyond ten.",
        ),
        Measure(
            "rr",
            "reciprocal rank",
            Better.HIGHER,
            MeasureKind.RETRIEVAL,
            "1 divided by the rank of the right function.",
        ),
        Measure(
            "recall_10",
            f"recall@{CUTOFF}",
            Better.HIGHER,
            MeasureKind.RETRIEVAL,
            "The right function is among the first ten.",
        ),
        Measure(
            "recall_100",
            f"recall@{DEPTH}",
            Better.HIGHER,
            MeasureKind.RETRIEVAL,
            "The right function is among the first hundred.",
        ),
    )

    def __init__(self) -> None:
        self._trees = SearchedTrees()
        self._counted: dict[int, System] = {}

    def cases(self, source: CaseSource) -> Sequence[Case]:
        """Return sentences with the functions that they speak of."""
        return asked_cases(source, _ASKING, self._trees.keep)

    async def run(self, case: Case, subject: Subject) -> CaseResult:
        """Search once, and look at which rank a right place comes."""
        found = await self._found(case, subject)
        right = places_of(case)
        rank = next(
            (at for at, it in enumerate(found, 1) if any(_meets(one, it) for one in right)), None
        )
        measures = {
            "ndcg": ndcg(rank),
            "rr": reciprocal_rank(rank),
            "recall_10": recall(rank, CUTOFF),
            "recall_100": recall(rank, DEPTH),
        }
        text = "\n".join(f"{at}. {it}" for at, it in enumerate(found[:_SHOWN], 1))
        said = f"the right place is at rank {rank}" if rank else "the right place was not found"
        return CaseResult(measures, text, shown_places(right, case.root), (said,))

    async def open(self, cases: Sequence[Case], subjects: Sequence[Subject]) -> None:
        """Make the index, and count words where that is wanted.

        Raises `UsageError` for a configuration that names no way to search.
        """
        for subject in subjects:
            _mode(subject)
            if subject.configuration.retrieval:
                await self._trees.open(cases, subject)
            else:
                await self._counting(cases[0], subject, str(cases[0].data["query"]))

    async def close(self) -> None:
        """Remove what was made to be searched."""
        await self._trees.close()

    async def _found(self, case: Case, subject: Subject) -> list[Place]:
        query = str(case.data["query"])
        if not subject.configuration.retrieval:
            return await self._counting(case, subject, query)
        mode = _mode(subject)
        searched = await self._trees.of(case, subject)
        hits = await searched.index.search(SearchQuery(query, DEPTH, mode))
        prefix = searched.prefix
        return [
            Place(it.path.removeprefix(prefix), it.start_line, it.end_line)
            for it in hits
            if it.path.startswith(prefix)
        ]

    async def _counting(self, case: Case, subject: Subject, query: str) -> list[Place]:
        """Return what a search for the words alone finds, without an index."""
        tree = await self._trees.tree(case, subject)
        system = self._counted.get(id(tree))
        if system is None:
            system = counted_hits(list(_documents(tree, is_hidden="hidden" in case.data)))
            self._counted[id(tree)] = system
        (found,) = system([query])
        return [Place(*it) for it in found]


def _mode(subject: Subject) -> SearchMode:
    model = subject.configuration.model
    if model is None:
        return SearchMode.QUALITY if subject.settings.index.quality else SearchMode.FAST
    if model not in tuple(SearchMode):
        raise UsageError(
            f"No model writes in this suite, and {model} is no way to search; write model=fast, "
            "model=quality, or retrieval=off for words that are only counted."
        )
    return SearchMode(model)


def _documents(tree: ReadTree, *, is_hidden: bool) -> Iterator[Document]:
    """Yield the functions of a tree as they are searched."""
    texts = {it.path: it.text for it in tree.without_comments()} if is_hidden else {}
    for file in tree.files:
        lines = texts.get(file.path, file.text).split("\n")
        for number, it in enumerate(file.functions):
            text = "\n".join(lines[it.start_line - 1 : it.end_line])
            owner = (file.path, number)
            yield Document(file.path, it.start_line, it.end_line, owner, text)


def _meets(place: Place, found: Place) -> bool:
    return place.is_met_by(found.path, found.start, found.end)
