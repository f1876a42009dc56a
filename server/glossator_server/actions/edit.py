"""Own the action "edit": from an agreed plan to a checked set of changes, or the reason why not.

It must not know the editor, nor write or apply anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from glossator_clients.protocol import ChatModel, complete
from glossator_gate.errors import GlossatorError
from glossator_gate.types import Errand
from glossator_server.actions.planning import EditWish, Report, check_wish
from glossator_server.actions.workbench import Workbench
from glossator_server.agent.access import Access
from glossator_server.agent.actions import Action, AgentTool, Permission, in_words, makes_calls
from glossator_server.agent.changing import Changing
from glossator_server.agent.data import as_data
from glossator_server.agent.errors import ToolError
from glossator_server.agent.files_seen import SeenFiles
from glossator_server.agent.hiding import HidingChecker
from glossator_server.agent.judging import Affected, Checked, Judge, SetJudgement, affected_by
from glossator_server.agent.leftovers import leftovers
from glossator_server.agent.looking import Looking
from glossator_server.agent.loop import AgentBudget, AgentEnd, AgentTask, Ending, run_agent
from glossator_server.agent.plans import Plan
from glossator_server.agent.proposals import EditOutcome, EditProposal, NoEdit, NoEditCause
from glossator_server.agent.running import Running
from glossator_server.agent.schemas import arguments as arguments_of
from glossator_server.agent.schemas import text as text_of
from glossator_server.agent.staging import Staging
from glossator_server.agent.transcript import Transcript
from glossator_server.change_set import ChangeSet
from glossator_server.changes.diffs import diff_of
from glossator_server.edit_options import EditOptions
from glossator_server.errors import UsageError
from glossator_server.prompts.agent import ReviewedEdit, critic_question, edit_messages, refusal
from glossator_server.prompts.files import template_for
from glossator_server.prompts.fix import CriticVerdict, is_small, read_verdict
from glossator_server.prompts.templates import with_choices
from glossator_server.proposal import Evidence, Verdict
from glossator_server.protected import is_protected, needs_confirmation
from glossator_server.reflection.loop import Spending

ROLE, CRITIC_ROLE = "edit", "critic"
# Whoever cannot mend it in these tries will not in more.
MOST_REFUSALS = 4


@dataclass(slots=True)
class _Work:
    """One edit while it is made; `judgement` is that of what is staged now, if there is one."""

    wish: EditWish
    plan: Plan
    workbench: Workbench
    options: EditOptions
    report: Report
    staging: Staging
    files: SeenFiles
    transcript: Transcript
    started: float = field(default_factory=time.monotonic)
    spending: Spending = field(default_factory=Spending)
    history: list[str] = field(default_factory=list)
    judged: tuple[str, SetJudgement] | None = None
    verdict: CriticVerdict | None = None
    critic: str = ""
    reviews: int = 0
    refusals: int = 0
    summary: str = ""
    affected: Affected = field(default_factory=Affected)

    def note(self, words: str) -> None:
        self.report(words)
        self.history.append(words)


async def carry_out(
    wish: EditWish, plan: Plan, workbench: Workbench, options: EditOptions, report: Report
) -> EditOutcome:
    """Have a plan carried out, and offer the changes only where the checks find nothing worse.

    Raises a `ModelError` where the model cannot answer at all, `SandboxUnavailableError` where
    nothing can be checked, `UsageError` for a plan whose files cannot be changed.
    """
    check_wish(wish)
    allowed = await asyncio.to_thread(paths_allowed, plan, workbench.access())
    access = workbench.access(allowed)
    workbench = replace(workbench, checker=HidingChecker(workbench.checker, access))
    staging = Staging(access, workbench.open_texts, options.files)
    transcript = Transcript(workbench.transcripts)
    files = SeenFiles(access)
    work = _Work(wish, plan, workbench, options, report, staging, files, transcript)
    transcript.add("begin", schema=1, role=ROLE, instruction=wish.instruction, plan=plan.text)
    model = await workbench.models.of(ROLE)
    end = await run_agent(_task(work, model), model, transcript, work.spending, report)
    outcome = _outcome(work, end, model)
    transcript.add("outcome", **_told(outcome))
    return outcome


async def check_changes(
    proposal: EditProposal, changes: ChangeSet, workbench: Workbench
) -> EditOutcome:
    """Return a proposal as some of its changes fare, or the same changes of newer texts.

    What a critic said of them stands only where they are the same.
    """
    access = workbench.access(frozenset(proposal.plan.files))
    judge = Judge(HidingChecker(workbench.checker, access), workbench.root)
    staging = Staging(access, workbench.open_texts, len(proposal.plan.files) + 1)
    affected = await affected_by(changes, staging, SeenFiles(access))
    others = affected.files
    left = await asyncio.to_thread(leftovers, changes, staging, _paths(others, changes))
    judgement = await judge.judge(changes, others, left)
    if not judgement.may_be_offered:
        reason = _failed(judgement, workbench)
        return NoEdit(NoEditCause.FAILED_CHECKS, reason, attempt=diff_of(changes))
    is_all = [(it.path, it.after) for it in changes.files] == [
        (it.path, it.after) for it in proposal.changes.files
    ]
    return replace(
        proposal,
        changes=changes,
        evidence=judgement.evidence
        + tuple(it for it in proposal.evidence if is_all and it.check == "critic"),
        review=proposal.review if is_all else None,
        confirm=_to_confirm(changes),
    )


def paths_allowed(plan: Plan, access: Access) -> frozenset[str]:
    """Return the paths that a plan allows to be changed.

    Raises `UsageError` where it names one that never is.
    """
    found = set()
    for path in plan.files:
        try:
            inner = access.readable(path)
        except ToolError as trouble:
            raise UsageError(f"The plan cannot be carried out: {trouble}") from trouble
        if is_protected(access.root / inner):
            raise UsageError(
                f"The plan cannot be carried out: {inner} is never changed by a model; take it out."
            )
        found.add(inner)
    return frozenset(found)


def _task(work: _Work, model: ChatModel) -> AgentTask:
    workbench, options = work.workbench, work.options
    looking = Looking(work.staging, work.files, workbench.index, workbench.prefix)
    running = Running(
        lambda: _checked(work), work.staging.read, workbench.run_python, workbench.search_web
    )
    tools = {
        it.name: it
        for it in (
            *looking.tools(),
            *_noted(work, Changing(work.staging).tools()),
            *running.tools(),
            _FINISH,
        )
    }
    told = "" if makes_calls(model.info) else in_words(tuple(tools.values()))
    template = template_for(ROLE, options.prompt)

    async def accept(action: Action) -> str | None:
        return await _objection(work, str(action.arguments["summary"]))

    return AgentTask(
        ROLE,
        edit_messages(work.wish.instruction, work.plan.text, told, template),
        tools,
        accept,
        lambda: work.staging.digest,
        AgentBudget(options.steps, options.seconds, options.tokens),
        workbench.data_class,
        with_choices(template.sampling, options.sampling),
    )


_FINISH = AgentTool(
    "finish",
    "end, when all is done and checked, or cannot be done",
    arguments_of({"summary": text_of(2_000)}, "summary"),
    Permission.END,
)


def _noted(work: _Work, tools: tuple[AgentTool, ...]) -> tuple[AgentTool, ...]:
    """Return the tools with a line of the history for each change that was made."""

    def noting(tool: AgentTool) -> AgentTool:
        async def run(arguments: object) -> str:
            said = await tool.run(arguments) if tool.run is not None else ""  # type: ignore[arg-type]
            work.history.append(said.rstrip("."))
            return said

        return replace(tool, run=run)

    return tuple(map(noting, tools))


async def _judge(work: _Work) -> SetJudgement:
    """Return what the checks say of what is staged; the same state is checked once."""
    digest = work.staging.digest
    if work.judged is None or work.judged[0] != digest:
        changes = work.staging.changes
        work.affected = await affected_by(changes, work.staging, work.files)
        others = work.affected.files
        paths = _paths(others, changes)
        left = await asyncio.to_thread(leftovers, changes, work.staging, paths)
        work.report("checking")
        judge = Judge(work.workbench.checker, work.workbench.root)
        work.judged = digest, await judge.judge(changes, others, left)
    return work.judged[1]


def _paths(others: Sequence[Checked], changes: ChangeSet) -> list[str]:
    return [it.subject.path.relative_to(changes.root).as_posix() for it in others]


async def _checked(work: _Work) -> str:
    if not work.staging.changes.files:
        return "Nothing is changed yet."
    judgement = await _judge(work)
    words = judgement.words(work.workbench.root)
    if words:
        return "Worse than before:\n" + "\n".join(f"- {it}" for it in words)
    said = [f"{it.check} ({it.tool}): {it.after}" for it in judgement.evidence]
    return "\n".join(["Nothing is worse than before.", *said, *judgement.unchecked])


async def _objection(work: _Work, summary: str) -> str | None:
    """Return why an edit is not finished yet, None where it is, or is given up."""
    work.summary = " ".join(work.transcript.sealed(summary).split())
    if not work.staging.changes.files:
        return None
    judgement = await _judge(work)
    if not judgement.may_be_offered:
        words = "\n".join(judgement.words(work.workbench.root))
        return _sent_back(work, as_data("the checks", words), "the checks find more wrong")
    verdict = await _verdict(work, judgement)
    if verdict is None or (verdict.approve and verdict.resolved):
        return None
    words = verdict.words or "not all is done"
    if work.reviews > work.options.reviews:
        return None
    return _sent_back(work, as_data("the reviewer", words), f"The reviewer says: {words}")


def _sent_back(work: _Work, reasons: str, noted: str) -> str | None:
    work.refusals += 1
    work.note(f"sent back: {noted}")
    return (
        None
        if work.refusals >= MOST_REFUSALS
        else refusal(reasons, template_for(ROLE, work.options.prompt))
    )


async def _verdict(work: _Work, judgement: SetJudgement) -> CriticVerdict | None:
    """Return what the critic says of what is staged, None where there is none."""
    # What was said of an earlier state says nothing of this one.
    work.verdict = None
    try:
        critic = await work.workbench.models.of(CRITIC_ROLE)
    except GlossatorError as trouble:
        work.transcript.add("note", said=f"no critic: {trouble}")
        return None
    if is_small(critic.info):
        return None
    work.reviews += 1
    work.report(f"{critic.info.id} reviews")
    checks = [f"{it.check} ({it.tool}): {it.after}" for it in judgement.evidence]
    edit = ReviewedEdit(
        work.wish.instruction,
        work.plan.text,
        as_data("the change", diff_of(work.staging.changes)),
        as_data("the checks", "\n".join(checks) or "nothing wrong"),
    )
    request = critic_question(edit, critic.info, work.options.critic_prompt)
    errand = Errand("chat", CRITIC_ROLE, work.workbench.data_class)
    began = time.monotonic()
    try:
        reply = await complete(critic, replace(request, errand=errand))
    except GlossatorError as trouble:
        work.transcript.add("note", said=f"no verdict: {trouble}")
        return None
    work.spending.count(reply, critic.info, time.monotonic() - began)
    work.transcript.add_reply(CRITIC_ROLE, reply)
    work.critic = critic.info.id
    work.verdict = read_verdict(reply.text)
    return work.verdict


def _outcome(work: _Work, end: AgentEnd, model: ChatModel) -> EditOutcome:
    changes = work.staging.changes
    attempt = diff_of(changes) if changes.files else ""

    def none(cause: NoEditCause, reason: str) -> NoEdit:
        return NoEdit(cause, reason, tuple(work.history), attempt, work.transcript.path)

    if end.ending is not Ending.FINISHED:
        return none(NoEditCause.NOT_FINISHED, f"The edit was not finished: {end.reason}.")
    if not changes.files:
        said = work.summary.rstrip(".")
        return none(NoEditCause.NOTHING_CHANGED, f"Nothing was changed; the model says: {said}.")
    judgement = None if work.judged is None else work.judged[1]
    if judgement is None or work.judged is None or work.judged[0] != work.staging.digest:
        return none(NoEditCause.NOT_FINISHED, "The edit was changed after its last check.")
    if not judgement.may_be_offered:
        return none(NoEditCause.FAILED_CHECKS, _failed(judgement, work.workbench))
    if work.verdict is not None and not work.verdict.resolved:
        words = work.verdict.words.rstrip(".")
        return none(NoEditCause.NOT_APPROVED, f"The reviewer says that it is not done: {words}.")
    return _proposal(work, changes, judgement, model, end)


def _proposal(
    work: _Work, changes: ChangeSet, judgement: SetJudgement, model: ChatModel, end: AgentEnd
) -> EditProposal:
    spent = work.spending
    return EditProposal(
        title=work.plan.title,
        symbol=work.wish.symbol,
        edits=(),
        evidence=(*judgement.evidence, *_critics_evidence(work)),
        model=model.info.id,
        route=model.info.route,
        why=model.info.why,
        notices=_notices(work, changes, judgement),
        rounds=end.steps,
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
        answer_seconds=spent.answer_seconds,
        cost=spent.cost,
        seconds=time.monotonic() - work.started,
        changes=changes,
        plan=work.plan,
        history=tuple(work.history),
        review=None if work.verdict is None else work.verdict.words or "approved",
        confirm=_to_confirm(changes),
        transcript=work.transcript.path,
    )


def _notices(work: _Work, changes: ChangeSet, judgement: SetJudgement) -> tuple[str, ...]:
    touched = {it.path for it in changes.files} | {it.moved_from for it in changes.files}
    left = [it for it in work.plan.files if it not in touched]
    found = [*judgement.unchecked, *work.workbench.not_run, *work.affected.notices]
    if left:
        found.append(f"the plan names {', '.join(left)}, which stayed as it is")
    if work.summary:
        found.append(f"the model says: {work.summary.rstrip('.')}")
    return tuple(found)


def _critics_evidence(work: _Work) -> tuple[Evidence, ...]:
    if work.verdict is None:
        return ()
    is_well = work.verdict.approve and work.verdict.resolved
    words = work.verdict.words or ("approved" if is_well else "not approved")
    verdict = Verdict.PASSED if is_well else Verdict.FAILED
    return (Evidence("critic", work.critic, "", "", words, verdict),)


def _failed(judgement: SetJudgement, workbench: Workbench) -> str:
    words = judgement.words(workbench.root)
    more = f", and {len(words) - 1} more" if len(words) > 1 else ""
    return f"The changes do not pass their checks: {words[0].rstrip('.')}{more}."


def _to_confirm(changes: ChangeSet) -> tuple[str, ...]:
    return tuple(
        it.path
        for it in changes.files
        if it.after is None
        or any(needs_confirmation(changes.root / name) for name in (it.path, it.moved_from) if name)
    )


def _told(outcome: EditOutcome) -> dict[str, object]:
    if isinstance(outcome, NoEdit):
        return {"cause": outcome.cause, "reason": outcome.reason, "diff": outcome.attempt}
    return {"cause": "", "reason": "", "diff": diff_of(outcome.changes)}
