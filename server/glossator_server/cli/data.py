"""Own `glossator data`: mine documented code, export it for trainers, look at it."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from glossator_clients.types import ModelInfo
from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import check_glob
from glossator_server.app import load_application
from glossator_server.cli.counted import Counted, counted_progress
from glossator_server.cli.data_sample import sample_of
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.workspaces import workspace_root
from glossator_server.datasets.decisions import Decision, decisions_in
from glossator_server.datasets.examples import ExampleOptions
from glossator_server.datasets.exporting import Exported, ExportOptions, export
from glossator_server.datasets.formats import FORMATS
from glossator_server.datasets.mining import Mined, Repository, mine
from glossator_server.datasets.splitting import Split, SplitOptions
from glossator_server.errors import UsageError
from glossator_server.feedback import FeedbackStore
from glossator_server.prompts import load_template

_SMALL_PROMPT = "document-small"


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("data", help="make data to teach a model with, from your own code")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_mine(actions)
    _add_export(actions)
    _add_show(actions)


def _add_mine(actions: Any) -> None:  # noqa: ANN401
    parser = actions.add_parser("mine", help="collect the documented code of repositories")
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="PATH", help="a repository, or a folder of one"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="where to, a JSON object a line"
    )
    parser.add_argument(
        "--project", metavar="NAME", help="call the repository so (default: its folder's name)"
    )
    _add_jobs(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run_mine)


def _add_export(actions: Any) -> None:  # noqa: ANN401
    parser = actions.add_parser("export", help="write mined data in the form that trainers take")
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="DATA", help="what `data mine` wrote"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to")
    parser.add_argument(
        "--prompt",
        default=_SMALL_PROMPT,
        metavar="NAME",
        help=f"the prompt to fill (default: {_SMALL_PROMPT})",
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="openai", help="of each line")
    parser.add_argument(
        "--split",
        choices=("auto", "project", "folder"),
        default="auto",
        help="what stays together (auto: projects where there are more than two)",
    )
    parser.add_argument(
        "--hold-out",
        action="append",
        default=[],
        type=_glob,
        metavar="GLOB",
        help="for the test only: paths below a project, or PROJECT/PATH",
    )
    parser.add_argument(
        "--valid", type=_share, default=0.05, metavar="SHARE", help="of all, for validation (0.05)"
    )
    parser.add_argument(
        "--test",
        type=_share,
        metavar="SHARE",
        help="of all, for the test (0.05, or what is held out alone)",
    )
    parser.add_argument(
        "--licence",
        action="append",
        default=[],
        metavar="GLOB",
        help="keep only these; !GLOB drops",
    )
    parser.add_argument(
        "--all-kinds", action="store_true", help="types too, not only what is called"
    )
    parser.add_argument(
        "--short", action="store_true", help="comments, too, that describe no parameter"
    )
    parser.add_argument(
        "--ask-all",
        action="store_true",
        help="ask for descriptions, too, that the product takes over from the code around",
    )
    parser.add_argument(
        "--feedback",
        action="store_true",
        help="what you kept, mended or took out of offered comments, too, and pairs of it",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for another division (0)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run_export)


def _add_show(actions: Any) -> None:  # noqa: ANN401
    parser = actions.add_parser("show", help="print some examples of mined or exported data")
    parser.add_argument("file", type=Path, metavar="FILE", help="what `data` wrote")
    parser.add_argument(
        "-n", dest="count", type=_count, default=5, metavar="N", help="how many (5)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for another draw (0)")
    parser.set_defaults(run=run_show)


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_count,
        default=os.cpu_count() or 1,
        help="processes (default: one a core)",
    )


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
    api = "embedded" if template.name == _SMALL_PROMPT or not template.body else "openai"
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
        short_ones=options.short,
        decisions=_decisions() if options.feedback else None,
    )
    with counted_progress("records", quiet=options.quiet) as progress:

        def told(exported: Exported) -> None:
            progress.show(Counted(exported.done, exported.total, ""))

        exported = export(options.files, options.out, wanted, told)
    if options.json:
        print((options.out / "manifest.json").read_text("utf-8"), end="")
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


def _counts(counts: Any) -> str:  # noqa: ANN401
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common() if count)


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word[:9]) <= 256:
        raise argparse.ArgumentTypeError("choose a whole number from 1 to 256")
    return int(word)


def _glob(word: str) -> str:
    try:
        return check_glob(word)
    except ConfigurationError as trouble:
        raise argparse.ArgumentTypeError(f"it {trouble}") from trouble


def _share(word: str) -> float:
    try:
        share = float(word)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError("choose a number from 0 up to 1")
    return share
