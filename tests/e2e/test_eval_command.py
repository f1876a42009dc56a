"""`glossator eval` as people run it: a table, JSON, going on after an interrupt, and refusals."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.e2e.command_line import PATIENCE_S, check_one_sentence, glossator, started
from tests.server.evals.measured import NAMES, as_people_said, write_stack

SUITE = ("eval", "document")
TWO = ("--with", "model=good", "--with", "model=bad")


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Return a repository of one file with three documented functions."""
    return write_stack(tmp_path / "stack")


@pytest.fixture
def runs(own_home: Path) -> Path:
    """Return the folder of the user's runs."""
    return own_home / "state" / "glossator" / "evals"


def _configure(home: Path, delay_s: float = 0.0, more: str = "") -> None:
    """Write a configuration of a model that says what people said, and of one that says nothing."""
    good = [
        {"text": it.text, "when": it.when, "repeat": True, "delay_s": delay_s}
        for it in as_people_said()
    ]
    bad = [{"text": "no idea", "repeat": True}]
    folder = home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    lines = ["schema = 1"]
    for name, replies in {"good": good, "bad": bad}.items():
        script = folder / f"{name}.json"
        script.write_text(json.dumps({"schema": 1, "replies": replies}))
        lines += ["[[model]]", f'id = "{name}"', 'api = "scripted"', f'script = "{script}"']
    (folder / "config.toml").write_text("\n".join(lines) + f"\n[index]\nenabled = false\n{more}")


def test_two_models_are_told_apart_in_a_table_and_a_sentence(stack: Path, own_home: Path) -> None:
    _configure(own_home)
    bad = "name=[/b] 好,model=bad"
    ended = glossator(*SUITE, "--with", "model=good", "--with", bad, cwd=stack)
    # One of them could do nothing at all.
    assert ended.status == 1, ended
    assert "document: 3 cases drawn from" in ended.output
    assert "usable comments" in ended.output
    # A name is text, whatever a table might take it for.
    assert " [/b] 好 " in ended.output
    assert "3 of 3" in ended.output
    assert "Keep “good”" in ended.output
    assert not ended.errors


def test_the_json_is_the_same_as_in_the_runs_folder(
    stack: Path, own_home: Path, runs: Path
) -> None:
    _configure(own_home)
    ended = glossator(*SUITE, "--json", "--with", "model=good,name=ours", cwd=stack)
    assert ended.status == 0, ended
    report = json.loads(ended.output)
    (folder,) = runs.iterdir()
    assert json.loads((folder / "report.json").read_text()) == report
    assert report["complete"]
    assert report["source"] == {"kind": "mined", "where": str(stack)}
    assert [it["name"] for it in report["configurations"]] == ["ours"]
    assert {it["title"] for it in report["outcomes"]} == set(NAMES)
    # There is code in it.
    assert (folder.stat().st_mode & 0o777, (folder / "run.json").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )
    again = glossator("eval", "--resume", folder.name, "--json")
    assert json.loads(again.output) == report


def test_an_interrupted_run_says_how_it_goes_on_and_does(
    stack: Path, own_home: Path, runs: Path
) -> None:
    _configure(own_home, delay_s=0.5)
    process = started([*SUITE, "--with", "model=good"], stack)
    while not list(runs.glob("*/outcomes.jsonl")):
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    (folder,) = runs.iterdir()
    assert process.returncode == 130
    assert errors.decode() == (
        f"glossator: Stopped after {_done(folder)} of 3; go on with glossator eval --resume "
        f"{folder.name}.\n"
    )
    _configure(own_home)
    ended = glossator("eval", "--resume", "last", "--json")
    assert ended.status == 0, ended
    assert json.loads(ended.output)["complete"]


def _done(folder: Path) -> int:
    return (folder / "outcomes.jsonl").read_bytes().count(b"\n")


def test_what_ends_a_run_is_told_with_the_way_to_go_on(
    stack: Path, own_home: Path, runs: Path
) -> None:
    _configure(own_home, more="[limits]\ntokens_per_day = 1\n")
    ended = glossator(*SUITE, "--with", "model=good", cwd=stack)
    (folder,) = runs.iterdir()
    assert ended.status == 3
    stopped, refused = ended.errors.splitlines()
    assert f"--resume {folder.name}." in stopped
    assert "1 tokens a day" in refused


def test_a_killed_run_goes_on(stack: Path, own_home: Path, runs: Path) -> None:
    _configure(own_home, delay_s=0.5)
    process = started([*SUITE, "--with", "model=good"], stack)
    while not list(runs.glob("*/outcomes.jsonl")):
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    _configure(own_home)
    ended = glossator("eval", "--resume", "last", "--json")
    assert json.loads(ended.output)["complete"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["eval", "poetry"], 2, "no suite poetry"),
        ([*SUITE, "--with", "modle=good"], 2, "did you mean model="),
        ([*SUITE, "--with", "model=good,adapter=mine"], 2, "takes no adapter"),
        ([*SUITE, "--with", "model=gone"], 3, "gone is no model that the policy approves"),
        ([*SUITE, "--workspace", "gone"], 2, "does not exist"),
        ([*SUITE, *TWO, "--judge", "gone", "--judge-size", "7B"], 3, "gone is no model"),
        (["eval", "--resume", "last"], 2, "no run yet"),
        (["eval", "--resume", "last", "--seed", "3"], 2, "say --resume alone"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    words: list[str], status: int, said: str, stack: Path, own_home: Path, runs: Path
) -> None:
    _configure(own_home)
    check_one_sentence(glossator(*words, cwd=stack), status, said)
    assert not list(runs.glob("*"))


def test_a_folder_without_a_comment_has_no_case(tmp_path: Path, own_home: Path) -> None:
    _configure(own_home)
    (tmp_path / "empty").mkdir()
    ended = glossator(*SUITE, "--with", "model=good", cwd=tmp_path / "empty")
    check_one_sentence(ended, 2, "no documented function", "--prepared")


def test_code_goes_to_no_model_that_may_not_see_it(stack: Path, own_home: Path) -> None:
    secret = '[classes]\ndefault = "restricted"\n'
    _configure(own_home, more=secret)
    config = own_home / "config" / "glossator" / "config.toml"
    text = config.read_text()
    config.write_text(text.replace('id = "good"\n', 'id = "good"\nmax_class = "internal"\n'))
    ended = glossator(*SUITE, "--with", "model=good", cwd=stack)
    check_one_sentence(ended, 3, "good", "restricted")
    # What is shipped is nobody's secret.
    assert glossator(*SUITE, "--prepared", "-n", "1", "--with", "model=good").status == 1


@pytest.mark.model
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("fetched_model")
def test_the_embedded_model_is_measured_with_and_without_neighbours() -> None:
    words = ["--prepared", "-n", "2", "--with", "name=ours", "--with", "retrieval=off"]
    ended = glossator(*SUITE, *words, "--json")
    assert ended.status == 0, ended
    report = json.loads(ended.output)
    assert report["complete"]
    for it in report["configurations"]:
        assert (it["model"], it["local"]) == ("smollm2", True)
        assert it["tokens"]["completion"] > 0
        assert it["prompt"]["name"] == "document-small"
    assert all(it["text"] or it["problem"] for it in report["outcomes"])
