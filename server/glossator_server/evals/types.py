"""Own the frozen data of a measurement, and what a suite is: what every other part here agrees on.

It must not open models, read files or compute anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from glossator_clients.costs import Cost
from glossator_clients.protocol import ChatModel
from glossator_gate.types import DataClass
from glossator_server.indexes import Indexes
from glossator_server.policies import WorkspacePolicy
from glossator_server.session import OpenChecker, OpenIndex
from glossator_server.settings import Settings


class SourceKind(StrEnum):
    """Where the cases of a run come from."""

    PREPARED = "prepared"
    MINED = "mined"
    FILE = "file"


class Better(StrEnum):
    """Which direction of a measure is the good one."""

    HIGHER = "higher"
    LOWER = "lower"


class MeasureKind(StrEnum):
    """What a measure compares with: a person's answer, rules, a ranking, a judge, or nothing."""

    REFERENCE = "reference"
    CHECK = "check"
    RETRIEVAL = "retrieval"
    JUDGE = "judge"
    TIME = "time"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a case gets under a configuration.

    `title` is what a table heads it with, `says` one sentence for who has never seen it. `unit` is
    empty for shares from 0 to 1 and scores. `when_failed` is the value of a case that ended in a
    problem, so that a model gains nothing by failing; None leaves such a case out of this measure.
    """

    name: str
    title: str
    better: Better
    kind: MeasureKind
    says: str
    unit: str = ""
    when_failed: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is measured, under a name; None or empty is what the user's own settings say.

    `model` is the id of an approved model, and no other takes over for it. `prompt` is a name or a
    file. `adapter` is a name, "none" for the bare model.
    """

    name: str
    model: str | None = None
    prompt: str | None = None
    retrieval: bool = True
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to be done, with what is known of the right answer.

    `path` is below `root` with `/` between, `title` what people call the case; `data` is JSON in
    the suite's own shape, the line of a file of cases. `data_class` is how secret its file is.
    """

    id: str
    suite: str
    title: str
    project: str
    root: Path
    path: str
    language: str
    data: Mapping[str, Any]
    data_class: DataClass = DataClass.RESTRICTED

    @property
    def file(self) -> Path:
        """Return the place of the file that the case is about."""
        return self.root / self.path


@dataclass(frozen=True, slots=True)
class CaseSource:
    """Where cases are taken from, how many at most (None for all), and drawn by which seed.

    `workspace` is the repository that cases are mined from, or that those of `file` lie in;
    `policy` and `settings` are those that hold there. Once `stopped` is set nobody waits for the
    cases any more, and whoever draws them may end at once with any.
    """

    kind: SourceKind
    workspace: Path
    policy: WorkspacePolicy
    settings: Settings = field(default_factory=Settings)
    file: Path | None = None
    limit: int | None = None
    seed: int = 7
    stopped: Event = field(default_factory=Event, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a suite found of a case under a configuration.

    `text` is what was made, as people read it, `expected` what a person made. `task` is what was to
    be done, the code with it, as a judge and a person who labels get to see it; empty where there
    is nothing to judge. `checks` are sentences of the checks. `problem` says why nothing was made;
    `measures` may then be empty.
    """

    measures: Mapping[str, float] = field(default_factory=dict)
    text: str = ""
    expected: str = ""
    checks: tuple[str, ...] = ()
    problem: str | None = None
    task: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a case under a configuration, with what it took.

    `seconds` is wall time, `model_seconds` what of it models answered; both in seconds. `cost` is
    None where the policy names no price. `result.measures` holds every measure that counts.
    `again` says that the model was not there, so that a run that goes on tries the case again.
    `prompt_tokens` are those of all questions together, `first_prompt_tokens` of the first one.
    """

    case: str
    configuration: str
    result: CaseResult
    seconds: float
    model_seconds: float
    prompt_tokens: int
    completion_tokens: int
    cost: Cost | None = None
    again: bool = False
    first_prompt_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Means:
    """How a suite reaches an index and what checks code; models come from its subject."""

    open_index: OpenIndex
    open_checker: OpenChecker


class Subject(Protocol):
    """An opened configuration: what a suite runs a case with.

    `settings` are the user's own with the configuration's prompts; `scratch` is a folder of this
    configuration alone, which is gone after the run.
    """

    @property
    def configuration(self) -> Configuration:
        """Return what is measured."""
        ...

    @property
    def settings(self) -> Settings:
        """Return the preferences under which everything is done."""
        ...

    @property
    def policy(self) -> WorkspacePolicy:
        """Return the policy of the workspace, narrowed to the configuration's model."""
        ...

    @property
    def means(self) -> Means:
        """Return the ways to an index and to checks."""
        ...

    @property
    def indexes(self) -> Indexes:
        """Return the indexes of the measured repository that are up; there may be none."""
        ...

    @property
    def scratch(self) -> Path:
        """Return a folder for copies."""
        ...

    async def model(self, role: str, data_class: DataClass) -> ChatModel:
        """Return the configuration's model for a role, opened once; its time and tokens count.

        Nobody else may close it. Raises a `PolicyError` where it may not see texts of that class, a
        `ModelError` where it cannot be opened.
        """
        ...


class Suite(Protocol):
    """A kind of task: where its cases come from, how one is done, and what is measured of it."""

    @property
    def name(self) -> str:
        """Return what the command line calls it."""
        ...

    @property
    def measures(self) -> Sequence[Measure]:
        """Return the measures in the order in which they are shown."""
        ...

    @property
    def roles(self) -> Sequence[str]:
        """Return the roles of the models that are asked: they are opened before the first case."""
        ...

    def cases(self, source: CaseSource) -> Sequence[Case]:
        """Return the cases of a source, drawn by its seed; raises `UsageError` where it has none.

        The same source gives the same cases with the same ids.
        """
        ...

    async def run(self, case: Case, subject: Subject) -> CaseResult:
        """Do one case; what a model could not do is a `problem` of the result.

        A `ModelError` may be raised as well: the runner makes a problem of it.
        """
        ...

    async def open(self, cases: Sequence[Case], subjects: Sequence[Subject]) -> None:
        """Make what the first case would wait for, such as an index; models are open already.

        Raises what would make each case fail: then there is no run.
        """
        ...

    async def close(self) -> None:
        """Let go of what the suite opened for itself."""
        ...
