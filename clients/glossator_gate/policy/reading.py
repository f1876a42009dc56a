"""Own what one policy file says: from its text to entries, with all that is wrong in it.

It must not decide which model is usable, and it must not read any file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.declaration import (
    CLASSIFY,
    MATCH,
    PREFERENCES,
    SCHEMA,
    TABLES,
    TELEMETRY,
    WORKSPACE_TABLES,
    Layer,
    Table,
)
from glossator_gate.policy.entries import ENTRIES, telemetry_entry
from glossator_gate.policy.lines import KeyPath
from glossator_gate.policy.problems import FileProblem, ProblemKind, with_lines
from glossator_gate.types import (
    ClassRule,
    DataClass,
    IndexServerEntry,
    ModelEntry,
    TelemetryEntry,
    UsageLimits,
    WebSearchEntry,
)

MOST_PROBLEMS = 200
# Of a workspace's own file, which anybody may have written.
MOST_GLOBS = 300

_TABLE_OF = {it.name: it for it in TABLES}


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What one file says; `problems` tell of what was left out.

    `default_class`, `commands` and `mcp_class` (the strictest class that other assistants are told
    of) are None where the file says nothing of them. `denies_cache` is True where it may have said
    that no answers are kept, `denies_feedback` the same of what became of comments.
    """

    models: tuple[ModelEntry, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    index_servers: tuple[IndexServerEntry, ...] = ()
    web_searches: tuple[WebSearchEntry, ...] = ()
    telemetry: TelemetryEntry | None = None
    default_class: DataClass | None = None
    class_rules: tuple[ClassRule, ...] = ()
    deny_paths: tuple[str, ...] = ()
    commands: tuple[tuple[str, ...], ...] | None = None
    limits: UsageLimits = field(default_factory=UsageLimits)
    denies_cache: bool = False
    denies_feedback: bool = False
    mcp_class: DataClass | None = None
    problems: tuple[FileProblem, ...] = ()

    @property
    def hides_classes(self) -> bool:
        """Tell whether the file may have meant a class that could not be read."""
        mistaken = (it.place[:1] in _CLASS_TABLES or len(it.place) < 2 for it in self.problems)
        return len(self.problems) >= MOST_PROBLEMS or any(mistaken)

    @property
    def role_problems(self) -> tuple[FileProblem, ...]:
        """Return the problems for which a role may be missing."""
        return tuple(
            it
            for it in self.problems
            if it.place[:1] == ("roles",)
            or (len(it.place) == 1 and it.kind is ProblemKind.UNKNOWN_KEY)
        )


_CLASS_TABLES = {("classes",), ("classify",)}

# What nobody could read: the least that it can have meant.
UNREADABLE = PolicyFile(
    commands=(),
    denies_cache=True,
    denies_feedback=True,
    mcp_class=DataClass.PUBLIC,
    problems=(FileProblem("It cannot be read.", ProblemKind.BROKEN_FILE),),
)


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """Return the tables of a file, or raise `ConfigurationError` where it is no TOML."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigurationError(f"{path} is nested too deeply; simplify it.") from error
    except ValueError as error:
        # Not only what tomllib declares: a number of 5,000 digits is one that Python refuses.
        raise ConfigurationError(f"{path} is not valid TOML ({error}); mend that line.") from error


def parse_policy_file(text: str, path: Path, layer: Layer = Layer.USER) -> PolicyFile:
    """Return what the file says, or raise `ConfigurationError` where it is no TOML of ours."""
    document = parse_toml(text, path)
    if "schema" not in document and layer is not Layer.WORKSPACE:
        raise ConfigurationError(
            f"{path} has no schema: write schema = {SCHEMA} as its first line."
        )
    schema = document.get("schema", SCHEMA)
    if schema != SCHEMA or isinstance(schema, bool):
        raise ConfigurationError(
            f"{path} says schema = {schema!r}, and this version reads schema = {SCHEMA}: "
            "write that as its first line."
        )
    return _Reader(path, layer).file(document, text)


class _Reader:
    """Reads the tables of one file and collects what is wrong with them."""

    def __init__(self, path: Path, layer: Layer) -> None:
        self._path = path
        self._layer = layer
        self._problems: list[FileProblem] = []

    def file(self, document: Mapping[str, Any], text: str) -> PolicyFile:
        tables = {it.name: self._top(it, document) for it in TABLES if self._may_hold(it)}
        known = {"schema", *_TABLE_OF, *PREFERENCES}
        for name in sorted(document.keys() - known):
            self._report(f"has an unknown key {name!r}; correct or remove it", (name,), _UNKNOWN)
        self._check_number_of_globs(tables)
        may_hide_cache, may_hide_mcp = self._may_hide("cache"), self._may_hide("mcp")
        limits, kept = tables["limits"][0], tables["cache"][0]
        commands = tables.get("execute", [{}])[0]
        return PolicyFile(
            models=tuple(self._entries("model", tables)),
            roles=tables.get("roles", [{}])[0],
            index_servers=tuple(self._entries("index_server", tables)),
            web_searches=tuple(self._entries("web_search", tables)),
            telemetry=self._telemetry(tables),
            default_class=tables["classes"][0].get("default"),
            class_rules=tuple(self._class_rules(tables["classify"])),
            deny_paths=tables["redact"][0].get("deny_paths", ()),
            commands=commands.get("commands"),
            limits=UsageLimits(**limits),
            denies_cache=may_hide_cache or not kept.get("responses", True),
            denies_feedback=may_hide_cache or not kept.get("feedback", True),
            mcp_class=DataClass.PUBLIC if may_hide_mcp else tables["mcp"][0].get("max_class"),
            problems=with_lines(self._problems, text),
        )

    def _may_hide(self, table: str) -> bool:
        """Tell whether the file may have meant something in a table that could not be read."""
        return len(self._problems) >= MOST_PROBLEMS or any(
            it.place[0] == table or len(it.place) < 2 for it in self._problems
        )

    def _check_number_of_globs(self, tables: Mapping[str, list[dict[str, Any]]]) -> None:
        """Refuse what takes seconds to compile and then milliseconds for each path."""
        if self._layer is not Layer.WORKSPACE:
            return
        denied = tables["redact"][0].get("deny_paths", ())
        if len(denied) + sum(map(_number_of_globs, tables["classify"])) > MOST_GLOBS:
            what = f"has more than {MOST_GLOBS} rules and globs; join some of them"
            self._report(what, ("classify",), _WRONG)
            tables["classify"].clear()
            tables["redact"][0].pop("deny_paths", None)

    def _may_hold(self, table: Table) -> bool:
        return self._layer is not Layer.WORKSPACE or table.name in WORKSPACE_TABLES

    def _report(self, what: str, place: KeyPath, kind: ProblemKind) -> None:
        if len(self._problems) >= MOST_PROBLEMS and len(place) > 1:
            # One file may be made to have a hundred thousand. Those of whole tables count for more.
            return
        self._problems.append(FileProblem(f"{self._path} {what}.", kind, place))

    def _top(self, table: Table, document: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what each table of that name holds; one that is no list comes once."""
        if table.name not in document:
            return [] if table.is_list else [{}]
        value = document[table.name]
        place = (table.name,)
        if table.is_list:
            if not isinstance(value, list):
                what = f"has a {table.name} that is no {table.heading} table; write double brackets"
                self._report(what, place, _WRONG)
                return []
            return [self._keys(table, it, (*place, at)) for at, it in enumerate(value)]
        return [self._keys(table, value, place)]

    def _keys(self, table: Table, value: object, place: KeyPath) -> dict[str, Any]:
        """Return the values of the keys that can be read."""
        label = _label(table, value, place)
        if not isinstance(value, dict):
            self._report(f"has a {label} that is no table; write {table.heading}", place, _WRONG)
            return {}
        found: dict[str, Any] = {}
        for name, it in value.items():
            key = table.key(name)
            if key is None:
                what = _unknown(table, name, label)
                self._report(what, (*place, name), _UNKNOWN)
                if table.name == "model" and _looks_like_must_be_local(name):
                    # Meant to forbid even a model of this machine: nothing else holds it back.
                    found["must_be_local"] = True
                continue
            try:
                found[name] = key.kind.read(it)
            except ConfigurationError as error:
                what = f"is wrong in {label}: {name} {str(error).rstrip('.')}"
                self._report(what, (*place, name), _WRONG)
                found[name] = _WRONG
        for key in table.keys:
            if key.is_required and key.name not in found:
                what = f"is wrong in {label}: {key.name} must be given"
                self._report(what, place, _WRONG)
        return _without_wrong(table, found)

    def _entries(self, name: str, tables: Mapping[str, list[dict[str, Any]]]) -> list[Any]:
        entries: dict[str, Any] = {}
        for at, values in enumerate(tables.get(name, ())):
            if not values:
                continue
            label = f"{name} {values['id']!r}"
            rule = f'{self._layer} [[{name}]] "{values["id"]}" ({self._path})'
            try:
                entry = ENTRIES[name](values, rule)
            except ConfigurationError as error:
                what = f"is wrong in {label}: {str(error).rstrip('.')}"
                self._report(what, (name, at), _WRONG)
                continue
            if entry.id in entries:
                what = f"lists {label} twice; give the second one another id"
                self._report(what, (name, at), _WRONG)
                continue
            entries[entry.id] = entry
        return list(entries.values())

    def _telemetry(self, tables: Mapping[str, list[dict[str, Any]]]) -> TelemetryEntry | None:
        (values,) = tables.get(TELEMETRY.name, [{}])
        if not values:
            return None
        try:
            return telemetry_entry(values, f"{self._layer} {TELEMETRY.heading} ({self._path})")
        except ConfigurationError as error:
            what = f"is wrong in {TELEMETRY.heading}: {str(error).rstrip('.')}"
            self._report(what, (TELEMETRY.name,), _WRONG)
            return None

    def _class_rules(self, tables: list[dict[str, Any]]) -> list[ClassRule]:
        rules: list[ClassRule] = []
        for at, values in enumerate(tables):
            if not values:
                continue
            place = (CLASSIFY.name, at, MATCH.name)
            match = self._keys(MATCH, values["match"], place)
            paths, repositories = match.get("path", ()), match.get("repository", ())
            if not paths and not repositories:
                if match or values["match"] in ({}, {"path": []}):
                    what = "has a [[classify]] that matches nothing; give match a path"
                    self._report(what, place, _WRONG)
                continue
            rule = f"{self._layer} [[classify]] number {at + 1} ({self._path})"
            rules.append(ClassRule(paths or ("**",), values["class"], repositories, rule))
        return rules


_UNKNOWN = ProblemKind.UNKNOWN_KEY
_WRONG = ProblemKind.WRONG_VALUE


def _without_wrong(table: Table, found: dict[str, Any]) -> dict[str, Any]:
    """Return the values without those that are wrong: none of an entry's table that has one."""
    right = {name: it for name, it in found.items() if it is not _WRONG}
    is_whole = len(right) == len(found) and all(
        it.name in right for it in table.keys if it.is_required
    )
    is_entry = table.is_list or table is TELEMETRY
    return right if is_whole or not is_entry else {}


def _number_of_globs(values: Mapping[str, Any]) -> int:
    match = values.get("match")
    lists = match.values() if isinstance(match, dict) else ()
    return 1 + sum(len(it) for it in lists if isinstance(it, list))


def _looks_like_must_be_local(name: str) -> bool:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, name.lower(), "must_be_local").ratio() > _NEAR


# Two letters in the wrong place, or one left out, are nearer than this.
_NEAR = 0.75


def _label(table: Table, value: object, place: KeyPath) -> str:
    if table is MATCH:
        return "the match of a [[classify]]"
    if not table.is_list:
        return table.heading
    number = f"number {int(place[-1]) + 1}"
    name = value.get("id", number) if isinstance(value, dict) else number
    return f"{table.name} {name!r}"


def _unknown(table: Table, name: str, label: str) -> str:
    if table.name == "roles":
        names = ", ".join(it.name for it in table.keys)
        return f"has an unknown role {name!r}; roles are {names}"
    return f"has an unknown key {name!r} in {label}; correct or remove it"
