"""Own what every check of a tool is made of: the run, and the reading of what it printed.

It must not know any single tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from glossator_indexer.types import TextChange
from glossator_server.sandbox import Ending, Limits, SandboxResult
from glossator_server.verify.checker import Subject
from glossator_server.verify.problems import Gravity, Problem, Stage
from glossator_server.verify.programs import Program, Programs

# Whoever sees so many stops counting.
MOST_PROBLEMS = 2_000
MOST_MESSAGE = 400
# As compilers, linters and test runners write a place.
_LINE = re.compile(
    r"^(?P<path>[^\s:][^\n]*?):(?P<line>\d+):(?:(?P<column>\d+):)?[ \t]*"
    r"(?P<severity>fatal error|error|warning|note|info|style|performance|portability|information)"
    r"(?::|\b)[ \t]*(?P<message>.*)$",
    re.MULTILINE,
)
_RULE = re.compile(r"\s*\[(?P<rule>[\w./=,+:-]+)\]\s*$")
# As gcc and clang name a warning that counts as an error.
_WERROR = re.compile(r"^-Werror(?:=|,-W)")
_ENDINGS = {
    Ending.TIMED_OUT: "it did not end within {seconds:.0f} s",
    Ending.TOO_MUCH_OUTPUT: "it wrote without end",
    Ending.TOO_MUCH_MEMORY: "it took more than {memory} MB of memory",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A state of the files to be checked; `files` are the texts that differ from the disk."""

    subject: Subject
    files: Mapping[Path, str | None]

    @property
    def text(self) -> str:
        """Return the text of the file that the question is about."""
        text = self.files.get(self.subject.path)
        return self.subject.path.read_text("utf-8", "replace") if text is None else text

    @property
    def gone(self) -> frozenset[Path]:
        """Return the files of the disk that are none in this state."""
        return frozenset(path for path, text in self.files.items() if text is None)


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One tool's run over a question.

    `read` makes problems of what came of it, and raises `NoResultError` where nothing did.
    `argv` does not hold the program itself.
    """

    stage: Stage
    program: Program
    argv: tuple[str, ...]
    read: Callable[[SandboxResult], list[Problem]]
    cwd: Path
    notice: str = ""
    writes: bool = False
    limits: Limits = field(default_factory=Limits)
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HintRun:
    """A run in which a tool says what it would change itself; `read` yields one change a hint."""

    run: ToolRun
    read: Callable[[SandboxResult], Iterable[tuple[TextChange, ...]]]


class NoResultError(Exception):
    """A tool said nothing that can be used; the message is a clause that says why."""


# From a question and the tools that are here to the runs of one stage.
MakeRuns = Callable[[Question, Programs], list[ToolRun]]
MakeHintRuns = Callable[[Question, Programs], list[HintRun]]


def why_ended(result: SandboxResult, limits: Limits) -> str:
    """Return at which limit a run ended, as a clause, empty where it ended by itself."""
    words = _ENDINGS.get(result.ending, "")
    return words.format(seconds=limits.seconds, memory=limits.memory_bytes // 2**20)


def problems_by_line(text: str, stage: Stage, tool: str, folder: Path) -> list[Problem]:
    """Return the problems of an output with lines `path:line:column: severity: message [rule]`.

    Notes are left out; a path is taken to be relative to `folder`.
    """
    found = []
    for match in _LINE.finditer(text):
        severity = match["severity"]
        if severity in ("note", "info", "information"):
            continue
        message, rule = match["message"].strip(), ""
        if tagged := _RULE.search(message):
            rule = _WERROR.sub("-W", tagged["rule"]).removeprefix("error:")
            message = message[: tagged.start()]
        is_error = severity in ("error", "fatal error")
        found.append(
            Problem(
                stage,
                tool,
                Gravity.ERROR if is_error else Gravity.WARNING,
                rule,
                message[:MOST_MESSAGE],
                place(match["path"], folder),
                int(match["line"]),
                int(match["column"] or 0),
            )
        )
        if len(found) >= MOST_PROBLEMS:
            break
    return found


class Offsets:
    """The places of a text by line and column, both from 1, as different tools count columns."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def of_points(self, line: int, column: int) -> int | None:
        """Return the offset of a column in code points, None where there is no such place."""
        if not 1 <= line <= len(self._lines) or column - 1 > len(self._lines[line - 1]) + 1:
            return None
        return self._starts[line - 1] + max(column - 1, 0)

    def of_bytes(self, line: int, column: int) -> int | None:
        """Return the offset of a column in bytes of UTF-8, None where there is no such place."""
        if not 1 <= line <= len(self._lines):
            return None
        whole = self._lines[line - 1].encode("utf-8", "surrogatepass")
        if column - 1 > len(whole) + 1:
            return None
        before = whole[: max(column - 1, 0)]
        return self._starts[line - 1] + len(before.decode("utf-8", "ignore"))


def last_line(text: str) -> str:
    """Return the end of what a tool that failed wrote, as a clause."""
    return text.strip().rpartition("\n")[2][:200] or "it said nothing"


def place(name: str, folder: Path) -> Path:
    """Return the path that a tool means by a name."""
    path = Path(name)
    return Path(_normal(path if path.is_absolute() else folder / path))


def _normal(path: Path) -> str:
    # The sandbox shows real paths: dots are all that is left to be taken out.
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return str(Path(*parts))
