"""Own the reading of source files and the writing of checked edits.

Everything that touches a user's file is in here; it must not decide what is written.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_gate.redaction.unread import is_never_read
from glossator_indexer.languages import language_for_path, language_of_file
from glossator_indexer.parsing import parse
from glossator_server.edits import apply_changes, sha256_of
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.proposal import FileEdit
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot

# Above this a syntax tree takes gigabytes; no source file that a person wrote comes near.
MAX_SOURCE_BYTES = 50 * 1000 * 1000


def read_snapshot(path: Path, settings: Settings) -> Snapshot:
    """Read and parse a source file.

    Raises `UsageError` where it is none, or one that is never read.
    """
    check_may_be_read(path)
    if language_for_path(path) is None:
        if not path.exists():
            raise UsageError(f"{path} does not exist; check the name.")
        raise UsageError(f"{path} is in no language that Glossator knows; name a source file.")
    text = read_source(path)
    language = settings.language(language_of_file(path, text))
    if language is None:
        raise UsageError(f"{path} is in no language that Glossator knows; name a source file.")
    style = settings.document.for_path(path).style
    return Snapshot(path.resolve().as_uri(), path, None, parse(text, language), style=style)


def check_may_be_read(path: Path) -> None:
    """Raise `UsageError` for a file that may hold secrets; a link is what it leads to."""
    if is_never_read(path.name) or is_never_read(_target(path).name):
        raise UsageError(f"{path} may hold secrets and is never read; name a source file.")


def read_source(path: Path) -> str:
    """Return the text of a source file with its line ends as they are.

    Raises `UsageError` for a file that is missing, too large, binary, or not UTF-8.
    """
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"{path} is not a regular file; name a source file.")
            raw = file.read(MAX_SOURCE_BYTES + 1)
    except FileNotFoundError as trouble:
        raise UsageError(f"{path} does not exist; check the name.") from trouble
    except IsADirectoryError as trouble:
        raise UsageError(f"{path} is a folder; name a file, or use --all.") from trouble
    except OSError as trouble:
        raise UsageError(f"{path} cannot be read: {trouble.strerror}.") from trouble
    if len(raw) > MAX_SOURCE_BYTES:
        raise UsageError(f"{path} is over 50 MB, too large to be a source file; split it.")
    if b"\0" in raw:
        raise UsageError(f"{path} is a binary file; name a source file.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as trouble:
        line = raw.count(b"\n", 0, trouble.start) + 1
        raise UsageError(
            f"{path} is not UTF-8 (line {line}); convert it, for example with iconv."
        ) from trouble


def write_edit(edit: FileEdit) -> None:
    """Write an edit to its file in one step: after a crash there is the old text or the new one.

    Raises `StaleDocumentError` where the file is not the one that was checked, `UsageError` where
    it cannot be written.
    """
    if edit.path is None:
        raise UsageError("The text has no file; save it first.")
    path = edit.path.resolve()
    before = read_source(path)
    if sha256_of(before) != edit.base_sha256:
        raise StaleDocumentError(f"{edit.path} changed meanwhile; run the command again.")
    if not is_writable(path):
        raise UsageError(f"{edit.path} is read-only; make it writable, or use --diff.")
    after = apply_changes(before, edit.changes).encode("utf-8")
    with told(edit.path):
        status = path.stat()

        def settle(new: Path) -> None:
            with contextlib.suppress(PermissionError):
                # Root edits other people's files, which stay theirs.
                os.chown(new, status.st_uid, status.st_gid)
            new.chmod(stat.S_IMODE(status.st_mode))

        replace_file(path, after, settle)


def write_report(path: Path, text: str, mode: int | None = None) -> None:
    """Write a report in one step: whoever waits for the file finds all of it or none.

    Without a `mode` it is that of the file before, or what the user's mask leaves.

    Raises `UsageError` where that is impossible.
    """
    place = _target(path)

    def settle(new: Path) -> None:
        known = stat.S_IMODE(place.stat().st_mode) if place.exists() else new_mode()
        new.chmod(known if mode is None else mode)

    with told(path):
        if place.exists() and not place.is_file():
            raise UsageError(f"{path} is not a regular file; name another one.")
        replace_file(place, text.encode("utf-8", "surrogateescape"), settle)


@dataclass(frozen=True, slots=True)
class SourceTree:
    """The source files below a folder that are people's own, sorted folder by folder.

    `foreign` counts those that were left out as generated or vendored, `problems` are sentences
    about what could not be looked at.
    """

    paths: tuple[Path, ...]
    foreign: int = 0
    problems: tuple[str, ...] = ()


def sources_by_path(folder: Path) -> SourceTree:
    """Return the source files below a folder, without what git or `.glossatorignore` leaves out.

    Only paths are looked at. Of a folder that is itself left out, all is returned: somebody named
    it.
    """
    # Imported where it is used: an editor's server walks only where it was asked to.
    from glossator_indexer.records import Trust
    from glossator_indexer.walking import RepositoryWalker, repository_root

    place = _target(folder)
    root = repository_root(place)
    walker = RepositoryWalker(root)
    try:
        found = walker.below("/".join(place.relative_to(root).parts))
        if found is None:
            root, walker = place, RepositoryWalker(place)
            found = walker.below("") or ()
    except OSError as trouble:
        raise UsageError(f"{folder} cannot be read: {trouble.strerror}.") from trouble
    sources = [it for it in found if language_for_path(Path(it.path)) is not None]
    own = [it for it in sources if it.trust not in (Trust.GENERATED, Trust.VENDORED)]
    # The names are the caller's: whoever says `src` is told of `src/a.c`.
    paths = tuple(folder / Path(root, it.path).relative_to(place) for it in own)
    return SourceTree(paths, len(sources) - len(own), walker.problems)


def source_tree(folder: Path) -> SourceTree:
    """Return the same without what says at its top that a program wrote it: heads are read."""
    from glossator_indexer.walking import generated_by_content
    from glossator_indexer.walking.origins import HEAD_CHARACTERS
    from glossator_indexer.walking.plain_files import content_of

    def is_generated(path: Path) -> bool:
        head = content_of(str(path), HEAD_CHARACTERS) or b""
        return generated_by_content(head.decode("utf-8", "replace"))

    tree = sources_by_path(folder)
    own = tuple(it for it in tree.paths if not is_generated(it))
    return replace(tree, paths=own, foreign=tree.foreign + len(tree.paths) - len(own))


def _target(path: Path) -> Path:
    # Of links that lead in a circle `resolve` would raise; opening says so in words.
    return Path(os.path.realpath(path))


def _open_at_once(path: str, flags: int) -> int:
    # Opening a named pipe would wait for somebody who writes into it.
    return os.open(path, flags | os.O_NONBLOCK)


def is_writable(path: Path) -> bool:
    """Tell whether a file that is there may be written, and is meant to be."""
    # To root everything is writable; a file without any write bit is meant to stay as it is.
    any_write_bit = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & any_write_bit)


def new_mode() -> int:
    """Return the mode that the user's mask leaves a new file."""
    # The only way to ask for the mask is to set it.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def replace_file(
    path: Path, raw: bytes, settle: Callable[[Path], None], prefix: str = ".glossator."
) -> None:
    """Put a new file in the place of one; `settle` gives it its owner and mode before.

    Raises `OSError` where that is impossible: then the place is as it was, and nothing beside it.
    """
    # A name of its own: with that of the file in it, it could be too long.
    handle, name = tempfile.mkstemp(prefix=prefix, dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        settle(new)
        new.replace(path)
    except BaseException:
        # An interrupt leaves nothing behind either.
        with contextlib.suppress(OSError):
            new.unlink()
        raise


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what the system says of a file that cannot be written into a sentence."""
    try:
        yield
    except OSError as trouble:
        raise UsageError(f"{path} cannot be written: {trouble.strerror}.") from trouble
