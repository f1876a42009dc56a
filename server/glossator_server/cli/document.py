"""Own `glossator document`: doc comments for files, lines, symbols and folders.

By default it prints each proposal as a diff and writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from glossator_gate.errors import GlossatorError
from glossator_server.app import Application, load_application
from glossator_server.cli.bulk import BulkOptions, BulkRun
from glossator_server.cli.check import check_comments, status_of, tell_count
from glossator_server.cli.finding_reports import REPORTS
from glossator_server.cli.journal import Journal, journal_path
from glossator_server.cli.listed import has_a_style, read_list
from glossator_server.cli.output import DocumentPrinter, JsonPrinter, TerminalPrinter
from glossator_server.cli.pace import Pace
from glossator_server.cli.printing import complain
from glossator_server.cli.progress import Progress, shown_progress, silent_progress
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import Target, read_target, workspace_of
from glossator_server.errors import UsageError
from glossator_server.files import source_tree, write_report
from glossator_server.policies import WorkspacePolicy
from glossator_server.proposal import CommentProposal, SkipCause, Skipped
from glossator_server.settings import Settings

# More requests at once serve nobody but a server's rate limit.
MOST_JOBS = 64

ShowProgress = Callable[[Pace], AbstractAsyncContextManager[Progress]]


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "document",
        help="doc comments, checked before they are shown",
        epilog="For what changed since a revision, have git say it: "
        "`git diff --name-only -z REV | glossator document --check --files-from - -0`.",
    )
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="FILE, FILE:LINE, FILE::SYMBOL or a folder"
    )
    parser.add_argument("--style", help="the comment style, for example kernel-doc")
    parser.add_argument("--all", action="store_true", help="every undocumented symbol of a folder")
    parser.add_argument(
        "--files-from", metavar="LIST", help="the files that LIST names, a line each; - is stdin"
    )
    parser.add_argument(
        "-0", dest="nul", action="store_true", help="names in LIST end with NUL, as of git's -z"
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--diff", action="store_true", help="print diffs, write nothing (default)")
    mode.add_argument("--write", action="store_true", help="write the comments into the files")
    mode.add_argument(
        "--check", action="store_true", help="list missing and drifted comments, ask no model"
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print JSON")
    shape.add_argument(
        "--format", choices=tuple(REPORTS), default="text", help="sarif is for --check only"
    )
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help="write the JSON or the findings into FILE"
    )
    parser.add_argument(
        "--jobs", metavar="N", type=_jobs, help="work on N symbols at once (as many as suits)"
    )
    parser.add_argument(
        "--retry", action="store_true", help="ask again where an earlier run found no usable words"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Document the targets and say how it went."""
    shape = "json" if options.json else options.format
    _check_fitting(options, shape)
    found = _found(options)
    application = load_application(workspace_of(found[0].path) if found else None)
    files = _readable(found, options.targets, application.workspace_policy)
    settings = _settled(application, options.style)
    for problem in application.problems:
        complain(problem)
    emit = _emitter(options.output)
    if options.check:
        report = check_comments(files, settings)
        emit(REPORTS[shape](report))
        if shape == "text":
            tell_count(report)
        return status_of(report)
    if not files and options.files_from is None:
        raise UsageError(f"There is no source file in {options.targets[0]}; name another folder.")
    printer: DocumentPrinter = JsonPrinter(emit) if shape == "json" else TerminalPrinter()
    bulk = BulkRun(
        application, _bulk_options(options, settings), printer, Progress(Pace(len(files)))
    )
    progress = silent_progress if options.quiet else shown_progress
    return _run_to_end(bulk, files, progress)


def _run_to_end(bulk: BulkRun, files: Sequence[Target], progress: ShowProgress) -> int:
    async def work() -> None:
        async with progress(bulk.progress.pace) as bulk.progress:
            await bulk.run(files)

    try:
        asyncio.run(work())
    except (GlossatorError, KeyboardInterrupt):
        # What was done before the trouble, and may have been written, is told all the same.
        bulk.tell_rest()
        if bulk.outcomes:
            bulk.printer.end(bulk.summary)
        raise
    bulk.printer.end(bulk.summary)
    return _status(bulk)


def _check_fitting(options: argparse.Namespace, shape: str) -> None:
    """Raise `UsageError` where options do not go together."""
    if not options.targets and options.files_from is None:
        raise UsageError("Name a file or a folder, or a list of files with --files-from.")
    if options.nul and options.files_from is None:
        raise UsageError("-0 says how the names of --files-from end; add it.")
    if shape == "sarif" and not options.check:
        raise UsageError("SARIF holds findings; add --check.")
    if options.output is not None and not options.check and shape == "text":
        raise UsageError("--output holds findings or JSON; add --check or --json.")


def _found(options: argparse.Namespace) -> list[Target]:
    """Return every file that is meant, each once as far as names tell."""
    targets = [read_target(word) for word in options.targets]
    found: list[Target] = []
    for target in targets:
        if not target.path.is_dir():
            found.append(target)
            continue
        if not (options.all or options.check):
            raise UsageError(f"{target.path} is a folder; add --all to document everything in it.")
        found += _files_below(target.path)
    if options.files_from is not None:
        listed = read_list(options.files_from, b"\0" if options.nul else b"\n")
        found += listed.targets
        if listed.others:
            complain(f"{listed.others} in the list can have no comments of ours and are left out.")
    return list(dict.fromkeys(found))


def _files_below(folder: Path) -> list[Target]:
    """Return the files of a folder that can have comments, and tell what is left out."""
    tree = source_tree(folder)
    for problem in tree.problems:
        complain(problem)
    if tree.foreign:
        complain(
            f"{tree.foreign} generated or vendored files in {folder} are left out; "
            "name them, or their folder, to have them too."
        )
    return [Target(it) for it in tree.paths if has_a_style(it)]


def _settled(application: Application, style: str | None) -> Settings:
    if style is None:
        return application.settings
    settings, refused = application.settings.narrowed({"document": {"style": style}})
    if refused:
        raise UsageError(refused[0])
    return settings


def _bulk_options(options: argparse.Namespace, settings: Settings) -> BulkOptions:
    # Who names one file or symbol wants it tried now.
    is_bulk = options.all or options.files_from is not None
    return BulkOptions(
        settings,
        writing=options.write,
        jobs=options.jobs,
        journal=Journal(journal_path()) if is_bulk else None,
        retrying=options.retry,
    )


def _emitter(output: Path | None) -> Callable[[str], None]:
    """Return what takes a whole report."""
    if output is None:
        return lambda text: print(text, end="")
    return lambda text: write_report(output, text)


def _jobs(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word[:9]) <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"choose a whole number from 1 to {MOST_JOBS}")
    return int(word)


def _readable(found: list[Target], named: list[str], policy: WorkspacePolicy) -> list[Target]:
    """Return the files that may be read; raises `PolicyError` for one that was named itself."""
    paths = {read_target(word).path for word in named}
    for target in found:
        if target.path in paths:
            policy.check_readable(target.path)
    return [it for it in found if policy.may_be_read(it.path)]


def _status(bulk: BulkRun) -> int:
    failed = [
        it
        for it in bulk.outcomes
        if isinstance(it, Skipped) and it.cause is not SkipCause.ALREADY_DOCUMENTED
    ]
    passed = any(isinstance(it, CommentProposal) for it in bulk.outcomes)
    trouble = bool(failed) or bulk.summary.unusable > 0
    return ExitStatus.FINDINGS if trouble and not passed else ExitStatus.DONE
