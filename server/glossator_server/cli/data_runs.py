"""Own what `glossator data` does once its words are understood, and what it says of it."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from glossator_clients.types import ModelInfo
from glossator_server.app import load_application
from glossator_server.cli.counted import Counted, counted_progress
from glossator_server.cli.data import SMALL_PROMPT
from glossator_server.cli.data_sample import sample_of
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.workspaces import workspace_root
from glossator_server.datasets.decisions import Decision, decisions_in
from glossator_server.datasets.examples import ExampleOptions
from glossator_server.datasets.exporting import MANIFEST, Exported, ExportOptions, export
from glossator_server.datasets.mining import Mined, Repository, mine
from glossator_server.datasets.reading import SHORT, TEST
from glossator_server.datasets.splitting import Split, SplitOptions
from glossator_server.errors import UsageError
from glossator_server.feedback import FeedbackStore
from glossator_server.prompts import load_template

# More names are no help to who reads; --json, the manifest and the card have all of them.
_MOST_TOLD = 12


def run_mine(options: argparse.Namespace) -> int:
    """Mine the repositories and say what was found."""
    if options.project and len(options.folders) > 1:
        raise UsageError("--project names one repository; mine the others by themselves.")
    repositories = [_repository(it, options.project) for it in options.folders]
    with counted_progress("files", quiet=options.quiet) as progress:

        def told(mined: Mined) -> None:
            progress.show(Counted(mined.files_done, mined.files_total, f"{mined.kept:,} records"))

        mined = mine(repositories, options.out, options.jobs, told)
    for problem in mined.problems:
        complain(problem)
    if options.json:
        print(json.dumps(_mined_as_json(mined), indent=2))
    else:
        for line in _mined_in_words(mined, options.out):
            print(visible(line))
    return ExitStatus.DONE if mined.kept else ExitStatus.FINDINGS


def run_export(options: argparse.Namespace) -> int:
    """Export the records and say what was written."""
    if not options.files and not options.feedback:
        raise UsageError("Name a file that `data mine` wrote, or add --feedback.")
    template = load_template(options.prompt)
    if template.use != "document":
        raise UsageError(
            f"The prompt {template.name} is for {template.use}; name one for document."
        )
    api = "embedded" if template.name == SMALL_PROMPT or not template.body else "openai"
    model = ModelInfo("export", api, "export", "", None, local=True)
    wanted = ExportOptions(
        examples=ExampleOptions(template, model, asks_for_known=options.ask_all),
        splits=SplitOptions(
            options.split, tuple(options.hold_out), options.valid, options.test, options.seed
        ),
        format=options.format,
        licences=tuple(it for it in options.licence if not it.startswith("!")),
        without=tuple(it[1:] for it in options.licence if it.startswith("!")),
        all_kinds=options.all_kinds,
        let_in=frozenset({SHORT} if options.short else ()) | ({TEST} if options.tests else set()),
        decisions=_decisions() if options.feedback else None,
    )
    with counted_progress("records", quiet=options.quiet) as progress:

        def told(exported: Exported) -> None:
            progress.show(Counted(exported.done, exported.total, ""))

        exported = export(options.files, options.out, wanted, told)
    if options.json:
        print((options.out / MANIFEST).read_text("utf-8"), end="")
    else:
        for line in _exported_in_words(exported, options.out):
            print(visible(line))
    return ExitStatus.DONE


def run_show(options: argparse.Namespace) -> int:
    """Print a sample of a file."""
    for line in sample_of(options.file, options.count, options.seed):
        print(visible(line))
    return ExitStatus.DONE


def _decisions() -> tuple[Decision, ...]:
    try:
        return tuple(decisions_in(FeedbackStore().lines()))
    except OSError as trouble:
        raise UsageError(f"{trouble.filename} cannot be read: {trouble.strerror}.") from trouble


def _repository(folder: Path, name: str | None) -> Repository:
    root = workspace_root(folder)
    application = load_application(root)
    for problem in application.problems:
        complain(problem)
    return Repository(folder, name or "", application.policy, application.settings)


def _mined_as_json(mined: Mined) -> Mapping[str, object]:
    return {
        "schema": 1,
        "files": mined.files_total,
        "documented": mined.documented,
        "kept": mined.kept,
        "secrets": mined.secrets,
        "outcomes": dict(mined.files),
        "left_out": dict(mined.left_out),
        "weak": dict(mined.weak),
        "licences": dict(mined.licences),
        "projects": dict(mined.projects),
    }


def _mined_in_words(mined: Mined, out: Path) -> Iterator[str]:
    yield f"{mined.kept:,} records of {mined.documented:,} documented symbols in {out}"
    yield f"  {mined.files_total:,} files: {_counts(mined.files)}"
    if mined.left_out:
        yield f"  left out: {_counts(mined.left_out)}"
    if mined.weak:
        yield f"  descriptions that are not asked for: {_counts(mined.weak)}"
    if mined.licences:
        yield f"  licences: {_counts(mined.licences)}"
    if mined.secrets:
        yield f"  {mined.secrets:,} secrets were taken out"


def _exported_in_words(exported: Exported, out: Path) -> Iterator[str]:
    counts = ", ".join(f"{exported.examples[it]:,} {it}" for it in Split)
    yield f"{counts} in {out}"
    if exported.decisions:
        yield f"  {exported.pairs:,} pairs; decisions: {_counts(exported.decisions)}"
    if exported.left_out:
        yield f"  left out: {_counts(exported.left_out)}"


def _counts(counts: Counter[str]) -> str:
    """Return the commonest in words, and how many others there are."""
    told = [f"{name} {count:,}" for name, count in counts.most_common(_MOST_TOLD) if count]
    more = len(counts) - _MOST_TOLD
    return ", ".join([*told, f"{more} others"] if more > 0 else told)
