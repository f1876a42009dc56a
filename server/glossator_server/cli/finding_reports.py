"""Own the shapes in which findings are reported: lines, JSON and SARIF.

Pure: it must not look for findings, nor print or write anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from glossator_server import __version__
from glossator_server.cli.printing import visible

MISSING = "missing"


class Level(StrEnum):
    """How bad a finding is, in the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """One finding; `rule` is "missing" or the rule of a style or tool that is broken.

    Line and columns count from 1, columns in code points; the columns are of the symbol's name, or
    of the words that are wrong.
    """

    path: str
    line: int
    columns: tuple[int, int]
    symbol: str
    kind: str
    rule: str
    message: str
    level: Level = Level.ERROR


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What is said of the rules in a report: each one's sentence, and what to do about them.

    `prefix` begins the name of every rule, `unknown` says what a rule is that has no sentence.
    """

    prefix: str
    says: Mapping[str, str]
    unknown: str
    mends: str
    help: str
    help_uri: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found in `read` files; `troubles` are sentences about files not looked at.

    `root` is the folder that programs take paths to be relative to.
    """

    findings: tuple[ReportedFinding, ...]
    read: int
    troubles: tuple[str, ...]
    root: Path
    rules: RuleBook


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
            "column": it.columns[0],
            "end_column": it.columns[1],
            "severity": it.level,
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
    rules = sorted({it.rule for it in report.findings} | report.rules.says.keys())
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
                        "rules": [_rule(it, report.rules) for it in rules],
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

REPORTS = {"text": as_lines, "json": as_json, "sarif": as_sarif}

COMMENT_RULES = RuleBook(
    prefix="comment",
    says={
        MISSING: "A function or type that others use has no doc comment.",
        "wrong-name": "The comment begins with another name than the symbol's.",
        "stale-parameter": "The comment describes a parameter that is gone.",
        "missing-parameter": "The comment describes some parameters and leaves out this one.",
        "parameter-order": "The comment describes the parameters in another order.",
        "missing-return": "The comment does not say what is returned.",
        "stale-return": "The comment describes a value, and none is returned.",
    },
    unknown="The comment breaks a rule of its style.",
    mends="`glossator document` writes the comment, or brings it up to date.",
    help=(
        "Run `glossator document --diff FILE` to see the comment that fits the code, with "
        "`--write` instead of `--diff` to have it written. A comment that is right as it stands "
        "names what the code names: parameters, and whether a value is returned."
    ),
    help_uri=f"{_PROJECT}/blob/main/docs/how-to/check-comments-in-ci.md#mend-what-is-found",
)
REVIEW_RULES = RuleBook(
    prefix="code",
    says={"review": "A model that reviewed the code finds something wrong with it."},
    unknown="A checker of the code finds something wrong with it.",
    mends="`glossator fix` writes a change that its checks allow, where it finds one.",
    help=(
        "Run `glossator fix FILE:LINE` to see a change that compiles and passes the tests, with "
        "`--about` and the finding's words where a model found it; `--write` has it written."
    ),
    help_uri=f"{_PROJECT}/blob/main/docs/how-to/fix-code.md",
)


def _rule(rule: str, book: RuleBook) -> dict[str, object]:
    says = book.says.get(rule, book.unknown)
    words = re.findall(r"[A-Za-z]+", f"{book.prefix}-{rule}")
    return {
        "id": rule,
        # The standard wants a name that is not the id again.
        "name": "".join(it.capitalize() for it in words),
        "shortDescription": {"text": says},
        "fullDescription": {"text": f"{says} {book.mends}"},
        # GitHub takes no rule without help.
        "help": {"text": book.help},
        "helpUri": book.help_uri,
        "defaultConfiguration": {"level": "warning" if rule == MISSING else "error"},
    }


def _result(
    finding: ReportedFinding, rules: list[str], root: Path, seen: Counter[str]
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
        "level": finding.level,
        "message": {"text": visible(finding.message)},
        "locations": [location],
        "partialFingerprints": {"glossatorSymbol/v1": _fingerprint(finding, root, seen)},
    }


def _fingerprint(finding: ReportedFinding, root: Path, seen: Counter[str]) -> str:
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
