"""Own how prompts for anything but comments are tried: by the commands' own ways of working.

Nothing is written, and no way of asking is made here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from glossator_clients.router import Need
from glossator_server.actions.ask import ask
from glossator_server.actions.edit import carry_out
from glossator_server.actions.explain import ExplainTarget, explain
from glossator_server.actions.fix import NoFix, fix
from glossator_server.actions.planning import EditWish, plan_edit
from glossator_server.actions.questions import Answer, Question
from glossator_server.actions.review import (
    ReviewedPiece,
    ReviewFinding,
    review_piece,
    spans_to_review,
)
from glossator_server.actions.targeting import FixWish
from glossator_server.agent.plans import Plan, plan_text, read_plan
from glossator_server.agent.proposals import NoEdit
from glossator_server.changes.diffs import diff_of as diff_of_changes
from glossator_server.cli.ask import meant, sources_for
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.output import diff_of
from glossator_server.cli.review import NO_REVIEWER
from glossator_server.cli.targets import lines_of
from glossator_server.cli.workbench import Place, workbench_for
from glossator_server.cli.workshop import Subject, pieces_around, workshop_for
from glossator_server.edits import line_and_column
from glossator_server.errors import UsageError
from glossator_server.intent import classify
from glossator_server.intent.asking import classify_with_model
from glossator_server.prompts.fix import is_small
from glossator_server.proposal import Evidence

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a prompt is tried on: code, and a question or an instruction in `text`, maybe empty.

    With `dry` no model gives an answer.
    """

    subject: Subject
    text: str
    report: Report
    dry: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a prompt; `problem` says why nothing did."""

    text: str = ""
    diff: str = ""
    evidence: tuple[Evidence, ...] = ()
    notices: tuple[str, ...] = ()
    problem: str = ""


async def made_by(use: str, tried: Tried) -> Made:
    """Have done what a prompt is for, by the settings and models of the subject's application.

    Raises `UsageError` where a prompt cannot be tried on code, or words are missing.
    """
    run = _RUNS.get(use)
    if run is None:
        raise UsageError(_NOT_TRIED[use])
    if use in _IN_WORDS and not tried.text:
        raise UsageError(f"A prompt for {use} needs words to work on; add --text.")
    return await run(tried)


async def _fix(tried: Tried) -> Made:
    subject = tried.subject
    wish = FixWish(lines=lines_of(subject.target, subject.snapshot), test="", text=tried.text)
    async with workshop_for(subject) as workshop:
        fixing = subject.application.settings.fixing
        outcome = await fix(subject.snapshot, wish, workshop, fixing, tried.report)
    if isinstance(outcome, NoFix):
        return Made(diff=outcome.attempt, notices=outcome.history, problem=outcome.reason)
    diff = diff_of(outcome, subject.snapshot)
    return Made(diff=diff, evidence=outcome.evidence, notices=outcome.notices)


async def _explain(tried: Tried) -> Made:
    subject = tried.subject
    path = subject.target.path.absolute()
    target = ExplainTarget(path)
    if subject.target.line is not None or subject.target.symbol is not None:
        target = ExplainTarget(path, *meant(subject.target, subject.snapshot))
    async with sources_for(_place(subject)) as sources:
        return _answered(await explain(target, sources, _Told(tried.report)))


async def _ask(tried: Tried) -> Made:
    subject = tried.subject
    place = meant(subject.target, subject.snapshot)
    question = Question(tried.text, subject.target.path.absolute(), *place)
    async with sources_for(_place(subject)) as sources:
        return _answered(await ask(question, sources, _Told(tried.report)))


async def _review(tried: Tried) -> Made:
    subject = tried.subject
    application, snapshot = subject.application, subject.snapshot
    preferred = application.settings.preferred_models
    model = await application.open_model(Need("review", snapshot.data_class, preferred))
    found: list[ReviewFinding] = []
    notices: list[str] = []
    try:
        if is_small(model.info):
            return Made(problem=NO_REVIEWER)
        async with running_indexes([subject.target.path], application.settings.index) as indexes:
            for span in spans_to_review(snapshot, lines_of(subject.target, snapshot)):
                line, _ = line_and_column(snapshot.text, span.start)
                pieces = tuple(await pieces_around(indexes, snapshot, line, tried.text))
                tried.report(f"{model.info.id} reviews")
                asking = application.settings.asking("review")
                piece = ReviewedPiece(span, pieces)
                review = await review_piece(snapshot, piece, model, asking, subject.root)
                found += review.findings
                notices += (*review.notices, *review.not_reviewed)
    finally:
        await model.close()
    lines = [
        f"{line_and_column(snapshot.text, it.span.start)[0]}: {it.severity}: {it.message}"
        for it in found
    ]
    return Made(text="\n".join(lines) or "no finding", notices=tuple(notices))


async def _plan(tried: Tried) -> Made:
    subject = tried.subject
    editing = subject.application.settings.editing
    async with workbench_for(_place(subject)) as workbench:
        plan = await plan_edit(_edit_wish(tried), workbench, editing, tried.report)
    return Made(text=plan.text) if isinstance(plan, Plan) else Made(problem=plan.reason)


async def _edit(tried: Tried) -> Made:
    subject, wish = tried.subject, _edit_wish(tried)
    editing = subject.application.settings.editing
    async with workbench_for(_place(subject)) as workbench:
        if tried.dry:
            # Without an answer there is no plan of a model's: the instruction stands for one.
            path = subject.target.path.resolve().relative_to(subject.root).as_posix()
            steps = [{"path": path, "change": tried.text}]
            plan: Plan | NoEdit = read_plan(plan_text(tried.text, tried.text, steps))
        else:
            plan = await plan_edit(wish, workbench, editing, tried.report)
        if not isinstance(plan, Plan):
            return Made(problem=plan.reason)
        outcome = await carry_out(wish, plan, workbench, editing, tried.report)
    if isinstance(outcome, NoEdit):
        return Made(diff=outcome.attempt, notices=outcome.history, problem=outcome.reason)
    diff = diff_of_changes(outcome.changes)
    return Made(diff=diff, evidence=outcome.evidence, notices=outcome.notices)


async def _intent(tried: Tried) -> Made:
    application = tried.subject.application
    data_class = application.workspace_policy.class_of(None)
    need = Need("intent", data_class, application.settings.preferred_models)
    model = await application.open_model(need)
    # Asked whether or not rules and examples are sure: the prompt is what is tried.
    guess = classify(tried.text)
    try:
        prompt = application.settings.prompts.get("intent", "")
        decided = await classify_with_model(guess, tried.text, model, data_class, prompt)
    finally:
        await model.close()
    said = f"{decided.intent} ({decided.decided_by}); without a model: {guess.intent}"
    return Made(text=said)


@dataclass(frozen=True, slots=True)
class _Told:
    """Says what is being done, and keeps what is said for the end."""

    say: Report

    def write(self, markdown: str) -> None:
        """Keep it for the end."""

    def start_over(self) -> None:
        """Take nothing back: nothing was shown."""


def _answered(answer: Answer) -> Made:
    problem = "" if answer.found else "no answer was found"
    return Made(text=answer.markdown, notices=answer.notices, problem=problem)


def _place(subject: Subject) -> Place:
    return Place(subject.root, subject.application, subject.snapshot.data_class, subject.root)


def _edit_wish(tried: Tried) -> EditWish:
    target = tried.subject.target
    lines = None
    if target.line is not None or target.symbol is not None:
        lines = lines_of(target, tried.subject.snapshot)
    return EditWish(tried.text, target.path, target.symbol or "", lines)


_RUNS: Mapping[str, Callable[[Tried], Awaitable[Made]]] = {
    "fix": _fix,
    "critic": _fix,
    "explain": _explain,
    "ask": _ask,
    "review": _review,
    "plan": _plan,
    "edit": _edit,
    "edit-critic": _edit,
    "intent": _intent,
}
_IN_WORDS = frozenset({"ask", "plan", "edit", "edit-critic", "intent"})
_NOT_TRIED: Mapping[str, str] = {
    "summarise": "A prompt for summarise is asked in the middle of long conversations and cannot "
    "be tried on code; choose it under [prompts] and go on with glossator ask --continue.",
    "judge": "A prompt for judge compares two results and cannot be tried on code; run glossator "
    "eval with --judge.",
}
