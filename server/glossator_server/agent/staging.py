"""Own `Staging`: the workspace as an agent has changed it, while nothing is written to the disk.

It must not decide what may be touched (its `Access` does), nor write a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from glossator_server.agent.access import Access
from glossator_server.agent.errors import ToolError
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.edits import apply_changes
from glossator_server.errors import UsageError
from glossator_server.files import read_source
from glossator_server.reflection.edits import SearchReplace, UnusableEditError, change_of_lines

# No file that a person wrote is longer, and no answer of a model.
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class OpenText:
    """The text of a document as the editor has it, saved or not."""

    text: str
    version: int | None


@dataclass(frozen=True, slots=True)
class _Original:
    text: str
    version: int | None


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file as it is now; `origin` is the path of the file that it was, None for a new one."""

    text: str
    origin: str | None


class Staging:
    """Files of a workspace with the changes of one agent; paths are below the root, with `/`."""

    def __init__(
        self, access: Access, open_texts: Mapping[Path, OpenText], most_files: int
    ) -> None:
        self.access = access
        self._open = open_texts
        self._most_files = most_files
        self._originals: dict[str, _Original] = {}
        self._staged: dict[str, _Staged] = {}
        self._gone: set[str] = set()

    @property
    def changes(self) -> ChangeSet:
        """Return what differs from the workspace as it was, by path."""
        found = [self._change(path, it) for path, it in sorted(self._staged.items())]
        found += [
            FileChange(it, self._originals[it].text, None, version=self._originals[it].version)
            for it in sorted(self._gone - self._moved)
        ]
        differing = (it for it in found if it.before != it.after or it.moved_from)
        return ChangeSet(self.access.root, tuple(sorted(differing, key=lambda it: it.path)))

    @property
    def _moved(self) -> set[str]:
        origins = ((path, it.origin) for path, it in self._staged.items())
        return {origin for path, origin in origins if origin is not None and origin != path}

    @property
    def digest(self) -> str:
        """Return what is the same for two equal states."""
        parts = [f"{path}\0{it.text}" for path, it in sorted(self._staged.items())]
        raw = "\0".join([*parts, *sorted(self._gone)]).encode("utf-8", "surrogatepass")
        return hashlib.sha256(raw).hexdigest()

    def read(self, path: str) -> tuple[str, str]:
        """Return the path below the root and the text of a file; raises `ToolError`."""
        inner = self.access.readable(path)
        return inner, self._text(inner)

    @property
    def overlaid(self) -> tuple[str, ...]:
        """Return the paths of files below the root that may be others than the index knows.

        They are staged, gone, or open in the editor.
        """
        opened = (it for it in self._open if it.is_relative_to(self.access.root))
        inner = (it.relative_to(self.access.root).as_posix() for it in opened)
        return tuple(dict.fromkeys((*self._staged, *self._gone, *inner)))

    def text_holding(self, inner: str, words: Sequence[str]) -> str | None:
        """Return the text of a file that may be read if one of some words stands in it.

        None for any other, and for what is no text. Where whole repositories are looked through,
        nothing of it is kept.
        """
        if inner in self._gone:
            return None
        if inner in self._staged or inner in self._originals or self._place(inner) in self._open:
            text = self._text(inner)
            return text if not words or any(it in text for it in words) else None
        try:
            raw = self._place(inner).read_bytes()
            if words and not any(it.encode("utf-8", "surrogatepass") in raw for it in words):
                return None
            return None if b"\0" in raw else raw.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def exists(self, inner: str) -> bool:
        """Tell whether a file or folder of that path is there in the state as it is now."""
        if inner in self._staged:
            return True
        return inner not in self._gone and (self.access.root / inner).exists()

    def replace(self, path: str, search: str, replacement: str) -> str:
        """Put lines in the place of lines that stand exactly once; return the path."""
        inner = self.access.writable(path)
        text = self._text(inner)
        try:
            change = change_of_lines(text, SearchReplace(search, replacement))
        except UnusableEditError as trouble:
            raise ToolError(f"{inner}: {trouble}.") from trouble
        after = apply_changes(text, (change,))
        if after == text:
            raise ToolError(f"{inner}: the new lines are the old ones; nothing was changed.")
        self._put(inner, after)
        return inner

    def create(self, path: str, text: str) -> str:
        """Make a new file; return its path."""
        inner = self.access.writable(path)
        self._check_free(inner)
        if inner in self._moved:
            raise ToolError(f"{inner} was renamed in this edit; choose another path.")
        self._put(inner, text if text.endswith("\n") or not text else f"{text}\n")
        return inner

    def rename(self, path: str, to: str) -> tuple[str, str]:
        """Give a file another path; return both."""
        inner, target = self.access.writable(path), self.access.writable(to)
        text = self._text(inner)
        self._check_free(target)
        origin = self._staged[inner].origin if inner in self._staged else inner
        # Where it came from is what it was before anybody moved it.
        if target in self._gone and target != origin:
            raise ToolError(f"{target} was deleted or renamed in this edit; choose another path.")
        self._check_room(inner, origin, target)
        self._remove(inner)
        self._gone.discard(target)
        self._put(target, text, origin)
        return inner, target

    def delete(self, path: str) -> str:
        """Take a file away; return its path."""
        inner = self.access.writable(path)
        self._text(inner)
        origin = self._staged[inner].origin if inner in self._staged else inner
        self._check_room(inner, origin)
        self._remove(inner)
        return inner

    def _text(self, inner: str) -> str:
        if inner in self._staged:
            return self._staged[inner].text
        if inner in self._gone:
            raise ToolError(f"{inner} was deleted or renamed in this edit.")
        return self._original(inner).text

    def _original(self, inner: str) -> _Original:
        """Return a file as it was when it was first read, so that all that follows agrees."""
        if inner not in self._originals:
            place = self._place(inner)
            document = self._open.get(place)
            if document is not None:
                self._originals[inner] = _Original(document.text, document.version)
            else:
                self._originals[inner] = _Original(_read(place, inner), None)
        return self._originals[inner]

    def _place(self, inner: str) -> Path:
        return self.access.root / inner

    def _put(self, inner: str, text: str, origin: str | None = None) -> None:
        if len(text) > MOST_CHARACTERS:
            raise ToolError(f"{inner} would have more than {MOST_CHARACTERS} characters.")
        known = self._staged.get(inner)
        if origin is None:
            origin = known.origin if known is not None else self._origin_of(inner)
        self._check_room(None, inner)
        self._staged[inner] = _Staged(text, origin)

    def _check_room(self, left: str | None, *more: str | None) -> None:
        """Raise `ToolError` where these would be too many files, without one that is left."""
        changed = (self._staged.keys() - {left}) | self._gone | set(more) - {None}
        if len(changed) > self._most_files:
            raise ToolError(f"One edit changes at most {self._most_files} files; do less at once.")

    def _origin_of(self, inner: str) -> str | None:
        if inner in self._gone:
            # Deleted and made anew is an edit of what was there.
            self._gone.discard(inner)
            return inner
        return inner if inner in self._originals else None

    def _remove(self, inner: str) -> None:
        staged = self._staged.pop(inner, None)
        origin = inner if staged is None else staged.origin
        if origin is not None:
            self._original(origin)
            self._gone.add(origin)

    def _check_free(self, inner: str) -> None:
        if self.exists(inner):
            raise ToolError(f"{inner} is there already; change it with edit_file.")
        parents = inner.split("/")[:-1]
        for count in range(1, len(parents) + 1):
            name = "/".join(parents[:count])
            folder = self.access.root / name
            if name in self._staged or (folder.exists() and not folder.is_dir()):
                raise ToolError(f"{inner} cannot be made: {name} is a file.")
        if any(it.startswith(f"{inner}/") for it in self._staged):
            raise ToolError(f"{inner} cannot be made: files are below it.")

    def _change(self, path: str, staged: _Staged) -> FileChange:
        if staged.origin is None:
            return FileChange(path, None, staged.text)
        original = self._originals[staged.origin]
        moved = staged.origin if staged.origin != path else None
        return FileChange(path, original.text, staged.text, moved, original.version)


def _read(place: Path, inner: str) -> str:
    if not place.exists():
        raise ToolError(f"There is no file {inner}; look with list_files.")
    if place.is_dir():
        raise ToolError(f"{inner} is a folder; look with list_files.")
    try:
        text = read_source(place)
    except UsageError as trouble:
        raise ToolError(str(trouble).replace(str(place), inner)) from trouble
    if len(text) > MOST_CHARACTERS:
        raise ToolError(f"{inner} has more than {MOST_CHARACTERS} characters; it is not opened.")
    return text
