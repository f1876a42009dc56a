"""Own `glossator eval --label`: a person says of pairs of texts which is better, not knowing whose.

Each answer is on the disk before the next pair is shown; no model is asked.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from rich.columns import Columns
from rich.panel import Panel
from rich.text import Text

from glossator_gate.types import DataClass
from glossator_server.cli.console import PipeConsole
from glossator_server.cli.eval_judge import LABELS
from glossator_server.cli.printing import visible
from glossator_server.cli.status import ExitStatus
from glossator_server.evals.durable_lines import DurableLines
from glossator_server.evals.folder import RunFolder, runs_folder
from glossator_server.evals.judging.labelling import BlindPair, pairs_to_label
from glossator_server.evals.judging.labels import label_line, read_labels, sides_of
from glossator_server.evals.judging.pairs import Pairs, pairs_of
from glossator_server.evals.judging.question import Preference
from glossator_server.evals.lines import case_of
from glossator_server.evals.result import Ran

USUAL_LABELS = 30
_ANSWERS = {
    "1": Preference.FIRST,
    "2": Preference.SECOND,
    "t": Preference.TIE,
    "s": None,
}
_QUESTION = "Which is better? 1, 2, t (tie), s (skip), q (stop): "
# Below it two texts beside each other are too narrow to read.
_BESIDE = 110


def run_label(options: argparse.Namespace) -> int:
    """Show pairs one by one and keep what the person says of each; raises `UsageError`."""
    folder = RunFolder.find(options.label, runs_folder())
    pairs = pairs_of(_ran(folder))
    path: Path = options.labels or folder.path / LABELS
    known = sides_of(read_labels(path) if path.is_file() else (), pairs.pairs)
    todo = pairs_to_label(pairs.pairs, known, options.n or USUAL_LABELS, options.seed or 0)
    console = PipeConsole(soft_wrap=True, highlight=False, emoji=False)
    if not todo:
        console.print(Text(visible(f"Nothing is left to label; {len(known)} labels in {path}.")))
        return ExitStatus.DONE
    count = _asked(console, todo, pairs, path)
    console.print(
        Text(
            visible(
                f"{count} labelled, {len(known) + count} in all, in {path}; compare a judge with "
                f"them: glossator eval --resume {folder.name} --judge MODEL --labels {path}"
            )
        )
    )
    return ExitStatus.DONE


def _asked(console: PipeConsole, todo: list[BlindPair], pairs: Pairs, path: Path) -> int:
    """Return how many were labelled before the person had enough."""
    count = 0
    with DurableLines(path).adding(f"{path} is being added to already; end that first.") as adder:
        for number, blind in enumerate(todo, 1):
            _show(console, blind, pairs, f"{number} of {len(todo)}")
            try:
                word = _word()
            except (EOFError, KeyboardInterrupt):
                console.print()
                break
            if word == "q":
                break
            better = _ANSWERS[word]
            if better is not None:
                adder.add(label_line(blind.label(better)))
                count += 1
    return count


def _word() -> str:
    while True:
        word = input(_QUESTION).strip().lower()[:1]
        if word == "q" or word in _ANSWERS:
            return word


def _show(console: PipeConsole, blind: BlindPair, pairs: Pairs, number: str) -> None:
    head = f"{number}: {blind.pair.title} ({blind.pair.path}): {pairs.what}"
    console.rule(Text(visible(head)))
    for line in blind.pair.task.splitlines():
        console.print_code(line, "dim")
    panels = [
        Panel(Text("\n".join(map(visible, text.splitlines()))), title=str(at), expand=True)
        for at, text in enumerate(blind.texts, 1)
    ]
    width = shutil.get_terminal_size().columns
    if width >= _BESIDE:
        console.print(Columns(panels, width=width // 2 - 1))
    else:
        console.print(*panels, sep="\n")


def _ran(folder: RunFolder) -> Ran:
    """Return a run as its folder has it: nothing is opened, and nothing leaves."""
    cases = [case_of(it, DataClass.RESTRICTED) for it in folder.cases()]
    return Ran(folder.record(), (), cases, folder.outcomes())
