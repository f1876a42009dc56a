"""Own the cases of the suite `fix`: faults written by hand, made in a user's code, or of a file.

A fault is never on the user's disk: a case says what is to be replaced in the text. It must not
mend anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_gate.types import DataClass
from glossator_indexer.parsing import parse, syntax_problems
from glossator_indexer.types import Symbol
from glossator_server.errors import UsageError
from glossator_server.evals.case_lines import CaseLine, read_case_lines
from glossator_server.evals.drawing import dice, drawn
from glossator_server.evals.faults import COMMANDS, Fault, easy_faults, written_faults
from glossator_server.evals.functions import (
    SourceFile,
    found_files,
    functions_of,
    read_file,
    repository_of,
)
from glossator_server.evals.seeding import Seed, seeds_in
from glossator_server.evals.types import Case, CaseSource, SourceKind
from glossator_server.evals.workspaces import PROGRAMS
from glossator_server.files import read_source

SUITE = "fix"
KEYS = ("id", "path", "find", "replace", "test", "about")
# Where nobody says how many: minutes with the built-in model.
MOST_MINED = 40
# So that a large file does not count for all.
_MOST_OF_A_FILE = 2
_LINES = range(4, 81)
# As many as there are easy ones, one after the other.
_HARD_SHARE = 3


@dataclass(frozen=True, slots=True)
class Broken:
    """A text and what it was before a fault was put in; None where nobody knows that."""

    text: str
    right: str | None


def fix_cases(source: CaseSource) -> list[Case]:
    """Return the cases of a source; raises `UsageError` where it has none."""
    match source.kind:
        case SourceKind.PREPARED:
            return drawn(list(_prepared()), source.limit, source.seed)
        case SourceKind.FILE if source.file is not None:
            lines = list(read_case_lines(source.file, KEYS))
            return drawn([_of_file(it, source) for it in lines], source.limit, source.seed)
        case _:
            return _mined(source)


def broken(case: Case) -> Broken:
    """Return the text that a case is about; raises `UsageError` where the file has changed."""
    text = read_source(case.file)
    find = case.data.get("find")
    if find is None:
        return Broken(text, None)
    if text.count(find) != 1:
        raise UsageError(
            f"{case.file} has changed: what case {case.id} replaces is not in it once; mend it."
        )
    return Broken(text.replace(find, str(case.data["replace"])), text)


def _prepared() -> Iterator[Case]:
    """Yield faults that compilers see, and some that only the programs' tests see."""
    easy = easy_faults()
    hard = [it for it in written_faults() if it.kind not in {*(f.kind for f in easy), "warning"}]
    first: dict[tuple[str, str], Fault] = {}
    for it in hard:
        first.setdefault((it.language, it.program), it)
    for it in (*easy, *list(first.values())[::_HARD_SHARE]):
        program = f"{it.language}/{it.program}"
        find, replace = _block(it.right, it.faulty)
        data = {
            "path": f"{program}/{it.file}",
            "find": find,
            "replace": replace,
            "about": it.about,
            "kind": it.kind,
            "program": program,
            "tests": list(COMMANDS[it.language]),
        }
        yield Case(
            f"{program}/{it.id}",
            SUITE,
            f"{it.program}: {it.about}",
            it.program,
            PROGRAMS,
            f"{program}/{it.file}",
            it.language,
            data,
            DataClass.PUBLIC,
        )


def _of_file(line: CaseLine, source: CaseSource) -> Case:
    path = line.path("path", source.workspace)
    data: dict[str, Any] = {"path": path, "test": line.words("test", "")}
    data["about"] = line.words("about", "") if "about" in line.values else ""
    if "find" in line.values:
        data |= {"find": line.text("find"), "replace": line.text("replace")}
        text = read_source(source.workspace / path)
        if text.count(data["find"]) != 1:
            line.wrong("find", f"stands {text.count(data['find'])} times in {path}, not once")
    elif "replace" in line.values:
        line.wrong("find", "is missing: say what is replaced")
    return _case(source, line.id, path, data["about"] or path, data)


def _mined(source: CaseSource) -> list[Case]:
    """Return faults in functions of the user's own, drawn by the seed."""
    rng = dice(source.seed)
    files = list(found_files(source.workspace, source.policy, source.seed).files)
    rng.shuffle(files)
    wanted = source.limit or MOST_MINED
    cases: list[Case] = []
    for found in files:
        if source.stopped.is_set():
            break
        file = read_file(found, source.workspace, source.settings)
        if file is None or not file.is_own or syntax_problems(file.source):
            continue
        functions = [it for it in functions_of(file) if _is_fit(file, it)]
        for symbol in rng.sample(functions, min(_MOST_OF_A_FILE, len(functions))):
            if (seed := _noticed(file, symbol, source.seed)) is not None:
                cases.append(_seeded(source, file, symbol, seed))
            if len(cases) >= wanted:
                return cases
    if not cases:
        raise UsageError(
            f"{source.workspace} has no function in which a fault could be made; use --prepared."
        )
    return cases


def _is_fit(file: SourceFile, symbol: Symbol) -> bool:
    extent = symbol.extent
    lines = file.source.text.count("\n", extent.start, extent.end) + 1
    return lines in _LINES and not symbol.is_stub


def _noticed(file: SourceFile, symbol: Symbol, number: int) -> Seed | None:
    """Return a fault that a parser sees, or that a compiler is sure to see; None where none is."""
    text, body = file.source.text, symbol.body or symbol.extent
    rng = dice(number + symbol.extent.start)
    for seed in seeds_in(text, file.language, body, rng):
        if seed.operator in {"misspelt name", "lost argument"}:
            return seed
        if syntax_problems(parse(seed.applied(text), file.source.language)):
            return seed
    return None


def _seeded(source: CaseSource, file: SourceFile, symbol: Symbol, seed: Seed) -> Case:
    text = file.source.text
    find, replace = _block(text, seed.applied(text))
    name = symbol.qualified_name
    data = {"path": file.path, "find": find, "replace": replace, "kind": seed.operator}
    title = f"{name}: {seed.operator}"
    return _case(source, f"{file.path}::{name}:{seed.start}", file.path, title, data, file.language)


def _case(
    source: CaseSource,
    id_: str,
    path: str,
    title: str,
    data: dict[str, Any],
    language: str = "",
) -> Case:
    data_class = source.policy.class_of(source.workspace / path)
    # What compilers read may lie above the workspace.
    root, prefix = repository_of(source)
    place = f"{prefix}{path}"
    return Case(id_, SUITE, title, root.name, root, place, language, data, data_class)


def _block(right: str, faulty: str) -> tuple[str, str]:
    """Return whole lines that stand once in a text, and what they become in another."""
    old, new = right.split("\n"), faulty.split("\n")
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    while True:
        find = "\n".join(old[head : len(old) - tail])
        if (find and right.count(find) == 1) or not (head or tail):
            return find, "\n".join(new[head : len(new) - tail])
        head, tail = max(0, head - 1), max(0, tail - 1)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def program_folder(case: Case) -> Path | None:
    """Return the prepared program that a case is about, None for a case in a user's workspace."""
    program = case.data.get("program")
    return None if program is None else PROGRAMS / str(program)
