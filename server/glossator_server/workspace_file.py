"""Own what a workspace folder's `.glossator.toml` does: it chooses preferences and forbids more.

It must not let the file add a model, an origin, a key, a command or an interpreter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import (
    AUTHORITY_TABLES,
    PREFERENCES,
    WORKSPACE_TABLES,
    FileProblem,
    Policy,
    ProblemKind,
    broken_file,
    decoded,
    narrowed_by_workspace,
    parse_toml,
    read_regular_file,
    unreadable_workspace,
    with_lines,
)
from glossator_server.setting_keys import IgnoredKey
from glossator_server.settings import REVIEWS, Settings

WORKSPACE_FILE = ".glossator.toml"
# More help nobody, and a file may be made to have a hundred thousand.
MOST_PROBLEMS = 100
_ASKS = (
    "review is left out: that you are asked less often is your own choice; set it in "
    "config.toml or the editor."
)


@dataclass(frozen=True, slots=True)
class WorkspaceFile:
    """What holds in one folder; `problems` are about keys of its file that were left out."""

    path: Path
    settings: Settings
    policy: Policy
    problems: tuple[FileProblem, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the problems as sentences that name the file."""
        return tuple(
            it.sentence if str(self.path) in it.sentence else f"{self.path}: {it.sentence}"
            for it in self.problems
        )


def read_workspace(root: Path, settings: Settings, policy: Policy) -> WorkspaceFile:
    """Return what holds in a folder, by its file where it has one.

    A file that cannot be read is reported: a repository cannot stop the server.
    """
    path = root / WORKSPACE_FILE
    try:
        data = read_regular_file(path)
        if data is None:
            return WorkspaceFile(path, settings, policy)
        text = decoded(data, path)
    except ConfigurationError as trouble:
        narrowed = unreadable_workspace(policy, path)
        return WorkspaceFile(path, settings, narrowed, (broken_file(str(trouble)),))
    return judge_workspace(text, path, settings, policy)


def judge_workspace(text: str, path: Path, settings: Settings, policy: Policy) -> WorkspaceFile:
    """Return what holds in the folder of a `.glossator.toml` with this text."""
    narrowed, problems = narrowed_by_workspace(policy, text, path)
    try:
        table = parse_toml(text, path)
    except ConfigurationError:
        return WorkspaceFile(path, settings, narrowed, problems)
    preferences = {key: it for key, it in table.items() if key not in WORKSPACE_TABLES}
    chosen, ignored = settings.narrowed_in_detail(preferences)
    by_rigour = list(REVIEWS)
    if by_rigour.index(chosen.review) > by_rigour.index(settings.review):
        # A folder may have a person asked more often, and never less.
        chosen = replace(chosen, review=settings.review)
        ignored = (*ignored, IgnoredKey(_ASKS, ("review",)))
    told = (
        FileProblem(
            f"{it.sentence.rstrip('.')}{_consequence(it.place)}.", ProblemKind.IGNORED_KEY, it.place
        )
        for it in ignored
    )
    found = sorted((*with_lines(told, text), *problems), key=lambda it: it.line or 0)
    return WorkspaceFile(path, chosen, narrowed, tuple(found[:MOST_PROBLEMS]))


def _consequence(place: tuple[str, ...]) -> str:
    """Return what else a key means that nobody knows: it may have been one that forbids."""
    if len(place) > 1 or place[0] in AUTHORITY_TABLES or place[0] in PREFERENCES:
        return ""
    return "; until it is corrected or removed, everything in this folder counts as restricted"
