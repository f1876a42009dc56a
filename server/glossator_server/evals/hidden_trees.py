"""Own the trees that are searched without the comments that say what is asked for.

Of a repository every comment above a function is gone, and every other one that says a function's
first sentence again; of the prepared programs likewise. Nothing of the user's is changed: the text
goes into a private copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from glossator_gate.policy import Policy
from glossator_gate.types import Classes, ClassLayer, DataClass
from glossator_server.evals.functions import SourceFile, documented_in, found_files, read_file
from glossator_server.evals.sentences import Documented, Said, by_opening, normal, without_comments
from glossator_server.evals.workspaces import PROGRAMS, CopiedFile
from glossator_server.policies import WorkspacePolicy
from glossator_server.settings import Settings


@dataclass(frozen=True, slots=True)
class WantedTree:
    """A folder, what holds in its repository, and what draws some of it where it is large."""

    root: Path
    holds: WorkspacePolicy
    seed: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of a tree with its functions; `is_own` is what the project's people wrote, no test."""

    path: str
    language: str
    is_own: bool
    text: str
    functions: tuple[Documented, ...]


@dataclass(frozen=True, slots=True)
class ReadTree:
    """The files of a tree with their functions, and all first sentences that are said in it."""

    files: tuple[ReadFile, ...]
    said: Said

    def asked(self) -> Iterator[tuple[ReadFile, Documented]]:
        """Yield the project's own functions whose first sentence is said of them alone."""
        often = Counter(normal(it.sentence) for file in self.files for it in file.functions)
        for file in self.files:
            for it in file.functions if file.is_own else ():
                if it.sentence and often[normal(it.sentence)] == 1:
                    yield file, it

    def without_comments(self) -> Iterator[CopiedFile]:
        """Yield the files as they are searched; lines keep their numbers."""
        for file in self.files:
            lines = file.text.split("\n")
            text = without_comments(file.language, lines, file.functions, self.said)
            yield CopiedFile(file.path, text)


def read_tree(wanted: WantedTree, settings: Settings, stopped: Event) -> ReadTree:
    """Read the files below a folder that the index would read, of a large one some folders.

    Once `stopped` is set, nobody waits for it any more. Raises `UsageError` where it cannot be
    read.
    """
    found = found_files(wanted.root, wanted.holds, wanted.seed).files
    read = (read_file(it, wanted.root, settings) for it in found if not stopped.is_set())
    files = tuple(_without_trees(it) for it in read if it is not None)
    said = by_opening(it.sentence for file in files for it in file.functions if it.sentence)
    return ReadTree(files, said)


def _without_trees(file: SourceFile) -> ReadFile:
    """Return what is kept of a file: the syntax trees of thousands would take gigabytes."""
    functions = tuple(documented_in(file))
    return ReadFile(file.path, file.language, file.is_own, file.source.text, functions)


def prepared_policy() -> WorkspacePolicy:
    """Return what holds for the prepared programs: ours, and no secret of anybody."""
    public = Classes((ClassLayer(DataClass.PUBLIC, rule="prepared"),))
    return WorkspacePolicy(Policy(models=(), classes=public), PROGRAMS)
