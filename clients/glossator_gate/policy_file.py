"""Own the shape of the two TOML files: what they may say about models, roles and servers.

It must not decide which model is usable, and it must not read any other file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from glossator_gate.errors import ConfigurationError
from glossator_gate.types import (
    AddressClass,
    Api,
    DataClass,
    IndexServerEntry,
    ModelEntry,
    Origin,
)

SCHEMA = 1

# Tables that other parts of Glossator read; their keys are those parts' business.
FOREIGN_TABLES = frozenset({
    "ask", "classes", "classify", "document", "edit", "embed", "execute", "fix", "index", "limits",
    "preferred_models", "c", "redact", "review", "sampling", "search",
})  # fmt: skip
ROLES = frozenset({
    "ask", "critic", "document", "edit", "embed", "fix", "intent", "judge", "plan", "rerank",
    "review", "summarise",
})  # fmt: skip
_MODEL_KEYS = frozenset({
    "address", "api", "base_path", "context_tokens", "id", "idle_s", "key", "max_class", "model",
    "must_be_local", "origin", "script", "threads", "timeout_s", "uses",
})  # fmt: skip
_INDEX_SERVER_KEYS = frozenset({"address", "api", "id", "key", "max_class", "origin", "timeout_s"})
_USES = frozenset({"chat", "embed", "rerank"})
_LONGEST_WAIT_S = 24 * 3600.0
_FEWEST_CONTEXT_TOKENS = 256

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What one file says; `problems` are sentences about entries that were left out.

    `role_problems` are those of them for which a role may be missing.
    """

    models: tuple[ModelEntry, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    role_problems: tuple[str, ...] = ()
    index_servers: tuple[IndexServerEntry, ...] = ()


def parse_policy_file(text: str, path: Path) -> PolicyFile:
    """Return what the file says, or raise `ConfigurationError` where it is no TOML of ours."""
    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigurationError(f"{path} is nested too deeply; simplify it.") from error
    except ValueError as error:
        # Not only what tomllib declares: a number of 5,000 digits is one that Python refuses.
        raise ConfigurationError(f"{path} is not valid TOML ({error}); mend that line.") from error
    schema = document.pop("schema", None)
    if schema != SCHEMA or isinstance(schema, bool):
        raise ConfigurationError(
            f"{path} says schema = {schema!r}, and this version reads schema = {SCHEMA}: "
            "write that as its first line."
            if schema is not None
            else f"{path} has no schema: write schema = {SCHEMA} as its first line."
        )
    reader = _Reader(path)
    models = reader.models(document.pop("model", []))
    servers = reader.index_servers(document.pop("index_server", []))
    others = len(reader.problems)
    roles = reader.roles(document.pop("roles", {}))
    for name in sorted(document.keys() - FOREIGN_TABLES):
        reader.report(f"has an unknown key {name!r}; correct or remove it")
    return PolicyFile(
        models, roles, tuple(reader.problems), tuple(reader.problems[others:]), servers
    )


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Named)


@dataclass(frozen=True, slots=True)
class _Kind(Generic[_Entry]):
    """A kind of table that a file may hold any number of, and how one is read."""

    name: str
    keys: frozenset[str]
    read: Callable[[Mapping[str, Any]], _Entry]


class _Reader:
    """Reads the tables of one file and collects what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problems: list[str] = []

    def report(self, what: str) -> None:
        self.problems.append(f"{self._path} {what}.")

    def models(self, tables: object) -> tuple[ModelEntry, ...]:
        return self._entries(tables, _Kind("model", _MODEL_KEYS, _model_entry))

    def index_servers(self, tables: object) -> tuple[IndexServerEntry, ...]:
        kind = _Kind("index_server", _INDEX_SERVER_KEYS, _index_server_entry)
        return self._entries(tables, kind)

    def _entries(self, tables: object, kind: _Kind[_Entry]) -> tuple[_Entry, ...]:
        name = kind.name
        if not isinstance(tables, list):
            self.report(f"has a {name} that is no [[{name}]] table; write double brackets")
            return ()
        entries: dict[str, _Entry] = {}
        for number, table in enumerate(tables, start=1):
            if not isinstance(table, dict):
                self.report(f"has a [[{name}]] number {number} that is no table; mend it")
                continue
            label = f"{name} {table.get('id', f'number {number}')!r}"
            for key in sorted(table.keys() - kind.keys):
                self.report(f"has an unknown key {key!r} in {label}; correct or remove it")
            try:
                entry = kind.read(table)
            except ConfigurationError as error:
                self.report(f"is wrong in {label}: {str(error).rstrip('.')}")
                continue
            if entry.id in entries:
                self.report(f"lists {label} twice; give the second one another id")
                continue
            entries[entry.id] = entry
        return tuple(entries.values())

    def roles(self, table: object) -> dict[str, tuple[str, ...]]:
        if not isinstance(table, dict):
            self.report("has roles that are no [roles] table; write it as a table")
            return {}
        roles: dict[str, tuple[str, ...]] = {}
        for role, ids in table.items():
            if role not in ROLES:
                self.report(f"has an unknown role {role!r}; roles are {', '.join(sorted(ROLES))}")
            elif not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
                self.report(f"has a role {role!r} that is no list of model ids; write it as one")
            else:
                roles[role] = tuple(ids)
        return roles


def _model_entry(table: Mapping[str, Any]) -> ModelEntry:
    """Return the entry, or raise `ConfigurationError` that says which key is wrong and how."""
    api = _choice(Api, table, "api", None)
    script = Path(_text(table, "script")) if api is Api.SCRIPTED else None
    if script is not None and not script.is_absolute():
        raise ConfigurationError("script must be an absolute path")
    has_server = api in {Api.OLLAMA, Api.OPENAI}
    base_path = _text(table, "base_path", "/v1" if api is Api.OPENAI else "").rstrip("/")
    if base_path and (not base_path.startswith("/") or set(base_path) & set("?#%\\ ")):
        raise ConfigurationError('base_path must look like "/v1"')
    return ModelEntry(
        id=_text(table, "id"),
        api=api,
        names=_texts(table, "model", ("scripted",) if api is Api.SCRIPTED else None),
        origin=Origin.parse(_text(table, "origin")) if has_server else None,
        base_path=base_path,
        address=_choice(AddressClass, table, "address", AddressClass.LOOPBACK),
        must_be_local=_boolean(table, "must_be_local"),
        max_class=_choice(DataClass, table, "max_class", DataClass.RESTRICTED),
        uses=_uses(table),
        key=_text(table, "key") if "key" in table else None,
        timeout_s=_seconds(table, "timeout_s", 60.0),
        context_tokens=_count(table, "context_tokens", _FEWEST_CONTEXT_TOKENS),
        idle_s=_seconds(table, "idle_s", 0.0) or None,
        threads=_count(table, "threads", 1),
        script=script,
    )


def _index_server_entry(table: Mapping[str, Any]) -> IndexServerEntry:
    """Return the entry, or raise `ConfigurationError` that says which key is wrong and how."""
    if _text(table, "api") != "chroma":
        raise ConfigurationError("api must be chroma")
    return IndexServerEntry(
        id=_text(table, "id"),
        origin=Origin.parse(_text(table, "origin")),
        address=_choice(AddressClass, table, "address", AddressClass.LOOPBACK),
        max_class=_choice(DataClass, table, "max_class", DataClass.RESTRICTED),
        key=_text(table, "key") if "key" in table else None,
        timeout_s=_seconds(table, "timeout_s", 30.0),
    )


def _text(table: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (not value.strip() and default is None):
        raise ConfigurationError(f"{key} must be given as a text in quotes")
    return value


def _texts(
    table: Mapping[str, Any], key: str, default: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    value = table.get(key, default)
    values = [value] if isinstance(value, str) else value
    if (
        not isinstance(values, Sequence)
        or not values
        or not all(isinstance(item, str) and item for item in values)
    ):
        raise ConfigurationError(f"{key} must be a list of exact names")
    return tuple(values)


def _uses(table: Mapping[str, Any]) -> tuple[str, ...]:
    uses = _texts(table, "uses", ("chat",))
    if unknown := sorted(set(uses) - _USES):
        raise ConfigurationError(f"uses knows {', '.join(sorted(_USES))}, not {unknown[0]!r}")
    return uses


def _choice(
    kind: type[_Choice], table: Mapping[str, Any], key: str, default: _Choice | None
) -> _Choice:
    value = table.get(key, default)
    try:
        return kind(value)
    except ValueError as error:
        choices = ", ".join(kind)
        raise ConfigurationError(f"{key} must be one of {choices}") from error


def _boolean(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise ConfigurationError(f"{key} must be true or false")
    return value


def _seconds(table: Mapping[str, Any], key: str, default: float) -> float:
    if key not in table:
        return default
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigurationError(f"{key} must be a number of seconds")
    if not 0 < value <= _LONGEST_WAIT_S:
        raise ConfigurationError(f"{key} must lie between 0 and {_LONGEST_WAIT_S:g}")
    return float(value)


def _count(table: Mapping[str, Any], key: str, least: int) -> int | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(f"{key} must be a whole number of at least {least}")
    return value
