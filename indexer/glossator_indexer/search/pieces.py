"""Own the context of a place: definitions it needs, callers, neighbours, examples, hits.

It must not rank hits of its own: questions in words are put to the search.
"""

from __future__ import annotations

from collections.abc import Callable

from glossator_indexer.lexical import LexicalStore
from glossator_indexer.ports import Catalog
from glossator_indexer.records import ContextPiece, Hit, PiecesQuery, SearchQuery

_Read = Callable[[str, int, int, int], str | None]


class PieceSearch:
    """Finds context, role by role."""

    def __init__(
        self,
        catalog: Catalog,
        lexical: LexicalStore | None,
        read_text: _Read,
        search: Callable[[SearchQuery], list[Hit]],
    ) -> None:
        self._catalog = catalog
        self._lexical = lexical
        self._read_text = read_text
        self._search = search

    def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a place or a question, role by role, best first."""
        return [] if not query.text else []
