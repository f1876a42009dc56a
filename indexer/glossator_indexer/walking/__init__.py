"""Own the way through a repository: which files belong into its index, and what their paths say.

It opens the files that say what git ignores and tracks and no others, starts no process and follows
no link.
"""

from __future__ import annotations

from glossator_indexer.walking.origins import generated_by_content
from glossator_indexer.walking.roots import repository_root
from glossator_indexer.walking.walker import RepositoryWalker, WalkOptions

__all__ = ["RepositoryWalker", "WalkOptions", "generated_by_content", "repository_root"]
