"""Own the interface through which changed code is checked: what is asked, and what comes back.

It must not know how a tool is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from glossator_indexer.types import TextChange
from glossator_server.verify.problems import CheckOutcome, Stage


@dataclass(frozen=True, slots=True)
class Subject:
    """The file whose code is checked; `path` is absolute and below `root`, links followed.

    `language` is the id of its language; `test` names the one test that is to be run, empty for all
    that the approved commands run.
    """

    root: Path
    path: Path
    language: str
    test: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change of one file that a tool suggests by itself, and the tool's name."""

    tool: str
    changes: tuple[TextChange, ...]


class Checker(Protocol):
    """Whoever finds out what is wrong with a state of the files."""

    async def check(
        self, subject: Subject, files: Mapping[Path, str | None], stage: Stage
    ) -> tuple[CheckOutcome, ...]:
        """Return what the tools of one stage say of the files as they would be, none for no tool.

        `files` are the texts that differ from the disk, by absolute path, None for a file that
        goes; the subject stays. The same question is
        answered from memory. Raises `SandboxUnavailableError` where nothing can be run.
        """
        ...

    async def suggestions(self, subject: Subject, text: str) -> tuple[Suggestion, ...]:
        """Return the changes of a file's text that its tools suggest by themselves, each alone.

        Raises `SandboxUnavailableError` where nothing can be run.
        """
        ...
