"""Own the reading of the files that cases are about: those of the user, and those that are shipped.

Of a user's file the policy says whether it is read and how secret it is; what is shipped is public.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from glossator_gate.types import DataClass
from glossator_server.evals.workspaces import PREPARED
from glossator_server.files import read_snapshot
from glossator_server.policies import WorkspacePolicy
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot


def prepared_folder(suite: str) -> Path:
    """Return the folder of the cases that are shipped for a suite."""
    return PREPARED / suite


def is_prepared(path: Path) -> bool:
    """Say whether a file or folder is shipped."""
    return path.is_relative_to(PREPARED)


def class_of(path: Path, policy: WorkspacePolicy) -> DataClass:
    """Return how secret a file is."""
    return DataClass.PUBLIC if is_prepared(path) else policy.class_of(path)


def read_case_file(path: Path, policy: WorkspacePolicy, settings: Settings) -> Snapshot:
    """Read the file of a case, with its class and with leave to learn from what is no stricter.

    Raises `UsageError` where it cannot be read, `PolicyError` where it may not.
    """
    if is_prepared(path):
        snapshot = read_snapshot(path, settings)
        return replace(snapshot, data_class=DataClass.PUBLIC, lends=is_prepared)
    policy.check_readable(path)
    return policy.admitted(read_snapshot(path, settings))
