"""Own the way of a query: lists, fusion, graph, signals, the transformer, hits.

It must not hold state of its own beyond its parts; any number of threads may ask it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from glossator_gate.errors import GlossatorError
from glossator_indexer.chunking import entities_of_chunk
from glossator_indexer.errors import StoreCorruptError
from glossator_indexer.lexical import LexicalStore, Scope
from glossator_indexer.ports import Catalog, Embedder, Reranker, TextRanker, VectorStore
from glossator_indexer.records import (
    ContextPiece,
    EntityKind,
    EntityRecord,
    FoundEntity,
    Hit,
    PiecesQuery,
    SearchMode,
    SearchQuery,
    Trust,
    place_of,
)
from glossator_indexer.search.analysis import AnalysedQuery, QueryKind, analyse
from glossator_indexer.search.candidates import (
    TEAM_STORE,
    Candidate,
    Place,
    Pool,
    Scored,
    collapsed,
)
from glossator_indexer.search.graph import add_graph
from glossator_indexer.search.names import NameSearch
from glossator_indexer.search.pieces import PieceSearch
from glossator_indexer.search.places import Spot, qualified
from glossator_indexer.search.ranking import add_signals
from glossator_indexer.search.reordering import reordered
from glossator_indexer.search.rereading import reread
from glossator_indexer.search.scope import Scopes, Visible
from glossator_indexer.search.shown import ReadText
from glossator_indexer.search.weights import DEFAULT_WEIGHTS, RankingWeights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A question's vector and how many hits; what it returns waits for them, for a bounded time.
AskTeam: TypeAlias = "Callable[[NDArray[np.float32], int], Callable[[], Scored]]"

# Nobody reads further; the lists are no deeper either.
_MOST_HITS = 200
# Filters that no store knows are applied to what was found: then more has to be found.
_DEEPER_WHEN_FILTERED = 5


@dataclass(frozen=True, slots=True)
class Parts:
    """What answers: the truth, its derived stores, the models, and the way to a file's text.

    A store or model that is None is not there yet; the others answer alone. Where there is a
    `ranker`, it is asked in the place of `reranker`.
    """

    catalog: Catalog
    lexical: LexicalStore | None
    vectors: VectorStore | None
    embedder: Embedder | None
    read_text: ReadText
    reranker: Reranker | None = None
    ask_team: AskTeam | None = None
    ranker: TextRanker | None = None


class Searcher:
    """Answers searches over an index from its stores as they stand."""

    def __init__(
        self,
        catalog: Catalog,
        lexical: LexicalStore | None,
        vectors: VectorStore | None,
        embedder: Embedder | None,
        read_text: ReadText,
        reranker: Reranker | None = None,
        weights: RankingWeights = DEFAULT_WEIGHTS,
        ask_team: AskTeam | None = None,
        ranker: TextRanker | None = None,
    ) -> None:
        self._parts = Parts(
            catalog, lexical, vectors, embedder, read_text, reranker, ask_team, ranker
        )
        self._weights = weights
        self._scopes = Scopes(catalog)
        self._names = NameSearch(catalog, lexical)
        self._pieces = PieceSearch(catalog, lexical, read_text, weights, self.search)

    def search(self, query: SearchQuery) -> list[Hit]:
        """Return the best hits, best first.

        Where a store or the embedder cannot answer, the others do, and each hit's signals say so.
        """
        lexical = self._parts.lexical
        analysed = analyse(query.text, lexical.words_of if lexical else _plain_words)
        if analysed.kind is QueryKind.EMPTY or query.limit < 1:
            return []
        ranked = self._ranked(query, analysed, self._scopes.of(query))
        return [
            _hit(place, analysed, query.filters.kinds)
            for place in ranked[: min(query.limit, _MOST_HITS)]
        ]

    def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a place or a question, role by role, best first."""
        return self._pieces.pieces(query)

    def entities(self, name: str, limit: int, session: int) -> list[FoundEntity]:
        """Return named things whose name is, begins with, or holds the words of `name`."""
        return self._names.entities(name, limit, session)

    def _ranked(self, query: SearchQuery, analysed: AnalysedQuery, visible: Visible) -> list[Place]:
        weights = self._weights
        pool = Pool()
        troubles: dict[str, str] = {}
        self._add_lexical(pool, analysed, visible, troubles)
        self._add_vectors(pool, analysed, visible, troubles)
        places = self._places(pool.best(), visible)
        lexical = self._parts.lexical
        if lexical is not None and "words" not in troubles:
            if analysed.kind is QueryKind.WORDS and (weights.callees or weights.callers):
                known = {place.candidate.key for place in places}
                joined = add_graph(places, pool, lexical, weights)
                places += self._places([it for it in joined if it.key not in known], visible)
            add_signals(places, analysed, weights, lexical.words_of)
        for path in query.open_paths:
            for place in places:
                if place.spot.record.path == path:
                    place.candidate.factors["open file"] = weights.open_file
        for place in places:
            place.candidate.facts.update(troubles)
        places = collapsed(sorted(places, key=_best_first))
        if query.mode is SearchMode.QUALITY:
            return self._read_again(analysed.text, places)
        return places

    def _read_again(self, text: str, places: list[Place]) -> list[Place]:
        """Have a transformer read the best places: the user's own where one is named."""
        parts = self._parts
        if parts.ranker is not None:
            return reordered(text, places, parts.ranker, parts.read_text, self._weights)
        if parts.reranker is not None:
            return reread(text, places, parts.reranker, parts.read_text, self._weights)
        return places

    def _add_lexical(
        self, pool: Pool, query: AnalysedQuery, visible: Visible, troubles: dict[str, str]
    ) -> None:
        lexical = self._parts.lexical
        if lexical is None:
            troubles["words"] = "not there yet"
            return
        weights = self._weights
        scope = Scope(visible.filters.kinds, visible.filters.languages, visible.numbers)
        names_files = visible.mask is None or visible.numbers is not None
        depth = self._depth(is_exact=names_files and visible.filters.symbol is None)
        is_name = query.kind is QueryKind.NAME
        try:
            words = dict.fromkeys(query.words, 1.0)
            if weights.short_forms:
                words.update(dict.fromkeys(query.short_forms, weights.short_forms))
            hits = lexical.search(words, weights.fields, depth, scope)
            defined: Scored = ()
            declared: Scored = ()
            if query.names:
                names = dict.fromkeys(query.names, 1.0)
                defined = lexical.defining(names, depth, scope)
                declared = lexical.declaring(names, depth, scope)
        except StoreCorruptError:
            troubles["words"] = "cannot be read"
            return
        share = weights.words_for_name if is_name else weights.words
        pool.add_list("words", hits, share, weights.words_floor)
        for name, weight, found in (
            ("defined", weights.exact_name, defined),
            ("declared", weights.declared_name, declared),
        ):
            for key, _ in found:
                pool.at(key).parts[name] = weight if is_name else weight / 4

    def _add_vectors(
        self, pool: Pool, query: AnalysedQuery, visible: Visible, troubles: dict[str, str]
    ) -> None:
        weights = self._weights
        store, embedder = self._parts.vectors, self._parts.embedder
        is_name = query.kind is not QueryKind.WORDS
        share = weights.vectors_for_name if is_name else weights.vectors
        if store is None or embedder is None or not share:
            if store is None or embedder is None:
                troubles["vectors"] = "not there yet"
            return
        try:
            vector = _query_vector(embedder, query.text)
            filters = visible.filters
            is_exact = not (filters.kinds or filters.languages or filters.symbol)
            depth = self._depth(is_exact=is_exact)
            ask_team = self._parts.ask_team
            awaited = ask_team(vector, depth) if ask_team is not None else None
            hits = store.search(vector, depth, visible.mask)
        except GlossatorError:
            troubles["vectors"] = "cannot be asked"
            return
        own = {key for key, _ in hits}
        if awaited is not None:
            joined = [*hits, *(it for it in awaited() if it[0] not in own)]
            hits = sorted(joined, key=lambda it: -it[1])[:depth]
        pool.add_list("vectors", hits, share, weights.vectors_floor)
        for key, _ in hits:
            pool.at(key).facts["vector store"] = store.name if key in own else TEAM_STORE

    def _depth(self, *, is_exact: bool) -> int:
        """Return how long a list is to be, by whether the store itself applies all filters."""
        return self._weights.depth * (1 if is_exact else _DEEPER_WHEN_FILTERED)

    def _places(self, candidates: Sequence[Candidate], visible: Visible) -> list[Place]:
        places: list[Place] = []
        # The truth keeps few records of large files; one search needs each of them once.
        file = cache(self._parts.catalog.file)
        for candidate in candidates:
            number, ordinal = place_of(candidate.key)
            found = file(number)
            if found is None or not visible.sees(number, found[0]):
                continue
            session, record = found
            if len(places) >= self._weights.most_considered:
                break
            if ordinal < len(record.chunks) and visible.takes(record, ordinal):
                places.append(Place(candidate, Spot(number, ordinal, session, record)))
        return places


def _best_first(place: Place) -> tuple[float, int]:
    return (-place.candidate.score, place.candidate.key)


def _hit(place: Place, query: AnalysedQuery, kinds: Sequence[EntityKind]) -> Hit:
    """Return a hit; where one of several things in a chunk was asked for, that one."""
    spot = place.spot
    chunk = spot.chunk
    first, last, symbol, kind = chunk.start_line, chunk.end_line, spot.symbol, chunk.kind
    if (entity := _asked_for(spot, query.names, kinds)) is not None:
        first, last, kind = entity.start_line, entity.end_line, entity.kind
        symbol = qualified(spot.record, entity)
    return Hit(
        spot.record.path,
        first,
        last,
        symbol,
        kind,
        place.candidate.score,
        place.candidate.signals(),
        Trust.TEAM if place.candidate.is_of_team else spot.record.trust,
    )


def _asked_for(
    spot: Spot, names: Sequence[str], kinds: Sequence[EntityKind]
) -> EntityRecord | None:
    """Return what a query or filter means of the things in a chunk, None for its own."""
    if not names and (not kinds or spot.chunk.kind in kinds):
        return None
    inside = [it for it in entities_of_chunk(spot.record, spot.ordinal) if it != spot.entity]
    if spot.entity is not None and spot.entity.name in names:
        return None
    for entity in inside:
        if entity.name in names:
            return entity
    if kinds and spot.chunk.kind not in kinds:
        return next((it for it in inside if it.kind in kinds), None)
    return None


def _query_vector(embedder: Embedder, text: str) -> NDArray[np.float32]:
    """Return the vector of a query; some models have a side of their own for queries."""
    encode = getattr(embedder, "encode_query", embedder.encode)
    vector: NDArray[np.float32] = encode([text])[0]
    return vector


def _plain_words(text: str) -> list[str]:
    return text.lower().split()
