"""Own the effective policy of each workspace folder, as its files say now.

It must not decide what they mean (the gate does), nor open a model.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_gate.errors import ConfigurationError, PolicyError
from glossator_gate.policy import (
    Policy,
    PolicyPlaces,
    default_classification,
    is_denied,
    load_policy,
    place_of,
)
from glossator_gate.policy.workspace import narrowed_by_workspace, unreadable_workspace
from glossator_gate.types import DataClass
from glossator_server.settings import WORKSPACE_FILE, read_workspace_text
from glossator_server.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class WorkspacePolicy:
    """What holds for the files below `root`; None where they are in no workspace folder.

    `ignored` are sentences about what the workspace's file may not say.
    """

    policy: Policy
    root: Path | None
    ignored: tuple[str, ...] = ()

    def class_of(self, path: Path | None) -> DataClass:
        """Return how secret a file is; a text that was never saved is as the default says."""
        if path is None:
            return default_classification(self.policy).data_class
        return place_of(self.policy, self.root, path.absolute()).data_class

    def check_readable(self, path: Path | None) -> None:
        """Raise `PolicyError` for a file that is never read."""
        if path is not None and self._forbids(path):
            raise PolicyError(
                f"{path} is never read: redact.deny_paths names it; see `glossator policy show`."
            )

    def admitted(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with its class, and with leave to learn from what is no stricter."""
        data_class = self.class_of(snapshot.path)

        def lends(path: Path) -> bool:
            return self.class_of(path).rank <= data_class.rank and not self._forbids(path)

        return replace(snapshot, data_class=data_class, lends=lends)

    def _forbids(self, path: Path) -> bool:
        # A link is denied by its own name and by that of what it leads to.
        names = {str(path.absolute()), os.path.realpath(path)}
        return any(is_denied(self.policy, self._relative(Path(it))) for it in names)

    def _relative(self, path: Path) -> str:
        if self.root is not None and path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        return path.as_posix().lstrip("/")


PolicyOf = Callable[[Path | None], WorkspacePolicy]


def without_policy_files(folder: Path | None) -> WorkspacePolicy:
    """Return what holds in a folder where there is no policy file at all."""
    return WorkspacePolicy(Policy(()), None if folder is None else Path(os.path.realpath(folder)))


class Policies:
    """The policy of each folder; read anew when one of its files has changed."""

    def __init__(self, places: PolicyPlaces) -> None:
        self._places = places
        self._known: dict[Path | None, tuple[object, WorkspacePolicy]] = {}

    def of(self, folder: Path | None) -> WorkspacePolicy:
        """Return what holds in a workspace folder, or outside all of them."""
        root = None if folder is None else Path(os.path.realpath(folder))
        files = [self._places.managed.parent, self._places.managed, self._places.user]
        if root is not None:
            files.append(root / WORKSPACE_FILE)
        stamp = tuple(map(_stamp, files))
        known = self._known.get(root)
        if known is None or known[0] != stamp:
            known = (stamp, self._read(root))
            self._known[root] = known
        return known[1]

    def _read(self, root: Path | None) -> WorkspacePolicy:
        policy = load_policy(self._places)
        if root is None:
            return WorkspacePolicy(policy, None)
        path = root / WORKSPACE_FILE
        try:
            text = read_workspace_text(path)
        except ConfigurationError as trouble:
            return WorkspacePolicy(unreadable_workspace(policy, path), root, (str(trouble),))
        narrowed, problems = narrowed_by_workspace(policy, text, path)
        return WorkspacePolicy(narrowed, root, tuple(it.sentence for it in problems))


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return (
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_size,
        status.st_ino,
        status.st_uid,
        status.st_mode,
    )
