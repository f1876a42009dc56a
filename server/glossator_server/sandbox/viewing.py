"""Own what a job gets to see: which folders and files, checked against the disk.

It must not run anything, and it must not change anything on the disk.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from glossator_server.errors import UsageError
from glossator_server.sandbox.jobs import SandboxJob

# Mounting takes time that grows with the square: 100 take 80 ms, 400 take 0.7 s.
MOST_ENTRIES = 150
# Each text travels in a file descriptor of its own, of which a process has 1,024.
MOST_FILES = 400
# Whoever shows these shows other people's files, or the machine's own.
_NEVER_SHOWN = ("/", "/boot", "/dev", "/etc", "/home", "/proc", "/root", "/run", "/sys", "/tmp")  # noqa: S108


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder; `link` is where a symbolic link leads, None for files and folders."""

    path: Path
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Shadow:
    """A folder that is shown as a new one with what is in it, so that it can hold more."""

    folder: Path
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What is shown, with all links resolved.

    `changed` are texts over files that exist, with their modes; `added` those of new files and
    `removed` are files that are not seen, for whose sake `shadows` stand over folders. Where
    `is_copy` is true there are no shadows. `covers` are folders that the user of the sandbox may
    not enter, hidden so that what is shown below them can be reached, and `opened` are folders of
    the job itself that this user may not list.
    """

    root: Path
    cwd: Path
    readable: tuple[Path, ...] = ()
    changed: Mapping[Path, tuple[int, str]] = field(default_factory=dict)
    added: Mapping[Path, str] = field(default_factory=dict)
    removed: tuple[Path, ...] = ()
    shadows: tuple[Shadow, ...] = ()
    is_copy: bool = False
    covers: tuple[Path, ...] = ()
    opened: tuple[Shadow, ...] = ()


def view_of(job: SandboxJob, *, as_stranger: bool) -> View:
    """Look at the disk and return what a job sees; `as_stranger` where another user will run it.

    Raises `UsageError` where the job names what cannot or must not be shown.
    """
    root, cwd = _folder(job.root), _folder(job.cwd)
    if not cwd.is_relative_to(root):
        raise UsageError(f"{job.cwd} is not inside the workspace {root}; name a folder of it.")
    readable = tuple(sorted({_folder(it) for it in job.readable} - {root}))
    for folder in (root, *readable):
        _check_may_be_shown(folder)
    changed, added, removed = _texts(job.files, root)
    shadows = () if job.writes else _shadows((*added, *removed), root, frozenset(removed))
    is_copy = job.writes or any(len(it.entries) > MOST_ENTRIES for it in shadows)
    closed = _closed((root, *readable)) if as_stranger else ()
    opened = tuple(_shadow(it) for it in closed)
    for it in opened:
        if len(it.entries) > MOST_ENTRIES:
            raise UsageError(
                f"{it.folder} may be read by its owner alone; let others read it (chmod o+rx)."
            )
    return View(
        root=root,
        cwd=cwd,
        readable=readable,
        changed=changed,
        added=added,
        removed=removed,
        shadows=() if is_copy else shadows,
        is_copy=is_copy,
        covers=_covers((root, *readable)) if as_stranger else (),
        opened=opened,
    )


def _folder(path: Path) -> Path:
    resolved = Path(os.path.realpath(path))
    if not resolved.is_dir():
        raise UsageError(f"{path} is no folder; name one that exists.")
    return resolved


def _check_may_be_shown(folder: Path) -> None:
    home = Path(os.path.realpath(Path.home()))
    if str(folder) in _NEVER_SHOWN or home.is_relative_to(folder):
        raise UsageError(
            f"{folder} holds more than a project; nothing is run in it: open the project's folder."
        )


def _texts(
    files: Mapping[Path, str | None], root: Path
) -> tuple[dict[Path, tuple[int, str]], dict[Path, str], tuple[Path, ...]]:
    """Sort texts into those of files that exist and those of new ones, and files that go."""
    if len(files) > MOST_FILES:
        raise UsageError(f"{len(files)} files are more than one run takes; name {MOST_FILES}.")
    changed: dict[Path, tuple[int, str]] = {}
    added: dict[Path, str] = {}
    removed: list[Path] = []
    for path, text in files.items():
        resolved = Path(os.path.realpath(path))
        if not path.is_absolute() or not resolved.is_relative_to(root) or resolved == root:
            raise UsageError(f"{path} is not inside the workspace {root}; name a file of it.")
        if text is None:
            removed += [resolved] if resolved.is_file() else []
        elif not resolved.exists():
            added[resolved] = text
        elif resolved.is_file():
            changed[resolved] = (stat.S_IMODE(resolved.stat().st_mode) & 0o777 | 0o444, text)
        else:
            raise UsageError(f"{path} is no regular file; name one.")
    return changed, added, tuple(removed)


def _shadows(differing: Iterable[Path], root: Path, removed: frozenset[Path]) -> tuple[Shadow, ...]:
    # Sorted, so that a folder stands before those below it.
    folders = sorted({_nearest_folder(it, root) for it in differing})
    return tuple(_without(_shadow(it), removed) for it in folders)


def _without(shadow: Shadow, removed: frozenset[Path]) -> Shadow:
    return Shadow(shadow.folder, tuple(it for it in shadow.entries if it.path not in removed))


def _nearest_folder(path: Path, root: Path) -> Path:
    for folder in path.parents:
        if folder.is_dir() or folder == root:
            return folder
        if folder.exists():
            break
    raise UsageError(f"{path} cannot be made: {folder} is no folder.")


def _shadow(folder: Path) -> Shadow:
    entries: list[Entry] = []
    try:
        for it in sorted(os.scandir(folder), key=lambda it: it.name):
            if it.is_symlink():
                entries.append(Entry(Path(it.path), str(Path(it.path).readlink())))
            elif it.is_file() or it.is_dir():
                entries.append(Entry(Path(it.path)))
    except OSError as trouble:
        raise UsageError(f"{folder} cannot be read: {trouble.strerror}.") from trouble
    return Shadow(folder, tuple(entries))


def _covers(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return the topmost ancestors that a stranger may not enter."""
    found: set[Path] = set()
    for folder in folders:
        for ancestor in reversed(folder.parents):
            if not ancestor.stat().st_mode & stat.S_IXOTH:
                found.add(ancestor)
                break
    return tuple(sorted(found))


def _closed(folders: Iterable[Path]) -> tuple[Path, ...]:
    open_bits = stat.S_IROTH | stat.S_IXOTH
    return tuple(it for it in folders if it.stat().st_mode & open_bits != open_bits)
