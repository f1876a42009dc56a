"""Own the faults that fixes are measured with: small programs, each broken in one known way.

Half of them at most are made by mutation, the others were written by hand. It must not know how a
fault is mended.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from benchmarks.fix_programs.mutations import mutations
from glossator_server.evals.workspaces import PREPARED

PROGRAMS = PREPARED / "programs"
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "c": ("make", "-s", "check"),
    "python": ("python3", "-m", "unittest", "-v"),
}
# What neither build nor tests need.
_LEFT_OUT = shutil.ignore_patterns("build*", "__pycache__", "faults.toml", ".pytest_cache")
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Fault:
    """A program broken in one place; `kind` is `mutation` or what the person who wrote it says.

    `right` and `faulty` are the whole texts of `file`; `operator` names the mutation.
    """

    language: str
    program: str
    id: str
    kind: str
    file: str
    symbol: str
    about: str
    right: str
    faulty: str
    operator: str = ""

    @property
    def folder(self) -> Path:
        """Return where the program lies."""
        return PROGRAMS / self.language / self.program

    def lay_out(self, target: Path) -> Path:
        """Copy the broken program into a folder; return the path of the broken file."""
        shutil.copytree(self.folder, target, ignore=_LEFT_OUT, dirs_exist_ok=True)
        path = target / self.file
        path.write_text(self.faulty, "utf-8")
        return path


@cache
def written_faults() -> tuple[Fault, ...]:
    """Return the faults that people wrote, program by program."""
    return tuple(
        fault
        for language in COMMANDS
        for folder in sorted((PROGRAMS / language).iterdir())
        if (folder / "faults.toml").is_file()
        for fault in _faults_of(language, folder)
    )


def mutants(count: int, seed: int) -> Iterator[Fault]:
    """Yield mutations that the programs' own tests notice, the same ones for a seed.

    Each program has its turn, and each operator as far as it can.
    """
    rng = random.Random(seed)
    programs = list(dict.fromkeys((it.language, it.program) for it in written_faults()))
    pools = {it: _shuffled(*it, rng) for it in programs}
    made = 0
    while made < count and any(pools.values()):
        for program in programs:
            if made >= count:
                return
            while pools[program]:
                fault = pools[program].pop()
                if _is_noticed(fault):
                    made += 1
                    yield fault
                    break


def _faults_of(language: str, folder: Path) -> Iterator[Fault]:
    for it in tomllib.loads((folder / "faults.toml").read_text("utf-8"))["fault"]:
        right = (folder / it["file"]).read_text("utf-8")
        yield Fault(
            language,
            folder.name,
            it["id"],
            it["kind"],
            it["file"],
            it["symbol"],
            it["about"],
            right,
            right.replace(it["find"], it["replace"], 1),
        )


def _shuffled(language: str, program: str, rng: random.Random) -> list[Fault]:
    """Return the mutants of a program in random order, operators that are rare last (so first)."""
    template = next(
        it for it in written_faults() if (it.language, it.program) == (language, program)
    )
    suffix = ".c" if language == "c" else ".py"
    file = f"{program}{suffix}"
    right = (template.folder / file).read_text("utf-8")
    found = [
        replace(
            template,
            id=f"{it.operator}-{it.start}",
            kind="mutation",
            file=file,
            symbol="",
            about="",
            right=right,
            faulty=right[: it.start] + it.replacement + right[it.end :],
            operator=it.operator,
        )
        for it in mutations(right, language)
    ]
    rng.shuffle(found)
    by_operator: dict[str, int] = {}
    ranked = []
    for it in found:
        by_operator[it.operator] = by_operator.get(it.operator, 0) + 1
        ranked.append((by_operator[it.operator], rng.random(), it))
    return [it for _, _, it in sorted(ranked, key=lambda one: one[:2], reverse=True)]


def _is_noticed(fault: Fault) -> bool:
    """Tell whether the program's own tests fail with a fault in it."""
    with tempfile.TemporaryDirectory() as name:
        fault.lay_out(Path(name))
        try:
            done = subprocess.run(
                COMMANDS[fault.language],
                cwd=name,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0
