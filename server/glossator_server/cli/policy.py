"""Own `glossator policy`: what may go where, what is wrong in a policy file, and why.

It decides nothing: it asks the same policy as every request.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import (
    ROLE_NAMES,
    FileProblem,
    Finding,
    Layer,
    Policy,
    ProblemKind,
    Question,
    Severity,
    Verdict,
    broken_file,
    check_policy_text,
    decoded,
    explain,
    json_schema,
    load_policy,
    parse_toml,
    read_regular_file,
    with_lines,
)
from glossator_indexer.walking.exclusions import is_never_read
from glossator_indexer.walking.roots import repository_root
from glossator_server.app import MANAGED_POLICY, policy_places, user_config
from glossator_server.cli.policy_report import policy_as_json, print_policy
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.errors import UsageError
from glossator_server.settings import Settings, load_user_settings, preference_schema
from glossator_server.workspace_file import WORKSPACE_FILE, judge_workspace, read_workspace

JSON_SCHEMA_VERSION = 1


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("policy", help="what may be sent where, and by which rule")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="what the files allow together")
    show.add_argument("--workspace", type=Path, default=Path(), help="a folder of the repository")
    show.set_defaults(run=run_show)
    check = actions.add_parser("check", help="what is wrong in a policy file, by line")
    check.add_argument("file", nargs="?", type=Path, help="the file; all that are there, without")
    check.add_argument("--managed", action="store_true", help="judge it as the managed policy")
    check.set_defaults(run=run_check)
    explained = actions.add_parser("explain", help="whether a model may see a file, and why")
    explained.add_argument("--file", required=True, type=Path, help="the file")
    explained.add_argument("--model", required=True, metavar="ID", help="the model's id")
    explained.add_argument("--role", choices=ROLE_NAMES, help="what for")
    explained.set_defaults(run=run_explain)
    for action in (show, check, explained):
        action.add_argument("--json", action="store_true", help="print JSON")
    schema = actions.add_parser("schema", help="the JSON Schema of a file, for editors")
    layers = [it.value for it in Layer]
    schema.add_argument("layer", nargs="?", choices=layers, default=Layer.USER.value)
    schema.set_defaults(run=run_schema)


def run_show(options: argparse.Namespace) -> int:
    """Print the effective policy of a workspace folder."""
    policy, sentences = _policy_in(_root_of(options.workspace))
    if options.json:
        report = {"schema": JSON_SCHEMA_VERSION, **policy_as_json(policy)}
        print(json.dumps({**report, "warnings": list(sentences)}, indent=2))
    else:
        print_policy(policy)
    for sentence in sentences:
        complain(sentence)
    return ExitStatus.DONE


def run_check(options: argparse.Namespace) -> int:
    """Print what is wrong in policy files; the status is 2 where one of them has an error."""
    checked = [_check(it) for it in _files_to_check(options.file, options.managed)]
    if options.json:
        files = [_checked_as_json(it) for it in checked]
        print(json.dumps({"schema": JSON_SCHEMA_VERSION, "files": files}, indent=2))
    else:
        for it in checked:
            _print_checked(it)
    if not checked:
        complain(f"There is no policy file here; write {user_config()}.")
    errors = any(it.severity is Severity.ERROR for one in checked for it in one.findings)
    return ExitStatus.USAGE if errors else ExitStatus.DONE


def run_explain(options: argparse.Namespace) -> int:
    """Print whether a model may see a file; the status is 3 where it may not."""
    path = Path.cwd() / options.file
    root = _root_of(path.parent)
    policy, _ = _policy_in(root)
    verdict = explain(policy, Question(root, path, options.model, options.role))
    if is_never_read(path.name):
        reason = f"{path.name} may hold secrets by its name: such files are never read."
        verdict = _refused(verdict, reason, "built-in list of names")
    told = policy.telemetry
    if options.json:
        report = _verdict_as_json(verdict, path, options)
        report["telemetry"] = None if told is None else str(told.origin)
        print(json.dumps(report, indent=2))
    else:
        print(visible(f"{path}: {verdict.data_class}, by {verdict.class_rule}"))
        word = "allowed" if verdict.is_allowed else "refused"
        print(visible(f"{word}: {verdict.reason}"))
        print(visible(f"rule: {verdict.rule}"))
        if told is not None and verdict.is_allowed:
            print(visible(f"told to {told.origin}: sizes and hashes of the request, no text"))
    return ExitStatus.DONE if verdict.is_allowed else ExitStatus.REFUSED_BY_POLICY


def run_schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of one of the files."""
    print(json.dumps(json_schema(Layer(options.layer), preference_schema()), indent=2))
    return ExitStatus.DONE


def _root_of(folder: Path) -> Path:
    try:
        return repository_root(folder)
    except (OSError, ValueError, RuntimeError) as trouble:
        raise UsageError(f"{folder} cannot be looked at; name another place.") from trouble


def _policy_in(root: Path) -> tuple[Policy, tuple[str, ...]]:
    policy = load_policy(policy_places())
    try:
        settings, _ = load_user_settings(user_config())
    except ConfigurationError:
        # The policy tells of it.
        settings = Settings()
    found = read_workspace(root, settings, policy)
    return found.policy, (*policy.warnings, *found.sentences)


@dataclass(frozen=True, slots=True)
class _Checked:
    path: Path
    layer: Layer
    findings: list[Finding]


def _files_to_check(file: Path | None, managed: object) -> list[tuple[Path, Layer]]:
    """Return the named file with the layer that it is for, or all files that are there."""
    if file is not None:
        layer = Layer.WORKSPACE if file.name == WORKSPACE_FILE else Layer.USER
        return [(file, Layer.MANAGED if managed else layer)]
    if managed:
        return [(MANAGED_POLICY, Layer.MANAGED)]
    places = [
        (MANAGED_POLICY, Layer.MANAGED),
        (user_config(), Layer.USER),
        (_root_of(Path()) / WORKSPACE_FILE, Layer.WORKSPACE),
    ]
    return [it for it in places if it[0].exists()]


def _check(place: tuple[Path, Layer]) -> _Checked:
    path, layer = place
    data = read_regular_file(path)
    if data is None:
        raise UsageError(f"{path} does not exist; name a policy file.")
    try:
        text = decoded(data, path)
    except ConfigurationError as trouble:
        return _Checked(path, layer, [Finding(Severity.ERROR, broken_file(str(trouble)))])
    if layer is Layer.WORKSPACE:
        found = judge_workspace(text, path, Settings(), Policy(models=()))
        return _Checked(path, layer, [_in_workspace(it) for it in found.problems])
    findings = check_policy_text(text, path, layer)
    if path == MANAGED_POLICY and layer is Layer.MANAGED:
        findings += _place_findings()
    if layer is Layer.USER:
        findings += _preference_findings(text, path)
    return _Checked(path, layer, sorted(findings, key=lambda it: it.problem.line or 0))


def _place_findings() -> list[Finding]:
    """Return what is wrong with the managed file beyond its text: who owns it, who may write."""
    problem = load_policy(policy_places()).managed_problem
    if problem is None or "belong to root" not in problem:
        return []
    return [Finding(Severity.ERROR, FileProblem(problem, ProblemKind.BROKEN_FILE))]


def _in_workspace(problem: FileProblem) -> Finding:
    mild = problem.kind in {ProblemKind.UNKNOWN_KEY, ProblemKind.IGNORED_KEY}
    return Finding(Severity.WARNING if mild else Severity.ERROR, problem)


def _preference_findings(text: str, path: Path) -> list[Finding]:
    try:
        tables = parse_toml(text, path)
    except ConfigurationError:
        return []
    own = {name: it for name, it in tables.items() if name in preference_schema()}
    _, ignored = Settings().narrowed_in_detail(own)
    problems = (FileProblem(it.sentence, ProblemKind.IGNORED_KEY, it.place) for it in ignored)
    return [Finding(Severity.WARNING, it) for it in with_lines(problems, text)]


def _print_checked(checked: _Checked) -> None:
    if not checked.findings:
        print(visible(f"{checked.path}: no mistakes ({checked.layer})"))
    for it in checked.findings:
        line = f":{it.problem.line}" if it.problem.line is not None else ""
        sentence = it.problem.sentence.replace(str(checked.path), "this file")
        print(visible(f"{checked.path}{line}: {it.severity}: {sentence}"))


def _checked_as_json(checked: _Checked) -> dict[str, object]:
    return {
        "path": str(checked.path),
        "layer": checked.layer.value,
        "problems": [
            {
                "line": it.problem.line,
                "severity": it.severity.value,
                "kind": it.problem.kind.value,
                "message": it.problem.sentence,
            }
            for it in checked.findings
        ],
    }


def _refused(verdict: Verdict, reason: str, rule: str) -> Verdict:
    return Verdict(
        is_allowed=False,
        reason=reason,
        rule=rule,
        data_class=verdict.data_class,
        class_rule=verdict.class_rule,
        model=verdict.model,
    )


def _verdict_as_json(
    verdict: Verdict, path: Path, options: argparse.Namespace
) -> dict[str, object]:
    return {
        "schema": JSON_SCHEMA_VERSION,
        "file": str(path),
        "class": verdict.data_class.value,
        "class_rule": verdict.class_rule,
        "model": verdict.model.id,
        "origin": verdict.model.origin_text,
        "role": options.role,
        "allowed": verdict.is_allowed,
        "reason": verdict.reason,
        "rule": verdict.rule,
    }
