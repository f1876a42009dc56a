"""Own the runs of a project's tests: which command runs for a test, and which tests fail in it.

Outputs are read as pytest, unittest, TAP, node, go test, cargo test, CTest and make write them. It
must not decide which commands may run.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

from glossator_server.sandbox import Ending, Limits, SandboxResult
from glossator_server.sandbox.approvals import TEST_PLACE
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage
from glossator_server.verify.tools import why_ended

# A name that a shell, a path or an option could be made of is not put into a command.
_SAFE_NAME = re.compile(r"[\w][\w./:\[\]@+ -]{0,299}")
MOST_FAILURES = 100
MOST_EXCERPT = 2_000
_TAP_FAILURES = (
    re.compile(
        r"^not ok(?: \d+)?(?: -)? ?(?P<name>(?:(?! ?# ?(?:TODO|SKIP)).)*)$",
        re.MULTILINE | re.IGNORECASE,
    ),
    # Without a name, its number tells it from others.
    re.compile(r"^not ok (?P<name>\d+)$", re.MULTILINE),
)
_FAILURES = (
    re.compile(
        r"^(?:FAILED|ERROR) (?P<name>\S.*?\.py(?:::[^\[\n]+?(?:\[.*?\])?)?)(?: - .*)?$",
        re.MULTILINE,
    ),
    re.compile(r"^(?:FAIL|ERROR): (?P<name>\w+ \([\w.]+\))", re.MULTILINE),
    *_TAP_FAILURES,
    re.compile(r"^\s*--- FAIL: (?P<name>\S+)", re.MULTILINE),
    re.compile(r"^FAIL\t(?P<name>\S+) \[(?:build|setup) failed\]$", re.MULTILINE),
    # node's own words since 23.
    re.compile(r"^\s*✖ (?P<name>.+?) \([\d.]+ms\)$", re.MULTILINE),
    re.compile(r"^test (?P<name>.+?) \.\.\. FAILED$", re.MULTILINE),
    re.compile(
        r"^\s*\d+ - (?P<name>.+?) \((?:Failed|Timeout|SEGFAULT|Subprocess aborted|ILLEGAL|INTERRUPT"
        r"|NUMERICAL|OTHER_FAULT|Exit code [^)]*|Not Run|BAD_COMMAND)\)",
        re.MULTILINE,
    ),
    re.compile(r"^(?:FAIL|XPASS): (?P<name>\S+)$", re.MULTILINE),
)
_PLAN = re.compile(r"^1\.\.(?P<count>\d{1,9})", re.MULTILINE)
_RUN = re.compile(r"^(?:not )?ok\b", re.MULTILINE)
_BAIL = re.compile(r"^Bail out!", re.MULTILINE | re.IGNORECASE)


def commands_for(commands: tuple[tuple[str, ...], ...], test: str) -> Iterator[tuple[str, ...]]:
    """Yield the commands to run: those with a place for a test's name first, where one is named.

    The others run in any case: what mends one test may break another.
    """
    if test and _SAFE_NAME.fullmatch(test):
        for argv in (it for it in commands if TEST_PLACE in it):
            yield tuple(test if word == TEST_PLACE else word for word in argv)
    yield from (it for it in commands if TEST_PLACE not in it)


def outcome_of(argv: tuple[str, ...], result: SandboxResult, limits: Limits) -> CheckOutcome:
    """Return what a run of tests says: a problem for each test that fails."""
    tool = shlex.join(argv)
    text = f"{result.output}\n{result.errors}"
    # TAP is believed before the status: few who write it by hand end with one.
    is_failed = result.status != 0 or (_is_tap(text) and _is_bad_tap(text))
    names = list(_failing(text)) if is_failed else []
    problem = Problem(Stage.TESTS, tool, Gravity.ERROR, "", "")
    found = tuple(replace(problem, message=it) for it in names[:MOST_FAILURES])
    trouble = ""
    if result.ending is not Ending.EXITED:
        trouble = why_ended(result, limits)
    elif is_failed and (not found or _ended_early(text)):
        # What was not run has not passed.
        why = f"{tool} ended early" if _ended_early(text) else f"{tool} fails"
        found = (*found, replace(problem, message=f"{why} (exit status {result.status})"))
    return CheckOutcome(
        Stage.TESTS, tool, "", found, result.seconds, trouble=trouble, excerpt=_end(text, found)
    )


def untold(outcome: CheckOutcome) -> CheckOutcome:
    """Return an outcome without a word that its tests wrote; each keeps a name of its own."""
    problems = tuple(
        replace(it, message=f"test {hashlib.sha256(it.message.encode()).hexdigest()[:8]} fails")
        for it in outcome.problems
    )
    return replace(outcome, problems=problems, excerpt="")


def _failing(text: str) -> Iterator[str]:
    found = (
        (match.start(), match["name"].strip())
        for pattern in _FAILURES
        for match in pattern.finditer(text)
    )
    yield from dict.fromkeys(name for _, name in sorted(found) if name)


def _is_tap(text: str) -> bool:
    return _PLAN.search(text) is not None and _RUN.search(text) is not None


def _is_bad_tap(text: str) -> bool:
    return _ended_early(text) or any(it.search(text) for it in _TAP_FAILURES)


def _ended_early(text: str) -> bool:
    if _BAIL.search(text):
        return True
    plan = _PLAN.search(text)
    return plan is not None and len(_RUN.findall(text)) < int(plan["count"])


def _end(text: str, found: tuple[Problem, ...]) -> str:
    """Return the end of an output, where it is about a failure."""
    if not found:
        return ""
    lines = [it.rstrip() for it in text.strip().split("\n")]
    shown = "\n".join(it for it in lines if it and not re.match(r"ok\b|\S+ PASSED\b", it))
    return shown[-MOST_EXCERPT:]
