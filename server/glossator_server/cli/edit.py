"""Own `glossator edit`: a change of several files, planned, made and checked, then shown.

By default it prints the change as a diff and writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from glossator_server.actions.edit import carry_out
from glossator_server.actions.planning import EditWish, check_wish, plan_edit
from glossator_server.agent.plans import Plan, read_plan
from glossator_server.agent.proposals import EditOutcome, EditProposal, NoEdit
from glossator_server.change_set import FileChange
from glossator_server.changes.diffs import diff_of
from glossator_server.changes.writing import check_none_is_open, journal_folder, write_changes
from glossator_server.cli.output import JSON_SCHEMA_VERSION, TerminalPrinter, facts_as_json
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import Target, lines_of, read_target
from glossator_server.cli.workbench import Place, place_of, workbench_for
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot, read_source
from glossator_server.settings import Settings


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "edit",
        help="have several files changed as you say, checked before it is shown",
        epilog="A plan is made first; only the files that it names are changed. `--plan-only` "
        "prints it: change it as you like, and give it back with `--plan FILE`.",
    )
    parser.add_argument("instruction", metavar="INSTRUCTION", help="what is to be changed")
    parser.add_argument(
        "--at", metavar="TARGET", help="where: FILE, FILE:LINE or FILE::SYMBOL; default: anywhere"
    )
    parser.add_argument(
        "--workspace", type=Path, default=Path(), metavar="W", help="a folder of the repository"
    )
    plan = parser.add_mutually_exclusive_group()
    plan.add_argument("--plan", type=Path, metavar="FILE", help="carry out this plan")
    plan.add_argument("--plan-only", action="store_true", help="print the plan and end")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--diff", action="store_true", help="print the change (default)")
    mode.add_argument("--write", action="store_true", help="write the change into the files")
    parser.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="PATH",
        help="a build file to be written, or a file to be deleted; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Have files changed, and tell how it went."""
    target = None if options.at is None else read_target(options.at)
    place = place_of(options.workspace, None if target is None else target.path)
    wish = _wish(options.instruction, target, place.application.settings)
    given = None if options.plan is None else read_plan(read_source(options.plan))
    if options.write:
        # Not after minutes of work, and of half of a change nothing right can be made.
        check_none_is_open(journal_folder(), place.root)
    plan, outcome = asyncio.run(_work(place, wish, given, options))
    if outcome is None:
        print(plan.text, end="")
        return ExitStatus.DONE
    unconfirmed = _unconfirmed(outcome, options)
    _show(outcome, as_json=options.json)
    if isinstance(outcome, NoEdit):
        return ExitStatus.FINDINGS
    if options.write:
        if unconfirmed:
            raise UsageError(
                f"{unconfirmed[0]} would go, or programs obey it, so nothing was written; look at "
                f"its change, and add --confirm {unconfirmed[0]}."
            )
        for path in write_changes(outcome.changes, journal_folder()):
            print(visible(f"wrote {path}"), file=sys.stderr)
    return ExitStatus.DONE


async def _work(
    place: Place, wish: EditWish, given: Plan | None, options: argparse.Namespace
) -> tuple[Plan, EditOutcome | None]:
    """Return the plan, and what came of it, None where only the plan is wanted."""
    report = _reporter(options)
    editing = place.application.settings.editing
    async with workbench_for(place) as workbench:
        plan: Plan | NoEdit = given or await plan_edit(wish, workbench, editing, report)
        if isinstance(plan, NoEdit):
            return Plan("", "", ()), plan
        if options.plan_only:
            return plan, None
        if given is None and not options.quiet:
            print(visible_text(plan.text), file=sys.stderr)
        return plan, await carry_out(wish, plan, workbench, editing, report)


def _wish(instruction: str, target: Target | None, settings: Settings) -> EditWish:
    wish = EditWish(instruction)
    check_wish(wish)
    if target is None:
        return wish
    if target.path.is_dir():
        raise UsageError(f"{target.path} is a folder; name one file, or leave --at out.")
    lines = None
    if target.line is not None or target.symbol is not None:
        lines = lines_of(target, read_snapshot(target.path, settings))
    return EditWish(instruction, target.path, target.symbol or "", lines)


def _reporter(options: argparse.Namespace) -> Callable[[str], None]:
    def report(words: str) -> None:
        if not options.quiet:
            print(visible(words), file=sys.stderr, flush=True)

    return report


def visible_text(text: str) -> str:
    """Return a text of several lines with everything that a terminal would obey spelled out."""
    return "\n".join(map(visible, text.split("\n")))


def _unconfirmed(outcome: EditOutcome, options: argparse.Namespace) -> list[str]:
    if isinstance(outcome, NoEdit):
        return []
    return [it for it in outcome.confirm if it not in options.confirm]


def _show(outcome: EditOutcome, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_as_json(outcome), indent=2))
        return
    printer = TerminalPrinter()
    if isinstance(outcome, EditProposal):
        printer.show_diff(diff_of(outcome.changes))
        for line in outcome.history:
            printer.say(f"  {line}", "dim")
        printer.show_facts(outcome)
        return
    for line in outcome.history:
        printer.say(f"  {line}", "dim")
    if outcome.attempt:
        printer.say("what was staged, which may not be applied:", "yellow")
        printer.show_diff(outcome.attempt)
    if outcome.transcript is not None:
        printer.say(f"  transcript: {outcome.transcript}", "dim")
    complain(outcome.reason)


def _as_json(outcome: EditOutcome) -> dict[str, object]:
    proposals: list[dict[str, object]] = []
    skipped: list[dict[str, object]] = []
    transcript = None if outcome.transcript is None else str(outcome.transcript)
    if isinstance(outcome, EditProposal):
        proposals.append(
            {
                "title": outcome.title,
                "symbol": outcome.symbol,
                "files": [_file(it) for it in outcome.changes.files],
                "diff": diff_of(outcome.changes),
                **facts_as_json(outcome),
                "plan": outcome.plan.text,
                "history": list(outcome.history),
                "review": outcome.review,
                "confirm": list(outcome.confirm),
                "transcript": transcript,
            }
        )
    else:
        skipped.append(
            {
                "reason": outcome.reason,
                "cause": outcome.cause,
                "attempt": outcome.attempt,
                "history": list(outcome.history),
                "transcript": transcript,
            }
        )
    return {"schema": JSON_SCHEMA_VERSION, "proposals": proposals, "skipped": skipped}


def _file(change: FileChange) -> dict[str, object]:
    kind = "new" if change.before is None else "gone" if change.after is None else "changed"
    return {"path": change.path, "moved_from": change.moved_from, "kind": kind}
