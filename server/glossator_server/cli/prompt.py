"""Own `glossator prompt`: which prompts there are, what is in them, and a copy to begin with."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glossator_clients.router import Need, candidates
from glossator_server.app import Application, load_application
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import workspace_of
from glossator_server.errors import UsageError
from glossator_server.files import write_report
from glossator_server.prompts.files import (
    SUFFIX,
    product_file,
    product_names,
    product_prompt,
    prompt_of,
    prompts_folder,
    user_files,
)
from glossator_server.prompts.reading import PromptFile
from glossator_server.prompts.uses import USES, Use
from glossator_server.setting_keys import is_prompt_name

_TARGET = "FILE::SYMBOL, FILE:LINE or CASES.jsonl::ID"
_COLUMNS = ("NAME", "FOR", "WHOSE", "ASKED OF")


@dataclass(frozen=True, slots=True)
class _Row:
    """A prompt as the list shows it; `asked_of` are ids of models, the first choice first."""

    file: PromptFile
    use: str
    whose: str
    chosen: bool
    asked_of: tuple[str, ...]


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("prompt", help="what models are asked: list, change, try, compare")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="which prompts there are, and who is asked by which")
    listed.set_defaults(run=run_list)
    shown = actions.add_parser("show", help="print a prompt's file")
    shown.add_argument("name", metavar="NAME")
    shown.add_argument("--path", action="store_true", help="print only where the file is")
    shown.set_defaults(run=run_show)
    copied = actions.add_parser(
        "copy", help="write a prompt into your own folder, to be changed there"
    )
    copied.add_argument("name", metavar="NAME")
    copied.add_argument(
        "new", metavar="NEW", nargs="?", help="its new name; without one it takes NAME's place"
    )
    copied.set_defaults(run=run_copy)
    for action in (listed, shown, copied):
        action.add_argument("--json", action="store_true", help="print JSON")
    _add_trials(actions)


def _add_trials(actions: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the two actions to the parser of `glossator prompt`."""
    tried = actions.add_parser("try", help="ask by a prompt, and show all that was said")
    tried.add_argument("name", metavar="NAME", help="a prompt, or the path of its file")
    tried.add_argument(
        "target", metavar="TARGET", help="FILE::SYMBOL, FILE:LINE or CASES.jsonl::ID"
    )
    tried.add_argument("--dry", action="store_true", help="show the messages, ask nobody")
    tried.set_defaults(run=run_try)
    compared = actions.add_parser("compare", help="two prompts side by side on the same code")
    compared.add_argument("first", metavar="A", help="a prompt; product:NAME is the product's own")
    compared.add_argument("second", metavar="B")
    compared.add_argument("targets", metavar="TARGET", nargs="+", help=_TARGET)
    compared.set_defaults(run=run_compare)
    for action in (tried, compared):
        action.add_argument(
            "--text", metavar="TEXT", default="", help="the question, instruction or wish"
        )
        action.add_argument(
            "--workspace",
            type=Path,
            default=Path(),
            metavar="W",
            help="the folder that the paths of cases are below; default: this one",
        )
        action.add_argument("--model", metavar="ID", help="ask this approved model")
        action.add_argument("--json", action="store_true", help="print JSON")
        action.add_argument("--quiet", action="store_true", help="show no progress")


def run_try(options: argparse.Namespace) -> int:
    """Try a prompt on one target."""
    # What measures its result takes long to import: only who tries a prompt pays for it.
    from glossator_server.cli import prompt_trials

    return prompt_trials.run_try(options)


def run_compare(options: argparse.Namespace) -> int:
    """Try two prompts on each target."""
    from glossator_server.cli import prompt_trials

    return prompt_trials.run_compare(options)


def run_list(options: argparse.Namespace) -> int:
    """Print every prompt, the user's and the product's."""
    from glossator_clients.discovery import with_discovered

    application = load_application(workspace_of(Path.cwd() / "x"))
    # Models that Ollama runs here stand before the built-in one, where no file names any.
    policy = asyncio.run(with_discovered(application.policy))
    rows = list(_rows(replace(application, policy=policy)))
    if options.json:
        report = {
            "schema": 1,
            "folder": str(prompts_folder()),
            "prompts": [_as_json(it) for it in rows],
        }
        print(json.dumps(report, indent=2))
    else:
        for line in _lines(rows):
            print(visible(line))
    for problem in application.problems:
        complain(problem)
    return ExitStatus.DONE


def run_show(options: argparse.Namespace) -> int:
    """Print a prompt's text, or where it is; the status is 2 where it cannot be used."""
    file = _known(options.name)
    place = str(file.path) if file.path is not None else ""
    if options.json:
        template = file.template
        report = {
            "schema": 1,
            "name": file.name,
            "path": place or None,
            "use": None if template is None else template.use,
            "sha256": None if template is None else template.sha256,
            "problems": list(file.sentences),
            "text": file.text,
        }
        print(json.dumps(report, indent=2))
    elif options.path:
        if not place:
            raise UsageError(
                f"The prompt {file.name} is the product's own; glossator prompt copy "
                f"{file.name} writes it into {prompts_folder()}."
            )
        print(visible(place))
    else:
        for line in file.text.rstrip("\n").split("\n"):
            print(visible(line.rstrip("\r")))
    for sentence in file.sentences:
        complain(sentence)
    return ExitStatus.USAGE if file.problems else ExitStatus.DONE


def run_copy(options: argparse.Namespace) -> int:
    """Write a prompt into the user's folder; a file that is there stays as it is."""
    new = options.new or options.name
    if not is_prompt_name(new):
        raise UsageError(
            f"{new} is no name of a prompt; write small letters, digits, - and _ alone."
        )
    own = options.name in product_names()
    file = product_file(options.name) if own and new == options.name else _known(options.name)
    use = None if file.template is None else file.template.use
    if new in product_names() and use != (taken := product_prompt(new).use):
        raise UsageError(f"{new} is the product's prompt for {taken}; choose another name.")
    path = prompts_folder() / f"{new}{SUFFIX}"
    if path.exists():
        raise UsageError(f"{path} is there already; edit it, or copy under another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_report(path, file.text)
    hint = _hint(new, use)
    if options.json:
        print(json.dumps({"schema": 1, "name": new, "path": str(path), "use": use}, indent=2))
    else:
        print(visible(f"wrote {path}"))
        print(visible(hint))
    return ExitStatus.DONE


def _hint(name: str, use: str | None) -> str:
    if name in product_names():
        return f"It takes the place of the product's {name} from now on; remove it to go back."
    return f'Choose it with {use} = "{name}" under [prompts] in config.toml, once you like it.'


def _known(name: str) -> PromptFile:
    file = prompt_of(name)
    if file is None:
        raise UsageError(f"There is no prompt {name}; see glossator prompt list.")
    return file


def _rows(application: Application) -> Iterator[_Row]:
    own = {it.name: it for it in user_files()}
    for name in product_names():
        product = product_file(name)
        found = own.pop(name, None)
        whose = "product"
        if found is not None:
            whose = "broken" if found.problems else "yours, instead of the product's"
        yield _row(application, found or product, product, whose)
    for found in own.values():
        yield _row(application, found, found, "broken" if found.problems else "yours")


def _row(application: Application, file: PromptFile, known: PromptFile, whose: str) -> _Row:
    if known.template is None:
        return _Row(file, "?", whose, chosen=False, asked_of=())
    use = USES[known.template.use]
    chosen = application.settings.documenting.prompt if use.name == "document" else ""
    chosen = chosen or application.settings.prompts.get(use.name, "")
    is_chosen = chosen == file.name
    asked_of = tuple(_asked_of(application, use, file.name, chosen))
    return _Row(file, use.name, whose, chosen=is_chosen, asked_of=asked_of)


def _asked_of(application: Application, use: Use, name: str, chosen: str) -> Iterator[str]:
    """Yield the ids of the models that are asked by a prompt, first choice first."""
    data_class = application.workspace_policy.class_of(None)
    need = Need(use.role, data_class, application.settings.preferred_models)
    for entry in candidates(need, application.policy).entries:
        usual = use.small if use.small and entry.api == "embedded" else use.name
        if name == (chosen or usual):
            yield entry.id


def _lines(rows: list[_Row]) -> list[str]:
    cells = [_COLUMNS, *(_cells(it) for it in rows)]
    widths = [max(len(it[at]) for it in cells) for at in range(len(_COLUMNS))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(it, widths, strict=True)).rstrip()
        for it in cells
    ]


def _cells(row: _Row) -> tuple[str, ...]:
    whose = f"{row.whose}, chosen" if row.chosen else row.whose
    return row.file.name, row.use, whose, ", ".join(row.asked_of) or "-"


def _as_json(row: _Row) -> dict[str, object]:
    template = row.file.template
    return {
        "name": row.file.name,
        "use": None if row.use == "?" else row.use,
        "whose": row.whose,
        "chosen": row.chosen,
        "path": None if row.file.path is None else str(row.file.path),
        "sha256": None if template is None else template.sha256,
        "asked_of": list(row.asked_of),
        "problems": list(row.file.sentences),
    }
