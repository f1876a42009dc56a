"""SARIF: what the standard's schema 2.1.0 demands of a log, and what GitHub reads of one.

`sarif-2.1.0.json` is the schema as npm's @microsoft/sarif-multitool-linux 5.7.0 brings it (MIT):
OASIS's own, which closes every object, brought to JSON Schema 2020-12. `GITHUB` is what GitHub's
code scanning and that tool's rules for it (`validate --rule-kind "Sarif;Ghas"`) demand beyond.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from glossator_server.cli.finding_reports import (
    COMMENT_RULES,
    CheckReport,
    Level,
    ReportedFinding,
    as_sarif,
)

STANDARD = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text("utf-8"))


def holding(**properties: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"type": "object", "required": list(properties), "properties": properties}


def each(items: object) -> dict[str, object]:
    return {"type": "array", "items": items}


WORDS = {"type": "string", "pattern": r"\S"}
TEXT = holding(text=WORDS)
POSITIVE = {"type": "integer", "minimum": 1}
# Relative ones are relative to the root of the repository; only ASCII is a URI.
URI = {"type": "string", "pattern": r"^[!-~]+$"}
REGION = holding(startLine=POSITIVE, startColumn=POSITIVE, endLine=POSITIVE, endColumn=POSITIVE)
PLACE = holding(artifactLocation=holding(uri=URI), region=REGION)
RESULT = holding(
    ruleId=WORDS,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["note", "warning", "error"]},
    message=TEXT,
    locations={**each(holding(physicalLocation=PLACE)), "minItems": 1, "maxItems": 10},
    partialFingerprints={"type": "object", "minProperties": 1},
)
RULE = holding(
    id=WORDS,
    name={"type": "string", "pattern": "^([A-Z][a-z]*)+$"},
    shortDescription=TEXT,
    fullDescription=TEXT,
    help=TEXT,
    helpUri={"type": "string", "pattern": "^https://"},
    defaultConfiguration=holding(level={"enum": ["note", "warning", "error"]}),
)
DRIVER = holding(
    name=WORDS,
    semanticVersion=WORDS,
    informationUri={"type": "string", "pattern": "^https://"},
    rules={**each(RULE), "uniqueItems": True},
)
NOTIFICATION = holding(level={"enum": ["error"]}, message=TEXT)
RUN = holding(
    tool=holding(driver=DRIVER),
    columnKind={"enum": ["unicodeCodePoints"]},
    # Absent, it would mean that nothing was looked for.
    results=each(RESULT),
    invocations=each(
        holding(
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=each(NOTIFICATION),
        )
    ),
)
GITHUB = holding(version={"const": "2.1.0"}, runs={**each(RUN), "minItems": 1, "maxItems": 20})


def finding(**changes: object) -> ReportedFinding:
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
    return ReportedFinding(**values)


def log_of(*findings: ReportedFinding, root: Path, troubles: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    log = json.loads(as_sarif(CheckReport(findings, 1, troubles, root, COMMENT_RULES)))
    jsonschema.validate(log, STANDARD)
    jsonschema.validate(log, GITHUB)
    return log["runs"][0]


def test_a_log_is_what_the_standard_demands(tmp_path: Path, monkeypatch: Any) -> None:  # noqa: ANN401
    monkeypatch.chdir(tmp_path)
    odd = "\u00e9\udcff\n#%.c"
    found = (finding(), finding(rule="missing", level=Level.WARNING), finding(path=odd))
    run = log_of(*found, finding(rule="of-a-style"), root=tmp_path, troubles=("a.c is odd.",))
    rules = [it["id"] for it in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["name"].lower() != rule["id"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert [it["level"] for it in run["results"]] == ["error", "warning", "error", "error"]
    places = [it["locations"][0]["physicalLocation"] for it in run["results"]]
    assert places[0]["artifactLocation"] == {"uri": "src/a%20file.c", "uriBaseId": "%SRCROOT%"}
    assert places[2]["artifactLocation"]["uri"] == "%C3%A9%FF%0A%23%25.c"
    region = {"startLine": 12, "startColumn": 5, "endLine": 12, "endColumn": 9}
    assert places[0]["region"] == region
    assert run["invocations"][0]["executionSuccessful"] is False


def test_the_schema_is_the_standards(tmp_path: Path) -> None:
    assert STANDARD["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    jsonschema.Draft202012Validator.check_schema(STANDARD)
    log = json.loads(as_sarif(CheckReport((finding(),), 1, (), tmp_path, COMMENT_RULES)))
    log["runs"][0]["results"][0]["kinds"] = "fail"
    assert not jsonschema.Draft202012Validator(STANDARD).is_valid(log)


def test_an_empty_log_is_one_too(tmp_path: Path) -> None:
    run = log_of(root=tmp_path)
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True
    assert str(tmp_path) not in json.dumps(run)


def test_a_file_elsewhere_has_its_whole_address(tmp_path: Path) -> None:
    run = log_of(finding(path="/elsewhere/x.c"), root=tmp_path)
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "file:///elsewhere/x.c"}


def prints(*findings: ReportedFinding, root: Path) -> list[str]:
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
