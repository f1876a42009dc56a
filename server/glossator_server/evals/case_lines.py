"""Own the reading of a file of cases: JSON, one case a line, each key judged where it stands.

It must not know what a suite does with a case.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from glossator_server.errors import UsageError
from glossator_server.files import read_source

# More than any person writes, and no run ends.
MOST_CASES = 10_000


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A line of a file of cases; every getter raises `UsageError` that names line and key."""

    file: Path
    number: int
    values: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return the case's own id, else one made of its line."""
        return self.words("id", f"line-{self.number}")

    def words(self, key: str, default: str | None = None) -> str:
        """Return a text that says something; without a `default` it has to be there."""
        if key not in self.values and default is not None:
            return default
        value = self._needed(key)
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, "must be a text that is not empty")
        return str(value)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that may be empty."""
        if key not in self.values and default is not None:
            return default
        value = self._needed(key)
        if not isinstance(value, str):
            self.wrong(key, "must be a text")
        return str(value)

    def one_of(self, key: str, choices: Sequence[str]) -> str:
        """Return one of some words."""
        value = self.words(key)
        if value not in choices:
            self.wrong(key, f"is {value!r}; choose {', '.join(choices[:-1])} or {choices[-1]}")
        return value

    def list_of_words(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, none where the key is not there."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(it, str) and it for it in value):
            self.wrong(key, "must be a list of texts")
        return tuple(value)

    def whole_number(self, key: str, default: int | None = None) -> int:
        """Return a number from 1 on."""
        if key not in self.values and default is not None:
            return default
        value = self._needed(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.wrong(key, "must be a whole number from 1 on")
        return int(value)

    def path(self, key: str, root: Path) -> str:
        """Return the path of a file that lies below a folder."""
        return self._placed(key, self.words(key), root)

    def paths(self, key: str, root: Path) -> tuple[str, ...]:
        """Return the paths of files below a folder, none where the key is not there."""
        return tuple(self._placed(key, it, root) for it in self.list_of_words(key))

    def objects(self, key: str) -> tuple[CaseLine, ...]:
        """Return the objects of a list, none where the key is not there."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(it, dict) for it in value):
            self.wrong(key, "must be a list of objects")
        return tuple(CaseLine(self.file, self.number, it) for it in value)

    def only(self, known: Collection[str]) -> None:
        """Raise `UsageError` for a key that nobody reads."""
        for key in self.values:
            if key not in known:
                near = get_close_matches(key, list(known), 1)
                self.wrong(
                    key, f"is not known; did you mean {near[0]!r}?" if near else _unknown(known)
                )

    def wrong(self, key: str, what: str) -> NoReturn:
        """Raise `UsageError` that says what is wrong with a key."""
        raise UsageError(f'{self.file}, line {self.number}: "{key}" {what}.')

    def _needed(self, key: str) -> object:
        if key not in self.values:
            self.wrong(key, "is missing")
        return self.values[key]

    def _placed(self, key: str, value: str, root: Path) -> str:
        path = PurePosixPath(value)
        if path.is_absolute() or ".." in path.parts:
            self.wrong(key, f"must be a path below {root}")
        if not (root / path).is_file():
            self.wrong(key, f"names {value}, which is no file below {root}")
        return path.as_posix()


def read_case_lines(file: Path, known: Collection[str]) -> Iterator[CaseLine]:
    """Yield the cases of a file in order; `known` are the keys that a case may have.

    Raises `UsageError` where the file cannot be read, a line is no JSON object, has an unknown key
    or the id of another line.
    """
    first: dict[str, int] = {}
    for line in objects_in(file):
        line.only(known)
        if line.id in first:
            line.wrong("id", f"is that of line {first[line.id]}, too; give each case its own")
        first[line.id] = line.number
        if len(first) > MOST_CASES:
            raise UsageError(f"{file} has more than {MOST_CASES} cases; take fewer.")
        yield line
    if not first:
        raise UsageError(f"{file} has no case; write one JSON object a line.")


def objects_in(file: Path) -> Iterator[CaseLine]:
    """Yield the objects of a file of lines in order, empty lines left out.

    Raises `UsageError` where the file cannot be read, or names the line that is no JSON object.
    """
    for number, text in enumerate(read_source(file).split("\n"), 1):
        if not text.strip():
            continue
        try:
            values = json.loads(text)
            # An escape can name half of a character, which no file and no model can take.
            json.dumps(values, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as trouble:
            raise UsageError(
                f"{file}, line {number} is no JSON ({trouble}); write one object a line."
            ) from trouble
        if not isinstance(values, dict):
            raise UsageError(f"{file}, line {number} is no JSON object; write one object a line.")
        yield CaseLine(file, number, values)


def _unknown(known: Collection[str]) -> str:
    return f"is not known; there are {', '.join(known)}"
