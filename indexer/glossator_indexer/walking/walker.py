"""Own the walk itself: a repository's files in a settled order, each with what its path says.

Links are never followed: what lies inside the root is found under its own name, once, and what lies
outside does not belong to it. Of files it opens those that say what git ignores and tracks, and
for their first line executables whose name tells nothing; it must not read more.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.languages.detection import indexed_language, language_of_shebang
from glossator_indexer.records import FoundFile, Trust
from glossator_indexer.walking.exclusions import (
    MARKERS,
    is_never_entered,
    is_never_read,
    is_passed_over,
)
from glossator_indexer.walking.ignore_files import (
    GIT_FILE,
    OWN_FILE,
    IgnoreStack,
    rules_of_repository,
)
from glossator_indexer.walking.origins import MANIFESTS, trust_of_file, trust_of_folder
from glossator_indexer.walking.patterns import git_text

# Enough to see what is wrong; the last line counts the others.
MOST_PROBLEMS = 50
# Folders in folders make paths that no sentence has room for.
_MOST_PATH_SHOWN = 200
# What decides how a folder is entered, where it is not listed anyway.
_TELLING_NAMES = (*sorted(MARKERS | MANIFESTS), ".git", GIT_FILE, OWN_FILE)

# The first line of a script is all that tells its language.
_SHEBANG_BYTES = 256


# Told a path below the root, whether it is one that is never read.
Denied = Callable[[str], bool]


def nothing_denied(path: str) -> bool:  # noqa: ARG001 -- the answer for every path
    """Say of every path that it may be read."""
    return False


@dataclass(frozen=True, slots=True)
class WalkOptions:
    """What a walk leaves out for its size, and what the policy forbids to read.

    The register headers of graphics drivers reach 24 MB and are looked up by symbol; in other
    languages, what is larger than any source that people write is a bundle.
    """

    most_bytes_of_c: int = 32 << 20
    most_bytes: int = 4 << 20
    denied: Denied = nothing_denied

    def limit(self, language: str) -> int:
        """Return how many bytes a file of a language may have."""
        return self.most_bytes_of_c if language in {"c", "cpp"} else self.most_bytes


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that is entered; `path` is relative to the root and ends in a slash, or is ""."""

    disk: str
    path: str
    rules: IgnoreStack
    trust: Trust
    denied: Denied
    is_asked_for: bool = False


class RepositoryWalker:
    """Finds the files of a repository that belong into its index; implements `ports.Walker`."""

    def __init__(self, root: Path, options: WalkOptions | None = None) -> None:
        """Remember where to walk; nothing is read before the first question."""
        self._root = str(root.resolve())
        self._options = options or WalkOptions()
        self._problems: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Return a sentence for each thing that the last whole walk had to leave out."""
        return self._problems

    def walk(self, first: Sequence[str] = ()) -> Sequence[FoundFile]:
        """Return all files, those under the folders of `first` before the others.

        Raises `IndexUnavailableError` where the root itself cannot be read: that is not an empty
        repository.
        """
        walk = _Walk(self._options)
        try:
            walk.through(self._start())
        except OSError as error:
            reason = error.strerror or "it is no folder"
            raise IndexUnavailableError(
                f"{self._root} cannot be read: {reason}; name a folder that can."
            ) from error
        self._problems = walk.problems()
        return _with_first(walk.files, first)

    def below(self, folder: str) -> Sequence[FoundFile] | None:
        """Return the files below a folder of the root; None where a walk would not come there.

        Where they come from is told as if the folder was the project's own.

        Raises `OSError` where the folder cannot be listed.
        """
        start = self._folder(folder.split("/") if folder else [])
        if start is None:
            return None
        walk = _Walk(self._options)
        walk.through(replace(start, trust=Trust.PROJECT))
        self._problems = walk.problems()
        return walk.files

    def found(self, path: str) -> FoundFile | None:
        """Return one file as a walk would, None where it would not be found."""
        *folders, name = path.split("/")
        if not path or "\0" in path or not {"", ".", ".."}.isdisjoint((*folders, name)):
            return None
        try:
            folder = self._folder(folders)
            if folder is None or _is_left_out(folder, name):
                return None
            status = os.lstat(f"{folder.disk}/{name}")
            language = _language(name) or _language_of_script(folder, name, status)
        except (OSError, ValueError):
            return None
        if language is None or not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > self._options.limit(language):
            return None
        return _file(folder, name, language, status)

    def _folder(self, parts: Sequence[str]) -> _Folder | None:
        """Return a folder with the rules that hold in it, None where a walk does not come there."""
        folder = _opened(self._start(), _names_in(self._root))
        for part in parts:
            inner = _entered(folder, part, _names_in(folder.disk)) if folder else None
            if inner is None or not stat.S_ISDIR(os.lstat(inner.disk).st_mode):
                return None
            folder = _opened(inner, _names_in(inner.disk))
        return folder

    def _start(self) -> _Folder:
        rules = rules_of_repository(self._root, 0)
        denied = self._options.denied
        return _Folder(self._root, "", rules, Trust.PROJECT, denied, is_asked_for=True)


class _Walk:
    """One walk under way."""

    def __init__(self, options: WalkOptions) -> None:
        self.files: list[FoundFile] = []
        self._options = options
        self._problems: list[str] = []
        # Mounts can put a folder into itself, which no link does that we follow.
        self._seen: set[tuple[int, int]] = set()

    def through(self, root: _Folder) -> None:
        """Collect the files below a folder, folder by folder in the order of their names.

        Raises `OSError` where the root itself cannot be listed.
        """
        waiting = self._collect(root, _listing(root))
        while waiting:
            folder = waiting.pop()
            try:
                entries = _listing(folder)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self._note(folder.path, f"cannot be listed: {error.strerror}")
            else:
                waiting += self._collect(folder, entries)

    def problems(self) -> tuple[str, ...]:
        """Return the sentences, not more than anybody reads."""
        more = len(self._problems) - MOST_PROBLEMS
        shown = self._problems[:MOST_PROBLEMS]
        return (*shown, f"{more} more files or folders were left out.") if more > 0 else (*shown,)

    def _collect(self, folder: _Folder, entries: list[os.DirEntry[str]]) -> list[_Folder]:
        """Take the files of one folder; return its folders, the last in order first."""
        names = {it.name for it in entries}
        opened = _opened(folder, names)
        if opened is None:
            return []
        inner: list[_Folder] = []
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    entered = _entered(opened, entry.name, names)
                    if entered is not None and self._is_new(entry):
                        inner.append(entered)
                elif (language := _language(entry.name)) is not None or "." not in entry.name:
                    self._take(opened, entry, language)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._note(opened.path + entry.name, f"cannot be looked at: {error.strerror}")
        inner.reverse()
        return inner

    def _take(self, folder: _Folder, entry: os.DirEntry[str], language: str | None) -> None:
        name = entry.name
        if not entry.is_file(follow_symlinks=False) or _is_left_out(folder, name):
            return
        status = entry.stat(follow_symlinks=False)
        language = language or _language_of_script(folder, name, status)
        if language is None:
            return
        limit = self._options.limit(language)
        if status.st_size > limit:
            size = f"{status.st_size >> 20} MB, more than {limit >> 20} MB"
            self._note(folder.path + name, f"is not indexed: it has {size}")
            return
        self.files.append(_file(folder, name, language, status))

    def _is_new(self, entry: os.DirEntry[str]) -> bool:
        status = entry.stat(follow_symlinks=False)
        identity = (status.st_dev, status.st_ino)
        if identity in self._seen:
            return False
        self._seen.add(identity)
        return True

    def _note(self, path: str, what: str) -> None:
        if len(path) > _MOST_PATH_SHOWN:
            half = _MOST_PATH_SHOWN // 2
            path = f"{path[:half]}...{path[-half:]}"
        self._problems.append(f"{path} {what}.")


def _listing(folder: _Folder) -> list[os.DirEntry[str]]:
    with os.scandir(folder.disk) as entries:
        return sorted(entries, key=lambda it: it.name)


def _entered(parent: _Folder, name: str, beside: set[str]) -> _Folder | None:
    """Return a folder of `parent` as its name and the rules have it, None where it is left out."""
    if is_never_entered(name):
        return None
    path = parent.path + name
    if parent.denied(path):
        return None
    text, ruled = git_text(name), git_text(path)
    asked_for = parent.rules.is_asked_for(text, ruled)
    if not asked_for and is_passed_over(name):
        return None
    rules = parent.rules if asked_for else parent.rules.entering(text, ruled)
    if rules is None:
        return None
    trust = trust_of_folder(name, parent.trust, beside)
    return _Folder(f"{parent.disk}/{name}", f"{path}/", rules, trust, parent.denied, asked_for)


def _opened(folder: _Folder, names: set[str]) -> _Folder | None:
    """Return a folder with the rules that stand in it, None where its content tells it away."""
    if not folder.is_asked_for and not MARKERS.isdisjoint(names):
        return None
    rules = folder.rules.with_rules_of(folder.disk, folder.path, names)
    if rules is folder.rules:
        return folder
    return replace(folder, rules=rules)


def _is_left_out(folder: _Folder, name: str) -> bool:
    if is_never_read(name) or folder.denied(folder.path + name):
        return True
    return not folder.rules.takes(git_text(name), git_text(folder.path + name))


def _file(folder: _Folder, name: str, language: str, status: os.stat_result) -> FoundFile:
    return FoundFile(
        folder.path + name,
        status.st_size,
        status.st_mtime_ns,
        status.st_ino,
        language,
        trust_of_file(name, folder.trust),
        status.st_ctime_ns,
    )


def _names_in(folder: str) -> set[str]:
    """Return those entries of a folder that decide how it and its folders are entered."""
    return {it for it in _TELLING_NAMES if os.path.lexists(f"{folder}/{it}")}


def _language(name: str) -> str | None:
    _, dot, suffix = name.rpartition(".")
    return _language_of_suffix(suffix) if dot else None


@cache
def _language_of_suffix(suffix: str) -> str | None:
    return indexed_language(f"name.{suffix}")


def _language_of_script(folder: _Folder, name: str, status: os.stat_result) -> str | None:
    """Return the language of an executable whose name has no suffix."""
    if "." in name or not status.st_mode & stat.S_IXUSR or not stat.S_ISREG(status.st_mode):
        return None
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(f"{folder.disk}/{name}", flags)
    except OSError:
        return None
    try:
        return language_of_shebang(os.read(descriptor, _SHEBANG_BYTES))
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _with_first(files: list[FoundFile], first: Sequence[str]) -> list[FoundFile]:
    """Return the files below each folder of `first` in turn, then the others."""
    if not first:
        return files
    prefixes = ["" if it in {"", "."} else it.rstrip("/") + "/" for it in first]

    def place(found: FoundFile) -> int:
        return next((at for at, it in enumerate(prefixes) if found.path.startswith(it)), len(first))

    return sorted(files, key=place)
