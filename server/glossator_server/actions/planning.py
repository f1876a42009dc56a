"""Own the plan of an edit: a model looks around and says what has to change, and where.

Nothing is changed for it, nor staged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_gate.errors import GlossatorError
from glossator_indexer.records import SearchQuery
from glossator_server.actions.workbench import Workbench
from glossator_server.agent.access import Access
from glossator_server.agent.actions import Action, AgentTool, Permission, in_words, makes_calls
from glossator_server.agent.data import as_data
from glossator_server.agent.errors import ToolError
from glossator_server.agent.files_seen import SeenFiles
from glossator_server.agent.looking import Looking
from glossator_server.agent.loop import AgentBudget, AgentEnd, AgentTask, Ending, run_agent
from glossator_server.agent.plans import MOST_CHARACTERS, Plan, plan_text, read_plan
from glossator_server.agent.proposals import NoEdit, NoEditCause
from glossator_server.agent.schemas import arguments as arguments_of
from glossator_server.agent.schemas import text as text_of
from glossator_server.agent.staging import Staging
from glossator_server.agent.transcript import Transcript
from glossator_server.edit_options import EditOptions
from glossator_server.errors import UsageError
from glossator_server.prompts.agent import PlanQuestion, plan_messages
from glossator_server.prompts.files import template_for
from glossator_server.prompts.templates import with_choices
from glossator_server.protected import is_protected
from glossator_server.reflection.loop import Spending

ROLE = "plan"
# What is asked for is an instruction, not a document.
MOST_INSTRUCTION = 10_000
MOST_HITS = 12
# Of the code at the place where the edit was asked for.
MOST_LINES_AROUND = 120
_INDEX_SECONDS = 5.0

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class EditWish:
    """What is to be changed, and where it was said: a file, a symbol of it, some lines (from 1)."""

    instruction: str
    path: Path | None = None
    symbol: str = ""
    lines: range | None = None


def check_wish(wish: EditWish) -> None:
    """Raise `UsageError` for what cannot be an instruction."""
    if not wish.instruction.strip():
        raise UsageError("The instruction is empty; say what is to be changed.")
    if len(wish.instruction) > MOST_INSTRUCTION:
        raise UsageError(f"The instruction has over {MOST_INSTRUCTION} characters; shorten it.")


async def plan_edit(
    wish: EditWish, workbench: Workbench, options: EditOptions, report: Report
) -> Plan | NoEdit:
    """Have an edit planned; nothing is changed.

    Raises a `ModelError` where the model cannot answer at all, `UsageError` for what is no wish.
    """
    check_wish(wish)
    access = workbench.access()
    staging = Staging(access, workbench.open_texts, options.files)
    looking = Looking(staging, SeenFiles(access), workbench.index, workbench.prefix)
    tools = {it.name: it for it in (*looking.tools(), _propose_plan(options.files))}
    model = await workbench.models.of(ROLE)
    told = "" if makes_calls(model.info) else in_words(tuple(tools.values()))
    template = template_for(ROLE, options.plan_prompt)
    opening = plan_messages(await _question(wish, workbench, staging, told), template)
    transcript = Transcript(workbench.transcripts)
    transcript.add("begin", schema=1, role=ROLE, instruction=wish.instruction)

    async def accept(action: Action) -> str | None:
        said = action.arguments
        objection = await asyncio.to_thread(_objection, said["steps"], access, options)
        if objection is None and len(_written(said, access, transcript)) > MOST_CHARACTERS:
            return f"The plan has more than {MOST_CHARACTERS} characters; say less of each file."
        return objection

    task = AgentTask(
        ROLE,
        opening,
        tools,
        accept,
        lambda: "",
        AgentBudget(options.steps, options.seconds, options.tokens),
        workbench.data_class,
        with_choices(template.sampling, options.plan_sampling),
    )
    end = await run_agent(task, model, transcript, Spending(), report)
    return _plan_of(end, access, transcript)


def _plan_of(end: AgentEnd, access: Access, transcript: Transcript) -> Plan | NoEdit:
    if end.ending is not Ending.FINISHED or end.action is None:
        reason = f"No plan came of it: {end.reason}."
        return NoEdit(NoEditCause.NO_PLAN, reason, transcript=transcript.path)
    said = end.action.arguments
    # Answers have their secrets back, and a plan is shown, kept, and told to another model.
    summary = transcript.sealed(said["summary"])
    if not said["steps"]:
        reason = f"The planner says that it cannot be done: {summary.strip()}"
        return NoEdit(NoEditCause.NOT_POSSIBLE, reason, transcript=transcript.path)
    return read_plan(_written(said, access, transcript))


def _written(said: Mapping[str, Any], access: Access, transcript: Transcript) -> str:
    """Return a plan as its Markdown; the paths are those of files that may be read."""
    steps = [
        {"path": access.place(it["path"]), "change": transcript.sealed(it["change"])}
        for it in said["steps"]
    ]
    title, summary = transcript.sealed(said["title"]), transcript.sealed(said["summary"])
    return plan_text(title, summary, steps)


def _objection(
    steps: Sequence[Mapping[str, Any]], access: Access, options: EditOptions
) -> str | None:
    """Return what is wrong with the files of a plan, None where nothing is."""
    paths = []
    for it in steps:
        try:
            paths.append(access.readable(it["path"]))
        except ToolError as trouble:
            return f"The plan cannot stand: {trouble}"
        if is_protected(access.root / paths[-1]):
            return f"The plan cannot stand: {paths[-1]} is never changed by a model."
        if (access.root / paths[-1]).is_dir():
            return f"The plan cannot stand: {paths[-1]} is a folder; name the files."
        if "`" in paths[-1]:
            return f"The plan cannot stand: the path {paths[-1]} has a backtick in it."
    if len(set(paths)) > options.files:
        return f"The plan names {len(set(paths))} files; at most {options.files} may be changed."
    return None


def _propose_plan(most_files: int) -> AgentTool:
    step = arguments_of({"path": text_of(400), "change": text_of(2_000)}, "path", "change")
    steps = {"type": "array", "items": step, "maxItems": 4 * most_files}
    return AgentTool(
        "propose_plan",
        "end by proposing the plan; no steps if the change cannot be made",
        arguments_of(
            {"title": text_of(100), "summary": text_of(2_000), "steps": steps},
            *("title", "summary", "steps"),
        ),
        Permission.END,
    )


async def _question(
    wish: EditWish, workbench: Workbench, staging: Staging, tools: str
) -> PlanQuestion:
    where, code = await asyncio.to_thread(_place, wish, workbench.root, staging)
    hits = await _hits(wish.instruction, workbench)
    return PlanQuestion(wish.instruction, where, code, hits, tools)


def _place(wish: EditWish, root: Path, staging: Staging) -> tuple[str, str]:
    if wish.path is None:
        return "", ""
    path = wish.path.resolve()
    if not path.is_relative_to(root):
        raise UsageError(f"{wish.path} is not in the workspace {root}; name a file of it.")
    try:
        inner, text = staging.read(path.relative_to(root).as_posix())
    except ToolError as trouble:
        raise UsageError(str(trouble)) from trouble
    lines = text.replace("\r\n", "\n").split("\n")
    wanted = wish.lines or range(1, MOST_LINES_AROUND + 1)
    last = min(len(lines), wanted.stop - 1, wanted.start + MOST_LINES_AROUND - 1)
    shown = "\n".join(f"{at}\t{lines[at - 1]}" for at in range(wanted.start, last + 1))
    symbol = f" ({wish.symbol})" if wish.symbol else ""
    where = f"{inner}, lines {wanted.start} to {last} of {len(lines)}{symbol}"
    return where, as_data(inner, shown)


async def _hits(instruction: str, workbench: Workbench) -> str:
    if workbench.index is None:
        return ""
    try:
        async with asyncio.timeout(_INDEX_SECONDS):
            hits = await workbench.index.search(SearchQuery(instruction[:2_000], MOST_HITS))
    except (GlossatorError, TimeoutError):
        return ""
    access = workbench.access()
    lines = [
        f"{path}:{it.start_line}-{it.end_line} {it.kind} {it.symbol}"
        for it in hits
        if it.path.startswith(workbench.prefix)
        and access.why_unread(path := it.path.removeprefix(workbench.prefix)) is None
    ]
    return as_data("search_code", "\n".join(lines)) if lines else ""
