"""Own which commands of a project a person has approved on this machine, and for which files.

It must not run anything, and nothing but a person's own command may approve. A folder that a
command names is not pinned, nor what a pinned file includes: the sandbox is what holds.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from glossator_server.errors import UsageError
from glossator_server.files import write_report

# Stands for the test that is to be run, and is no file.
TEST_PLACE = "{test}"
# What is pinned where no file is: it must not come up later either.
ABSENT = "absent"
_MOST_BYTES = 4_000_000
_PYTEST = ("conftest.py", "pyproject.toml", "setup.cfg", "pytest.ini", "tox.ini")
_NODE = ("package.json",)
_MAKE = ("GNUmakefile", "makefile", "Makefile")
# What a program reads without being told.
_IMPLIED: Mapping[str, tuple[str, ...]] = {
    "cargo": ("Cargo.toml", "build.rs"),
    "go": ("go.mod",),
    "gmake": _MAKE,
    "make": _MAKE,
    "node": _NODE,
    "npm": _NODE,
    "npx": _NODE,
    "pnpm": _NODE,
    "yarn": _NODE,
    "py.test": _PYTEST,
    "pytest": _PYTEST,
    "tox": _PYTEST,
}
_MAKE_FOLDER = ("--directory=", "-C")


@dataclass(frozen=True, slots=True)
class Approval:
    """A command of a workspace; `files` are sha256 by path relative to it, or `absent`."""

    root: Path
    argv: tuple[str, ...]
    files: Mapping[str, str]


class Approvals:
    """The commands that are approved in a file, which is read anew each time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def approve(self, root: Path, argv: Sequence[str]) -> Approval:
        """Approve a command as its files are now; raises `UsageError` for one that cannot be."""
        workspace = _resolved(root)
        new = Approval(workspace, tuple(argv), _pins(workspace, argv))
        with self._changed() as known:
            known[:] = [it for it in known if (it.root, it.argv) != (new.root, new.argv)]
            known.append(new)
        return new

    def revoke(self, root: Path, argv: Sequence[str]) -> bool:
        """Take an approval back; False where there was none."""
        key = (_resolved(root), tuple(argv))
        with self._changed() as known:
            left = [it for it in known if (it.root, it.argv) != key]
            was_known = len(left) < len(known)
            known[:] = left
        return was_known

    def refusal(self, root: Path, argv: Sequence[str]) -> str | None:
        """Return in one sentence why a command is not run, None where it is approved as it is."""
        workspace = _resolved(root)
        again = "look at it, then run `glossator approve` again"
        try:
            known = {(it.root, it.argv): it for it in self.entries()}
            approval = known.get((workspace, tuple(argv)))
            if approval is None:
                shown = json.dumps(" ".join(argv), ensure_ascii=False)
                return f"{shown} is not approved yet for {workspace}: run `glossator approve`."
            pins = _pins(workspace, argv)
        except UsageError as trouble:
            return str(trouble)
        for name in sorted(pins.keys() | approval.files.keys()):
            if pins.get(name) != approval.files.get(name):
                return f"{name} changed since the command was approved: {again}."
        return None

    def entries(self) -> tuple[Approval, ...]:
        """Return all approvals; raises `UsageError` where the file can be trusted in nothing."""
        text = _trusted_text(self._path)
        if text is None:
            return ()
        try:
            return tuple(_entry(it) for it in tomllib.loads(text).get("approved", []))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as trouble:
            raise UsageError(
                f"{self._path} cannot be read and approves nothing; remove it and approve again."
            ) from trouble

    @contextmanager
    def _changed(self) -> Iterator[list[Approval]]:
        """Give the approvals to be changed, and write them in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(f"{self._path}.lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = list(self.entries())
            yield known
            write_report(self._path, "\n".join(map(_toml, known)), 0o600)
        except OSError as trouble:
            raise UsageError(f"{self._path} cannot be written: {trouble.strerror}.") from trouble
        finally:
            os.close(lock)


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _trusted_text(path: Path) -> str | None:
    """Return what the file says, None where there is none."""
    nothing = "approves nothing"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as trouble:
        raise UsageError(f"{path} cannot be read and {nothing}: {trouble.strerror}.") from trouble
    with os.fdopen(descriptor, "rb") as file:
        told = os.fstat(file.fileno())
        if not stat.S_ISREG(told.st_mode):
            raise UsageError(f"{path} is no regular file and {nothing}; remove it.")
        if told.st_uid != os.geteuid():
            raise UsageError(f"{path} belongs to somebody else and {nothing}; remove it.")
        if told.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise UsageError(f"{path} can be written by others and {nothing}; remove it.")
        raw = file.read(_MOST_BYTES)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as trouble:
        raise UsageError(f"{path} is not UTF-8 and {nothing}; remove it.") from trouble


def _entry(table: Mapping[str, Any]) -> Approval:
    root, argv, files = table["root"], table["argv"], dict(table["files"])
    words = [root, *argv, *files, *files.values()]
    if not isinstance(argv, list) or not all(isinstance(it, str) for it in words):
        raise TypeError("an approval holds nothing but text")
    return Approval(Path(root), tuple(argv), files)


def _toml(approval: Approval) -> str:
    words = ", ".join(map(_quoted, approval.argv))
    head = f"[[approved]]\nroot = {_quoted(str(approval.root))}\nargv = [{words}]\n"
    pins = (f"{_quoted(name)} = {_quoted(it)}\n" for name, it in sorted(approval.files.items()))
    return f"{head}[approved.files]\n{''.join(pins)}"


def _quoted(text: str) -> str:
    # A string of JSON is one of TOML, but for this one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _pins(root: Path, argv: Sequence[str]) -> dict[str, str]:
    """Return what the files of a command hold now; raises `UsageError` where it cannot be meant."""
    _check_words(root, argv)
    folder = _folder_of_make(root, argv)
    named = [path for word in argv if (path := _named(root, folder, word)) is not None]
    implied = [name for program in _programs(argv) for name in _IMPLIED.get(program, ())]
    # Programs read their files where they are started, and `make` where it is sent.
    found = {*named, *(folder / it for it in implied)}
    return {str(it.relative_to(root)): _digest(root, it) for it in sorted(found)}


def _check_words(root: Path, argv: Sequence[str]) -> None:
    if not argv or not argv[0]:
        raise UsageError("A command is at least one word; name the program.")
    for word in (str(root), *argv):
        if any(it in word for it in "\n\r\0"):
            raise UsageError("No word of a command holds a line break or a NUL; correct it.")
        try:
            word.encode("utf-8")
        except UnicodeEncodeError as trouble:
            raise UsageError("A word of the command is not UTF-8; correct it.") from trouble


def _programs(argv: Sequence[str]) -> Iterator[str]:
    """Yield the names of all programs that a command may run: any word may be one to another."""
    for word in argv:
        yield PurePosixPath(word).name


def _folder_of_make(root: Path, argv: Sequence[str]) -> Path:
    """Return where `make` reads its files: what `-C` names, or the workspace."""
    if PurePosixPath(argv[0]).name not in ("make", "gmake"):
        return root
    folder = root
    for option, word in zip(argv, [*argv[1:], ""], strict=True):
        if option in ("-C", "--directory"):
            folder = folder / word
        else:
            starts = [it for it in _MAKE_FOLDER if option.startswith(it)]
            folder = folder / option.removeprefix(starts[0]) if starts else folder
    resolved = _resolved(folder)
    if not resolved.is_relative_to(root):
        raise UsageError(f"{folder} is outside of the workspace {root}; name a folder of it.")
    return resolved


def _named(root: Path, folder: Path, word: str) -> Path | None:
    """Return the workspace's file that a word names, None where it names none."""
    if TEST_PLACE in word:
        return None
    for text in _readings(word):
        path = _resolved(folder / text)
        if path.is_relative_to("/usr") or str(path) == "/dev/null":
            continue
        if not path.is_relative_to(root):
            if text.startswith("/") or ".." in PurePosixPath(text).parts or path.exists():
                raise UsageError(
                    f"{word} names something outside of the workspace {root}; copy it there."
                )
        elif path.is_file():
            return path
    return None


def _readings(word: str) -> Iterator[str]:
    """Yield what of a word may be a path: `X` of `X`, `--option=X` and `-fX`."""
    yield word
    _, equals, value = word.partition("=")
    if equals and value:
        yield value
    if word.startswith("-") and not word.startswith("--") and len(word) > len("-f"):
        yield word[len("-f") :]


def _digest(root: Path, path: Path) -> str:
    resolved = _resolved(path)
    if not resolved.is_relative_to(root):
        raise UsageError(f"{path} leads out of the workspace {root}; put a file in its place.")
    try:
        with open(resolved, "rb", opener=_open_at_once) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ABSENT
    except OSError as trouble:
        raise UsageError(f"{path} cannot be read: {trouble.strerror}.") from trouble


def _open_at_once(path: str, flags: int) -> int:
    # Opening a named pipe would wait for somebody who writes into it.
    return os.open(path, flags | os.O_NONBLOCK)
