"""SARIF: what OASIS's schema 2.1.0 demands of a log, and what GitHub reads of one.

The schema here is an excerpt of the standard's: every property that is required in an object that
we write, with its type and values, and no property that the standard does not know.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from glossator_indexer.types import Severity
from glossator_server.cli.finding_reports import CheckReport, CommentFinding, as_sarif


def closed(required: list[str], **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


TEXT = closed(["text"], text={"type": "string", "minLength": 1})
POSITIVE = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
URI = {"type": "string", "format": "uri-reference", "pattern": r"^[!-~]+$"}
ARTIFACT = closed(["uri"], uri=URI, uriBaseId={"type": "string"})
REGION = closed(
    ["startLine"], startLine=POSITIVE, startColumn=POSITIVE, endLine=POSITIVE, endColumn=POSITIVE
)
LOCATION = closed(
    [],
    physicalLocation=closed(["artifactLocation"], artifactLocation=ARTIFACT, region=REGION),
    logicalLocations={
        "type": "array",
        "items": closed([], fullyQualifiedName={"type": "string"}),
    },
)
RESULT = closed(
    ["message"],
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=TEXT,
    locations={"type": "array", "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
)
RULE = closed(
    ["id"],
    id={"type": "string"},
    shortDescription=TEXT,
    fullDescription=TEXT,
    defaultConfiguration=closed([], level=LEVEL),
)
DRIVER = closed(
    ["name"],
    name={"type": "string"},
    semanticVersion={"type": "string"},
    informationUri={"type": "string", "format": "uri"},
    rules={"type": "array", "items": RULE, "uniqueItems": True},
)
NOTIFICATION = closed(["message"], level=LEVEL, message=TEXT)
INVOCATION = closed(
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications={"type": "array", "items": NOTIFICATION},
)
RUN = closed(
    ["tool"],
    tool=closed(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds={
        "type": "object",
        "additionalProperties": closed([], description=TEXT, uri=URI),
    },
    invocations={"type": "array", "items": INVOCATION},
    results={"type": "array", "items": RESULT},
)
LOG = closed(
    ["version", "runs"],
    version={"enum": ["2.1.0"]},
    runs={"type": "array", "items": RUN},
    **{"$schema": {"type": "string", "format": "uri"}},
)


def finding(**changes: object) -> CommentFinding:
    values: dict[str, Any] = {
        "path": "src/a file.c",
        "line": 12,
        "columns": (5, 9),
        "symbol": "push",
        "kind": "function",
        "rule": "stale-parameter",
        "message": "@gone is described",
        **changes,
    }
    return CommentFinding(**values)


def log_of(*findings: CommentFinding, root: Path, troubles: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    log = json.loads(as_sarif(CheckReport(findings, 1, troubles, root)))
    jsonschema.validate(log, LOG)
    return log["runs"][0]


def test_a_log_is_what_the_standard_demands(tmp_path: Path, monkeypatch: Any) -> None:  # noqa: ANN401
    monkeypatch.chdir(tmp_path)
    odd = "\u00e9\udcff\n#%.c"
    found = (finding(), finding(rule="missing", severity=Severity.ADVICE), finding(path=odd))
    run = log_of(*found, finding(rule="of-a-style"), root=tmp_path, troubles=("a.c is odd.",))
    rules = [it["id"] for it in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert [it["level"] for it in run["results"]] == ["error", "warning", "error", "error"]
    places = [it["locations"][0]["physicalLocation"] for it in run["results"]]
    assert places[0]["artifactLocation"] == {"uri": "src/a%20file.c", "uriBaseId": "%SRCROOT%"}
    assert places[2]["artifactLocation"]["uri"] == "%C3%A9%FF%0A%23%25.c"
    region = {"startLine": 12, "startColumn": 5, "endLine": 12, "endColumn": 9}
    assert places[0]["region"] == region
    assert run["invocations"][0]["executionSuccessful"] is False


def test_an_empty_log_is_one_too(tmp_path: Path) -> None:
    run = log_of(root=tmp_path)
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True
    assert str(tmp_path) not in json.dumps(run)


def test_a_file_elsewhere_has_its_whole_address(tmp_path: Path) -> None:
    run = log_of(finding(path="/elsewhere/x.c"), root=tmp_path)
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "file:///elsewhere/x.c"}


def prints(*findings: CommentFinding, root: Path) -> list[str]:
    results = log_of(*findings, root=root)["results"]
    return [it["partialFingerprints"]["glossatorSymbol/v1"] for it in results]


def test_a_fingerprint_outlives_the_line_and_tells_findings_apart(
    tmp_path: Path,
    monkeypatch: Any,  # noqa: ANN401
) -> None:
    monkeypatch.chdir(tmp_path)
    first = finding()
    others = [finding(path="b.c"), finding(symbol="pop"), finding(message="@b"), finding()]
    every = prints(first, *others, root=tmp_path)
    assert len(set(every)) == len(every)
    assert prints(finding(line=99, columns=(1, 2)), root=tmp_path) == every[:1]
