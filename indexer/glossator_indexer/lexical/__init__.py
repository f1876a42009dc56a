"""Own the lexical store: postings of names, words, calls and types of each chunk, no text.

It is the only package that knows tantivy; it ranks no further than BM25 over weighted fields.
"""

from __future__ import annotations

from glossator_indexer.lexical.documents import documents_of
from glossator_indexer.lexical.store import EVERYWHERE, FieldWeights, LexicalStore, Scope

__all__ = ["EVERYWHERE", "FieldWeights", "LexicalStore", "Scope", "documents_of"]
