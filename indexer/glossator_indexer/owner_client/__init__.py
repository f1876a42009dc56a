"""Own what a program needs to ask the owner of an index: its places, its start, its answers.

It must not import what only the owner needs (databases, models, trees): an editor waits for it.
"""

from glossator_indexer.owner_client.client import IndexClient
from glossator_indexer.owner_client.connection import somebody_listens
from glossator_indexer.owner_client.places import OwnerPlaces, make_private, places_of
from glossator_indexer.owner_client.starting import have_owner_leave

__all__ = [
    "IndexClient",
    "OwnerPlaces",
    "have_owner_leave",
    "make_private",
    "places_of",
    "somebody_listens",
]
