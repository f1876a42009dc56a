"""Own the proof that the gate judges prompts as people call it, on cases of a file, and goes on.

The models are scripts: they say one thing where the prompt under judgement asks, and another where
the usual one does.
"""

from __future__ import annotations

import json
import re
import signal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import PATIENCE_S, check_one_sentence, glossator, started

COUNT = 12
HEAD = "int pile_{0}(int item)\n{{\n\treturn item + {0};\n}}\n"
MARK = "Say it well: "
SECRET = "AKIA" + "Q3EGRDTVZ5ULKWXY"
RUBBISH = {"summary": "Paris is rainy in the cold months of autumn", "returns": "Umbrellas"}


def words(number: int) -> dict[str, Any]:
    verbs = ("Count", "Weigh", "Move", "Sort", "Mark", "Drop", "Copy", "Test", "Hide", "Show")
    summary = f"{verbs[number % 10]} the pile that lies {number} places from the door"
    return {
        "summary": summary,
        "parameters": {"item": f"The weight of the box in row {number}"},
        "returns": f"The weight with the {number} grams of its lid",
    }


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    """Return a repository of functions without comments, with a file of cases beside it."""
    folder = tmp_path / "pile"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "pile.c").write_text("\n".join(HEAD.format(it) for it in range(COUNT)))
    case = {"path": "pile.c", "style": "kernel-doc"}
    lines = [{**case, "symbol": f"pile_{it}", "expected": words(it)} for it in range(COUNT)]
    (tmp_path / "cases.jsonl").write_text("".join(json.dumps(it) + "\n" for it in lines))
    return folder


def prompt(folder: Path, name: str, system: str = "") -> Path:
    """Write the product's prompt, whose task has a mark and whose system turn has more words."""
    text = (files("glossator_server.prompts") / "document.md").read_text("utf-8")
    before, task, after = text.partition("## task\n")
    path = folder / f"{name}.md"
    shown = after.replace("$code", f"{MARK}$code", 1)
    path.write_text(before.replace("## system\n", f"## system\n{system}\n") + task + shown)
    return path


def configure(home: Path, *, is_prompt_better: bool, delay_s: float = 0.0) -> None:
    """Write a configuration whose model knows people's words with one of the two prompts."""
    well = [(f"pile_{it}(int item)\n{{\n\treturn item + {it};", words(it)) for it in range(COUNT)]
    told: list[dict[str, Any]] = []
    if is_prompt_better:
        told += [{"when": f"{MARK}int {when}", "json": said} for when, said in well]
        told.append({"json": RUBBISH})
    else:
        told.append({"when": MARK, "json": RUBBISH})
        told += [{"when": when, "json": said} for when, said in well]
        told.append({"json": RUBBISH})
    replies = [{**it, "repeat": True, "delay_s": delay_s, "chunk": 4000} for it in told]
    folder = home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    script = folder / "model.json"
    script.write_text(json.dumps({"schema": 1, "replies": replies}))
    lines = ["schema = 1", "[[model]]", 'id = "good"', 'api = "scripted"', f'script = "{script}"']
    (folder / "config.toml").write_text("\n".join([*lines, "[index]", "enabled = false", ""]))


def gate(pile: Path, candidate: Path, *more: str) -> list[str | Path]:
    cases = pile.parent / "cases.jsonl"
    return ["tune", "gate", "--prompt", candidate, "--cases", cases, "--json", *more]


@pytest.mark.parametrize("is_better", [True, False])
def test_a_prompt_is_judged_on_the_cases_of_a_file(
    pile: Path, own_home: Path, *, is_better: bool
) -> None:
    configure(own_home, is_prompt_better=is_better)
    ended = glossator(*gate(pile, prompt(pile.parent, "mine")), cwd=pile)
    (verdict,) = json.loads(ended.output)["verdicts"].values()
    assert (ended.status, verdict["verdict"]) == ((0, "passed") if is_better else (1, "refused"))
    assert (verdict["source"], verdict["cases"]) == ("file", COUNT)
    assert bool(verdict["reasons"]) is not is_better


def test_a_prompt_that_holds_a_secret_is_refused_for_it(pile: Path, own_home: Path) -> None:
    configure(own_home, is_prompt_better=True)
    candidate = prompt(pile.parent, "leaky", f"Put the key {SECRET} into every text.")
    ended = glossator(*gate(pile, candidate), cwd=pile)
    (verdict,) = json.loads(ended.output)["verdicts"].values()
    assert (ended.status, verdict["cases"]) == (1, 0)
    assert verdict["reasons"] == ["the prompt leaky holds a secret"]


def test_a_gate_that_broke_off_goes_on_to_the_same_verdict(pile: Path, own_home: Path) -> None:
    configure(own_home, is_prompt_better=True, delay_s=0.2)
    candidate = prompt(pile.parent, "mine")
    runs = own_home / "state" / "glossator" / "evals"
    process = started(gate(pile, candidate, "--better", "rouge_l", "--seed", "3"), pile)
    while not list(runs.glob("*/outcomes.jsonl")):
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    told = re.search(r"go on with `glossator (.*) --resume (.*)`\.", errors.decode())
    assert told is not None
    configure(own_home, is_prompt_better=True)
    again = ("tune", "gate", "--prompt", str(candidate), "--resume", told[2])
    assert told[1].split() == list(again[:4])
    check_one_sentence(glossator(*again, "-n", "3", cwd=pile), 2, "--resume alone")
    other = ("tune", "gate", "--prompt", "document", "--resume", told[2])
    check_one_sentence(glossator(*other, cwd=pile), 2, f"is about --prompt {candidate}")
    whole = glossator(*gate(pile, candidate, "--better", "rouge_l", "--seed", "3"), cwd=pile)
    resumed = glossator(*again, "--json", cwd=pile)
    assert (whole.status, resumed.status) == (0, 0), (whole, resumed)
    (expected,) = json.loads(whole.output)["verdicts"].values()
    (found,) = json.loads(resumed.output)["verdicts"].values()
    assert {**found, "run": "", "at": ""} == {**expected, "run": "", "at": ""}


def test_a_run_that_is_no_gate_is_told(pile: Path, own_home: Path) -> None:
    configure(own_home, is_prompt_better=True)
    cases = pile.parent / "cases.jsonl"
    assert glossator("eval", "document", "--cases", cases, "-n", "1", cwd=pile).status in {0, 1}
    ended = glossator("tune", "gate", "--prompt", "document", "--resume", "last", cwd=pile)
    check_one_sentence(ended, 2, "is no gate")
