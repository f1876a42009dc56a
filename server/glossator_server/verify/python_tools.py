"""Own the checks of Python: its own compiler, ruff, and mypy or pyright where the project uses one.

It must not run anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glossator_indexer.types import Span, TextChange
from glossator_server.sandbox import Limits, SandboxResult
from glossator_server.verify.problems import Gravity, Problem, Stage
from glossator_server.verify.programs import Program, Programs
from glossator_server.verify.tools import (
    HintRun,
    NoResultError,
    Offsets,
    Question,
    ToolRun,
    last_line,
    place,
    problems_by_line,
)

_LIMITS = Limits(seconds=60, processes=64)
# Reads the file alone: nothing of it is run. Columns count from 1.
_COMPILE = """
import sys, warnings
name = sys.argv[1]
def tell(kind, it):
    print(f"{name}:{it.lineno or 1}:{max(1, it.offset or 1)}: {kind}: {it.msg}")
with open(name, "rb") as file:
    source = file.read()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as it:
        tell("error", it)
    except ValueError as it:
        print(f"{name}:1:1: error: {it}")
for it in caught:
    print(f"{name}:{it.lineno}:1: warning: {it.message}")
"""


def compile_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return the run of Python's compiler."""
    python = programs.find("python3", "python")
    if python is None:
        return []
    path = question.subject.path
    return [
        ToolRun(
            Stage.COMPILE,
            python,
            ("-I", "-S", "-c", _COMPILE, str(path)),
            lambda it: _compiled(it, path.parent),
            path.parent,
            limits=_LIMITS,
        )
    ]


def lint_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return the run of ruff, by the project's own rules where it has some."""
    ruff = programs.find("ruff")
    path = question.subject.path
    if ruff is None or path.suffix not in (".py", ".pyi"):
        return []
    argv = ("check", "--no-cache", "--no-fix", "--force-exclude", "--output-format=json", str(path))
    return [ToolRun(Stage.LINT, ruff, argv, _linted, question.subject.root, limits=_LIMITS)]


def hint_runs(question: Question, programs: Programs) -> list[HintRun]:
    """Return the run of ruff in which it says what it would change and knows to be safe."""
    text = question.text
    return [HintRun(it, lambda done: _hinted(done, text)) for it in lint_runs(question, programs)]


def type_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return the run of mypy, or of pyright, where the project says that it uses it."""
    root, path = question.subject.root, question.subject.path
    if _is_configured(root, "mypy") and (mypy := programs.find("mypy")) is not None:
        argv = (
            *("--no-incremental", "--cache-dir=/dev/null", "--no-error-summary", "--no-pretty"),
            *("--show-error-codes", "--show-column-numbers", "--hide-error-context", str(path)),
        )
        return [_types_run(mypy, argv, root)]
    if _is_configured(root, "pyright") and (pyright := programs.find("pyright")) is not None:
        return [ToolRun(Stage.TYPES, pyright, ("--outputjson", str(path)), _pyright, root)]
    return []


def _types_run(mypy: Program, argv: tuple[str, ...], root: Path) -> ToolRun:
    def read(result: SandboxResult) -> list[Problem]:
        found = problems_by_line(result.output, Stage.TYPES, mypy.name, root)
        # Its own failures end like findings do, but without one.
        if result.status != 0 and not found:
            raise NoResultError(f"it failed: {last_line(result.errors or result.output)}")
        return found

    return ToolRun(Stage.TYPES, mypy, argv, read, root, limits=_LIMITS)


def _is_configured(root: Path, tool: str) -> bool:
    if any((root / it).is_file() for it in (f"{tool}.ini", f".{tool}.ini", f"{tool}config.json")):
        return True
    for name, mark in (("pyproject.toml", f"[tool.{tool}"), ("setup.cfg", f"[{tool}")):
        try:
            if mark in (root / name).read_text("utf-8", "replace"):
                return True
        except OSError:
            continue
    return False


def _compiled(result: SandboxResult, folder: Path) -> list[Problem]:
    if result.status != 0:
        raise NoResultError(f"it failed: {last_line(result.errors)}")
    return problems_by_line(result.output, Stage.COMPILE, "python3", folder)


def _linted(result: SandboxResult) -> list[Problem]:
    try:
        found = [_ruff_problem(it) for it in json.loads(result.output)]
    except (ValueError, TypeError, LookupError, AttributeError):
        raise NoResultError(f"it failed: {last_line(result.errors)}") from None
    if result.status not in (0, 1):
        raise NoResultError(f"it failed: {last_line(result.errors)}")
    return found


def _ruff_problem(item: dict[str, Any]) -> Problem:
    # Older versions give a syntax error no code.
    rule = str(item.get("code") or "invalid-syntax")
    return Problem(
        Stage.LINT,
        "ruff",
        Gravity.ERROR if rule == "invalid-syntax" else Gravity.WARNING,
        rule,
        str(item.get("message", ""))[:400],
        place(str(item["filename"]), Path("/")),
        int(item["location"]["row"]),
        int(item["location"]["column"]),
    )


def _hinted(result: SandboxResult, text: str) -> Iterator[tuple[TextChange, ...]]:
    offsets = Offsets(text)
    try:
        for item in json.loads(result.output):
            fix = item.get("fix") or {}
            if fix.get("applicability") == "safe":
                yield tuple(_ruff_change(it, offsets) for it in fix["edits"])
    except (ValueError, TypeError, LookupError, AttributeError):
        # Whoever says something else suggests nothing.
        return


def _ruff_change(edit: dict[str, Any], offsets: Offsets) -> TextChange:
    start, end = (
        offsets.of_points(int(edit[it]["row"]), int(edit[it]["column"]))
        for it in ("location", "end_location")
    )
    if start is None or end is None or end < start:
        raise ValueError("a change of what is not there")
    return TextChange(Span(start, end), str(edit["content"]))


def _pyright(result: SandboxResult) -> list[Problem]:
    try:
        found = json.loads(result.output)["generalDiagnostics"]
    except (ValueError, KeyError, TypeError):
        raise NoResultError(f"it failed: {last_line(result.errors)}") from None
    return [
        Problem(
            Stage.TYPES,
            "pyright",
            Gravity.ERROR if it.get("severity") == "error" else Gravity.WARNING,
            str(it.get("rule", "")),
            " ".join(str(it.get("message", "")).split())[:400],
            place(str(it.get("file", "")), Path("/")),
            int(it["range"]["start"]["line"]) + 1,
            int(it["range"]["start"]["character"]) + 1,
        )
        for it in found
        if it.get("severity") in ("error", "warning")
    ]
