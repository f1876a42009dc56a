"""Own the proof that checks see nothing of the files that an agent may not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from glossator_gate.policy import load_policy
from glossator_gate.types import DataClass, PolicyPlaces
from glossator_server.agent import hiding
from glossator_server.agent.access import Access
from glossator_server.agent.hiding import HidingChecker, hidden_from
from glossator_server.policies import WorkspacePolicy
from glossator_server.verify.checker import Subject, Suggestion
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage

TREE = (
    "main.c", ".env", "sub/.env.local", "certs/server.pem", ".git/config", ".git/objects/ab/cdef",
    ".git/modules/net/config", ".git/modules/net/objects/ab/cdef", ".aws/config", "private/plan.c",
    "docs/private.md",
)  # fmt: skip
POLICY = 'schema = 1\n[redact]\ndeny_paths = ["private/**"]\n'


@dataclass
class Asked:
    """A checker that keeps what it was asked, and finds one problem."""

    questions: list[Mapping[Path, str | None]] = field(default_factory=list)

    async def check(
        self, subject: Subject, files: Mapping[Path, str | None], stage: Stage
    ) -> tuple[CheckOutcome, ...]:
        self.questions.append(files)
        problem = Problem(stage, "cc", Gravity.ERROR, "-Wx", "hush is undeclared", subject.path, 7)
        return (
            CheckOutcome(
                stage, "cc", "1", (problem,), 0.0, trouble="it failed: hush", excerpt="hush"
            ),
        )

    async def suggestions(self, subject: Subject, text: str) -> tuple[Suggestion, ...]:  # noqa: ARG002
        return ()


def access_in(root: Path) -> Access:
    for name in TREE:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("hush\n", "utf-8")
    (root / "link.c").symlink_to(root / ".env")
    (root.parent / "config.toml").write_text(POLICY, "utf-8")
    policy = load_policy(PolicyPlaces(root.parent / "managed.toml", root.parent / "config.toml"))
    return Access(root, WorkspacePolicy(policy, root), DataClass.CONFIDENTIAL)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def test_what_may_not_be_read_is_found_wherever_it_lies(root: Path) -> None:
    hidden = hidden_from(access_in(root))
    names = {it.relative_to(root).as_posix() for it in hidden.paths}
    assert names == {
        *(".env", "sub/.env.local", "certs/server.pem", ".git/config", ".aws/config"),
        *("private/plan.c", ".git/modules/net/config"),
    }
    assert hidden.is_all


async def test_checks_see_empty_files_and_the_change_that_was_made(root: Path) -> None:
    asked = Asked()
    checker = HidingChecker(asked, access_in(root))
    subject = Subject(root, root / "main.c", "c")
    (outcome,) = await checker.check(subject, {root / "main.c": "int x;\n"}, Stage.COMPILE)
    assert asked.questions[0][root / ".env"] == ""
    assert asked.questions[0][root / "main.c"] == "int x;\n"
    assert outcome.problems[0].message == "hush is undeclared"


async def test_where_not_all_can_be_hidden_no_words_are_told(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiding, "MOST_HIDDEN", 3)
    checker = HidingChecker(Asked(), access_in(root))
    (outcome,) = await checker.check(Subject(root, root / "main.c", "c"), {}, Stage.COMPILE)
    assert "hush" not in repr(outcome)
    assert (outcome.problems[0].rule, outcome.problems[0].line) == ("-Wx", 7)
