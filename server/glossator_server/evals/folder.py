"""Own the folder of a run: what it is about, its cases, and its outcomes, one durable line each.

A kill at any instant leaves a folder that a later run goes on with. It must not know what a case
is about, nor compute anything.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import platformdirs

from glossator_server.errors import UsageError
from glossator_server.evals.durable_lines import DurableLines, LineAdder
from glossator_server.evals.lines import outcome_line, outcome_of
from glossator_server.evals.types import Outcome
from glossator_server.files import write_report

LAST = "last"
SCHEMA = 1
_KEYS = frozenset({"suite", "workspace", "source", "seed", "wishes", "configurations", "measures"})
_RECORD, _CASES, _OUTCOMES, _REPORT = "run.json", "cases.jsonl", "outcomes.jsonl", "report.json"


def runs_folder() -> Path:
    """Return the folder of all runs of this user."""
    return platformdirs.user_state_path("glossator", appauthor=False) / "evals"


class RunFolder:
    """One run's folder, which only its user can read: there is code in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """Return what `--resume` calls the run."""
        return self.path.name

    @property
    def report_file(self) -> Path:
        """Return the place of the result as JSON."""
        return self.path / _REPORT

    @classmethod
    def create(
        cls, record: Mapping[str, Any], cases: Sequence[Mapping[str, Any]], parent: Path
    ) -> RunFolder:
        """Return a new folder for a run; raises `UsageError` where none can be made."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        try:
            parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder = cls(_made(parent, f"{record['suite']}-{stamp}"))
        except OSError as trouble:
            raise UsageError(f"{parent} cannot be written: {trouble.strerror}.") from trouble
        write_report(folder.path / _CASES, "".join(map(_line, cases)), 0o600)
        # Last: a folder without it is no run.
        write_report(folder.path / _RECORD, json.dumps(record, indent=2) + "\n", 0o600)
        return folder

    @classmethod
    def find(cls, name: str, parent: Path) -> RunFolder:
        """Return the folder of a run by its name, its path, or the latest for `last`.

        Raises `UsageError` where there is none.
        """
        if name == LAST:
            found = sorted(parent.glob(f"*/{_RECORD}"), key=lambda it: it.stat().st_mtime_ns)
            if not found:
                raise UsageError("There is no run yet; begin one with glossator eval SUITE.")
            return cls(found[-1].parent)
        for path in (parent / name, Path(name)):
            if (path / _RECORD).is_file():
                return cls(path.absolute())
        raise UsageError(f"There is no run {name}; name a folder of {parent}, or say last.")

    def discard(self) -> None:
        """Remove the folder of a run that never began."""
        shutil.rmtree(self.path, ignore_errors=True)

    def record(self) -> dict[str, Any]:
        """Return what the run is about; raises `UsageError` where that cannot be read."""
        try:
            record = json.loads((self.path / _RECORD).read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as trouble:
            raise self.unreadable(_RECORD) from trouble
        if not isinstance(record, dict) or record.get("schema") != SCHEMA:
            raise UsageError(f"{self.path} is of another version of Glossator; begin a new run.")
        if not record.keys() >= _KEYS:
            raise self.unreadable(_RECORD)
        return record

    def report(self) -> dict[str, Any] | None:
        """Return the result that was made of the run last; None where there is none to be read."""
        try:
            found = json.loads(self.report_file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def cases(self) -> list[dict[str, Any]]:
        """Return the lines of its cases; raises `UsageError` where they cannot be read."""
        try:
            text = (self.path / _CASES).read_text("utf-8")
            return [json.loads(it) for it in text.split("\n") if it]
        except (OSError, ValueError) as trouble:
            raise self.unreadable(_CASES) from trouble

    def outcomes(self) -> list[Outcome]:
        """Return the outcomes so far, the last one of a case under a configuration counting.

        Lines that a kill has torn are left out. Raises `UsageError` where the file cannot be read.
        """
        found: dict[tuple[str, str], Outcome] = {}
        for line in DurableLines(self.path / _OUTCOMES).read():
            with suppress(ValueError, KeyError, TypeError, AttributeError):
                outcome = outcome_of(line)
                found[outcome.case, outcome.configuration] = outcome
        return list(found.values())

    @contextmanager
    def writing(self) -> Iterator[OutcomeLog]:
        """Open the outcomes for this process alone.

        Raises `UsageError` where another process goes on with the same run, or none can.
        """
        busy = f"The run {self.name} is under way already; wait for it."
        with DurableLines(self.path / _OUTCOMES).adding(busy) as adder:
            yield OutcomeLog(adder)

    def unreadable(self, name: str = _CASES) -> UsageError:
        """Return what is raised where one of the files cannot be understood."""
        return UsageError(f"{self.path / name} cannot be read; begin a new run.")


class OutcomeLog:
    """The outcomes of a run, added to by one process."""

    def __init__(self, adder: LineAdder) -> None:
        self._adder = adder

    def add(self, outcome: Outcome) -> None:
        """Add an outcome, on the disk when this returns; raises `UsageError` where it is full."""
        self._adder.add(outcome_line(outcome))


def _made(parent: Path, name: str) -> Path:
    """Return a new folder of that name, with a number behind it where it is there already."""
    number = 1
    while True:
        path = parent / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return path


def _line(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"
