"""Own the faults that fixes are measured with: small programs, each broken in one known way.

Programs and faults were written by hand and ship with the package. It must not know how a fault is
mended.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from glossator_server.evals.workspaces import PROGRAMS

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "c": ("make", "-s", "check"),
    "python": ("python3", "-m", "unittest", "-v"),
}
# What a compiler or a linter sees, without any test.
EASY = frozenset({"compile-error", "syntax-error", "name-error", "missing-import"})
_EASY_OF = {"c": 20, "python": 10}
# What neither build nor tests need.
_LEFT_OUT = shutil.ignore_patterns("build*", "__pycache__", "faults.toml", ".pytest_cache")


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


def easy_faults() -> list[Fault]:
    """Return the first easy fault of each program, twenty of C and ten of Python."""
    first: dict[tuple[str, str], Fault] = {}
    for fault in written_faults():
        if fault.kind in EASY:
            first.setdefault((fault.language, fault.program), fault)
    found = [
        it
        for language, count in _EASY_OF.items()
        for it in [it for it in first.values() if it.language == language][:count]
    ]
    return sorted(found, key=lambda it: (it.program, it.id))


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
