"""Semantic versions: reading, ordering, bumping and matching requirements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import total_ordering

PATTERN = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z.-]+))?"
)
REQUIREMENT = re.compile(r"(>=|<=|==|!=|>|<|\^|~)\s*(\S+)")


@total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """A version as in "1.4.0-rc.2+build"."""

    major: int
    minor: int
    patch: int
    pre: tuple[str, ...] = ()
    build: str = ""

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a version, with or without a leading "v"."""
        match = PATTERN.fullmatch(text.strip().removeprefix("v"))
        if match is None:
            raise ValueError(f"not a version: {text!r}")
        major, minor, patch, pre, build = match.groups()
        steps = tuple(pre.split(".")) if pre else ()
        return cls(int(major), int(minor), int(patch), steps, build or "")

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        if self.pre:
            text += "-" + ".".join(self.pre)
        return f"{text}+{self.build}" if self.build else text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self._key() == other._key()

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def bump(self, part: str) -> Version:
        """Return the next release: "major", "minor" or "patch"."""
        if part == "major":
            return Version(self.major + 1, 0, 0)
        if part == "minor":
            return Version(self.major, self.minor + 1, 0)
        if part == "patch":
            if self.pre:
                return replace(self, pre=(), build="")
            return Version(self.major, self.minor, self.patch + 1)
        raise ValueError(f"no such part: {part!r}")

    def _key(self) -> tuple[object, ...]:
        # A release comes after its candidates, and numbers come before words.
        steps = tuple(
            (0, int(step), "") if step.isdigit() else (1, 0, step) for step in self.pre
        )
        return (self.major, self.minor, self.patch, not self.pre, steps)


@dataclass(frozen=True)
class Requirement:
    """One condition on a version."""

    operator: str
    version: Version

    def allows(self, version: Version) -> bool:
        """Say whether `version` fulfils the condition."""
        wanted = self.version
        if self.operator == "^":
            return wanted <= version < self._next_breaking()
        if self.operator == "~":
            return wanted <= version < wanted.bump("minor")
        results = {
            "==": version == wanted,
            "!=": version != wanted,
            ">=": version >= wanted,
            "<=": version <= wanted,
            ">": version > wanted,
            "<": version < wanted,
        }
        return results[self.operator]

    def _next_breaking(self) -> Version:
        wanted = self.version
        if wanted.major:
            return wanted.bump("major")
        if wanted.minor:
            return wanted.bump("minor")
        return Version(0, 0, wanted.patch + 1)


def requirements(text: str) -> list[Requirement]:
    """Read conditions that are separated by commas; nothing and "*" allow everything."""
    found: list[Requirement] = []
    for part in text.split(","):
        if part.strip() in ("", "*"):
            continue
        match = REQUIREMENT.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"not a requirement: {part!r}")
        found.append(Requirement(match.group(1), Version.parse(match.group(2))))
    return found


def newest(versions: Iterable[Version], wanted: str = "*") -> Version | None:
    """Return the newest release that fulfils `wanted`; a candidate only if there is none."""
    conditions = requirements(wanted)
    fitting = [v for v in versions if all(each.allows(v) for each in conditions)]
    return max(fitting, key=lambda v: (not v.pre, v), default=None)
