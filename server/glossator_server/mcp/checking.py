"""Own the tool `check`: what the tools of this machine say of a file as it is on the disk.

It takes no text of the assistant's, and what the assistant may not be told of is empty for the
tools: code that includes another file tells what is in it. No test is run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from glossator_server.agent.data import shown
from glossator_server.agent.hiding import HidingChecker
from glossator_server.mcp.answers import Answer
from glossator_server.mcp.desk import Inquiry
from glossator_server.mcp.searching import with_notices
from glossator_server.reflection.judging import has_errors
from glossator_server.verify.checker import Checker, Subject
from glossator_server.verify.problems import CheckOutcome, Problem, Stage, believed, misread

MOST_PROBLEMS = 100
_EMPTY = (
    "Files that other assistants are not told of are empty for the checks; what only they declare "
    "is unknown to them."
)
_FIRST = (Stage.PARSE, Stage.COMPILE)
_LATER = (Stage.LINT, Stage.TYPES)


async def check(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
    """Tell what is wrong with a file."""
    inner = inquiry.path(arguments["path"])
    snapshot = await asyncio.to_thread(inquiry.snapshot, inner)
    # A compiler quotes what it reads: what may not be told is empty for it.
    checker = HidingChecker(await inquiry.open_checker(), inquiry.access)
    outcomes = await _outcomes(inquiry, checker, inquiry.subject(inner, snapshot))
    problems = [it for one in outcomes for it in one.problems]
    placed = [(it, _inner(inquiry, it.path)) for it in problems]
    told = [(it, path) for it, path in placed if path is not None]
    notices = []
    if hidden := len(placed) - len(told):
        notices.append(f"{hidden} problems are in files that other assistants are not told of.")
    if _hides_sources(inquiry) and problems:
        notices.append(_EMPTY)
    if (left := len(told) - MOST_PROBLEMS) > 0:
        notices.append(f"{left} more problems are left out; mend the first ones.")
    told = told[:MOST_PROBLEMS]
    rows = [_problem(it, path) for it, path in told]
    data = {
        "path": shown(inner),
        "problems": rows,
        "checks": [_check(it) for it in outcomes],
        "notices": notices,
    }
    files = frozenset({inner, *(path for _, path in told if path)})
    return Answer(_in_words(inner, rows, outcomes, notices), data, files)


def _hides_sources(inquiry: Inquiry) -> bool:
    """Tell whether the policy keeps files from assistants that a compiler may need."""
    policy = inquiry.rules.policy
    return bool(policy.deny_paths) or not policy.classes.are_one


async def _outcomes(
    inquiry: Inquiry, checker: Checker, subject: Subject
) -> tuple[CheckOutcome, ...]:
    """Return what each check said; what does not compile is not linted."""
    said: list[CheckOutcome] = []
    for stage in _FIRST:
        inquiry.report(f"checking: {stage}")
        said += await checker.check(subject, {}, stage)
    found = list(believed(said, misread(said)))
    for stage in () if has_errors(found) else _LATER:
        inquiry.report(f"checking: {stage}")
        found += await checker.check(subject, {}, stage)
    return tuple(found)


def _problem(problem: Problem, path: str) -> dict[str, Any]:
    return {
        "path": shown(path),
        "line": problem.line,
        "column": problem.column,
        "gravity": str(problem.gravity),
        "rule": problem.rule,
        "message": shown(problem.message),
        "tool": problem.tool,
    }


def _inner(inquiry: Inquiry, path: Path | None) -> str | None:
    """Return a path below the folder, None where nothing may be told of it.

    A problem in a header of the system is one of this file's includes, and told without a path.
    """
    folder = inquiry.desk.folder
    if path is None or not path.is_relative_to(folder):
        return ""
    inner = path.relative_to(folder).as_posix()
    return inner if inquiry.may_tell(inner) else None


def _check(outcome: CheckOutcome) -> dict[str, str]:
    return {
        "stage": str(outcome.stage),
        "tool": outcome.tool,
        "version": outcome.version,
        "notice": outcome.notice,
        "trouble": shown(outcome.trouble),
    }


def _in_words(
    inner: str,
    problems: Sequence[Mapping[str, Any]],
    outcomes: Sequence[CheckOutcome],
    notices: Sequence[str],
) -> str:
    lines = [
        f"{it['path']}:{it['line']}:{it['column']}: {it['gravity']}: {it['message']} "
        f"[{' '.join(filter(None, (it['tool'], it['rule'])))}]"
        for it in problems
    ]
    ran = ", ".join(f"{it.stage}: {it.tool} {it.version}".strip() for it in outcomes)
    troubles = [f"{it.tool} came to no result: {it.trouble}." for it in outcomes if it.trouble]
    # What a tool says of its failure may stand in the file, like all that it says.
    body = "\n".join([*lines, *troubles]) or "nothing wrong"
    head = f"Checked {shown(inner)} ({ran or 'no tool for this language is here'})."
    return f"{head}\n{with_notices('check', body, notices)}"
