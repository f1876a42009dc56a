"""`glossator eval` with a judge, with a page for people, and with labels that a person gives."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from glossator_server.cli import run as run_command
from glossator_server.errors import UsageError
from glossator_server.evals.judging.pairs import what_of
from tests.e2e.command_line import (
    COMMAND,
    PATIENCE_S,
    Ended,
    check_one_sentence,
    glossator,
    started,
)
from tests.server.evals.measured import WORDS, as_people_said, write_stack

MEASURED = (
    "eval",
    "document",
    "--with",
    "name=people,model=good",
    "--with",
    "name=dull,model=dull",
)
JUDGE = ("--judge", "jury", "--judge-size", "7B")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of one file with three documented functions."""
    return write_stack(tmp_path_factory.mktemp("repository") / "stack")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, stack: Path) -> Path:
    """Return the folder of a run in which two models wrote about three functions."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("config", "cache", "data", "state"):
            (home / name).mkdir()
            patch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
        configure(home)
        ended = glossator(*MEASURED, cwd=stack)
    assert ended.status == 0, ended
    (folder,) = (home / "state" / "glossator" / "evals").iterdir()
    return folder


@pytest.fixture
def run(own_home: Path, measured: Path) -> Path:
    """Return this test's own copy of the run."""
    configure(own_home)
    folder = own_home / "state" / "glossator" / "evals" / measured.name
    shutil.copytree(measured, folder)
    return folder


def configure(home: Path, delay_s: float = 0.0, more: str = "", max_class: str = "") -> None:
    """Configure two models that write, and a judge that always finds people's words better."""
    good = [{"text": it.text, "when": it.when, "repeat": True} for it in as_people_said()]
    dull = [
        {"when": it.when, "json": _dull(words), "repeat": True}
        for it, words in zip(as_people_said(), WORDS.values(), strict=True)
    ]
    jury = [
        *(
            {
                "when": f"from the first text ---\n/**\n * {name}() - {words['summary']}",
                "json": {"reason": f"Says what {name} does.", "better": "first"},
                "repeat": True,
                "delay_s": delay_s,
            }
            for name, words in WORDS.items()
        ),
        {"json": {"reason": "The first is dull.", "better": "second"}, "repeat": True},
    ]
    folder = home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    lines = ["schema = 1"]
    for name, replies in {"good": good, "dull": dull, "jury": jury}.items():
        script = folder / f"{name}.json"
        script.write_text(json.dumps({"schema": 1, "replies": replies}))
        lines += ["[[model]]", f'id = "{name}"', 'api = "scripted"', f'script = "{script}"']
        if name == "jury" and max_class:
            lines.append(f'max_class = "{max_class}"')
    (folder / "config.toml").write_text("\n".join(lines) + f"\n[index]\nenabled = false\n{more}")


def _dull(words: dict[str, Any]) -> dict[str, Any]:
    parameters = dict.fromkeys(words["parameters"], "Some value of the caller.")
    return words | {"summary": "Do things with a stack.", "parameters": parameters}


def report_of(*words: str | Path) -> dict[str, Any]:
    ended = glossator("eval", "--resume", "last", "--json", *words)
    assert ended.status == 0, ended
    found: dict[str, Any] = json.loads(ended.output)
    return found


def test_a_judge_says_which_text_is_better_and_why(run: Path) -> None:
    report = report_of(*JUDGE)
    judge = report["judge"]
    assert (judge["pairs"], judge["asked"], judge["inconsistent"]) == (3, 6, 0)
    assert judge["preferred"] == {"people": 3, "dull": 0}
    assert judge["size"]["words"] == "7 billion parameters, as --judge-size says"
    assert "1. Right: it agrees" in judge["rubric"]
    assert judge["agreement"] is None
    (row,) = judge["comparisons"]
    assert (row["baseline_preferred"], row["share"]) == (3, 0.0)
    assert {it["reasons"][1] for it in judge["judgements"]} == {"The first is dull."}
    # It is a measure like the others, of all but the baseline.
    assert [it["name"] for it in report["measures"]].count("preferred") == 1
    assert report["scores"]["dull"]["preferred"]["mean"] == 0.0
    assert "preferred" not in report["scores"]["people"]
    assert json.loads((run / "report.json").read_text("utf-8")) == report
    # What was said is kept: a judge that would say something else now is not asked again.
    lines = (run / "judgements.jsonl").read_bytes()
    assert report_of(*JUDGE)["judge"] == judge
    assert (run / "judgements.jsonl").read_bytes() == lines
    assert (run / "judgements.jsonl").stat().st_mode & 0o777 == 0o600


def test_what_a_judge_said_stays_when_the_page_is_made_again(run: Path, tmp_path: Path) -> None:
    judged, page = report_of(*JUDGE), tmp_path / "page.html"
    assert report_of("--html", page) == judged
    assert "Says what stack_push does." in page.read_text("utf-8")
    # Of other texts it has said nothing.
    outcomes = run / "outcomes.jsonl"
    outcomes.write_text(outcomes.read_text("utf-8").replace("Do things", "Do other things"))
    report = report_of()
    assert report["judge"] is None
    assert "preferred" not in {it["name"] for it in report["measures"]}


@pytest.mark.usefixtures("run")
def test_the_page_says_what_to_approve_and_shows_the_texts(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    ended = glossator("eval", "--resume", "last", *JUDGE, "--html", page)
    assert ended.status == 0, ended
    text = page.read_text("utf-8")
    assert "3 cases from documented functions of the repository itself" in text
    assert "Do things with a stack." in re.sub("<del>.*?</del> ?|</?ins>", "", text)
    assert "Says what stack_push does." in text
    assert "decide nothing" in text
    assert "<script" not in text


def labelled(answers: str, *words: str) -> str:
    done = subprocess.run(
        [*COMMAND, "eval", "--label", "last", *words],
        input=answers.encode(),
        capture_output=True,
        timeout=PATIENCE_S,
        check=True,
    )
    return done.stdout.decode()


def test_a_person_labels_pairs_without_knowing_whose_they_are(run: Path) -> None:
    shown = labelled("1\n?\n2\nq\n")
    assert "people" not in shown
    assert "dull" not in shown
    assert "int stack_" in shown
    assert "Do things with a stack." in shown
    assert "2 labelled, 2 in all" in shown
    # It goes on where it was left.
    assert "1 labelled, 3 in all" in labelled("t\n")
    assert "Nothing is left to label; 3 labels" in labelled("")
    lines = [json.loads(it) for it in (run / "labels.jsonl").read_text("utf-8").splitlines()]
    assert [it["better"] for it in lines] == ["first", "second", "tie"]
    assert all({it["first"], it["second"]} == {"people", "dull"} for it in lines)
    agreement = report_of(*JUDGE)["judge"]["agreement"]
    right = sum(it[it["better"]] == "people" for it in lines if it["better"] != "tie")
    assert (agreement["labels"], agreement["share"]) == (3, pytest.approx(right / 3, abs=1e-3))


def test_labels_of_a_file_are_held_against_the_judge(run: Path, tmp_path: Path) -> None:
    cases = [it["case"] for it in json.loads((run / "report.json").read_text("utf-8"))["outcomes"]]
    labels = [
        {"case": it, "first": "dull", "second": "people", "better": "second"}
        for it in dict.fromkeys(cases)
    ]
    # One of texts that are not these any more, and one of another run's configuration.
    other = labels[0] | {"better": "first", "first_text": "f" * 16}
    foreign = labels[0] | {"first": "gone", "better": "first"}
    file = tmp_path / "labels.jsonl"
    file.write_text("\n".join(map(json.dumps, [*labels, other, foreign])) + "\n\n", "utf-8")
    agreement = report_of(*JUDGE, "--labels", file)["judge"]["agreement"]
    assert (agreement["labels"], agreement["share"]) == (3, 1.0)
    assert agreement["answers"]["of"] == 3
    # Both say the same always: agreement beyond chance means nothing.
    assert agreement["kappa"] is None


def test_a_judging_that_is_interrupted_goes_on(own_home: Path, run: Path, stack: Path) -> None:
    configure(own_home, delay_s=0.2)
    process = started(["eval", "--resume", "last", *JUDGE, "--quiet"], stack)
    while not (run / "judgements.jsonl").is_file():
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert f"Stopped while the judge was asked; go on with glossator eval --resume {run.name} " in (
        errors.decode()
    )
    assert json.loads((run / "report.json").read_text("utf-8"))["judge"] is None
    configure(own_home)
    assert report_of(*JUDGE)["judge"]["pairs"] == 3


def ended_here(capsys: pytest.CaptureFixture[str], *words: str | Path) -> Ended:
    """Run a command in this process: what is refused before anything starts needs none."""
    status = run_command([*map(str, words)])
    return Ended(status, *capsys.readouterr())


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--judge", "jury"], 2, "neither its server nor its name says; add --judge-size"),
        (["--judge", "jury", "--judge-size", "0.5B"], 2, "too few to judge"),
        (["--judge", "smollm2", "--judge-size", "70B"], 2, "the embedded model, too small"),
        (["--judge", "gone", "--judge-size", "70B"], 3, "gone is no model that the policy"),
        (["--judge-size", "70B"], 2, "name one with --judge"),
        (["--labels", "x.jsonl"], 2, "name one with --judge"),
        (["--label", "last"], 2, "say --label alone"),
        ([*JUDGE, "--labels", "gone.jsonl"], 2, "gone.jsonl does not exist"),
        ([*JUDGE, "--html", "gone/page.html"], 2, "gone is no folder"),
        ([*JUDGE, "--html", "/"], 2, "/ is a folder; name a file"),
    ],
)
def test_what_cannot_be_judged_is_one_sentence(
    words: Sequence[str], status: int, said: str, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = own_home / "config" / "glossator" / "config.toml"
    text = config.read_text("utf-8")
    embedded = '[[model]]\nid = "smollm2"\napi = "embedded"\nmodel = "smollm2"\n[index]\n'
    config.write_text(text.replace("[index]\n", embedded), "utf-8")
    check_one_sentence(ended_here(capsys, "eval", "--resume", "last", *words), status, said)


@pytest.mark.parametrize("other", [["--prepared"], ["--json"], ["--with", "model=good"]])
def test_who_labels_says_nothing_of_cases_or_models(
    other: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ended = ended_here(capsys, "eval", "--label", "last", *other)
    check_one_sentence(ended, 2, "say --label alone")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is no label"),
        ("[" * 100_000, "line 2 is no label"),
        ('{"case": "1", "first": "a", "second": "b", "better": "a"}', "line 2 is no label"),
        ('{"case": "1", "first": "a", "second": "b", "better": []}', "line 2 is no label"),
        ('{"case": "1", "first": "a", "second": "a", "better": "tie"}', "compares a with itself"),
    ],
)
@pytest.mark.usefixtures("run")
def test_a_line_that_is_no_label_is_named(
    line: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(
        f'{{"case": "1", "first": "a", "second": "b", "better": "tie"}}\n{line}\n', "utf-8"
    )
    ended = ended_here(capsys, "eval", "--resume", "last", *JUDGE, "--labels", file)
    check_one_sentence(ended, 2, str(file), said)


def test_a_judge_sees_nothing_that_it_may_not_and_is_listed_for_it(
    own_home: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = ("eval", "--resume", "last", *JUDGE)
    configure(own_home, max_class="public")
    check_one_sentence(ended_here(capsys, *again), 3, "jury", "confidential")
    configure(own_home, more='[roles]\njudge = ["good"]\n')
    listed = "jury is not listed for the role judge, for which [roles] has good"
    check_one_sentence(ended_here(capsys, *again), 3, listed)
    assert not (run / "judgements.jsonl").exists()


def test_one_configuration_has_nothing_to_be_compared_with(
    own_home: Path, stack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(own_home)
    words = ("eval", "document", "--workspace", stack, "--with", "model=good", *JUDGE)
    ended = ended_here(capsys, *words)
    assert ended.status == 2
    assert "Texts of two configurations are compared" in ended.errors


def test_a_suite_without_texts_has_nothing_to_judge() -> None:
    with pytest.raises(UsageError, match="The suite intent makes no texts that a judge"):
        what_of("intent", 2)
