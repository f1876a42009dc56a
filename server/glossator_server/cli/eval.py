"""Own `glossator eval`: models, prompts and retrieval measured on cases, side by side.

It changes nothing in what it measures on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glossator_gate.errors import GlossatorError
from glossator_server.app import (
    load_application,
    open_checker,
    open_index_client,
    open_model,
)
from glossator_server.cli.eval_judge import add_judge_options, check_judge_options, judge_of
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.printing import complain
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.workspaces import workspace_root
from glossator_server.errors import UsageError
from glossator_server.evals.configuring import read_configurations
from glossator_server.evals.suites import SUITES
from glossator_server.files import write_report

if TYPE_CHECKING:
    from glossator_server.evals.measuring import Measurement
    from glossator_server.evals.opened import Environment
    from glossator_server.evals.types import CaseSource

# Enough to see a difference of some size, and a coffee for the embedded model.
USUAL_CASES = 50
USUAL_SEED = 7


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "eval",
        help="measure models and prompts on your own code",
        description="Suites: " + "; ".join(f"{it}: {says}" for it, says in SUITES.items()) + ".",
        epilog="Without --with, it measures what you use now. The first --with is what the others "
        'are compared with: --with "model=smollm2" --with "model=local-coder,prompt=terse".',
    )
    parser.add_argument("suite", nargs="?", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument(
        "--workspace", type=Path, metavar="W", help="the repository; default: this folder's"
    )
    _add_case_options(parser)
    parser.add_argument(
        "--with",
        action="append",
        default=[],
        dest="configurations",
        metavar="KEYS",
        help="a configuration: name=, model=ID, prompt=NAME_OR_FILE, retrieval=on|off, "
        "adapter=NAME|none, with commas between",
    )
    parser.add_argument(
        "--resume", metavar="RUN", help="go on with a run that broke off; `last` is the latest"
    )
    add_judge_options(parser)
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write a page for people to read, too"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def _add_case_options(parser: argparse.ArgumentParser) -> None:
    cases = parser.add_mutually_exclusive_group()
    cases.add_argument("--cases", type=Path, metavar="FILE", help="a file of cases, one a line")
    cases.add_argument("--prepared", action="store_true", help="the cases that are shipped")
    cases.add_argument(
        "--mined", action="store_true", help="cases drawn from the workspace (default)"
    )
    parser.add_argument(
        "-n", type=_count, metavar="N", help=f"at most N cases (default {USUAL_CASES})"
    )
    parser.add_argument("--seed", type=int, help=f"which cases are drawn (default {USUAL_SEED})")


def run(options: argparse.Namespace) -> int:
    """Measure, and print what was found; who interrupts it is told how to go on."""
    check_judge_options(options)
    if options.label is not None:
        from glossator_server.cli.eval_label import run_label

        return run_label(options)
    _check_fitting(options)
    started: list[Measurement] = []
    try:
        return asyncio.run(_measured(options, started))
    except (GlossatorError, KeyboardInterrupt) as ended:
        if not any(it.has_begun for it in started):
            raise
        complain(_how_to_go_on(started[0], options.judge))
        if isinstance(ended, KeyboardInterrupt):
            return ExitStatus.SIGINT
        raise


def _check_fitting(options: argparse.Namespace) -> None:
    """Raise `UsageError` where options do not go together."""
    if options.html is not None and not options.html.absolute().parent.is_dir():
        raise UsageError(f"{options.html.parent} is no folder; name another place with --html.")
    if options.html is not None and options.html.is_dir():
        raise UsageError(f"{options.html} is a folder; name a file in it with --html.")
    if options.resume is not None:
        source = options.suite or options.cases or options.prepared or options.mined
        drawn = options.n or options.workspace or options.seed is not None
        if source or drawn or options.configurations:
            raise UsageError("A run that goes on has its own suite and cases; say --resume alone.")
        return
    if options.suite not in SUITES:
        what = f"There is no suite {options.suite}" if options.suite else "Name a suite"
        raise UsageError(f"{what}; choose one of {', '.join(SUITES)}.")


async def _measured(options: argparse.Namespace, started: list[Measurement]) -> int:
    from glossator_server.cli.eval_output import print_result, shown_steps
    from glossator_server.evals.judging.figures import with_kept_judge
    from glossator_server.evals.report import write_html_report
    from glossator_server.evals.result import report_of
    from glossator_server.evals.running import Step

    async with AsyncExitStack() as opened:
        with shown_steps(silent=options.quiet) as follow:
            follow(Step(0, 0, "drawing the cases"))
            measurement, environment = await opened.enter_async_context(_opened(options))
            judge = await opened.enter_async_context(judge_of(options, measurement, environment))
            started.append(measurement)
            ran = await measurement.run(follow)
        # Whoever has the page made again does not have the judge asked again.
        before = await asyncio.to_thread(measurement.folder.report)
        found = await asyncio.to_thread(report_of, ran)
        report = with_kept_judge(found, before)
        text = await asyncio.to_thread(_kept, report, measurement)
        if judge is not None:
            with shown_steps(silent=options.quiet) as follow:
                report = await judge.result(ran, found, follow)
            text = await asyncio.to_thread(_kept, report, measurement)
    if options.html is not None:
        await asyncio.to_thread(write_html_report, report, options.html)
    if options.json:
        print(text, end="")
    else:
        print_result(report, measurement.folder.path)
    return _status(report)


def _kept(report: dict[str, Any], measurement: Measurement) -> str:
    """Write the result into the run's folder, and return its text."""
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    write_report(measurement.folder.report_file, text, 0o600)
    return text


@asynccontextmanager
async def _opened(
    options: argparse.Namespace,
) -> AsyncIterator[tuple[Measurement, Environment]]:
    """Open a new run, or the one that goes on."""
    from glossator_server.evals.folder import RunFolder, runs_folder
    from glossator_server.evals.measuring import Wish, begun, resumed

    if options.resume is not None:
        folder = await asyncio.to_thread(RunFolder.find, options.resume, runs_folder())
        record = await asyncio.to_thread(folder.record)
        async with (
            environment_of(Path(record["workspace"])) as environment,
            resumed(folder, environment) as measurement,
        ):
            yield measurement, environment
        return
    workspace = (options.workspace or Path()).resolve()
    configurations = read_configurations(options.configurations)
    async with environment_of(workspace) as environment:
        wish = Wish(options.suite, _source(options, workspace, environment), configurations)
        async with begun(wish, environment) as measurement:
            yield measurement, environment


@asynccontextmanager
async def environment_of(workspace: Path) -> AsyncIterator[Environment]:
    """Return what holds in a workspace; problems of the configuration are told."""
    from glossator_server.evals.opened import Environment
    from glossator_server.evals.types import Means

    application = load_application(workspace_root(workspace))
    for problem in application.problems:
        complain(problem)
    settings = application.settings
    async with running_indexes([workspace / "any"], settings.index) as indexes:
        yield Environment(
            application.workspace_policy,
            settings,
            open_model,
            Means(open_index_client, open_checker),
            indexes,
        )


def _source(options: argparse.Namespace, workspace: Path, environment: Environment) -> CaseSource:
    from glossator_server.evals.types import CaseSource, SourceKind
    from glossator_server.evals.workspaces import PREPARED

    kind = SourceKind.MINED
    if options.cases is not None:
        kind = SourceKind.FILE
    elif options.prepared:
        kind, workspace = SourceKind.PREPARED, PREPARED / options.suite
    return CaseSource(
        kind,
        workspace,
        environment.policy,
        environment.settings,
        file=options.cases,
        limit=options.n or USUAL_CASES,
        seed=USUAL_SEED if options.seed is None else options.seed,
    )


def _how_to_go_on(measurement: Measurement, judge: str | None) -> str:
    done = len(measurement.folder.outcomes())
    total = len(measurement.cases) * len(measurement.subjects)
    again = f"go on with glossator eval --resume {measurement.folder.name}"
    if judge is None:
        return f"Stopped after {done} of {total}; {again}."
    stage = f"after {done} of {total}" if done < total else "while the judge was asked"
    return f"Stopped {stage}; {again} --judge {judge}."


def _status(report: dict[str, Any]) -> int:
    """Return 1 where a configuration could do nothing at all."""
    useless = any(it["failed"] == it["cases"] for it in report["configurations"])
    return ExitStatus.FINDINGS if useless else ExitStatus.DONE


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word[:9]) <= 100_000:
        raise argparse.ArgumentTypeError("choose a whole number from 1 to 100000")
    return int(word)
