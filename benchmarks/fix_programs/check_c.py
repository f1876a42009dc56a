"""Check that the C programs and their faults are what they claim to be.

Owns the promises of `c/*/faults.toml`: each program builds without a warning and passes its tests,
and each fault applies at one place and makes `make check` fail. Must not change a program: all is
built in temporary copies. Run as `python -m benchmarks.fix_programs.check_c [NAME...]`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from glossator_server.evals.workspaces import PREPARED

PROGRAMS = PREPARED / "programs" / "c"
_WORKERS = 2
_LIMIT_S = 60
_LEAST_CASES = 8
_LEAST_FAULTS = 8
_WORDS = ("id", "kind", "file", "find", "replace", "symbol", "about")


def make_check(folder: Path, compiler: str = "gcc") -> tuple[bool, str]:
    """Return whether `make check` passes in folder, and what it printed."""
    try:
        done = subprocess.run(
            ["make", "-s", "check", f"CC={compiler}", f"BUILD=build-{compiler}"],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_LIMIT_S,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False, "the time was up"
    return done.returncode == 0, done.stdout.decode(errors="replace")


def front_end(file: Path, compiler: str = "gcc") -> tuple[bool, str]:
    """Return whether file compiles up to its meaning alone, and what the compiler said."""
    done = subprocess.run(
        [compiler, "-std=c11", "-Wall", "-Wextra", "-fsyntax-only", file.name],
        cwd=file.parent, capture_output=True, timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    return done.returncode == 0, done.stderr.decode(errors="replace")


def original_troubles(program: Path) -> Iterator[str]:
    """Yield what is wrong with a program as it stands."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / program.name
        shutil.copytree(program, copy, ignore=shutil.ignore_patterns("build*"))
        for compiler in ("gcc", "clang"):
            if shutil.which(compiler) is None:
                continue
            passed, said = make_check(copy, compiler)
            if not passed:
                yield f"{compiler}: make check fails: {said}"
            if "warning:" in said:
                yield f"{compiler}: a warning: {said}"
            cases = sum(line.startswith("ok ") for line in said.splitlines())
            if passed and cases < _LEAST_CASES:
                yield f"{compiler}: {cases} cases, not {_LEAST_CASES}"


def fault_troubles(program: Path, fault: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with one fault of a program."""
    missing = [word for word in _WORDS if not fault.get(word) and word != "replace"]
    if missing or "replace" not in fault:
        yield f"lacks {', '.join(missing) or 'replace'}"
        return
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / program.name
        shutil.copytree(program, copy, ignore=shutil.ignore_patterns("build*"))
        file = copy / fault["file"]
        text = file.read_text(encoding="utf-8")
        if text.count(fault["find"]) != 1:
            yield f"its text occurs {text.count(fault['find'])} times"
            return
        if fault["symbol"] not in text:
            yield f"there is no {fault['symbol']}"
        file.write_text(text.replace(fault["find"], fault["replace"]), encoding="utf-8")
        yield from _broken_promises(copy, file, fault["kind"])


def _broken_promises(copy: Path, file: Path, kind: str) -> Iterator[str]:
    """Yield how a faulty copy differs from what its kind promises."""
    passed, said = make_check(copy)
    if passed:
        yield f"make check passes: {said}"
    built = (copy / "build-gcc" / f"test_{copy.name}").exists()
    compiles, words = front_end(file)
    if kind == "compile-error" and built:
        yield "it builds"
    if kind != "compile-error" and not built:
        yield f"it does not build: {said}"
    if kind == "warning" and (not compiles or "warning:" not in words):
        yield f"it gives no warning: {words}"


def _faults_of(program: Path) -> list[dict[str, str]]:
    with (program / "faults.toml").open("rb") as file:
        return tomllib.load(file)["fault"]  # type: ignore[no-any-return]


def main(names: list[str]) -> int:
    """Check the named programs, or all; print troubles and counts; return an exit status."""
    programs = [PROGRAMS / name for name in names] or sorted(
        path.parent for path in PROGRAMS.glob("*/faults.toml")
    )
    faults = [(program, fault) for program in programs for fault in _faults_of(program)]
    troubles = [
        f"{program.name}: {count} faults or a repeated id"
        for program in programs
        if (count := len({fault["id"] for owner, fault in faults if owner == program}))
        != sum(owner == program for owner, _ in faults)
        or count < _LEAST_FAULTS
    ]
    with ThreadPoolExecutor(_WORKERS) as pool:
        for program, found in zip(
            programs, pool.map(lambda each: list(original_troubles(each)), programs), strict=True
        ):
            troubles += [f"{program.name}: {trouble}" for trouble in found]
        for (program, fault), found in zip(
            faults, pool.map(lambda each: list(fault_troubles(*each)), faults), strict=True
        ):
            troubles += [f"{program.name}/{fault.get('id')}: {trouble}" for trouble in found]
    kinds = Counter(fault["kind"] for _, fault in faults)
    lines = [*troubles, f"{len(programs)} programs, {len(faults)} faults, {len(troubles)} troubles"]
    lines += [f"{count:5} {kind}" for kind, count in sorted(kinds.items())]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
