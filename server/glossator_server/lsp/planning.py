"""Own how a person agrees to a plan: it opens as a file that may be changed, then a question.

It must not make a plan, nor carry one out.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pygls.exceptions import JsonRpcException

from glossator_gate.errors import GlossatorError
from glossator_server.agent.plans import Plan, read_plan
from glossator_server.errors import UsageError
from glossator_server.lsp.asking import ask, named, show_file, where_to_read
from glossator_server.lsp.jobs import JobReport
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.panels import PlanQuestion, plan_from_panel
from glossator_server.lsp.places import Places
from glossator_server.lsp.shown_files import write_shown

GO_ON, DISCARD = "Go on", "Discard"

# Raises a `GlossatorError` where a plan cannot be carried out.
CheckPlan = Callable[[Plan], object]

_numbers = itertools.count(1)


async def agreed_plan(
    ls: GlossatorServer, plan: Plan, check: CheckPlan, report: JobReport
) -> Plan | str:
    """Return the plan as a person left it, or how it ended: discarded, or nobody answered.

    A plan that cannot be read any more, or not be carried out, is said, and asked for again.
    """
    path = write_shown("plans", f"{os.getpid()}-{next(_numbers)}.md", plan.text)
    report.say("the plan waits for an answer")
    if ls.editor.panels:
        return await _from_panel(ls, PlanQuestion(report.job, plan, path), check, report)
    await show_file(ls, path)
    files = named(plan.files)
    where = where_to_read(ls, path)
    # An editor may not tell the server of what it has in a Markdown file and on no disk.
    asked = f"Read the plan{where}, and change and save it as you like; it changes {files}. Go on?"
    message = f"{plan.title}: {asked}"
    while True:
        answer = await ask(ls, message, (GO_ON, DISCARD))
        if answer == DISCARD:
            return "discarded; nothing was changed"
        if answer is None:
            if path is not None:
                ls.note(f"Nobody answered; the plan is {path}.")
            return "nobody answered; nothing was changed"
        try:
            left = plan if path is None else _plan_now(ls, path)
            await asyncio.to_thread(check, left)
        except GlossatorError as trouble:
            report.say("the plan cannot stand; it waits for an answer")
            message = f"{trouble} Change and save the plan{where}, and go on?"
        else:
            return left


async def _from_panel(
    ls: GlossatorServer, question: PlanQuestion, check: CheckPlan, report: JobReport
) -> Plan | str:
    problem = None
    while True:
        try:
            text = await plan_from_panel(ls, question, problem)
        except JsonRpcException as trouble:
            ls.note(f"The editor shows no plan ({trouble.message}).")
            return "nobody answered; nothing was changed"
        if text is None:
            return "discarded; nothing was changed"
        try:
            left = read_plan(text)
            await asyncio.to_thread(check, left)
        except GlossatorError as trouble:
            report.say("the plan cannot stand; it waits for an answer")
            problem = str(trouble)
            question = replace(question, plan=replace(question.plan, text=text))
        else:
            return left


def _plan_now(ls: GlossatorServer, path: Path) -> Plan:
    text = Places(ls).at(path).text
    if text is None:
        raise UsageError(f"The plan {path} is gone; write it again, or discard it.")
    return read_plan(text)
