"""Checks of the Python programs with known faults: that each is right, and each fault is one.

Owns what a program of `python/` must be: clean for ruff's own defaults, green as it is, and red
with any of its faults. Every check runs in a copy in a temporary folder; nothing here changes a
program.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from glossator_server.evals.workspaces import PREPARED

PROGRAMS = PREPARED / "programs" / "python"
LEAST_FAULTS = 6
LEAST_CASES = 8
AT_ONCE = 2
SECONDS = 60
FIELDS = frozenset({"id", "kind", "file", "find", "replace", "symbol", "about"})
# What ruff says of a fault of this kind, without the configuration of any project.
SEEN_BY_RUFF = {"syntax-error", "name-error", "missing-import"}


@dataclass(frozen=True, slots=True)
class Job:
    """One program, as it is or with one fault."""

    folder: Path
    fault: dict[str, str] | None = None


def jobs(names: Sequence[str]) -> Iterator[Job]:
    """Yield every program that is named, or every one there is, and each of its faults."""
    for folder in sorted(PROGRAMS.iterdir()):
        if not folder.is_dir() or (names and folder.name not in names):
            continue
        yield Job(folder)
        for fault in faults_of(folder):
            yield Job(folder, fault)


def faults_of(folder: Path) -> list[dict[str, str]]:
    """Return the faults that a program declares, in their order."""
    with (folder / "faults.toml").open("rb") as file:
        return list(tomllib.load(file)["fault"])


def problems(job: Job) -> list[str]:
    """Say what is wrong with one job, one sentence each."""
    name = job.folder.name
    if job.fault is None:
        return [f"{name}: {each}" for each in program_problems(job.folder)]
    return [
        f"{name}, {job.fault.get('id')}: {each}" for each in fault_problems(job.folder, job.fault)
    ]


def program_problems(folder: Path) -> Iterator[str]:
    """Yield what a program lacks."""
    faults = faults_of(folder)
    if len(faults) < LEAST_FAULTS:
        yield f"only {len(faults)} faults"
    if len({fault["id"] for fault in faults}) < len(faults):
        yield "two faults have the same id"
    kinds = {fault["kind"] for fault in faults}
    if "syntax-error" not in kinds or not kinds & {"name-error", "missing-import"}:
        yield "no syntax error, or no name that is not known"
    with tempfile.TemporaryDirectory() as place:
        copy = copy_of(folder, Path(place))
        for command in (RUFF_CHECK, RUFF_FORMAT, UNITTEST, PYTEST):
            done = run(command, copy)
            if done.returncode:
                yield f"{' '.join(command[1:4])} fails:\n{done.stdout}{done.stderr}"
        cases = run(UNITTEST, copy).stderr.count("... ok")
        if cases < LEAST_CASES:
            yield f"only {cases} cases"


def fault_problems(folder: Path, fault: dict[str, str]) -> Iterator[str]:
    """Yield why a fault is none."""
    if set(fault) != FIELDS:
        yield f"fields differ: {sorted(set(fault) ^ FIELDS)}"
        return
    text = (folder / fault["file"]).read_text(encoding="utf-8")
    if text.count(fault["find"]) != 1:
        yield f"its text occurs {text.count(fault['find'])} times"
        return
    if not has_symbol(text, fault["symbol"]):
        yield f"{fault['symbol']} is not in the file"
    with tempfile.TemporaryDirectory() as place:
        copy = copy_of(folder, Path(place))
        faulty = text.replace(fault["find"], fault["replace"])
        (copy / fault["file"]).write_text(faulty, encoding="utf-8")
        if run(UNITTEST, copy).returncode == 0:
            yield "the tests do not see it"
        seen = run(RUFF_CHECK, copy).returncode != 0
        if fault["kind"] in SEEN_BY_RUFF and not seen:
            yield "ruff does not see it"


def has_symbol(text: str, symbol: str) -> bool:
    """Say whether `text` defines a name, or a name of a class."""
    owner, _, name = symbol.rpartition(".")
    found = re.search(rf"^class {owner}\b(?s:.*)^    def {name}\(", text, re.MULTILINE)
    if owner:
        return found is not None
    return re.search(rf"^(class |def |){name}\b", text, re.MULTILINE) is not None


def copy_of(folder: Path, place: Path) -> Path:
    """Copy a program without what running it left behind."""
    return Path(
        shutil.copytree(
            folder, place / folder.name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    )


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder`; one that does not end counts as failed."""
    try:
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"not done after {SECONDS} seconds")


RUFF_CHECK = (sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", ".")
RUFF_FORMAT = (
    *(sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache"),
    *("--check", "."),
)
UNITTEST = (sys.executable, "-B", "-m", "unittest", "-v")
PYTEST = (sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider")


def main(names: Sequence[str]) -> int:
    """Check the programs that are named, or all; return the exit status."""
    wanted = list(jobs(names))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [each for some in pool.map(problems, wanted) for each in some]
    for each in found:
        print(each)
    faults = sum(1 for job in wanted if job.fault is not None)
    print(f"{len(wanted) - faults} programs, {faults} faults, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
