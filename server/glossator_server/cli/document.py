"""Own `glossator document`: doc comments for files, lines, symbols and folders.

By default it prints each proposal as a diff and writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from glossator_clients.errors import ModelError, ModelUnavailableError
from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.errors import GlossatorError, PolicyError
from glossator_gate.types import DataClass
from glossator_indexer.parsing import reparse
from glossator_server.actions.document import document_symbol, place_again
from glossator_server.app import Application, load_application
from glossator_server.cli.check import print_findings, print_findings_as_json
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.output import DocumentPrinter, JsonPrinter, TerminalPrinter
from glossator_server.cli.printing import complain
from glossator_server.cli.progress import Progress, progress_on_terminal
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import Target, files_of, read_target, symbols_of
from glossator_server.edits import file_edit
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot, write_edit
from glossator_server.indexes import Indexes
from glossator_server.policies import WorkspacePolicy
from glossator_server.proposal import Outcome, Proposal, SkipCause, Skipped
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("document", help="doc comments, checked before they are shown")
    parser.add_argument(
        "targets", nargs="+", metavar="TARGET", help="FILE, FILE:LINE, FILE::SYMBOL or a folder"
    )
    parser.add_argument("--style", help="the comment style, for example kernel-doc")
    parser.add_argument("--all", action="store_true", help="every undocumented symbol of a folder")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--diff", action="store_true", help="print diffs, write nothing (default)")
    mode.add_argument("--write", action="store_true", help="write the comments into the files")
    mode.add_argument(
        "--check", action="store_true", help="list missing and drifted comments, ask no model"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Document the targets and say how it went."""
    targets = [read_target(word) for word in options.targets]
    for target in targets:
        if target.path.is_dir() and not (options.all or options.check):
            raise UsageError(f"{target.path} is a folder; add --all to document everything in it.")
    files = [file for target in targets for file in files_of(target)]
    application = load_application(_workspace_of(files))
    files = _readable(files, targets, application.workspace_policy)
    settings = application.settings
    if options.style is not None:
        settings, refused = settings.narrowed({"document": {"style": options.style}})
        if refused:
            raise UsageError(refused[0])
    for problem in application.problems:
        complain(problem)
    if options.check:
        printed = print_findings_as_json if options.json else print_findings
        return printed(files, settings)
    if not files:
        raise UsageError(f"There is no C file in {targets[0].path}; name another folder.")
    printer: DocumentPrinter = JsonPrinter() if options.json else TerminalPrinter()
    job = _Job(settings, printer, writing=options.write)
    try:
        with progress_on_terminal() as progress:
            asyncio.run(_document_all(files, job, application, progress))
    except (GlossatorError, KeyboardInterrupt):
        # What was done before the trouble, and may have been written, is told all the same.
        if job.outcomes:
            printer.end()
        raise
    printer.end()
    return _status(job)


def _readable(files: list[Target], targets: list[Target], policy: WorkspacePolicy) -> list[Target]:
    """Return the files that may be read; raises `PolicyError` for one that was named itself."""
    named = {it.path for it in targets}
    for target in files:
        if target.path in named:
            policy.check_readable(target.path)
    return [it for it in files if policy.may_be_read(it.path)]


@dataclass(slots=True)
class _Job:
    """One run of the command: its options, its printer and what has come of it so far."""

    settings: Settings
    printer: DocumentPrinter
    writing: bool
    outcomes: list[Outcome] = field(default_factory=list)
    unusable_files: int = 0


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where words and examples come from."""

    application: Application
    indexes: Indexes
    models: dict[DataClass, ChatModel] = field(default_factory=dict)

    async def model_for(self, snapshot: Snapshot) -> ChatModel:
        """Return the model for a text of the snapshot's class, opened once for all files of it."""
        data_class = snapshot.data_class
        if data_class not in self.models:
            preferred = self.application.settings.preferred_models
            need = Need("document", data_class, preferred)
            self.models[data_class] = await self.application.open_model(need)
        return self.models[data_class]

    async def close(self) -> None:
        """Let go of the models."""
        for model in self.models.values():
            await model.close()


async def _document_all(
    files: list[Target], job: _Job, application: Application, progress: Progress
) -> None:
    async with running_indexes((it.path for it in files), job.settings.index) as indexes:
        sources = _Sources(application, indexes)
        try:
            for target in files:
                try:
                    await _document_file(target, job, sources, progress)
                except (UsageError, PolicyError) as trouble:
                    # In a tree, one file that cannot be used does not hide the others.
                    if len(files) == 1:
                        raise
                    job.unusable_files += 1
                    complain(str(trouble))
        finally:
            await sources.close()


async def _document_file(target: Target, job: _Job, sources: _Sources, progress: Progress) -> None:
    policy = sources.application.workspace_policy
    snapshot = policy.admitted(read_snapshot(target.path, job.settings))
    model = await sources.model_for(snapshot)
    symbols = symbols_of(target, snapshot)
    proposals: list[Proposal] = []
    with progress.file(str(target.path), len(symbols)) as steps:
        for symbol in symbols:
            steps.begin(symbol.qualified_name)
            try:
                grounded = await sources.indexes.with_examples(snapshot, symbol, ())
                outcome = await document_symbol(
                    grounded, symbol, model, job.settings.documenting, steps.report
                )
            except ModelUnavailableError:
                raise
            except ModelError as trouble:
                # One bad answer does not end a run over a tree; a missing model does.
                outcome = Skipped(
                    snapshot.path, symbol.qualified_name, SkipCause.MODEL_FAILED, str(trouble)
                )
            job.outcomes.append(outcome)
            if isinstance(outcome, Proposal):
                proposals.append(outcome)
            with progress.paused():
                job.printer.show(outcome, snapshot)
            steps.end()
    if job.writing and proposals:
        _write(snapshot, proposals)
        with progress.paused():
            job.printer.written(target.path, len(proposals))


def _write(snapshot: Snapshot, proposals: list[Proposal]) -> None:
    """Place the proposals one after the other, each checked in the text that is to be written."""
    current = snapshot
    for proposal in proposals:
        placed = place_again(proposal, current)
        if isinstance(placed, Skipped):
            raise UsageError(f"{snapshot.path} was left as it is: {placed.reason}")
        current = replace(current, source=reparse(current.source, placed.edits[0].changes))
    changes = [change for proposal in proposals for change in proposal.edits[0].changes]
    write_edit(file_edit(snapshot, changes))


def _status(job: _Job) -> int:
    failed = [
        it
        for it in job.outcomes
        if isinstance(it, Skipped) and it.cause is not SkipCause.ALREADY_DOCUMENTED
    ]
    passed = any(isinstance(it, Proposal) for it in job.outcomes)
    trouble = bool(failed) or job.unusable_files > 0
    return ExitStatus.FINDINGS if trouble and not passed else ExitStatus.DONE


def _workspace_of(files: list[Target]) -> Path | None:
    """Return the nearest folder above the first file that holds a workspace file or a `.git`."""
    folders: Iterator[Path] = iter(files[0].path.absolute().parents) if files else iter(())
    return next(
        (it for it in folders if (it / ".glossator.toml").is_file() or (it / ".git").exists()), None
    )
