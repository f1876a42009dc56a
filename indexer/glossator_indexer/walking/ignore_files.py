"""Own which ignore rules hold in a folder: the files are read, and asked from the strongest down.

What git tracks counts although a rule of git's ignores it, as for git. It must not list folders.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from glossator_indexer.walking.git_index import TrackedFiles
from glossator_indexer.walking.git_repository import read_repository
from glossator_indexer.walking.patterns import (
    IgnoreRules,
    git_text,
    read_rules,
    read_rules_but_those_for_everything,
)
from glossator_indexer.walking.plain_files import content_of

GIT_FILE = ".gitignore"
OWN_FILE = ".glossatorignore"
# The longest known lists have some thousand lines.
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Layer:
    """The rules of one file; `skip` is the length of its folder's path with its slash."""

    rules: IgnoreRules
    skip: int
    above: _Layer | None

    def verdict(self, name: str, path: str, *, is_folder: bool) -> bool | None:
        """Ask this file, then those above it."""
        layer: _Layer | None = self
        while layer is not None:
            found = layer.rules.verdict(name, path[layer.skip :], is_folder=is_folder)
            if found is not None:
                return found
            layer = layer.above
        return None


@dataclass(frozen=True, slots=True)
class IgnoreStack:
    """All rules that hold in a folder: `.glossatorignore` before `.gitignore`, near before far.

    Where `only_tracked`, the folder is ignored by git, and only what is tracked counts.
    """

    git: _Layer | None = None
    own: _Layer | None = None
    tracked: TrackedFiles | None = None
    # The length of the path of the folder of the repository that tracks, with its slash.
    skip: int = 0
    only_tracked: bool = False

    def takes(self, name: str, path: str) -> bool:
        """Return whether a file belongs into the index as the rules have it."""
        own = self._own_verdict(name, path, is_folder=False)
        if own is not None and (own or not self.only_tracked):
            return not own
        if not self._is_ignored(name, path, is_folder=False):
            return True
        return self.tracked is not None and self.tracked.has(path[self.skip :])

    def is_asked_for(self, name: str, path: str) -> bool:
        """Return whether `.glossatorignore` brings a folder back that is left out by itself."""
        return not self.only_tracked and self._own_verdict(name, path, is_folder=True) is False

    def entering(self, name: str, path: str) -> IgnoreStack | None:
        """Return the rules with which a folder that is not asked for is entered, None for never."""
        if self._own_verdict(name, path, is_folder=True):
            return None
        if not self._is_ignored(name, path, is_folder=True):
            return self
        if self.tracked is None or not self.tracked.has_below(path[self.skip :]):
            return None
        return self if self.only_tracked else replace(self, only_tracked=True)

    def with_rules_of(self, folder: str, path: str, names: AbstractSet[str]) -> IgnoreStack:
        """Return the stack of a folder: `folder` on disk, `path` below the root with its slash.

        `names` are those of its entries that may be ignore files.
        """
        stack = self
        skip = len(git_text(path))
        if ".git" in names and path:
            # A repository inside another has rules of its own alone.
            stack = rules_of_repository(folder, skip, stack.own)
        read = read_rules if path or ".git" in names else read_rules_but_those_for_everything
        if (
            GIT_FILE in names
            and not stack.only_tracked
            and (rules := rules_of(f"{folder}/{GIT_FILE}", read)) is not None
        ):
            stack = replace(stack, git=_Layer(rules, skip, stack.git))
        if OWN_FILE in names and (rules := rules_of(f"{folder}/{OWN_FILE}")) is not None:
            stack = replace(stack, own=_Layer(rules, skip, stack.own))
        return stack

    def _own_verdict(self, name: str, path: str, *, is_folder: bool) -> bool | None:
        return None if self.own is None else self.own.verdict(name, path, is_folder=is_folder)

    def _is_ignored(self, name: str, path: str, *, is_folder: bool) -> bool:
        if self.git is None:
            return self.only_tracked
        return self.only_tracked or bool(self.git.verdict(name, path, is_folder=is_folder))


def rules_of_repository(folder: str, skip: int, own: _Layer | None = None) -> IgnoreStack:
    """Return the rules of a repository that stand in no `.gitignore`, and what it tracks.

    `skip` is the length of the path of `folder` with its slash, `own` what stays of those above.
    """
    repository = read_repository(folder)
    layer: _Layer | None = None
    for place in repository.excludes:
        rules = rules_of(place)
        if rules is not None:
            layer = _Layer(rules, skip, layer)
    tracked = repository.own and TrackedFiles(repository.own, repository.hash_bytes)
    return IgnoreStack(layer, own, tracked or None, skip)


def rules_of(
    place: str, read: Callable[[bytes], IgnoreRules | None] = read_rules
) -> IgnoreRules | None:
    """Return the rules of one file; None where it is none, has none, or cannot be read."""
    content = content_of(place, MOST_BYTES)
    return None if content is None else read(content)
