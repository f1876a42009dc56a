"""Own the shapes in which the findings of `--check` are reported: lines, JSON and SARIF.

Pure: it must not look for findings, nor print or write anything.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from glossator_indexer.types import Severity
from glossator_server import __version__
from glossator_server.cli.printing import visible

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class CommentFinding:
    """One finding; `rule` is "missing" or the rule of the style that is broken.

    Line and columns count from 1, columns in code points; both columns are of the symbol's name.
    """

    path: str
    line: int
    columns: tuple[int, int]
    symbol: str
    kind: str
    rule: str
    message: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found in `read` files; `troubles` are sentences about files not looked at.

    `root` is the folder that programs take paths to be relative to.
    """

    findings: tuple[CommentFinding, ...]
    read: int
    troubles: tuple[str, ...]
    root: Path


def as_lines(report: CheckReport) -> str:
    """Return a line a finding, as compilers write them."""
    return "".join(
        visible(f"{it.path}:{it.line}: {it.rule}: {it.message}") + "\n" for it in report.findings
    )


def as_json(report: CheckReport) -> str:
    """Return one JSON object."""
    findings = [
        {
            "path": it.path,
            "line": it.line,
            "symbol": it.symbol,
            "kind": it.kind,
            "rule": it.rule,
            "message": it.message,
        }
        for it in report.findings
    ]
    return json.dumps({"schema": 1, "findings": findings}, indent=2) + "\n"


def as_sarif(report: CheckReport) -> str:
    """Return a log in the Static Analysis Results Interchange Format 2.1.0 (OASIS, 2020)."""
    rules = sorted({it.rule for it in report.findings} | _RULES.keys())
    seen: Counter[str] = Counter()
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Glossator",
                        "semanticVersion": __version__,
                        "informationUri": _PROJECT,
                        "rules": [_rule(it) for it in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    "%SRCROOT%": {"description": {"text": "The root of the repository."}}
                },
                "invocations": [
                    {
                        "executionSuccessful": not report.troubles,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": visible(it)}}
                            for it in report.troubles
                        ],
                    }
                ],
                "results": [_result(it, rules, report.root, seen) for it in report.findings],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


_PROJECT = "https://github.com/glossator/glossator"
_HELP = (
    "Run `glossator document --diff FILE` to see the comment that fits the code, with `--write` "
    "instead of `--diff` to have it written. A comment that is right as it stands names what the "
    "code names: parameters, and whether a value is returned."
)

REPORTS = {"text": as_lines, "json": as_json, "sarif": as_sarif}

_RULES = {
    MISSING: "A function or type that others use has no doc comment.",
    "wrong-name": "The comment begins with another name than the symbol's.",
    "stale-parameter": "The comment describes a parameter that is gone.",
    "missing-parameter": "The comment describes some parameters and leaves out this one.",
    "parameter-order": "The comment describes the parameters in another order.",
    "missing-return": "The comment does not say what is returned.",
    "stale-return": "The comment describes a value, and none is returned.",
}


def _rule(rule: str) -> dict[str, object]:
    says = _RULES.get(rule, "The comment breaks a rule of its style.")
    return {
        "id": rule,
        # The standard wants a name that is not the id again.
        "name": "".join(word.capitalize() for word in f"comment-{rule}".split("-")),
        "shortDescription": {"text": says},
        "fullDescription": {
            "text": f"{says} `glossator document` writes the comment, or brings it up to date."
        },
        # GitHub takes no rule without help.
        "help": {"text": _HELP},
        "helpUri": f"{_PROJECT}/blob/main/docs/how-to/check-comments-in-ci.md#mend-what-is-found",
        "defaultConfiguration": {"level": "warning" if rule == MISSING else "error"},
    }


def _result(
    finding: CommentFinding, rules: list[str], root: Path, seen: Counter[str]
) -> dict[str, object]:
    start, end = finding.columns
    location = {
        "physicalLocation": {
            "artifactLocation": _artifact(finding.path, root),
            "region": {
                "startLine": finding.line,
                "startColumn": start,
                "endLine": finding.line,
                "endColumn": end,
            },
        },
        "logicalLocations": [{"fullyQualifiedName": finding.symbol}],
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _level(finding),
        "message": {"text": visible(finding.message)},
        "locations": [location],
        "partialFingerprints": {"glossatorSymbol/v1": _fingerprint(finding, root, seen)},
    }


def _level(finding: CommentFinding) -> str:
    if finding.rule == MISSING:
        return "warning"
    return "error" if finding.severity is Severity.ERROR else "note"


def _fingerprint(finding: CommentFinding, root: Path, seen: Counter[str]) -> str:
    """Return what stays the same while lines move, another one for each of several alike."""
    parts = (_artifact(finding.path, root)["uri"], finding.symbol, finding.rule, finding.message)
    text = "\0".join(parts)
    seen[text] += 1
    numbered = f"{text}\0{seen[text]}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(numbered).hexdigest()[:32]


def _artifact(path: str, root: Path) -> dict[str, str]:
    whole = os.path.abspath(path)  # noqa: PTH100 -- links stay: what was named is shown
    inside = Path(whole)
    if not inside.is_relative_to(root):
        # The name as the repository knows it, where the way there led over a link.
        inside = Path(os.path.realpath(path))
    if inside.is_relative_to(root):
        return {"uri": _quoted(inside.relative_to(root)), "uriBaseId": "%SRCROOT%"}
    return {"uri": "file://" + _quoted(Path(whole))}


def _quoted(path: Path) -> str:
    return quote(os.fsencode(path))
