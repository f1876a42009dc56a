"""A plan that is made and carried out: what is sent back, when a critic is heard, what is said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from glossator_clients.protocol import ChatModel
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_gate.errors import LimitError
from glossator_gate.types import DataClass
from glossator_server.actions.edit import carry_out
from glossator_server.actions.planning import EditWish, plan_edit
from glossator_server.actions.workbench import EditModels, Workbench
from glossator_server.agent.plans import Plan, plan_text, read_plan
from glossator_server.agent.proposals import EditOutcome, EditProposal, NoEdit, NoEditCause
from glossator_server.edit_options import EditOptions
from glossator_server.policies import WorkspacePolicy
from glossator_server.session import NO_POLICY
from glossator_server.verify.checker import Subject, Suggestion
from glossator_server.verify.problems import CheckOutcome, Stage
from tests.server.agent.workspace import lay_out

CHANGED = "\treturn port + 1;"
WRONG = {"resolved": False, "approve": False, "problems": ["A caller is missing"], "advice": ""}
RIGHT = {"resolved": True, "approve": True, "problems": [], "advice": "It is right."}
PLAN = read_plan(plan_text("Count on", "One more.", [{"path": "src/net.c", "change": "return"}]))


class CalmChecker:
    """A checker that finds nothing wrong in anything."""

    async def check(
        self,
        subject: Subject,  # noqa: ARG002 -- as the protocol says
        files: Mapping[Path, str | None],  # noqa: ARG002
        stage: Stage,
    ) -> tuple[CheckOutcome, ...]:
        """Say that all is well."""
        return (CheckOutcome(stage, "calm", "1", (), 0.0),)

    async def suggestions(self, subject: Subject, text: str) -> tuple[Suggestion, ...]:  # noqa: ARG002
        """Suggest nothing."""
        return ()


def act(tool: str, **arguments: object) -> str:
    return json.dumps({"tool": tool, "arguments": arguments})


def edits(*replaced: tuple[str, str]) -> ScriptedModel:
    """Return a model that makes changes of one line, and after each says that it is done."""
    turns = []
    for search, replacement in replaced:
        turns += [
            act("edit_file", path="src/net.c", search=search, replace=replacement),
            act("finish", summary="It is done"),
        ]
    return ScriptedModel(turns)


def bench_with(root: Path, models: Mapping[str, ChatModel]) -> Workbench:
    """Lay out a project and return what it is edited with, by some models, one a role."""

    async def open_model(role: str) -> ChatModel:
        return models[role]

    real = lay_out(root)
    policy = WorkspacePolicy(NO_POLICY, real)
    return Workbench(real, CalmChecker(), EditModels(open_model), policy, DataClass.RESTRICTED)


async def carried_out(
    root: Path,
    models: Mapping[str, ChatModel],
    options: EditOptions | None = None,
    plan: Plan = PLAN,
) -> EditOutcome:
    """Have a plan carried out by some models, one a role."""

    bench = bench_with(root, models)
    said: list[str] = []
    return await carry_out(EditWish("count on"), plan, bench, options or EditOptions(), said.append)


def critic(*verdicts: Mapping[str, object]) -> ScriptedModel:
    return ScriptedModel([json.dumps(it) for it in verdicts])


TWICE = (("\treturn port;", CHANGED), (CHANGED, "\treturn port + 2;"))
THRICE = (*TWICE, ("\treturn port + 2;", "\treturn port + 3;"))


@pytest.mark.parametrize(
    ("reviews", "verdicts", "is_offered"),
    [
        (0, [WRONG], False),
        (1, [WRONG, WRONG], False),
        (1, [WRONG, RIGHT], True),
        (2, [WRONG, WRONG, RIGHT], True),
        (2, [WRONG, WRONG, WRONG], False),
    ],
)
async def test_a_critic_sends_an_edit_back_as_often_as_is_set(
    reviews: int,
    verdicts: Sequence[Mapping[str, object]],
    is_offered: bool,  # noqa: FBT001 -- a case of a table
    tmp_path: Path,
) -> None:
    judging = critic(*verdicts)
    models = {"edit": edits(*THRICE[: len(verdicts)]), "critic": judging}
    outcome = await carried_out(tmp_path, models, EditOptions(reviews=reviews))
    assert isinstance(outcome, EditProposal) is is_offered
    asked = judging.requests[0].messages[1].text
    assert " from the change ---\ndiff --git a/src/net.c" in asked
    assert " from the checks ---\n" in asked
    assert len(judging.requests) == len(verdicts)
    if isinstance(outcome, NoEdit):
        assert outcome.cause is NoEditCause.NOT_APPROVED


async def test_what_a_critic_said_of_an_earlier_state_is_not_said_of_the_next(
    tmp_path: Path,
) -> None:
    judging = ScriptedModel([json.dumps(WRONG), ScriptedReply(error="unavailable")])
    outcome = await carried_out(tmp_path, {"edit": edits(*TWICE), "critic": judging})
    assert isinstance(outcome, EditProposal)
    assert outcome.review is None
    assert [it.check for it in outcome.evidence if it.check == "critic"] == []


async def test_a_critic_whose_budget_is_spent_ends_no_edit(tmp_path: Path) -> None:
    class Spent(ScriptedModel):
        async def stream(self, request: object) -> object:  # type: ignore[override]  # noqa: ARG002
            raise LimitError("What may be spent today is spent; raise the limit.")
            yield

    outcome = await carried_out(tmp_path, {"edit": edits(*TWICE[:1]), "critic": Spent([])})
    assert isinstance(outcome, EditProposal)


async def test_that_not_all_users_of_a_name_were_sought_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glossator_server.agent.files_seen.MOST_FILES", 2)
    before, after = "int net_connect(const char *host, int port)", "int net_connect(int port)"
    models = {"edit": edits((before, after)), "critic": critic(RIGHT)}
    outcome = await carried_out(tmp_path, models)
    assert isinstance(outcome, EditProposal)
    assert any(it.startswith("not all files were looked at") for it in outcome.notices)


async def test_a_build_file_that_gets_another_name_is_asked_for(tmp_path: Path) -> None:
    steps = [{"path": it, "change": "move"} for it in ("compile_flags.txt", "flags.txt")]
    turns = [
        act("rename_file", path="compile_flags.txt", to="flags.txt"),
        act("finish", summary="It is done"),
    ]
    models = {"edit": ScriptedModel(turns), "critic": critic(RIGHT)}
    plan = read_plan(plan_text("Move", "The flags.", steps))
    outcome = await carried_out(tmp_path, models, plan=plan)
    assert isinstance(outcome, EditProposal)
    assert outcome.confirm == ("flags.txt",)


async def test_a_plan_that_nobody_could_read_again_is_sent_back(tmp_path: Path) -> None:
    def proposed(words: str) -> str:
        steps = [{"path": "src/net.c", "change": words}] * 40
        return act("propose_plan", title="Count on", summary="One more.", steps=steps)

    planner = ScriptedModel([proposed("more " * 300), proposed("more")])
    bench = bench_with(tmp_path, {"plan": planner})
    said: list[str] = []
    plan = await plan_edit(EditWish("count on"), bench, EditOptions(), said.append)
    assert isinstance(plan, Plan)
    assert plan.files == ("src/net.c",)
    assert "say less of each file" in planner.requests[1].messages[-1].text
