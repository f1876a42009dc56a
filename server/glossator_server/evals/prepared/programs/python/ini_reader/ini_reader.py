"""Reading configuration in sections of `key = value` lines, with types and references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

SECTION = re.compile(r"\[([^\[\]]+)\]")
REFERENCE = re.compile(r"\$\{(?:([\w-]+):)?([\w-]+)\}")
TRUE = {"1", "yes", "true", "on"}
FALSE = {"0", "no", "false", "off"}
DEFAULT = "default"
DEEPEST = 8


class IniError(ValueError):
    """A line that cannot be read, or a value that is not what it should be."""


@dataclass
class Config:
    """Values by section and key; the section "default" stands in for all others."""

    sections: dict[str, dict[str, str]] = field(default_factory=dict)

    def raw(self, section: str, key: str) -> str | None:
        """Return the text of a value as it was written."""
        for name in (section, DEFAULT):
            value = self.sections.get(name, {}).get(key)
            if value is not None:
                return value
        return None

    def get(self, section: str, key: str, fallback: str | None = None) -> str:
        """Return a value with its references resolved; raise KeyError if there is none."""
        value = self.raw(section, key)
        if value is None:
            if fallback is None:
                raise KeyError(f"{section}.{key}")
            return fallback
        return self._resolved(section, value, 0)

    def number(self, section: str, key: str, fallback: int | None = None) -> int:
        """Return a whole number; decimal, or hexadecimal after 0x."""
        text = self.get(section, key, None if fallback is None else str(fallback))
        try:
            return int(text, 16) if text.lower().startswith("0x") else int(text)
        except ValueError:
            raise IniError(f"{section}.{key} is no number: {text!r}") from None

    def flag(self, section: str, key: str) -> bool:
        """Return a truth value; one that is not given is false."""
        text = self.get(section, key, "no").lower()
        if text in TRUE:
            return True
        if text in FALSE:
            return False
        raise IniError(f"{section}.{key} is neither yes nor no: {text!r}")

    def items(self, section: str, key: str) -> list[str]:
        """Return the parts of a value that are separated by commas."""
        parts = self.get(section, key, "").split(",")
        return [part.strip() for part in parts if part.strip()]

    def _resolved(self, section: str, value: str, depth: int) -> str:
        if depth > DEEPEST:
            raise IniError(f"references go round in a circle: {value!r}")

        def target(match: re.Match[str]) -> str:
            where, key = match.group(1) or section, match.group(2)
            found = self.raw(where, key)
            if found is None:
                raise IniError(f"nothing is known of {match.group()}")
            return self._resolved(where, found, depth + 1)

        return REFERENCE.sub(target, value)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield line numbers and lines; an indented line goes on with the one before."""
    number, pending = 0, ""
    for count, line in enumerate(text.splitlines(), start=1):
        bare = line.split("#", 1)[0].rstrip()
        if not bare:
            continue
        if pending and bare[0].isspace():
            pending = f"{pending} {bare.strip()}"
            continue
        if pending:
            yield number, pending
        number, pending = count, bare.strip()
    if pending:
        yield number, pending


def parse(text: str) -> Config:
    """Read a whole file; raise IniError with the number of the first line that is wrong."""
    config = Config()
    section = DEFAULT
    for number, line in logical_lines(text):
        heading = SECTION.fullmatch(line)
        if heading:
            section = heading.group(1).strip().lower()
            config.sections.setdefault(section, {})
            continue
        key, separator, value = line.partition("=")
        if not separator or not key.strip():
            raise IniError(f"line {number}: expected 'key = value', not {line!r}")
        values = config.sections.setdefault(section, {})
        values[key.strip().lower()] = value.strip()
    return config
