"""Own how cases and outcomes are written as lines of JSON, and read back.

It must not touch a file, nor know what a suite keeps in a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glossator_clients.costs import Cost
from glossator_gate.types import DataClass
from glossator_server.evals.types import Case, CaseResult, Outcome


def case_line(case: Case) -> dict[str, Any]:
    """Return a case as it is kept beside a run; its class is asked of the policy anew each time."""
    return {
        "id": case.id,
        "suite": case.suite,
        "title": case.title,
        "project": case.project,
        "root": str(case.root),
        "path": case.path,
        "language": case.language,
        "data": dict(case.data),
    }


def case_of(line: Mapping[str, Any], data_class: DataClass) -> Case:
    """Return the case of a line; raises `KeyError`, `TypeError`, `ValueError` for no case."""
    return Case(
        id=str(line["id"]),
        suite=str(line["suite"]),
        title=str(line["title"]),
        project=str(line["project"]),
        root=Path(line["root"]),
        path=str(line["path"]),
        language=str(line["language"]),
        data=dict(line["data"]),
        data_class=data_class,
    )


def outcome_line(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as it is kept."""
    result, cost = outcome.result, outcome.cost
    return {
        "case": outcome.case,
        "configuration": outcome.configuration,
        "measures": {name: round(value, 6) for name, value in result.measures.items()},
        "text": result.text,
        "expected": result.expected,
        "task": result.task,
        "checks": list(result.checks),
        "problem": result.problem,
        "seconds": round(outcome.seconds, 4),
        "model_seconds": round(outcome.model_seconds, 4),
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.completion_tokens,
        "cost": None if cost is None else {"amount": cost.amount, "currency": cost.currency},
        "again": outcome.again,
        "first_prompt_tokens": outcome.first_prompt_tokens,
    }


def outcome_of(line: Mapping[str, Any]) -> Outcome:
    """Return the outcome of a line; raises as `case_of` does."""
    cost = line["cost"]
    return Outcome(
        case=str(line["case"]),
        configuration=str(line["configuration"]),
        result=CaseResult(
            measures={str(name): float(value) for name, value in line["measures"].items()},
            text=str(line["text"]),
            expected=str(line["expected"]),
            task=str(line["task"]),
            checks=tuple(map(str, line["checks"])),
            problem=None if line["problem"] is None else str(line["problem"]),
        ),
        seconds=float(line["seconds"]),
        model_seconds=float(line["model_seconds"]),
        prompt_tokens=int(line["prompt_tokens"]),
        completion_tokens=int(line["completion_tokens"]),
        cost=None if cost is None else Cost(float(cost["amount"]), str(cost["currency"])),
        again=bool(line["again"]),
        first_prompt_tokens=int(line.get("first_prompt_tokens", 0)),
    )
