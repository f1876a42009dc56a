"""Mend known faults with a simulated model, and hold what is shown against what it drew.

A row a fault: what the model drew, whether a fix was shown and whether it is the right one, rounds,
and seconds of the checks beside those of the compiler alone.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.figures import percentile
from benchmarks.fix_drawing import KINDS, RIGHT, DrawingModel
from benchmarks.fix_faults import mutants
from glossator_clients.errors import ModelUnavailableError
from glossator_clients.protocol import ChatModel
from glossator_gate.types import DataClass
from glossator_indexer.records import ContextPiece
from glossator_server.actions.fix import FixOutcome, fix
from glossator_server.actions.targeting import FixWish
from glossator_server.actions.workshop import Models, Workshop
from glossator_server.edits import apply_changes
from glossator_server.evals.faults import COMMANDS, Fault, written_faults
from glossator_server.files import read_snapshot
from glossator_server.fix_options import FixOptions
from glossator_server.proposal import FixProposal
from glossator_server.sandbox.opening import open_sandbox
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot
from glossator_server.verify.checker import Subject, Suggestion
from glossator_server.verify.code_checker import CodeChecker, TestCommands
from glossator_server.verify.problems import CheckOutcome, Stage
from glossator_server.verify.programs import Programs, folders_of_path

SEED = 20_261_127
P_RIGHT = 0.35
ROUNDS = 3
MUTANTS = 150
# Of the faults that people wrote; as many again would say the same.
WRITTEN_A_PROGRAM = 3
# Tested once for all faults.
SANDBOX = open_sandbox()
_COMPILE = {"c": ("gcc", "-fsyntax-only", "-std=c11", "-Wall", "-Wextra")}


class TimedChecker:
    """The real checker, with the seconds of what it was asked; `suggests` nothing unless told."""

    def __init__(self, checker: CodeChecker, *, suggests: bool) -> None:
        self._checker = checker
        self._suggests = suggests
        self.seconds: dict[Stage, list[float]] = {}

    async def check(
        self, subject: Subject, files: Mapping[Path, str], stage: Stage
    ) -> tuple[CheckOutcome, ...]:
        """Ask the real checker."""
        began = time.perf_counter()
        found = await self._checker.check(subject, files, stage)
        self.seconds.setdefault(stage, []).append(time.perf_counter() - began)
        return found

    async def suggestions(self, subject: Subject, text: str) -> tuple[Suggestion, ...]:
        """Ask the real checker, where suggestions are wanted."""
        return await self._checker.suggestions(subject, text) if self._suggests else ()


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row a fault."""
    chosen = [*_some_written(), *mutants(MUTANTS, SEED)]
    for number, fault in enumerate(chosen):
        yield asyncio.run(row_of(fault, SEED + number))


async def row_of(fault: Fault, seed: int) -> dict[str, Any]:
    """Return the row of one fault, mended by what the seed draws."""
    model = DrawingModel(fault, P_RIGHT, random.Random(seed))
    with tempfile.TemporaryDirectory(prefix="fix-") as name:
        root = Path(os.path.realpath(name))  # noqa: ASYNC240 -- alone on its loop
        path = fault.lay_out(root)
        outcome, checker, seconds = await mended(fault, root, path, model, suggests=False)
        bare = _bare_seconds(fault, path)
    shown = _text_of(outcome, fault)
    return {
        "language": fault.language,
        "program": fault.program,
        "fault": fault.id,
        "kind": fault.kind,
        "operator": fault.operator,
        "drawn": model.drawn,
        "drew_right": RIGHT in model.drawn,
        "by_tool": isinstance(outcome, FixProposal) and outcome.model != model.info.id,
        "shown": shown is not None,
        "right": shown == fault.right,
        "ended": "shown" if isinstance(outcome, FixProposal) else outcome.cause,
        "reason": "" if isinstance(outcome, FixProposal) else outcome.reason,
        "rounds": outcome.rounds if isinstance(outcome, FixProposal) else ROUNDS,
        "seconds": round(seconds, 3),
        "compile_s": _median(checker.seconds.get(Stage.COMPILE, [])),
        "tests_s": _median(checker.seconds.get(Stage.TESTS, [])),
        "bare_compile_s": bare,
    }


async def mended(
    fault: Fault, root: Path, path: Path, model: ChatModel, *, suggests: bool
) -> tuple[FixOutcome, TimedChecker, float]:
    """Mend a fault; return how it ended, its checker, and the seconds that it took."""
    tests = TestCommands((COMMANDS[fault.language],), 30.0)
    checker = TimedChecker(
        CodeChecker(SANDBOX, Programs(root, folders_of_path()), tests), suggests=suggests
    )

    async def ask_nobody(about: Snapshot, line: int, text: str) -> Sequence[ContextPiece]:  # noqa: ARG001
        return ()

    async def open_model(role: str) -> ChatModel:
        if role != "fix":
            raise ModelUnavailableError("Nobody judges here.")
        return model

    snapshot = read_snapshot(path, Settings())
    workshop = Workshop(root, checker, Models(open_model), ask_nobody)
    began = time.perf_counter()
    options = FixOptions(rounds=ROUNDS)
    outcome = await fix(_admitted(snapshot), FixWish(), workshop, options, lambda _: None)
    return outcome, checker, time.perf_counter() - began


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what was solved, what was shown wrongly, and what a check costs."""
    drawn = Counter(kind for row in rows for kind in row["drawn"])
    # What a message names as meant needs no model, and so no answer is drawn.
    models = [row for row in rows if not row["by_tool"]]
    c_rows = [row for row in rows if row["language"] == "c" and row["bare_compile_s"]]
    overheads = [row["compile_s"] - row["bare_compile_s"] for row in c_rows]
    return {
        "faults": len(rows),
        "programs": dict(
            Counter(language for language, _ in {(r["language"], r["program"]) for r in rows})
        ),
        "by_mutation": sum(row["kind"] == "mutation" for row in rows),
        "operators": len({row["operator"] for row in rows if row["operator"]}),
        "answers": sum(drawn.values()),
        "answers_by_kind": {kind: drawn[kind] for kind in (RIGHT, *KINDS)},
        "drew_right": sum(row["drew_right"] for row in models),
        "solved": sum(row["right"] for row in models),
        "solved_otherwise_than_drawn": sum(row["right"] != row["drew_right"] for row in models),
        "solved_by_a_tool": sum(row["right"] for row in rows) - sum(row["right"] for row in models),
        "shown_wrong": sum(row["shown"] and not row["right"] for row in rows),
        "compile_check_p50_ms": _ms([row["compile_s"] for row in c_rows], 0.5),
        "bare_compiler_p50_ms": _ms([row["bare_compile_s"] for row in c_rows], 0.5),
        "overhead_p50_ms": _ms(overheads, 0.5),
        "tests_p50_ms": _ms([row["tests_s"] for row in rows if row["tests_s"]], 0.5),
        "fix_p50_s": round(percentile([row["seconds"] for row in rows], 0.5), 2),
    }


def _some_written() -> Iterator[Fault]:
    """Yield faults of every program, the same ones each time, of every kind in turn."""
    by_program: dict[tuple[str, str], list[Fault]] = {}
    for fault in written_faults():
        by_program.setdefault((fault.language, fault.program), []).append(fault)
    rng = random.Random(SEED)
    for found in by_program.values():
        rng.shuffle(found)
        yield from found[:WRITTEN_A_PROGRAM]


def _text_of(outcome: FixOutcome, fault: Fault) -> str | None:
    if not isinstance(outcome, FixProposal):
        return None
    return apply_changes(fault.faulty, outcome.edits[0].changes)


def _admitted(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, data_class=DataClass.PUBLIC)


def _bare_seconds(fault: Fault, path: Path) -> float:
    """Return what the compiler takes by itself for the same file, the best of three."""
    command = _COMPILE.get(fault.language)
    if command is None:
        return 0.0
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(
            [*command, path.name], cwd=path.parent, capture_output=True, check=False, env=os.environ
        )
        taken.append(time.perf_counter() - began)
    return round(min(taken), 4)


def _median(values: Sequence[float]) -> float:
    return round(percentile(values, 0.5), 4) if values else 0.0


def _ms(values: Sequence[float], share: float) -> float:
    return round(percentile(values, share) * 1000, 1) if values else 0.0
