"""Own which ignore rules hold in a folder: the files are read, and asked from the strongest down.

A file is read only where it is a plain file: a link or a pipe of that name is as if it was not
there. It must not list folders.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_indexer.walking.patterns import (
    IgnoreRules,
    git_text,
    read_rules,
    read_rules_but_those_for_everything,
)

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
    """All rules that hold in a folder: `.glossatorignore` before `.gitignore`, near before far."""

    git: _Layer | None = None
    own: _Layer | None = None

    def verdict(self, name: str, path: str, *, is_folder: bool) -> bool | None:
        """Return True for ignored, False for included by name, None where no rule matches."""
        if self.own is not None:
            found = self.own.verdict(name, path, is_folder=is_folder)
            if found is not None:
                return found
        if self.git is not None:
            return self.git.verdict(name, path, is_folder=is_folder)
        return None

    def is_asked_for(self, name: str, path: str) -> bool:
        """Return whether `.glossatorignore` brings a folder back that is left out by itself."""
        return self.own is not None and self.own.verdict(name, path, is_folder=True) is False

    def with_rules_of(self, folder: str, path: str, names: AbstractSet[str]) -> IgnoreStack:
        """Return the stack of a folder: `folder` on disk, `path` below the root with its slash.

        `names` are those of its entries that may be ignore files.
        """
        stack = self
        skip = len(git_text(path))
        if ".git" in names and path:
            # A repository inside another has rules of its own alone.
            stack = replace(stack, git=repository_layer(folder, skip))
        read = read_rules if path or ".git" in names else read_rules_but_those_for_everything
        if GIT_FILE in names and (rules := rules_of(f"{folder}/{GIT_FILE}", read)) is not None:
            stack = replace(stack, git=_Layer(rules, skip, stack.git))
        if OWN_FILE in names and (rules := rules_of(f"{folder}/{OWN_FILE}")) is not None:
            stack = replace(stack, own=_Layer(rules, skip, stack.own))
        return stack


def repository_layer(folder: str, skip: int) -> _Layer | None:
    """Return the rules of a repository that stand in no `.gitignore`: the user's and its own."""
    layer: _Layer | None = None
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    # The user's own file may well be a link to where the others are kept.
    for place in (os.path.realpath(f"{config}/git/ignore"), f"{folder}/.git/info/exclude"):
        rules = rules_of(place)
        if rules is not None:
            layer = _Layer(rules, skip, layer)
    return layer


def rules_of(
    place: str, read: Callable[[bytes], IgnoreRules | None] = read_rules
) -> IgnoreRules | None:
    """Return the rules of one file; None where it is none, has none, or cannot be read."""
    try:
        # A pipe would let us wait for ever.
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return read(os.read(descriptor, MOST_BYTES))
    except OSError:
        return None
    finally:
        os.close(descriptor)
