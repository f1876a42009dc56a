"""Own `glossator tune`: the words for teaching a small model and deciding what of it is used.

It must not import what trains or measures: each action does where it begins.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from glossator_clients.adapters import FORMS
from glossator_server.cli import tune_adapters, tune_gate, tune_run
from glossator_server.tuning.options import AnswersTaught, Precision, TuneOptions

# As glossator_server.tuning.exports has them.
TARGET_NAMES = ("gguf", "ollama", "vllm")


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("tune", help="teach a small model your project's words")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_run(actions.add_parser("run", help="train an adapter on exported data"))
    _add_gate(actions.add_parser("gate", help="find out whether an adapter or a prompt is better"))
    _add_choices(actions)
    _add_export(actions.add_parser("export", help="hand an adapter on to another program"))


def _add_run(run: argparse.ArgumentParser) -> None:
    usual = TuneOptions()
    run.add_argument("data", metavar="FOLDER", type=Path, help="what `glossator data export` wrote")
    run.add_argument("--name", required=True, help="the adapter's name")
    run.add_argument("--base", default="smollm2", help="a model of the engine, or a folder")
    run.add_argument("--minutes", type=_positive, help="end within so many minutes")
    run.add_argument("--epochs", type=_positive, default=usual.epochs, help="how often all is read")
    run.add_argument("--layers", type=_count, help="how many, from the top, learn")
    run.add_argument("--rank", type=_count, default=usual.rank, help="the size of the adapter")
    run.add_argument("--learning-rate", type=_positive, default=usual.learning_rate)
    run.add_argument("--step-tokens", type=_count, default=usual.step_tokens)
    run.add_argument("--batch-tokens", type=_count, default=usual.batch_tokens)
    run.add_argument("--longest", type=_count, default=usual.longest, help="in tokens")
    run.add_argument("--answers", choices=[str(it) for it in AnswersTaught], default="all")
    run.add_argument("--precision", choices=[str(it) for it in Precision], default="auto")
    run.add_argument("--evaluations", type=_count, default=usual.evaluations)
    run.add_argument("--patience", type=_count, default=usual.patience)
    run.add_argument("--validated", type=_count, default=usual.validated)
    run.add_argument("--seed", type=int, default=usual.seed)
    run.add_argument("--threads", type=_count, help="cores to use; all without it")
    again = run.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="go on with an unfinished run")
    again.add_argument("--restart", action="store_true", help="throw an unfinished run away")
    run.set_defaults(run=tune_run.run)


def _add_gate(gate: argparse.ArgumentParser) -> None:
    gate.add_argument("name", nargs="?", metavar="NAME", help="the adapter")
    gate.add_argument("--prompt", help="a prompt to compare with the one in use, instead")
    gate.add_argument("--form", choices=FORMS, help="one form alone; both without it")
    gate.add_argument("--data", type=Path, metavar="FOLDER", help="what it was trained on")
    gate.add_argument("--workspace", type=Path, metavar="W", help="default: this folder's")
    cases = gate.add_mutually_exclusive_group()
    cases.add_argument("--cases", type=Path, metavar="FILE", help="a file of cases, one a line")
    cases.add_argument("--prepared", action="store_true", help="the cases that are shipped")
    gate.add_argument("-n", type=_count, metavar="N", help="at most N cases (default 200)")
    gate.add_argument("--seed", type=int, default=tune_gate.USUAL_SEED)
    gate.add_argument("--better", metavar="MEASURES", help="what must be better, with commas")
    gate.add_argument("--resume", metavar="RUN", help="go on with a gate that broke off")
    gate.add_argument("--json", action="store_true", help="print JSON")
    gate.add_argument("--quiet", action="store_true", help="show no progress")
    gate.set_defaults(run=tune_gate.run)


def _add_choices(actions: Any) -> None:  # noqa: ANN401 -- as above
    use = actions.add_parser("use", help="use an adapter that has passed its gate, or none")
    use.add_argument("name", metavar="NAME", help="the adapter, or none for the bare model")
    use.add_argument("--form", choices=FORMS, help="default: the smallest that passed")
    use.add_argument("--role", default="document", help="what none is chosen for")
    use.set_defaults(run=tune_adapters.run_use)
    back = actions.add_parser("back", help="go back to what was in use before")
    back.add_argument("--role", default="document")
    back.set_defaults(run=tune_adapters.run_back)
    listed = actions.add_parser("list", help="the adapters of this machine")
    listed.add_argument("--json", action="store_true", help="print JSON")
    listed.set_defaults(run=tune_adapters.run_list)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("name", metavar="NAME")
    export.add_argument("--to", required=True, choices=TARGET_NAMES)
    export.add_argument("--out", type=Path, metavar="FOLDER", help="default: NAME-TO")
    export.add_argument("--form", choices=FORMS, default=FORMS[0])
    export.set_defaults(run=tune_adapters.run_export)


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word[:9]) <= 10_000_000:
        raise argparse.ArgumentTypeError("choose a whole number from 1")
    return int(word)


def _positive(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = 0.0
    if not 0.0 < value < 1e6:
        raise argparse.ArgumentTypeError("choose a number above 0")
    return value
