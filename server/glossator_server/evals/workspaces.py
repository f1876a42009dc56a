"""Own the trees that cases are run in beside the user's own: prepared ones, and private copies.

A private copy has an index of its own, which an owner process keeps as it keeps any other; both are
gone when the run ends. What a killed run left is removed by the next one. It must not know what is
asked of a tree.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from glossator_gate.types import DataClass
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client import IndexClient, places_of
from glossator_indexer.owner_client.discarding import discard_index
from glossator_server.errors import UsageError
from glossator_server.policies import WorkspacePolicy
from glossator_server.session import OpenIndex
from glossator_server.settings import WORKSPACE_FILE, IndexOptions

PREPARED = Path(__file__).with_name("prepared")
# Small parts in C and Python, each in a folder with its tests and `faults.toml`.
PROGRAMS = PREPARED / "programs"
_LOCK = "lock"
_TREE = "tree"
# An owner whose run was killed has nobody who asks it.
_IDLE_MINUTES = 1


@dataclass(frozen=True, slots=True)
class Original:
    """The folder that a copy is made of, and what holds for its files."""

    folder: Path
    holds: WorkspacePolicy


@dataclass(frozen=True, slots=True)
class CopiedPolicy(WorkspacePolicy):
    """What holds for the files of a copy at `root`: the same as for those of the original."""

    original: Original

    def class_of(self, path: Path | None) -> DataClass:
        """Return how secret the file is that this one was copied from."""
        return self.original.holds.class_of(None if path is None else self._place(path))

    def _denied_by(self, path: Path) -> str | None:
        return self.original.holds._denied_by(self._place(path))  # noqa: SLF001 -- of its own class

    def _place(self, path: Path) -> Path:
        root = self.root or Path()
        if not path.is_relative_to(root):
            return path
        return self.original.folder / path.relative_to(root)


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file of a private copy: its path below the root, with `/` between, and its text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class PrivateCopy:
    """A copy of a tree with an index of its own."""

    root: Path
    index: IndexClient
    policy: CopiedPolicy
    lock: int

    async def close(self) -> None:
        """Remove the copy and its index."""
        await self.index.close()
        try:
            with contextlib.suppress(IndexUnavailableError):
                await discard_index(self.index.places)
        finally:
            await asyncio.to_thread(shutil.rmtree, self.root.parent, ignore_errors=True)
            os.close(self.lock)


async def open_copy(
    files: Iterable[CopiedFile],
    original: Original,
    options: IndexOptions,
    open_index: OpenIndex,
) -> PrivateCopy:
    """Write a private copy and index it; returns when all of it is found.

    `options` say how an index is made. Raises `IndexUnavailableError` where none can be made,
    `UsageError` where the cache folder cannot be written.
    """
    folder, lock = await asyncio.to_thread(_new_folder)
    root = folder / _TREE
    try:
        await asyncio.to_thread(_write, root, files, original)
        # A team's index knows nothing of this tree, and must learn nothing of it.
        options = replace(options, team=False, project=None, idle_minutes=_IDLE_MINUTES)
        index = open_index(root, options)
        policy = CopiedPolicy(original.holds.policy, root, original)
        copy = PrivateCopy(root, index, policy, lock)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        os.close(lock)
        raise
    try:
        await index.open()
        await index.refresh()
    except BaseException:
        await asyncio.shield(copy.close())
        raise
    return copy


def lay_out(files: Iterable[CopiedFile], root: Path) -> None:
    """Write files below a folder."""
    for it in files:
        place = root / it.path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(it.text)


def prepared_files(*folders: str) -> Iterator[CopiedFile]:
    """Yield the files of prepared programs by folder (`c/avl`), all where none is named."""
    for folder in folders or ("",):
        for it in sorted((PROGRAMS / folder).rglob("*")):
            if it.is_file() and it.name != "faults.toml" and "__pycache__" not in it.parts:
                yield CopiedFile(it.relative_to(PROGRAMS).as_posix(), it.read_text("utf-8"))


def _new_folder() -> tuple[Path, int]:
    cache = Path(platformdirs.user_cache_dir("glossator"))
    home = cache / "evals"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(home, cache)
        folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="copy-", dir=home)))
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as trouble:
        raise UsageError(
            f"{home} cannot be written ({trouble.strerror}); mend its permissions or make room."
        ) from trouble
    with contextlib.suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder, lock


def _sweep(home: Path, cache: Path) -> None:
    """Remove the copies whose run is gone, with their indexes."""
    for folder in home.glob("copy-*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            # Somebody is making it at this moment.
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            with contextlib.suppress(IndexUnavailableError):
                places = places_of(folder / _TREE, cache, None, "")
                shutil.rmtree(places.folder, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _write(root: Path, files: Iterable[CopiedFile], original: Original) -> None:
    """Write a tree that is a repository, all of it as secret as the strictest file."""
    # Without it a repository around the cache folder would be taken for the one to index.
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    strictest = original.holds.class_of(None)
    try:
        for it in files:
            lay_out((it,), root)
            data_class = original.holds.class_of(original.folder / it.path)
            strictest = max(strictest, data_class, key=lambda one: one.rank)
        # Rules that name the user's repository say nothing of a copy elsewhere.
        text = f'[classes]\ndefault = "{strictest}"\n'
        (root / WORKSPACE_FILE).write_text(text, "utf-8")
    except OSError as trouble:
        raise UsageError(
            f"{root} cannot be written ({trouble.strerror}); make room in the cache folder."
        ) from trouble
