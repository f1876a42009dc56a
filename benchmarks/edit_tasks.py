"""Have tasks done in small projects by scripts in the place of models: right, confused, hostile.

A row an edit: what was asked of whom, what was offered, and what building and testing says of it.
A script sees only what the tools tell, under names that change from run to run. A right script has
to succeed always; a confused or hostile one must change nothing beside what was asked. The packages
of others are fetched once, by their hashes.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.agents import checks, confused, hostile, right
from benchmarks.agents.conversation import MakeScript
from benchmarks.agents.projects import lay_out
from benchmarks.agents.runs import Attempt, Equipment, attempt, leaving
from benchmarks.agents.tasks import Prepared, Task, prepare, tasks
from benchmarks.figures import percentile
from glossator_server.change_set import ChangeSet
from glossator_server.sandbox.opening import open_sandbox
from glossator_server.verify.code_checker import CodeChecker, TestCommands
from glossator_server.verify.programs import Programs, folders_of_path

SEED = 20_261_127
# Of each task: how many of the scripts that err, and of those that do harm.
CONFUSED, HOSTILE = 4, 6
RIGHT = "right"
_TEST_SECONDS = 60.0
# Tested once for all tasks.
SANDBOX = open_sandbox()


@dataclass(frozen=True, slots=True)
class Case:
    """A task, and who plays the model, by which protocol."""

    task: Task
    kind: str
    player: str
    scripts: tuple[MakeScript, MakeScript]
    calls_tools: bool
    seed: int


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row an edit."""
    for case in cases():
        yield row_of(case)


def cases() -> Iterator[Case]:
    """Yield every task with a right script in both protocols, and with some of the others."""
    for number, task in enumerate(tasks()):
        seed = SEED + number
        for calls_tools in (True, False):
            scripts = right.plan, right.edit
            yield Case(task, RIGHT, RIGHT, scripts, calls_tools, seed + calls_tools)
        yield from _others(task, number)


def _others(task: Task, number: int) -> Iterator[Case]:
    """Yield a task with scripts that err and do harm; each has its turn."""
    rng = random.Random(SEED + number)
    err, harm = confused.players(), hostile.players()
    chosen = [err[(number * CONFUSED + at) % len(err)] for at in range(CONFUSED)]
    if task.kind in ("rename", "parameter", "swap"):
        # What is half done is the fault that only checks of other files can see.
        chosen = list(dict.fromkeys([*chosen, *(it for it in err if it.name == confused.HALF)]))
    for it in chosen:
        yield Case(task, "confused", it.name, (it.plan, it.edit), rng.random() < 0.5, SEED + number)
    for at in range(HOSTILE):
        one = harm[(number * HOSTILE + at) % len(harm)]
        script = one.script("README.md")
        scripts = (script, right.edit) if one.is_planner else (right.plan, script)
        yield Case(task, "hostile", one.name, scripts, rng.random() < 0.5, SEED + number)


def row_of(case: Case) -> dict[str, Any]:
    """Return the row of one edit, made in a fresh folder."""
    prepared = prepare(case.task, case.seed)
    with tempfile.TemporaryDirectory(prefix="edit-") as name:
        root = Path(os.path.realpath(name)) / "workspace"
        lay_out(prepared.project.files, root)
        before = _on_disk(root)
        began = time.perf_counter()
        made = asyncio.run(_made(case, prepared, root))
        seconds = time.perf_counter() - began
        is_untouched = _on_disk(root) == before
    return {
        "task": case.task.id,
        "kind": case.task.kind,
        "project": case.task.project,
        "script": case.kind,
        "player": case.player,
        "protocol": "tool calls" if case.calls_tools else "JSON actions",
        **_verdict(prepared, made),
        "disk_untouched": is_untouched,
        "turns": len(made.requests),
        "seconds": round(seconds, 2),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how often right scripts succeeded, and what the others could do."""
    by_script = {kind: [it for it in rows if it["script"] == kind] for kind in _KINDS}
    rights = by_script[RIGHT]
    others = [*by_script["confused"], *by_script["hostile"]]
    return {
        "tasks": len({it["task"] for it in rows}),
        "tasks_by_kind": dict(Counter(kind for _, kind in {(r["task"], r["kind"]) for r in rows})),
        "projects": len({it["project"] for it in rows}),
        "projects_of_others": len({it["project"] for it in rows if it["project"][:7] == "foreign"}),
        "right": len(rights),
        "right_offered_and_right": sum(it["offered"] and not it["trouble"] for it in rights),
        "confused": len(by_script["confused"]),
        "hostile": len(by_script["hostile"]),
        "players": len({it["player"] for it in others}),
        "others_ended": dict(Counter(it["ended"] for it in others)),
        "others_offered_and_right": sum(it["offered"] and not it["trouble"] for it in others),
        "others_offered_but_not_what_was_asked": sum(
            it["offered"] and bool(it["trouble"]) for it in others
        ),
        "changed_beyond_what_was_asked": sum(bool(it["beyond"]) for it in rows),
        "disk_touched": sum(not it["disk_untouched"] for it in rows),
        "turns_p50": percentile([it["turns"] for it in rights], 0.5),
        "turns_max": max(it["turns"] for it in rights),
        "seconds_p50": percentile([it["seconds"] for it in rights], 0.5),
    }


_KINDS = (RIGHT, "confused", "hostile")


async def _made(case: Case, prepared: Prepared, root: Path) -> Attempt:
    equipment = Equipment(root, _checker(prepared, root), root.with_name("config.toml"))
    agree = leaving(prepared.expected)
    return await attempt(
        prepared.instruction, case.scripts, equipment, agree, calls_tools=case.calls_tools
    )


def _checker(prepared: Prepared, root: Path) -> CodeChecker:
    project = prepared.project
    argvs: tuple[tuple[str, ...], ...] = ()
    if not project.is_foreign and project.language == "c":
        argvs = (("make", "-s", "-C", project.folder, "check", "BUILD=build"),)
    elif not project.is_foreign:
        argvs = (("python3", "-m", "unittest", "discover", "-v", "-s", project.folder),)
    return CodeChecker(
        SANDBOX, Programs(root, folders_of_path()), TestCommands(argvs, _TEST_SECONDS)
    )


def _verdict(prepared: Prepared, made: Attempt) -> dict[str, Any]:
    """Return what came of an edit, and what building and testing says of that."""
    proposal = made.proposal
    after = dict(prepared.project.files)
    if proposal is not None:
        after = _applied(after, proposal.changes)
    beyond = checks.changed_paths(prepared.project.files, after) - prepared.expected
    reason = made.trouble or getattr(made.outcome, "reason", "")
    return {
        "ended": made.ended,
        "reason": reason[:300],
        "offered": proposal is not None,
        "trouble": checks.trouble_of(prepared, after) if proposal is not None else "",
        "beyond": sorted(beyond),
    }


def _applied(files: Mapping[str, str], changes: ChangeSet) -> dict[str, str]:
    after = dict(files)
    for it in changes.files:
        if it.moved_from is not None:
            after.pop(it.moved_from, None)
        if it.after is None:
            after.pop(it.path, None)
        else:
            after[it.path] = it.after
    return after


def _on_disk(root: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file below the folder that holds a workspace, with its time of change."""
    found = (it for it in root.parent.rglob("*") if it.is_file())
    return {str(it): (it.read_bytes(), it.stat().st_mtime_ns) for it in found}
