"""Own how secret a path is, and whether a model may see a text of some class.

It must not read what a file holds: the class of a text is that of where it comes from.
"""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from glossator_gate.policy.globs import Matcher, matcher
from glossator_gate.types import (
    ClassLayer,
    DataClass,
    IndexServerEntry,
    ModelEntry,
    Policy,
    WebSearchEntry,
    strictest,
)

# Ways to write a path that would hide it from a glob.
_UNUSUAL = re.compile(r"^/|//|(?:^|/)\.{1,2}(?:/|$)|/$")


@dataclass(frozen=True, slots=True)
class Classification:
    """A class, and the rule of the file that makes it as strict as that."""

    data_class: DataClass
    rule: str


def classify(policy: Policy, relative_path: str, root: Path | None = None) -> DataClass:
    """Return the class of a path in a workspace folder; `/` stands between its parts.

    Rules for repositories count where `root` is one; where nobody knows the root, they only raise.
    """
    return classification(policy, relative_path, root).data_class


def classification(policy: Policy, relative_path: str, root: Path | None = None) -> Classification:
    """Return the class of a path as `classify` does, with the rule that makes it so."""
    relative_path = _plain(relative_path)
    best: Classification | None = None
    for classifier in _classifiers(policy.classes.layers, None if root is None else str(root)):
        found = classifier(relative_path)
        if best is None or found.data_class.rank > best.data_class.rank:
            best = found
    return best or Classification(DataClass.RESTRICTED, "no policy")


def class_of(policy: Policy, root: Path | None, paths: Iterable[Path]) -> DataClass:
    """Return the strictest class of some files; outside the workspace folder, at least the default.

    A link is as strict as what it leads to, and as its own name.
    """
    return strictest(place_of(policy, root, it).data_class for it in paths)


def place_of(policy: Policy, root: Path | None, path: Path) -> Classification:
    """Return the class of one file, as `class_of` does, with the rule that makes it so."""
    found = [_placed(policy, root, path if root is None else root / path)]
    try:
        real = None if root is None else root.resolve()
        found.append(_placed(policy, real, path if root is None else (root / path).resolve()))
    except (OSError, RuntimeError):
        # A link that leads to itself leads nowhere.
        found.append(default_classification(policy))
    return max(found, key=lambda it: it.data_class.rank)


def default_classification(policy: Policy) -> Classification:
    """Return the class of what no rule names, such as a text that lies in no file."""
    layers = policy.classes.layers
    if not layers:
        return Classification(DataClass.RESTRICTED, "no policy")
    layer = max(layers, key=lambda it: it.default.rank)
    return Classification(layer.default, layer.rule)


def strictest_possible(policy: Policy) -> DataClass:
    """Return how secret the strictest file may be that any rule names: what an index may hold."""
    layers = policy.classes.layers
    return strictest(
        it for layer in layers for it in (layer.default, *(rule.data_class for rule in layer.rules))
    )


def refusal_for(
    entry: ModelEntry | IndexServerEntry | WebSearchEntry, data_class: DataClass
) -> str | None:
    """Return why something of a class may not be sent there, as a sentence; None where it may."""
    if data_class.rank <= entry.max_class.rank:
        return None
    return (
        f"{entry.id} may see {entry.max_class} data at most and this is {data_class}: refused by "
        f"max_class of {entry.rule or 'its entry'}; use a model of this machine, or have that "
        "entry changed."
    )


def is_denied(policy: Policy, relative_path: str) -> bool:
    """Tell whether `deny_paths` names a path of a workspace folder, so that it is never read."""
    return matcher(policy.deny_paths)(_plain(relative_path))


def denying_glob(policy: Policy, root: Path, path: Path) -> str | None:
    """Return the glob of `deny_paths` that names a file, by its name or by what that leads to."""
    names = [_named(root, root / path)]
    with contextlib.suppress(OSError, RuntimeError):
        names.append(_named(root.resolve(), (root / path).resolve()))
    return next((glob for glob in policy.deny_paths if any(map(matcher((glob,)), names))), None)


def _placed(policy: Policy, root: Path | None, path: Path) -> Classification:
    """Return the class of one name of a file."""
    below = None if root is None else _below(root, path)
    if below is not None:
        return classification(policy, below, root)
    # Elsewhere a rule can only raise: nobody knows where the paths that it means begin.
    default, found = default_classification(policy), classification(policy, path.as_posix())
    return max(default, found, key=lambda it: it.data_class.rank)


def _named(root: Path, path: Path) -> str:
    """Return a path as globs see it: from the folder on, or where it leads out, from the root."""
    return _below(root, path) or _plain(path.as_posix())


def _plain(path: str) -> str:
    """Return a path without the detours that would hide it from a glob."""
    return posixpath.normpath(path).lstrip("/") if _UNUSUAL.search(path) else path


def _below(root: Path, path: Path) -> str | None:
    """Return the path relative to a folder, None where it leads out of it."""
    if ".." in path.parts or not path.is_relative_to(root):
        return None
    return path.relative_to(root).as_posix()


@lru_cache(maxsize=64)
def _classifiers(
    layers: tuple[ClassLayer, ...], root: str | None
) -> tuple[Callable[[str], Classification], ...]:
    return tuple(_classifier(it, root) for it in layers)


def _classifier(layer: ClassLayer, root: str | None) -> Callable[[str], Classification]:
    """Return what classifies by one layer: the strictest rules are asked first."""
    rules: list[tuple[Matcher, Classification]] = []
    for rule in sorted(layer.rules, key=lambda it: -it.data_class.rank):
        if rule.repositories:
            if root is None and rule.data_class.rank < layer.default.rank:
                continue
            if root is not None and not matcher(rule.repositories)(root.lstrip("/")):
                continue
        rules.append((matcher(rule.paths), Classification(rule.data_class, rule.rule)))
    default = Classification(layer.default, layer.rule)

    def classified(path: str) -> Classification:
        return next((found for matches, found in rules if matches(path)), default)

    return classified
