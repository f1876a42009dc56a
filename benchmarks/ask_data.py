"""Own the questions that Ask is measured with, and the projects that they are about.

A question is asked as a developer would ask it, with the lines that answer it: one of its answers
is enough. Those without an answer are about things that a project does not do, most of them in its
own words. Projects are source packages that are fetched once, by their hashes; thresholds are
fitted on those in `development`, figures are told of both. It must not search and must not judge.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.source_packages import unpacked
from glossator_server.evals.places import Place

_FILE = Path(__file__).parent / "ask" / "questions.json"
DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class Project:
    """A package, the hash of its source, and folders of it that nobody asks about."""

    name: str
    distribution: str
    sha256: str
    use: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, and the places of which each answers it; none where nothing does.

    `kind` is "answered", "near miss" (of the project's own subject) or "foreign".
    """

    id: str
    project: str
    language: str
    kind: str
    text: str
    answers: tuple[Place, ...]


def _project(name: str, it: Mapping[str, object]) -> Project:
    left_out = it.get("left_out", ())
    assert isinstance(left_out, list | tuple)
    return Project(
        name, str(it["distribution"]), str(it["sha256"]), str(it["use"]), tuple(map(str, left_out))
    )


_DATA = json.loads(_FILE.read_text("utf-8"))
PROJECTS: Mapping[str, Project] = {
    name: _project(name, it) for name, it in _DATA["projects"].items()
}
QUESTIONS: tuple[AskedQuestion, ...] = tuple(
    AskedQuestion(
        it["id"],
        it["project"],
        it["language"],
        it["kind"],
        it["question"],
        tuple(Place(**place) for place in it["answers"]),
    )
    for it in _DATA["questions"]
)


def questions_of(project: Project) -> list[AskedQuestion]:
    """Return what is asked about a project."""
    return [it for it in QUESTIONS if it.project == project.name]


def lay_out(project: Project, work: Path) -> Path:
    """Return a fresh copy of a project's source below `work`, without what is left out."""
    root = work / project.name
    shutil.rmtree(root, ignore_errors=True)
    source = _source(project)
    left_out = {source / it for it in project.left_out}

    def ignored(folder: str, names: list[str]) -> list[str]:
        return [it for it in names if Path(folder, it) in left_out]

    shutil.copytree(source, root, symlinks=True, ignore=ignored)
    return root


def misplaced(project: Project) -> Iterator[str]:
    """Yield the ids of questions whose annotated lines are not where they are said to be."""
    root = _source(project)
    for question in questions_of(project):
        for place in question.answers:
            path = root / place.path
            lines = path.read_text("utf-8").split("\n") if path.is_file() else []
            there = 1 <= place.start <= place.end <= len(lines)
            if not there or lines[place.start - 1].strip() != place.snippet:
                yield question.id


def _source(project: Project) -> Path:
    return unpacked(project.distribution, project.sha256, "ask_projects")
