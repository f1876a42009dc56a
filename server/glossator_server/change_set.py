"""Own `ChangeSet`: what several files were and what they are to become, new and renamed ones too.

Plain data; nothing in here reads, writes or checks a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a workspace as it was and as it is to be.

    `path` is relative to the root, with `/`. `before` is None for a file that is new, `after` for
    one that goes. `moved_from` is the path that it had before, None where it stays; `before` is
    then the text that it had there. `version` is that of the editor's document, None where the
    text was read from the disk.
    """

    path: str
    before: str | None
    after: str | None
    moved_from: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Changes below one root, by path, each of another file; `root` is a real, absolute path."""

    root: Path
    files: tuple[FileChange, ...] = ()

    def texts(self) -> dict[Path, str | None]:
        """Return every file that differs from the disk, None for one that goes."""
        found: dict[Path, str | None] = {
            self.root / it.moved_from: None for it in self.files if it.moved_from is not None
        }
        return found | {self.root / it.path: it.after for it in self.files}
