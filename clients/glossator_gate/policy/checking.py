"""Own what is said of one policy file on its own: its mistakes, and what it lists in vain.

It must not read files, and what it says changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.declaration import Layer
from glossator_gate.policy.files import FoundFile
from glossator_gate.policy.lines import KeyPath
from glossator_gate.policy.meeting import meet
from glossator_gate.policy.problems import FileProblem, ProblemKind, broken_file, with_lines
from glossator_gate.policy.reading import parse_policy_file, parse_toml
from glossator_gate.types import Api, FileState, PolicySource


class Severity(StrEnum):
    """What a finding means for the file."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and how bad it is in this file."""

    severity: Severity
    problem: FileProblem


def check_policy_text(text: str, path: Path, layer: Layer) -> list[Finding]:
    """Return what is wrong in the text of a managed or user file, by line."""
    try:
        file = parse_policy_file(text, path, layer)
    except ConfigurationError as error:
        return [Finding(Severity.ERROR, broken_file(str(error), text))]
    tables = parse_toml(text, path)
    findings = [Finding(_severity(it, layer), it) for it in file.problems]
    source = FoundFile(PolicySource(layer, path, FileState.READ), file)
    nothing = FoundFile(PolicySource(layer, path, FileState.ABSENT))
    is_managed = layer is Layer.MANAGED
    policy = meet(source, nothing) if is_managed else meet(nothing, source)
    in_vain = [
        FileProblem(it.reason, ProblemKind.WRONG_VALUE, _place(tables, "model", it.entry.id))
        for it in policy.refused
        if not file.problems or "mistake" not in it.reason
    ]
    told = {it.sentence for it in file.problems}
    in_vain += [
        FileProblem(it, ProblemKind.WRONG_VALUE, _mentioned(tables, it))
        for it in policy.warnings
        if it not in told
    ]
    if is_managed and any(it.api is Api.SCRIPTED for it in file.models):
        what = f'{path} lists api = "scripted", which only a user may.'
        problem = FileProblem(what, ProblemKind.WRONG_VALUE, ("model",))
        findings += [Finding(Severity.ERROR, it) for it in with_lines([problem], text)]
    findings += [Finding(Severity.WARNING, it) for it in with_lines(in_vain, text)]
    return sorted(findings, key=lambda it: it.problem.line or 0)


def _severity(problem: FileProblem, layer: Layer) -> Severity:
    is_unknown = problem.kind is ProblemKind.UNKNOWN_KEY
    return Severity.WARNING if is_unknown and layer is not Layer.MANAGED else Severity.ERROR


def _place(tables: Mapping[str, Any], name: str, entry_id: str) -> KeyPath:
    """Return where an entry with an id stands."""
    return next(
        ((name, at) for at, it in _entries(tables, name) if it.get("id") == entry_id), (name,)
    )


def _mentioned(tables: Mapping[str, Any], sentence: str) -> KeyPath:
    """Return where stands what a sentence of the meet is about: a role, or a server."""
    roles = tables.get("roles")
    for role in roles if isinstance(roles, dict) else ():
        if f"the role {role!r}" in sentence:
            return ("roles", role)
    for name in ("index_server", "web_search"):
        for at, entry in _entries(tables, name):
            if sentence.startswith(f"{entry.get('id')} "):
                return (name, at)
    return ("telemetry",) if sentence.startswith("telemetry ") else ()


def _entries(tables: Mapping[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
    listed = tables.get(name)
    entries = enumerate(listed) if isinstance(listed, list) else ()
    return [(at, it) for at, it in entries if isinstance(it, dict)]
