"""Own what a program needs to ask the owner of an index: its places, its start, its answers.

It must not import what only the owner needs (databases, models, trees): an editor waits for it.
"""

from glossator_indexer.owner_client.client import IndexClient
from glossator_indexer.owner_client.places import OwnerPlaces, places_of

__all__ = ["IndexClient", "OwnerPlaces", "places_of"]
