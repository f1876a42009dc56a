"""Own what a word of the command line means as a workspace, and the way to its index."""

from __future__ import annotations

import os
from pathlib import Path

from glossator_indexer.owner_client import IndexClient
from glossator_indexer.walking.roots import repository_root
from glossator_server.app import load_application, open_index_client
from glossator_server.errors import UsageError


def workspace_root(folder: Path) -> Path:
    """Return the repository that a folder belongs to; raises `UsageError` where it is no folder."""
    try:
        if not folder.is_dir():
            trouble = "is a file" if folder.exists() else "does not exist"
            raise UsageError(f"{folder} {trouble}; name a folder.")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise UsageError(f"{folder} cannot be read; mend its permissions or name another.")
        return repository_root(folder)
    except (OSError, ValueError) as trouble:
        raise UsageError(f"{folder} cannot be looked at; name a folder.") from trouble


def client_of(root: Path) -> IndexClient:
    """Return a client of a repository's index, which connects when it is entered or asked."""
    return open_index_client(root, load_application(root).settings.index)
