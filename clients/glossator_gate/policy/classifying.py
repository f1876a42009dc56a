"""Own how secret a path is, and whether a model may see a text of some class.

It must not read what a file holds: the class of a text is that of where it comes from.
"""

from __future__ import annotations

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
    best: Classification | None = None
    for classifier in _classifiers(policy.classes.layers, None if root is None else str(root)):
        found = classifier(relative_path)
        if best is None or found.data_class.rank > best.data_class.rank:
            best = found
    return best or Classification(DataClass.RESTRICTED, "no policy")


def class_of(policy: Policy, root: Path | None, paths: Iterable[Path]) -> DataClass:
    """Return the strictest class of some files; outside the workspace folder it is the default.

    A link is as strict as what it leads to, and as its own name.
    """
    return strictest(place_of(policy, root, it).data_class for it in paths)


def place_of(policy: Policy, root: Path | None, path: Path) -> Classification:
    """Return the class of one file, as `class_of` does, with the rule that makes it so."""
    places: list[str | None] = []
    if root is not None:
        places.append(_below(root, root / path))
        try:
            places.append(_below(root.resolve(), (root / path).resolve()))
        except (OSError, RuntimeError):
            places.append(None)
    found = [
        default_classification(policy) if it is None else classification(policy, it, root)
        for it in places or [None]
    ]
    return max(found, key=lambda it: it.data_class.rank)


def default_classification(policy: Policy) -> Classification:
    """Return the class of what no rule names, such as a text that lies in no file."""
    layers = policy.classes.layers
    if not layers:
        return Classification(DataClass.RESTRICTED, "no policy")
    layer = max(layers, key=lambda it: it.default.rank)
    return Classification(layer.default, layer.rule)


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
    return matcher(policy.deny_paths)(relative_path)


def denying_glob(policy: Policy, root: Path, path: Path) -> str | None:
    """Return the glob of `deny_paths` that names a file, by its name or by what that leads to."""
    names = [_below(root, root / path)]
    try:
        names.append(_below(root.resolve(), (root / path).resolve()))
    except (OSError, RuntimeError):
        names.append(None)
    found = [it for it in names if it is not None]
    return next((glob for glob in policy.deny_paths if any(map(matcher((glob,)), found))), None)


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
