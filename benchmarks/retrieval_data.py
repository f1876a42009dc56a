"""Own the questions by which search is measured, and the trees that are searched.

A question is the first sentence of the comment above a function (or of its docstring) without the
function's own name; the answer is that function. In the tree that is searched, a copy in a folder
of its own, every comment above a function is gone, and every other comment that says a question's
sentence again; lines keep their numbers. It must not search and must not judge.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from benchmarks.documented import c_functions, python_functions
from benchmarks.kernel_tree import kernel_tree
from glossator_server.evals.sentences import Documented, by_opening, normal, without_comments

_SPLITS = json.loads(Path(__file__).with_name("retrieval_splits.json").read_text("utf-8"))
SEED = int(_SPLITS["seed"])
HELD_OUT = tuple(_SPLITS["held_out_kernel_folders"])
TRAINING_PACKAGES = tuple(_SPLITS["training"]["packages"])
_SUFFIXES = {"c": (".c", ".h"), "python": (".py",)}
# Others' code and generated code in the projects: nobody asks for it there.
_NOT_ASKED = re.compile(r"(?:^|/)(?:\.|tests?/|locale/|debian/)|test[^/]*\.[ch]$|_test\.")


@dataclass(frozen=True, slots=True)
class Project:
    """A project that is searched; `use` is test, development or unseen."""

    name: str
    use: str
    source: str
    language: str
    folders: tuple[str, ...]
    queries: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked and where the one right answer stands; lines count from 1, inclusive."""

    id: str
    text: str
    path: str
    name: str
    start_line: int
    end_line: int

    def is_answered_by(self, path: str, start_line: int, end_line: int) -> bool:
        """Say whether a hit shows lines of the right function."""
        return path == self.path and start_line <= self.end_line and end_line >= self.start_line


@dataclass(frozen=True, slots=True)
class Collection:
    """A tree without the answers in its comments, and the questions to ask of it."""

    project: Project
    root: Path
    questions: tuple[Question, ...]


PROJECTS: Mapping[str, Project] = {
    name: Project(
        name, it["use"], it["source"], it["language"], tuple(it["folders"]), it["queries"]
    )
    for name, it in _SPLITS["projects"].items()
}


def collection(name: str, work: Path) -> Collection:
    """Return a project's questions and a fresh copy of its tree below `work`."""
    project = PROJECTS[name]
    source = source_of(project.source)
    files = list(_functions(project, source))
    questions = _questions(project, [it for _, _, found in files for it in found])
    root = work / name
    shutil.rmtree(root, ignore_errors=True)
    said = by_opening(it.text for it in questions)
    lines_of = {path: (lines, found) for path, lines, found in files}
    for path in source_files(project):
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        lines, found = lines_of.get(path, (None, []))
        if lines is None:
            lines = (source / path).read_text("utf-8", "replace").split("\n")
        place.write_text(without_comments(project.language, lines, found, said), "utf-8")
    return Collection(project, root, tuple(questions))


def source_of(package: str) -> Path:
    """Return the unpacked source of a package, or end the run with the way to get it."""
    if package == "linux-source":
        return kernel_tree()
    cache = Path(platformdirs.user_cache_dir("glossator-parts"))
    folder = Path(os.environ.get("GLOSSATOR_SOURCES", cache / "sources"))
    found = sorted(it for it in folder.glob(f"{package}-*") if it.is_dir())
    if not found:
        raise SystemExit(
            f"no source of {package}: run `apt-get source {package}` in {folder} "
            "(with a deb-src list), or set GLOSSATOR_SOURCES"
        )
    return found[-1]


def source_files(project: Project) -> list[str]:
    """Return the files of a project that are searched, relative to its source, in order."""
    root = source_of(project.source)
    return sorted(
        str(it.relative_to(root))
        for folder in project.folders
        for it in (root / folder).rglob("*")
        if it.suffix in _SUFFIXES[project.language] and it.is_file() and not it.is_symlink()
    )


def training_files(kernel: Path) -> list[str]:
    """Return the C files of the kernel that may be learned from."""
    held_out = tuple(f"{folder}/" for folder in HELD_OUT)
    paths = (str(it.relative_to(kernel)) for it in kernel.rglob("*.[ch]") if it.is_file())
    return sorted(it for it in paths if not it.startswith(held_out))


def _functions(project: Project, root: Path) -> Iterator[tuple[str, list[str], list[Documented]]]:
    read = c_functions if project.language == "c" else python_functions
    return read(root, source_files(project))


def _questions(project: Project, functions: Sequence[Documented]) -> list[Question]:
    """Choose questions with one right answer: a sentence that is said of one function only."""
    often = Counter(normal(it.sentence) for it in functions if it.sentence)
    asked = [
        it
        for it in functions
        if it.sentence and often[normal(it.sentence)] == 1 and not _NOT_ASKED.search(it.path)
    ]
    chosen = random.Random(SEED).sample(asked, min(project.queries, len(asked)))
    return [
        Question(f"{project.name}-{at}", it.sentence, it.path, it.name, it.start_line, it.end_line)
        for at, it in enumerate(chosen)
    ]
