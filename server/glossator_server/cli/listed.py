"""Own the reading of a list of files, as git or another program writes it for `--files-from`.

It must not run the program, nor read the files themselves.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from glossator_indexer.languages import language_for_path
from glossator_indexer.styles import styles_of
from glossator_server.cli.printing import complain
from glossator_server.cli.targets import Target
from glossator_server.errors import UsageError

STANDARD_INPUT = "-"
# The longest list of a repository that anybody knows of is a tenth of it.
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of a list that can be commented, and how many of it are of another kind."""

    targets: tuple[Target, ...]
    others: int


def read_list(name: str, separator: bytes) -> Listed:
    """Return the files that a list names, each once, in its order; `-` is standard input.

    A file that is not there is told and left out: a change may have deleted it. Raises `UsageError`
    where the list itself cannot be read.
    """
    targets: list[Target] = []
    others = 0
    for word in dict.fromkeys(_raw(name).split(separator)):
        path = Path(os.fsdecode(word.removesuffix(b"\r") if separator == b"\n" else word))
        if not word.strip():
            continue
        if not has_a_style(path) or _is_folder(path):
            others += 1
        elif not os.path.lexists(path):
            complain(f"{path} is in the list but not there; it is left out.")
        else:
            targets.append(Target(path))
    return Listed(tuple(targets), others)


def has_a_style(path: Path) -> bool:
    """Tell from its name whether comments in a file can be written and judged."""
    language = language_for_path(path)
    return language is not None and bool(styles_of(language.id))


def _is_folder(path: Path) -> bool:
    # Of a submodule git lists the folder.
    try:
        return path.is_dir()
    except OSError:
        return False


def _raw(name: str) -> bytes:
    try:
        if name == STANDARD_INPUT:
            if sys.stdin is None:
                raise UsageError("Standard input is closed; name a file with --files-from.")
            return _bounded(sys.stdin.buffer, "The list on standard input")
        with open(name, "rb") as file:  # noqa: PTH123 -- a pipe of the shell is a list, too
            return _bounded(file, name)
    except OSError as trouble:
        raise UsageError(f"The list {name} cannot be read: {trouble.strerror}.") from trouble
    except ValueError as trouble:
        raise UsageError("A file name holds a NUL byte; name a list of files.") from trouble


def _bounded(file: BinaryIO, shown: str) -> bytes:
    raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise UsageError(f"{shown} is over 64 MB; split it.")
    return raw
