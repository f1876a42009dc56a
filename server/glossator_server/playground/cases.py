"""Own what a case of a file means as something to try a prompt on: a symbol of a file, and words.

It takes the cases of `glossator eval`, those that a run keeps, and the records of `glossator data`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from glossator_server.errors import UsageError
from glossator_server.evals.case_lines import CaseLine
from glossator_server.files import read_source

SUFFIX = ".jsonl"
# What a person says in a case, by the suites' names for it.
_WORDS = ("question", "instruction", "text")


@dataclass(frozen=True, slots=True)
class CasePlace:
    """Where a case is about something; `line` counts from 1, None where the symbol's name says it.

    `text` is the question or the instruction of the case, maybe empty.
    """

    path: Path
    symbol: str | None
    line: int | None
    text: str = ""


def place_of_case(file: Path, case_id: str, workspace: Path) -> CasePlace:
    """Return what a case of a file is about; its paths are below the workspace.

    A case that a run keeps names its own. Raises `UsageError` where there is no such case, or it
    names no file.
    """
    for number, text in enumerate(read_source(file).split("\n"), 1):
        if not text.strip():
            continue
        try:
            values = json.loads(text)
        except ValueError as trouble:
            raise UsageError(f"{file}:{number} is no JSON ({trouble}); mend the line.") from trouble
        if isinstance(values, dict):
            line = CaseLine(file, number, values)
            if line.id == case_id:
                return _place(line, workspace)
    raise UsageError(f"{file} has no case {case_id}; name the `id` of one, or line-N.")


def _place(line: CaseLine, workspace: Path) -> CasePlace:
    values = line.values
    root = Path(line.words("root")) if "root" in values else workspace
    data = values.get("data")
    inner = CaseLine(line.file, line.number, data if isinstance(data, dict) else values)
    at = values.get("line", inner.values.get("line"))
    symbol = inner.values.get("symbol")
    text = next((str(inner.values[it]) for it in _WORDS if inner.values.get(it)), "")
    return CasePlace(
        path=root / line.path("path", root),
        symbol=symbol if isinstance(symbol, str) else None,
        line=at if type(at) is int and at > 0 else None,
        text=text,
    )
