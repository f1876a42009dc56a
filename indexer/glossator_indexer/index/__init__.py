"""Own the index of one repository: what it is made of, how it is opened, what it answers.

It opens no socket and starts no owner: whoever holds it open is the owner.
"""

from __future__ import annotations

from glossator_indexer.index.parts import IndexParts, TruthVectors, VectorOpener
from glossator_indexer.index.repository import Index, open_index

__all__ = ["Index", "IndexParts", "TruthVectors", "VectorOpener", "open_index"]
