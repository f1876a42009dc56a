"""Own what a case of a file means as something to try a prompt on: a symbol of a file, and words.

It takes the cases of `glossator eval`, those that a run keeps, and the records of `glossator data`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glossator_server.errors import UsageError
from glossator_server.evals.case_lines import CaseLine, objects_in
from glossator_server.evals.folder import runs_folder

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

    A case that a run keeps names its own; a file from anywhere else names no other folder. Raises
    `UsageError` where there is no such case, or it names no file.
    """
    for line in objects_in(file):
        if line.id == case_id:
            return _place(line, workspace)
    raise UsageError(f"{file} has no case {case_id}; name the `id` of one, or line-N.")


def _place(line: CaseLine, workspace: Path) -> CasePlace:
    values = line.values
    is_kept = line.file.resolve().is_relative_to(runs_folder().resolve())
    root = Path(line.words("root")) if is_kept and "root" in values else workspace
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
