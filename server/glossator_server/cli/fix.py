"""Own `glossator fix`: changes of code that compile and pass, with what was found out about them.

By default it prints the change as a diff and writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import replace
from typing import Any

from glossator_server.actions.fix import FixOutcome, NoFix, NoFixCause, fix
from glossator_server.actions.targeting import FixWish
from glossator_server.cli.output import JSON_SCHEMA_VERSION, TerminalPrinter, proposal_as_json
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import lines_of
from glossator_server.cli.workshop import Subject, subject_of, workshop_for
from glossator_server.files import write_edit
from glossator_server.proposal import FixProposal
from glossator_server.snapshot import Snapshot

MOST_ROUNDS = 3


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "fix",
        help="mend what compilers, linters and tests find, checked before it is shown",
        epilog="Compilers, linters and tests run in a sandbox, or not at all. A command of tests "
        "runs where [execute] lists it and `glossator approve` was said for the project.",
    )
    parser.add_argument("target", metavar="TARGET", help="FILE, FILE:LINE or FILE::SYMBOL")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--diff", action="store_true", help="print the change (default)")
    mode.add_argument("--write", action="store_true", help="write the change into the file")
    parser.add_argument("--rounds", type=_rounds, metavar="N", help="try at most N times (2)")
    parser.add_argument("--test", metavar="NAME", default="", help="a failing test to mend")
    parser.add_argument(
        "--about", metavar="TEXT", default="", help="what is wrong, in your own words"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Mend what a target means, and tell how it went."""
    subject = subject_of(options.target, "mended")
    outcome = asyncio.run(_outcome(subject, options))
    _show(outcome, subject.snapshot, as_json=options.json)
    if isinstance(outcome, NoFix):
        is_well = outcome.cause is NoFixCause.NOTHING_WRONG
        return ExitStatus.DONE if is_well else ExitStatus.FINDINGS
    if options.write:
        for edit in outcome.edits:
            write_edit(edit)
        print(visible(f"wrote {subject.target.path}"), file=sys.stderr)
    return ExitStatus.DONE


async def _outcome(subject: Subject, options: argparse.Namespace) -> FixOutcome:
    def report(words: str) -> None:
        if not options.quiet:
            print(visible(words), file=sys.stderr, flush=True)

    chosen = subject.application.settings.fixing
    chosen = replace(chosen, rounds=options.rounds or chosen.rounds)
    lines = lines_of(subject.target, subject.snapshot)
    wish = FixWish(lines=lines, test=options.test, text=options.about)
    async with workshop_for(subject) as workshop:
        return await fix(subject.snapshot, wish, workshop, chosen, report)


def _show(outcome: FixOutcome, snapshot: Snapshot, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_as_json(outcome, snapshot), indent=2))
        return
    printer = TerminalPrinter()
    if isinstance(outcome, FixProposal):
        printer.show_proposal(outcome, snapshot)
        return
    for line in outcome.history:
        printer.say(f"  {line}", "dim")
    if outcome.attempt:
        printer.say("the best attempt, which may not be applied:", "yellow")
        printer.show_diff(outcome.attempt)
    complain(outcome.reason)


def _as_json(outcome: FixOutcome, snapshot: Snapshot) -> dict[str, object]:
    proposals: list[dict[str, object]] = []
    skipped: list[dict[str, object]] = []
    if isinstance(outcome, FixProposal):
        shape = proposal_as_json(outcome, snapshot)
        proposals.append(shape | {"history": list(outcome.history), "review": outcome.review})
    else:
        skipped.append(
            {
                "path": str(outcome.path),
                "symbol": outcome.symbol,
                "reason": outcome.reason,
                "cause": outcome.cause,
                "attempt": outcome.attempt,
                "history": list(outcome.history),
            }
        )
    return {"schema": JSON_SCHEMA_VERSION, "proposals": proposals, "skipped": skipped}


def _rounds(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word[:3]) <= MOST_ROUNDS:
        raise argparse.ArgumentTypeError(f"choose a whole number from 1 to {MOST_ROUNDS}")
    return int(word)
