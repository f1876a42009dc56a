"""Own the checks of C and C++: the compiler that its project names, then analysers.

Each is told how the unit is compiled by `compile_commands`; it must not run anything.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from glossator_indexer.types import Span, TextChange
from glossator_server.sandbox import Limits, SandboxResult
from glossator_server.verify.compile_commands import UNITS, Unit, unit_for
from glossator_server.verify.problems import Problem, Stage
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

COMPILE_LIMITS = Limits(seconds=60, processes=32)
LINT_LIMITS = Limits(seconds=60, processes=32)
_CPP = frozenset({".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx"})
# What finds defects and not tastes.
_TIDY = (
    "-*,clang-analyzer-*,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,"
    "bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,"
    "-bugprone-narrowing-conversions,-bugprone-assignment-in-if-condition,"
    "-bugprone-implicit-widening-of-multiplication-result,-bugprone-macro-parentheses"
)
# Flags of ARM and RISC-V that name a processor.
_FOREIGN = re.compile(
    r"-m(?:thumb|arm|float-abi=|fpu=|cpu=(?:cortex|arm)|abi=[il]l?p|arch=(?:armv|rv))"
)
_GCC = re.compile(r"(?:gcc|g\+\+)-(?P<major>\d+)(?:\.[\d.]+)?$")
_COUNTS_COLUMNS = 11
_FIXIT = re.compile(
    r'^fix-it:"(?P<path>(?:[^"\\]|\\.)*)":\{(?P<l1>\d+):(?P<c1>\d+)-(?P<l2>\d+):(?P<c2>\d+)\}:'
    r'"(?P<new>(?:[^"\\]|\\.)*)"$',
    re.MULTILINE,
)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPES = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"v": b"\v",
    b"f": b"\f",
    b"a": b"\a",
    b"b": b"\b",
}


def compile_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return the run of the compiler over the unit that a file belongs to."""
    unit = unit_for(question.subject.path, question.text, question.subject.root, question.gone)
    compiler = _compiler(unit, programs)
    if compiler is None:
        return []
    is_clang = "clang" in compiler.name
    caret = "-fno-caret-diagnostics" if is_clang else "-fno-diagnostics-show-caret"
    return [_compile_run(question, unit, compiler, caret)]


def lint_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return the run of an analyser, clang-tidy before cppcheck."""
    unit = unit_for(question.subject.path, question.text, question.subject.root, question.gone)
    if unit.path.suffix.lower() not in UNITS:
        return []
    if (tidy := programs.find("clang-tidy")) is not None:
        return [_tidy_run(unit, tidy)]
    cppcheck = programs.find("cppcheck")
    return [] if cppcheck is None else [_cppcheck_run(unit, cppcheck)]


def hint_runs(question: Question, programs: Programs) -> list[HintRun]:
    """Return the run of the compiler that also says what it would change."""
    unit = unit_for(question.subject.path, question.text, question.subject.root, question.gone)
    compiler = _compiler(unit, programs)
    if compiler is None:
        return []
    # Without carets, clang says nothing of what it would change.
    run = _compile_run(question, unit, compiler, "-fdiagnostics-parseable-fixits")
    path, text = question.subject.path, question.text
    return [HintRun(run, lambda it: hinted_changes(it.errors, path, text))]


def hinted_changes(errors: str, path: Path, text: str) -> Iterator[tuple[TextChange, ...]]:
    """Yield the changes of a file that a compiler's output suggests, one a suggestion.

    As gcc's and clang's `-fdiagnostics-parseable-fixits` writes them, with columns in bytes.
    """
    offsets = Offsets(text)
    for match in _FIXIT.finditer(errors):
        if place(_unescaped(match["path"]), path.parent) != path:
            continue
        first = offsets.of_bytes(int(match["l1"]), int(match["c1"]))
        last = offsets.of_bytes(int(match["l2"]), int(match["c2"]))
        if first is not None and last is not None and first <= last:
            yield (TextChange(Span(first, last), _unescaped(match["new"])),)


def _compiler(unit: Unit, programs: Programs) -> Program | None:
    is_cpp = unit.path.suffix.lower() in _CPP or "c++" in unit.flags
    gcc, clang = ("g++", "clang++") if is_cpp else ("gcc", "clang")
    names = (clang, gcc) if unit.family == "clang" else (gcc, clang)
    # A compiler of the user's, which the project only chooses by the machine it compiles for.
    crossing = programs.find(unit.cross) if unit.cross else None
    return crossing or programs.find(*names)


def _read_here(unit: Unit, program: Program) -> Unit:
    """Return the unit as a program of this machine can read it: without another one's flags."""
    is_x86 = platform.machine() in ("x86_64", "i686")
    is_foreign = bool(unit.cross) or (is_x86 and any(_FOREIGN.match(it) for it in unit.flags))
    if not is_foreign or program.name == unit.cross:
        return unit
    flags = tuple(it for it in unit.flags if not it.startswith("-m"))
    target = unit.cross.rpartition("-")[0] if unit.cross else "the processor of the flags"
    return replace(
        unit, flags=flags, notice=f"{unit.notice}; read for this machine, not for {target}"
    )


def _compile_run(question: Question, unit: Unit, compiler: Program, shape: str) -> ToolRun:
    unit = _read_here(unit, compiler)
    # Where the project asks for no warnings, those that find defects are asked for.
    warns = () if any(it.startswith("-W") for it in unit.flags) else ("-Wall", "-Wextra")
    limit = "-ferror-limit=100" if "clang" in compiler.name else "-fmax-errors=100"
    shapes: tuple[str, ...] = ("-fdiagnostics-color=never", limit, shape)
    # Newer ones count the columns of a terminal, with wide tabs.
    version = _GCC.search(compiler.path.resolve().name)
    if version is not None and int(version["major"]) >= _COUNTS_COLUMNS:
        shapes = (*shapes, "-fdiagnostics-column-unit=byte")
    argv = ("-fsyntax-only", *unit.flags, *warns, *shapes, str(unit.path))
    return ToolRun(
        Stage.COMPILE,
        compiler,
        argv,
        lambda result: _compiled(result, compiler.name, unit.folder, question),
        unit.folder,
        unit.notice,
        limits=COMPILE_LIMITS,
    )


def _compiled(result: SandboxResult, tool: str, folder: Path, question: Question) -> list[Problem]:
    found = problems_by_line(result.errors, Stage.COMPILE, tool, folder)
    if result.status != 0 and not found:
        raise NoResultError(f"it failed: {last_line(result.errors)}")
    offsets, path = Offsets(question.text), question.subject.path
    return [_in_points(it, offsets) if it.path == path and it.column else it for it in found]


def _in_points(problem: Problem, offsets: Offsets) -> Problem:
    """Return a problem of a compiler, which counts bytes, with its column in code points."""
    start = offsets.of_bytes(problem.line, 1)
    offset = offsets.of_bytes(problem.line, problem.column)
    if start is None or offset is None:
        return problem
    return replace(problem, column=offset - start + 1)


def _tidy_run(unit: Unit, tidy: Program) -> ToolRun:
    unit = _read_here(unit, tidy)
    # Without a configuration of the workspace's: it could load plugins.
    argv = ("--quiet", f"--checks={_TIDY}", "--config={}", str(unit.path), "--", *unit.flags)
    return ToolRun(
        Stage.LINT,
        tidy,
        argv,
        lambda it: _tidied(it, tidy.name, unit.folder),
        unit.folder,
        unit.notice,
        limits=LINT_LIMITS,
    )


def _cppcheck_run(unit: Unit, cppcheck: Program) -> ToolRun:
    template = "--template={file}:{line}:{column}: {severity}: {message} [{id}]"
    kept = [it for it in _pairs(unit.flags) if it.startswith(("-I", "-D", "-U"))]
    argv = ("--quiet", "--enable=warning", "--inline-suppr", template, *kept, str(unit.path))
    return ToolRun(
        Stage.LINT,
        cppcheck,
        argv,
        lambda it: _cppchecked(it, cppcheck.name, unit.folder),
        unit.folder,
        unit.notice,
        limits=LINT_LIMITS,
    )


def _tidied(result: SandboxResult, tool: str, folder: Path) -> list[Problem]:
    found = problems_by_line(result.output, Stage.LINT, tool, folder)
    # What the compiler says has its own stage.
    kept = [it for it in found if not it.rule.startswith("clang-diagnostic")]
    if result.status != 0 and not kept:
        said = found[0].message if found else last_line(result.errors)
        raise NoResultError(f"it failed: {said}")
    return kept


def _cppchecked(result: SandboxResult, tool: str, folder: Path) -> list[Problem]:
    found = problems_by_line(result.errors, Stage.LINT, tool, folder)
    if result.status != 0 and not found:
        raise NoResultError(f"it failed: {last_line(result.errors or result.output)}")
    return found


def _pairs(flags: tuple[str, ...]) -> Iterator[str]:
    """Yield flags with their values joined."""
    at = 0
    while at < len(flags):
        if flags[at] in ("-I", "-isystem", "-iquote", "-idirafter", "-include", "-x"):
            yield "".join(flags[at : at + 2])
            at += 2
        else:
            yield flags[at]
            at += 1


def _unescaped(text: str) -> str:
    """Return what was meant: gcc writes each byte of what is not ASCII as an octal number."""
    said = _ESCAPE.sub(_meant, text.encode("utf-8", "surrogatepass"))
    return said.decode("utf-8", "replace")


def _meant(match: re.Match[bytes]) -> bytes:
    said = match[1]
    return bytes([int(said, 8) & 0xFF]) if len(said) == 3 else _ESCAPES.get(said, said)
