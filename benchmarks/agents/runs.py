"""Own one edit from the instruction to its outcome, with scripts in the place of models.

The models are behind the same guard as in the product. It must not judge what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.agents.conversation import MakeScript, ScriptedAgent
from glossator_clients.costs import Cost
from glossator_clients.errors import ModelUnavailableError
from glossator_clients.guard import GuardedModel
from glossator_clients.protocol import ChatModel
from glossator_clients.types import ChatRequest, Usage
from glossator_gate.errors import GlossatorError
from glossator_gate.policy import load_policy
from glossator_gate.types import Api, DataClass, Errand, ModelEntry, PolicyPlaces
from glossator_server.actions.edit import carry_out
from glossator_server.actions.planning import EditWish, plan_edit
from glossator_server.actions.workbench import EditModels, Workbench
from glossator_server.actions.workshop import OpenModel
from glossator_server.agent.looking import CodeIndex
from glossator_server.agent.plans import Plan, read_plan
from glossator_server.agent.proposals import EditOutcome, EditProposal
from glossator_server.agent.running import RunPython
from glossator_server.edit_options import EditOptions
from glossator_server.policies import WorkspacePolicy
from glossator_server.verify.checker import Checker

_ENTRY = ModelEntry("script", Api.SCRIPTED, ("script",))
_ITEM = re.compile(r"^[-*+] ")


class _NoLedger:
    """Keeps nothing: scripts cost nothing."""

    def admit(self, entry: ModelEntry) -> None:
        """Let every request through."""

    def keep(
        self, entry: ModelEntry, errand: Errand, usage: Usage, seconds: float, cost: Cost | None
    ) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """What an edit is made with, but for its models; `policy_file` is the user's."""

    root: Path
    checker: Checker
    policy_file: Path
    transcripts: Path | None = None
    run_python: RunPython | None = None
    index: CodeIndex | None = None
    options: EditOptions = field(default_factory=EditOptions)


@dataclass(slots=True)
class Attempt:
    """How an edit went: what was planned, what a person left of it, what came of that.

    `trouble` is the sentence that ended it where neither a plan nor an outcome came of it.
    """

    plan: Plan | None = None
    agreed: Plan | None = None
    outcome: EditOutcome | None = None
    trouble: str = ""
    requests: list[ChatRequest] = field(default_factory=list)

    @property
    def proposal(self) -> EditProposal | None:
        """Return what was offered."""
        return self.outcome if isinstance(self.outcome, EditProposal) else None

    @property
    def ended(self) -> str:
        """Return in a word how it ended."""
        if self.trouble:
            return "refused"
        if self.outcome is None:
            return "no plan"
        return "offered" if self.proposal else str(self.outcome.cause)  # type: ignore[union-attr]


# From a plan to what a person leaves of it; raises `UsageError` where nothing is left.
Agree = Callable[[Plan], Plan]


async def attempt(
    instruction: str,
    scripts: tuple[MakeScript, MakeScript],
    equipment: Equipment,
    agree: Agree,
    *,
    calls_tools: bool,
) -> Attempt:
    """Have an edit planned by one script and carried out by another."""
    planner, editor = (ScriptedAgent(it, calls_tools) for it in scripts)
    found = Attempt()
    models = EditModels(_opening({"plan": planner, "edit": editor}))
    workbench = _workbench(equipment, models)
    wish = EditWish(instruction)
    try:
        planned = await plan_edit(wish, workbench, equipment.options, _nobody)
        if isinstance(planned, Plan):
            found.plan = planned
            found.agreed = agree(planned)
            found.outcome = await carry_out(
                wish, found.agreed, workbench, equipment.options, _nobody
            )
        else:
            found.outcome = planned
    except GlossatorError as trouble:
        found.trouble = str(trouble)
    found.requests = [*planner.requests, *editor.requests]
    return found


def leaving(allowed: frozenset[str]) -> Agree:
    """Return a person who reads the list of files and strikes out what was not asked for."""

    def agree(plan: Plan) -> Plan:
        if set(plan.files) <= allowed:
            return plan
        lines = plan.text.split("\n")
        kept = [
            it for it in lines if not _ITEM.match(it) or any(f"`{path}`" in it for path in allowed)
        ]
        return read_plan("\n".join(kept))

    return agree


def as_it_is(plan: Plan) -> Plan:
    """Agree to everything unread."""
    return plan


def _opening(agents: Mapping[str, ScriptedAgent]) -> OpenModel:
    async def open_model(role: str) -> ChatModel:
        if role not in agents:
            raise ModelUnavailableError("Nobody judges here.")
        return GuardedModel(agents[role], _ENTRY, _NoLedger())

    return open_model


def _workbench(equipment: Equipment, models: EditModels) -> Workbench:
    places = PolicyPlaces(equipment.policy_file.with_name("managed.toml"), equipment.policy_file)
    policy = WorkspacePolicy(load_policy(places), equipment.root)
    return Workbench(
        equipment.root,
        equipment.checker,
        models,
        policy,
        DataClass.RESTRICTED,
        index=equipment.index,
        run_python=equipment.run_python,
        transcripts=equipment.transcripts,
    )


def _nobody(words: str) -> None:
    """Take no notice of progress."""
