"""Own the tasks of the edit benchmark: what is asked of which project, and what may change for it.

It must not know how a task is solved, nor judge what came of it.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.agents.projects import (
    Project,
    foreign_project,
    own_project,
    permuted,
    reworded,
)
from glossator_server.evals import wanted_changes

INSTRUCTIONS: Mapping[str, str] = {
    **wanted_changes.INSTRUCTIONS,
    "extract": "In `{function}`, move the expression `{expression}` into a new function before it, "
    "`{signature}`, and call it there as `{call}`. The new function returns `{returned}`.",
    "guard": "Add error handling to `{function}`: first of all, where `{condition}`, it does "
    "`{statement}`.",
    "test": "Add a test named `{new}` to `{file}`, which checks that `{claim}`.",
    "mend": "A test of `{file}` fails because one operator in `{function}` is wrong. Mend it, and "
    "leave the tests as they are.",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the table: `fields` are its words, `names` the identifiers to be permuted."""

    kind: str
    project: str
    names: tuple[str, ...]
    fields: Mapping[str, str]

    @property
    def id(self) -> str:
        """Return what names the task in results."""
        return f"{self.kind}:{self.project}:{self.fields['function']}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A task under the names of one run: what is asked, of which files, and which may change.

    `pristine` are the files before a fault was put in; else the same as `project.files`.
    """

    task: Task
    project: Project
    fields: Mapping[str, str]
    instruction: str
    expected: frozenset[str]
    pristine: Mapping[str, str]


def tasks() -> tuple[Task, ...]:
    """Return all tasks, in the order of the table."""
    table = tomllib.loads(Path(__file__).with_name("tasks.toml").read_text("utf-8"))
    return tuple(_task(it) for it in table["task"])


def prepare(task: Task, seed: int) -> Prepared:
    """Return a task under the names that a seed draws."""
    rng = random.Random(f"{seed}:{task.id}")
    place, _, name = task.project.partition("/")
    if place == "foreign":
        plain = foreign_project(name)
    else:
        plain = own_project(place, name, task.names, rng)
    project, renamed = permuted(plain, task.names, rng)
    fields = {key: reworded(value, renamed) for key, value in task.fields.items()}
    home = defining_file(project, fields["function"])
    fields |= {"home": home, "returned": fields.get("returned", fields.get("expression", ""))}
    parameter = re.findall(r"\w+", fields.get("parameter", "x").partition(":")[0])
    fields["unused"] = wanted_changes.UNUSED[project.language].format(name=parameter[-1])
    if task.kind in ("test", "mend"):
        fields["file"] = test_file(home)
    pristine, files = project.files, dict(project.files)
    if task.kind == "mend":
        files[home] = replaced_once(files[home], fields["find"], fields["broken"])
    project = Project(project.name, project.language, files, project.folder, project.stems)
    instruction = INSTRUCTIONS[task.kind].format_map(fields)
    return Prepared(task, project, fields, instruction, _expected(task, project, fields), pristine)


def defining_file(project: Project, function: str) -> str:
    """Return the path of the file that defines a function."""
    if project.language == "c":
        shape = re.compile(rf"^\w[\w\s*]*\b{function}\([^;{{]*\)\s*\{{", re.MULTILINE)
        suffix = ".c"
    else:
        shape = re.compile(rf"^ *def {function}\(", re.MULTILINE)
        suffix = ".py"
    (found,) = (
        path for path, it in project.files.items() if path.endswith(suffix) and shape.search(it)
    )
    return found


def test_file(home: str) -> str:
    """Return the path of the tests beside a file of ours."""
    folder, _, name = home.rpartition("/")
    return f"{folder}/test_{name}"


def replaced_once(text: str, find: str, replacement: str) -> str:
    """Return a text with its one place of `find` replaced."""
    if text.count(find) != 1:
        raise ValueError(f"{find!r} stands {text.count(find)} times")
    return text.replace(find, replacement)


def _task(table: Mapping[str, object]) -> Task:
    fields = {key: value for key, value in table.items() if isinstance(value, str)}
    names = table["names"]
    assert isinstance(names, list)
    return Task(fields.pop("kind"), fields.pop("project"), tuple(names), fields)


def _expected(task: Task, project: Project, fields: Mapping[str, str]) -> frozenset[str]:
    if task.kind == "test":
        return frozenset({fields["file"]})
    if task.kind in ("extract", "guard", "mend"):
        return frozenset({fields["home"]})
    word = re.compile(rf"\b{fields['function']}\b")
    return frozenset(path for path, text in project.files.items() if word.search(text))
