"""Own the replay of an edit: the same answers again, with no model, on the files as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glossator_clients.protocol import ChatModel
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_server.actions.edit import ROLE, carry_out
from glossator_server.actions.planning import EditWish, Report
from glossator_server.actions.workbench import EditModels, Workbench
from glossator_server.actions.workshop import OpenModel
from glossator_server.agent.plans import read_plan
from glossator_server.agent.proposals import EditOutcome, EditProposal
from glossator_server.agent.transcript import calls_of, replies_of
from glossator_server.changes.diffs import diff_of
from glossator_server.edit_options import EditOptions
from glossator_server.errors import UsageError

Entries = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay, and whether it was the same changes as then."""

    outcome: EditOutcome
    is_same: bool


async def replay(
    entries: Entries, workbench: Workbench, options: EditOptions, report: Report
) -> Replayed:
    """Have the answers of a transcript given again.

    Raises `UsageError` where it is no transcript of an edit that was carried out.
    """
    begin = entries[0]
    if begin.get("role") != ROLE or not isinstance(begin.get("plan"), str):
        raise UsageError("This transcript is of a plan only; name the one of its edit.")
    wish = EditWish(str(begin.get("instruction", "")))
    bench = replace(workbench, models=EditModels(_opener(entries)), transcripts=None)
    outcome = await carry_out(wish, read_plan(begin["plan"]), bench, options, report)
    then = next((it for it in reversed(entries) if it.get("kind") == "outcome"), {})
    diff = diff_of(outcome.changes) if isinstance(outcome, EditProposal) else outcome.attempt
    if str(then.get("diff", "")) == diff:
        return Replayed(outcome, is_same=True)
    return Replayed(outcome, is_same=False)


def _opener(entries: Entries) -> OpenModel:
    async def open_model(role: str) -> ChatModel:
        replies = replies_of(entries, role)
        if not replies:
            raise UsageError(f"The transcript has no answers for the role {role}.")
        return ScriptedModel([ScriptedReply(it.text, tool_calls=it.tool_calls) for it in replies])

    return open_model


def in_lines(entries: Entries, path: Path) -> list[str]:
    """Return a transcript for people, a line or a block for each entry."""
    lines = [f"transcript {path.name}"]
    for it in entries:
        match it.get("kind"):
            case "begin":
                lines += ["", f"{it.get('role')}: {it.get('instruction')}"]
                lines += str(it.get("plan", "")).splitlines()
            case "reply":
                said = [str(it.get("text", ""))]
                said += [f"{call.name} {call.arguments}" for call in calls_of(it)]
                lines += ["", f"{it.get('role')} ({it.get('model')}):", *filter(None, said)]
            case "result":
                lines += [f"-> {it.get('tool')}:", *_indented(str(it.get("said", "")))]
            case "error" | "note":
                lines += _indented(str(it.get("said", "")))
            case "end":
                lines += ["", f"ended: {it.get('ending')} {it.get('reason', '')}".rstrip()]
            case "outcome":
                lines += ["", str(it.get("reason") or "proposed:"), str(it.get("diff", ""))]
    return lines


def _indented(text: str) -> list[str]:
    return [f"   {it}" for it in text.splitlines()]
