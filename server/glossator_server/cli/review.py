"""Own `glossator review`: what checkers and a reviewing model find wrong with code, and no edit."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from glossator_clients.errors import ModelError
from glossator_clients.router import Need
from glossator_gate.errors import PolicyError
from glossator_indexer.walking.roots import repository_root
from glossator_server.actions.review import (
    ReviewedPiece,
    ReviewFinding,
    review_piece,
    spans_to_review,
)
from glossator_server.app import open_checker
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.finding_reports import (
    REPORTS,
    REVIEW_RULES,
    CheckReport,
    Level,
    ReportedFinding,
)
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import lines_of
from glossator_server.cli.workshop import Subject, pieces_around, subject_of
from glossator_server.edits import line_and_column
from glossator_server.errors import SandboxUnavailableError
from glossator_server.files import write_report
from glossator_server.prompts.fix import is_small
from glossator_server.snapshot import Snapshot
from glossator_server.verify.checker import Subject as CheckSubject
from glossator_server.verify.problems import (
    CheckOutcome,
    Gravity,
    Problem,
    Stage,
    believed,
    misread,
)

NO_REVIEWER = (
    "No model reviewed the code, the built-in one is too small to: list one for the role review in "
    "config.toml."
)
_STAGES = (Stage.PARSE, Stage.COMPILE, Stage.LINT, Stage.TYPES)
_LEVELS = {"error": Level.ERROR, "warning": Level.WARNING, "information": Level.NOTE}


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("review", help="findings about code, and no edit")
    parser.add_argument("target", metavar="TARGET", help="FILE, FILE:LINE or FILE::SYMBOL")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print JSON")
    shape.add_argument("--sarif", action="store_true", help="print SARIF")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write the findings into FILE")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Review a target and report what was found."""
    subject = subject_of(options.target, "reviewed")
    report = asyncio.run(_report(subject, quiet=options.quiet))
    for trouble in report.troubles:
        complain(trouble)
    shape = "json" if options.json else "sarif" if options.sarif else "text"
    text = REPORTS[shape](report)
    if options.output is not None:
        write_report(options.output, text)
    else:
        print(text, end="")
    if shape == "text":
        count = len(report.findings)
        print(f"{count} finding{'s' if count != 1 else ''}", file=sys.stderr)
    return ExitStatus.FINDINGS if report.findings or report.troubles else ExitStatus.DONE


async def _report(subject: Subject, *, quiet: bool) -> CheckReport:
    """Return what checkers find and what a model does, in order of place, and what neither saw."""
    lines = lines_of(subject.target, subject.snapshot)
    troubles: list[str] = []
    found = await _checked(subject, lines, troubles)
    try:
        async for it in _reviewed(subject, lines, troubles, quiet=quiet):
            found.append(it)
    except (ModelError, PolicyError) as trouble:
        # What compilers found is not lost with it.
        troubles.append(f"No model reviewed the code to its end: {trouble}")
    found.sort(key=lambda it: (it.line, it.columns))
    root = repository_root(Path.cwd())
    return CheckReport(tuple(found), 1, tuple(troubles), root, REVIEW_RULES)


async def _checked(
    subject: Subject, lines: range | None, troubles: list[str]
) -> list[ReportedFinding]:
    """Return what checkers find; sentences about those that came to no result go to `troubles`."""
    application, snapshot = subject.application, subject.snapshot
    path = subject.target.path.resolve()
    about = CheckSubject(subject.root, path, snapshot.source.language.id)
    found: list[ReportedFinding] = []
    try:
        checker = await open_checker(subject.root, application.policy, application.settings)
        outcomes: list[CheckOutcome] = []
        for stage in _STAGES:
            outcomes += await checker.check(about, {path: snapshot.text}, stage)
        for outcome in believed(outcomes, misread(outcomes)):
            if outcome.trouble:
                troubles.append(f"{outcome.tool} came to no result: {outcome.trouble}")
            found += _of_problems(snapshot, path, outcome.problems, lines)
    except SandboxUnavailableError as trouble:
        troubles.append(f"No compiler or linter was run: {trouble}")
    return found


def _of_problems(
    snapshot: Snapshot, path: Path, problems: tuple[Problem, ...], lines: range | None
) -> Iterator[ReportedFinding]:
    for it in problems:
        if it.path not in (None, path) or (lines is not None and it.line not in lines):
            continue
        yield ReportedFinding(
            path=str(snapshot.path),
            line=max(1, it.line),
            columns=(max(1, it.column), max(1, it.column) + 1),
            symbol=path.name,
            kind="code",
            rule=rule_of(it),
            message=it.message,
            level=Level.ERROR if it.gravity is Gravity.ERROR else Level.WARNING,
        )


async def _reviewed(
    subject: Subject, lines: range | None, troubles: list[str], *, quiet: bool
) -> AsyncIterator[ReportedFinding]:
    """Yield what a model finds; sentences about code that it did not see go to `troubles`."""
    application, snapshot = subject.application, subject.snapshot
    preferred = application.settings.preferred_models
    model = await application.open_model(Need("review", snapshot.data_class, preferred))
    asking = application.settings.asking("review")
    try:
        if is_small(model.info):
            complain(NO_REVIEWER)
            return
        spans = spans_to_review(snapshot, lines)
        async with running_indexes([subject.target.path], application.settings.index) as indexes:
            for number, span in enumerate(spans):
                if not quiet:
                    said = f"{model.info.id} reviews, {number + 1} of {len(spans)}"
                    print(visible(said), file=sys.stderr, flush=True)
                line, _ = line_and_column(snapshot.text, span.start)
                pieces = tuple(await pieces_around(indexes, snapshot, line, ""))
                piece = ReviewedPiece(span, pieces)
                review = await review_piece(snapshot, piece, model, asking, subject.root)
                for it in review.findings:
                    yield _of_review(snapshot, it)
                troubles += map(_as_sentence, review.not_reviewed)
                for notice in review.notices:
                    complain(_as_sentence(notice))
    finally:
        await model.close()


def _as_sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _of_review(snapshot: Snapshot, finding: ReviewFinding) -> ReportedFinding:
    line, column = line_and_column(snapshot.text, finding.span.start)
    advice = f" {finding.advice}" if finding.advice else ""
    return ReportedFinding(
        path=str(snapshot.path),
        line=line,
        columns=(column, column + max(1, finding.span.end - finding.span.start)),
        symbol=finding.symbol or (snapshot.path or Path()).name,
        kind="code",
        rule="review",
        message=finding.message + advice,
        level=_LEVELS[finding.severity],
    )


def rule_of(problem: Problem) -> str:
    """Return a tool's id of a problem behind its name, which clang's have already."""
    rule = problem.rule.lstrip("-")
    if rule.startswith("clang-"):
        return rule
    return f"{problem.tool}-{rule}" if rule else problem.tool
