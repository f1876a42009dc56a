"""Own the process that runs one repository's index for every editor and command line.

It knows the index by `ports.RepositoryIndex` only; who composes one hands in how it is opened.
"""

from glossator_indexer.owner.process import OwnerOptions, serve

__all__ = ["OwnerOptions", "serve"]
