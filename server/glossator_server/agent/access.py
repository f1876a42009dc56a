"""Own what an agent may touch: which paths are inside, may be read, and may be changed.

Nothing that a model says widens it. It must not read or write a file's text.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from pathlib import Path

from glossator_gate.redaction.unread import is_never_entered, is_never_read
from glossator_gate.types import DataClass
from glossator_server.agent.errors import ToolError
from glossator_server.policies import WorkspacePolicy
from glossator_server.protected import is_protected

MOST_PATH_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Access:
    """What may be touched below `root`, a real path.

    `data_class` is the strictest that the models of this run may see. `allowed` are the paths that
    may be changed, as a person approved them; None where nothing may be.
    """

    root: Path
    policy: WorkspacePolicy
    data_class: DataClass
    allowed: frozenset[str] | None = None

    def place(self, path: str) -> str:
        """Return a path as one below the root, with `/`; raises `ToolError` for any other."""
        if not path.strip() or len(path) > MOST_PATH_CHARACTERS:
            raise ToolError("The path is empty or too long; name a file of the workspace.")
        if any(ord(it) < ord(" ") for it in path) or "\\" in path:
            raise ToolError("The path holds characters that no path of the workspace has.")
        inner = path.strip()
        if inner.startswith("/"):
            inner = os.path.relpath(inner, self.root) if self._is_below(inner) else ".."
        if ".." in inner.split("/") or inner.startswith("~"):
            raise ToolError(f"{path} is outside the workspace; paths are relative to its root.")
        inner = posixpath.normpath(inner)
        real = Path(os.path.realpath(self.root / inner))
        if real != self.root and not real.is_relative_to(self.root):
            raise ToolError(f"{path} leads outside the workspace; name a file in it.")
        return inner

    def readable(self, path: str) -> str:
        """Return the path of a file that may be read; raises `ToolError` where it may not be."""
        inner = self.place(path)
        if (trouble := self.why_unread(inner)) is not None:
            raise ToolError(trouble)
        return inner

    def why_unread(self, inner: str) -> str | None:
        """Return why a path below the root may not be read, None where it may be."""
        real = Path(os.path.realpath(self.root / inner))
        below = real.relative_to(self.root).parts if real.is_relative_to(self.root) else ()
        parts = [it.casefold() for it in (*inner.split("/"), *below)]
        # A tool's own folder, of version control or of a cloud, keeps credentials under any name.
        if any(map(is_never_entered, parts)):
            return f"{inner} belongs to a tool and is never read."
        if any(map(is_never_read, parts)):
            return f"{inner} may hold secrets and is never read."
        for it in (self.root / inner, real):
            if not self.policy.may_be_read(it):
                return f"{inner} is never read: the policy denies it."
            if self.policy.class_of(it).rank > self.data_class.rank:
                return f"{inner} is more secret than the models of this run may see."
        return None

    def is_more_secret(self, inner: str) -> bool:
        """Tell whether a file below the root is stricter than the models of this run may see."""
        real = Path(os.path.realpath(self.root / inner))
        if not real.is_relative_to(self.root):
            return False
        classes = map(self.policy.class_of, (self.root / inner, real))
        return any(it.rank > self.data_class.rank for it in classes)

    def writable(self, path: str) -> str:
        """Return the path of a file that may be changed; raises `ToolError` where it may not be."""
        inner = self.readable(path)
        place = self.root / inner
        if is_protected(place):
            raise ToolError(f"{inner} is never changed by a model; leave it as it is.")
        if Path(os.path.realpath(place)) != place:
            raise ToolError(f"{inner} is reached over a link; name the file that it leads to.")
        if self.allowed is None:
            raise ToolError("Nothing may be changed now; only the plan is made.")
        if inner not in self.allowed:
            listed = ", ".join(sorted(self.allowed))
            raise ToolError(
                f"{inner} is not in the plan, which allows: {listed}. Leave it as it is, and say "
                "in `finish` what is missing."
            )
        return inner

    def _is_below(self, path: str) -> bool:
        return Path(posixpath.normpath(path)).is_relative_to(self.root)
