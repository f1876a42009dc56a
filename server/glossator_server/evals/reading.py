"""Own the reading of the files that cases are about: those of the user, and those that are shipped.

Of a user's file the policy says whether it is read and how secret it is; what is shipped is public.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from glossator_gate.types import DataClass
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot, read_source
from glossator_server.policies import WorkspacePolicy
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot

_PREPARED = Path(__file__).with_name("prepared")


def prepared_folder(suite: str) -> Path:
    """Return the folder of the cases that are shipped for a suite."""
    return _PREPARED / suite


def is_prepared(path: Path) -> bool:
    """Say whether a file or folder is shipped."""
    return path.is_relative_to(_PREPARED)


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


def lines_of_cases(path: Path) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the objects of a file of cases, one JSON object a line, with their line numbers.

    Raises `UsageError` that names the line where one is none.
    """
    found: list[tuple[int, Mapping[str, Any]]] = []
    for number, line in enumerate(read_source(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except ValueError as trouble:
            raise UsageError(f"{path}:{number} is not JSON ({trouble}); mend the line.") from (
                trouble
            )
        if not isinstance(case, dict):
            raise UsageError(f"{path}:{number} is no JSON object; mend the line.")
        found.append((number, case))
    if not found:
        raise UsageError(f"{path} holds no case; write one JSON object a line.")
    return found
