"""What tools really wrote, recorded with their versions, becomes the problems that it tells of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_indexer.languages import language_of_file
from glossator_server.sandbox import Ending, Limits, SandboxResult
from glossator_server.verify.checker import Subject
from glossator_server.verify.code_checker import RUNS
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage
from glossator_server.verify.programs import Programs
from glossator_server.verify.test_runs import TEST_PLACE, commands_for, outcome_of, untold
from glossator_server.verify.tools import (
    MOST_PROBLEMS,
    NoResultError,
    Question,
    ToolRun,
    problems_by_line,
)
from tests.conftest import Golden

CASES = Path(__file__).parents[2] / "cases/verify"
TOOL_CASES = sorted((CASES / "tools").glob("*.txt"))
TEST_CASES = sorted((CASES / "tests").glob("*.txt"))
_CASE = re.compile(
    r"(?P<head>.*?)--- output\n(?P<output>.*?)--- errors\n(?P<errors>.*?)--- (?:problems|says)\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A case: the words of its head, the result, and all of it above what is expected."""

    head: dict[str, str]
    result: SandboxResult
    above: str


def recorded(case: Path, root: str = "/project") -> Recorded:
    match = _CASE.match(case.read_text("utf-8"))
    assert match is not None
    head = dict(line.split(": ", 1) for line in match["head"].splitlines())
    output, errors = (match[it].replace("/project", root) for it in ("output", "errors"))
    result = SandboxResult(Ending.EXITED, int(head["status"]), output, errors, 0.0)
    return Recorded(head, result, match.group())


def result_of(output: str, status: int = 1) -> SandboxResult:
    return SandboxResult(Ending.EXITED, status, output, "", 0.0)


# Compilers and linters


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = (tmp_path / "project").resolve()
    root.mkdir()
    return root


def programs_with(root: Path, *names: str) -> Programs:
    folder = root.parent / "bin"
    folder.mkdir()
    for name in names:
        (folder / name).touch(0o755)
    return Programs(root, [folder])


def run_for(root: Path, case: Recorded) -> ToolRun:
    """Return the run whose output a case has recorded."""
    for name in case.head["with"].split():
        if name != "-":
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).touch()
    path = root / case.head["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    language = language_of_file(path, "")
    assert language is not None
    make = RUNS[language.id, Stage(case.head["stage"])]
    tool = case.head["tool"].split()[0]
    programs = programs_with(root, tool, *(["node"] if tool == "tsc" else []))
    (run,) = make(Question(Subject(root, path, language.id), {}), programs)
    return run


def line_of(problem: Problem, root: Path) -> str:
    assert problem.path is not None
    place = f"{problem.path.relative_to(root)}:{problem.line}:{problem.column}"
    rule = f" [{problem.rule}]" if problem.rule else ""
    return f"{place}: {problem.gravity}: {problem.message}{rule}\n"


def lines_of(run: ToolRun, result: SandboxResult, root: Path) -> str:
    try:
        return "".join(line_of(it, root) for it in run.read(result))
    except NoResultError as reason:
        return f"no result: {reason}\n".replace(str(root), "/project")


@pytest.mark.parametrize("case", TOOL_CASES, ids=lambda it: it.stem)
def test_the_problems_of_a_tool(case: Path, root: Path, golden: Golden) -> None:
    recording = recorded(case, str(root))
    run = run_for(root, recording)
    assert run.program.name == recording.head["tool"].split()[0]
    golden(case, recording.above, lines_of(run, recording.result, root))


@pytest.mark.parametrize("case", TOOL_CASES + TEST_CASES, ids=lambda it: it.stem)
def test_a_recording_names_a_version_and_no_machine(case: Path) -> None:
    head = recorded(case).head
    assert re.search(r" \d+\.\d+", head.get("tool") or head["version"])
    assert not re.search(r"/(?:root|home|work|Users)\b", case.read_text("utf-8"))


@pytest.mark.parametrize("case", TOOL_CASES, ids=lambda it: it.stem)
@pytest.mark.parametrize("said", ["", "\n", "killed", "7", "null", "[]", "{}", "[1]", '"x"', "{"])
def test_a_tool_that_fails_without_a_word_that_is_known_has_no_result(
    case: Path, said: str, root: Path
) -> None:
    run = run_for(root, recorded(case, str(root)))
    result = SandboxResult(Ending.EXITED, 137, said, said, 0.0)
    assert lines_of(run, result, root).startswith("no result: ")


def test_an_output_without_end_is_cut() -> None:
    text = "/project/a.c:1:2: error: x\n" * 10_000
    found = problems_by_line(text, Stage.COMPILE, "gcc", Path("/project"))
    assert len(found) == MOST_PROBLEMS


@pytest.mark.parametrize(
    "line", ["x" * 1_000_000, ":1" * 500_000, "a:1:1:" + " " * 500_000, "a: [" + "x" * 500_000]
)
def test_a_line_without_end_is_read_in_a_moment(line: str) -> None:
    assert problems_by_line(line, Stage.COMPILE, "gcc", Path("/project")) == []


@given(st.text())
def test_no_text_is_trouble(text: str) -> None:
    problems_by_line(text, Stage.COMPILE, "gcc", Path("/project"))
    outcome_of(("make",), result_of(text), Limits())


# Tests


def lines_of_tests(outcome: CheckOutcome) -> str:
    trouble = f"no result: {outcome.trouble}\n" if outcome.trouble else ""
    return "".join(f"{it.message}\n" for it in outcome.problems) + trouble


@pytest.mark.parametrize("case", TEST_CASES, ids=lambda it: it.stem)
def test_the_tests_that_fail(case: Path, golden: Golden) -> None:
    recording = recorded(case)
    outcome = outcome_of(tuple(recording.head["command"].split()), recording.result, Limits())
    golden(case, recording.above, lines_of_tests(outcome))


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending.TIMED_OUT, "it did not end within 2 s"),
        (Ending.TOO_MUCH_OUTPUT, "it wrote without end"),
        (Ending.TOO_MUCH_MEMORY, "it took more than 64 MB of memory"),
    ],
)
def test_a_run_that_a_limit_ended_has_no_result(ending: Ending, said: str) -> None:
    result = SandboxResult(ending, None, "ok 1 - a\nnot ok 2 - b\n", "", 2.0)
    outcome = outcome_of(("make", "test"), result, Limits(seconds=2, memory_bytes=64 * 2**20))
    assert outcome.trouble == said
    assert [it.message for it in outcome.problems] == ["b"]


def test_many_failures_are_cut() -> None:
    text = "".join(f"not ok {it} - t{it}\n" for it in range(5_000))
    outcome = outcome_of(("make",), result_of(text), Limits())
    assert len(outcome.problems) == 100
    assert len(outcome.excerpt) <= 2_000


def test_words_that_only_look_like_a_failure_count_for_nothing_in_a_run_that_passes() -> None:
    text = "FAIL: x (a.b)\ntest y ... FAILED\nERROR: z\n"
    assert outcome_of(("make",), result_of(text, 0), Limits()).problems == ()


# Commands

PLACED = (("pytest", TEST_PLACE), ("make", "test"))


def test_a_named_test_takes_its_place() -> None:
    found = list(commands_for(PLACED, "t.py::test_a"))
    assert found == [("pytest", "t.py::test_a"), ("make", "test")]


UNSAFE = [
    "",
    "-x",
    "--rootdir=/",
    "/etc/passwd",
    "../a",
    "a;b",
    "a b;c",
    "a\nb",
    "$(x)",
    "`x`",
    "x" * 301,
]


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_that_is_more_than_a_name_is_put_into_no_command(name: str) -> None:
    assert list(commands_for(PLACED, name)) == [("make", "test")]


def test_what_tests_write_can_be_kept_back_and_stays_told_apart() -> None:
    problems = tuple(
        Problem(Stage.TESTS, "make check", Gravity.ERROR, "", it) for it in ("secret", "other")
    )
    kept = untold(CheckOutcome(Stage.TESTS, "make check", "", problems, 0.0, excerpt="secret"))
    assert "secret" not in repr(kept)
    assert len({it.identity for it in kept.problems}) == 2
