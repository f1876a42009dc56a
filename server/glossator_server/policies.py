"""Own what the policy says of files: how secret each is, whether it is read, what it is shown with.

It must not decide what the policy's files mean (the gate does), nor open a model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from glossator_gate.errors import PolicyError
from glossator_gate.policy import (
    Policy,
    PolicyPlaces,
    default_classification,
    denying_glob,
    load_policy,
    place_of,
)
from glossator_gate.types import DataClass
from glossator_server.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class WorkspacePolicy:
    """What holds for the files below `root`, which is None where they are in no folder."""

    policy: Policy
    root: Path | None

    def class_of(self, path: Path | None) -> DataClass:
        """Return how secret a file is; a text that was never saved is as the default says."""
        if path is None:
            return default_classification(self.policy).data_class
        return place_of(self.policy, self.root, path.absolute()).data_class

    def may_be_read(self, path: Path) -> bool:
        """Say whether a file may be read at all."""
        return self._denied_by(path) is None

    def check_readable(self, path: Path | None) -> None:
        """Raise `PolicyError` for a file that is never read."""
        if path is not None and (glob := self._denied_by(path)) is not None:
            raise PolicyError(
                f"{path} is never read: {glob!r} of redact.deny_paths names it; see `glossator "
                "policy show`."
            )

    def admitted(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with its class, and with leave to learn from what is no stricter."""
        data_class = self.class_of(snapshot.path)

        def lends(path: Path) -> bool:
            return self.class_of(path).rank <= data_class.rank and self.may_be_read(path)

        return replace(snapshot, data_class=data_class, lends=lends)

    def _denied_by(self, path: Path) -> str | None:
        return denying_glob(self.policy, self.root or Path(path.anchor), path.absolute())


class CurrentPolicy:
    """The policy of this machine's two files as they are now, read anew where one has changed."""

    def __init__(self, places: PolicyPlaces) -> None:
        self._places = places
        self._stamp = self._stamped()
        self._policy = load_policy(places)

    def now(self) -> Policy:
        """Return the policy, the very object as before where no file has changed."""
        stamp = self._stamped()
        if stamp != self._stamp:
            self._policy = load_policy(self._places)
            self._stamp = stamp
        return self._policy

    def _stamped(self) -> tuple[tuple[int, ...], ...]:
        files = (self._places.managed.parent, self._places.managed, self._places.user)
        return tuple(map(_stamp, files))


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        it = path.stat()
    except OSError:
        return ()
    return (it.st_mtime_ns, it.st_ctime_ns, it.st_size, it.st_ino, it.st_uid, it.st_mode)
