"""Own `glossator ask`: a question about the repository, answered with the places that say so."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_indexer.owner_client import IndexClient
from glossator_indexer.symbols import symbol_at
from glossator_server.actions.ask import ask, check_question
from glossator_server.actions.conversation import continued, plain
from glossator_server.actions.conversations import keep_conversation, last_conversation
from glossator_server.actions.questions import (
    NOTHING_BEFORE,
    Answer,
    AskSources,
    Citation,
    Question,
    Turn,
)
from glossator_server.actions.safe_markdown import as_code
from glossator_server.cli.indexing import progress_shown
from glossator_server.cli.output import JSON_SCHEMA_VERSION
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.search import is_growing, lines_of_input
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import Target, lines_of, read_target
from glossator_server.cli.workbench import Place, index_of, place_of
from glossator_server.edits import lines_of_span, offset_of_line
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot
from glossator_server.snapshot import Snapshot


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "ask",
        help="ask about the repository; every sentence of the answer says where it stands",
        epilog="It changes nothing. Exit status 1 says that no answer was found.",
    )
    parser.add_argument(
        "question", metavar="QUESTION", help="what you want to know; - reads one question a line"
    )
    parser.add_argument(
        "--at", metavar="TARGET", help="what the question is about: FILE, FILE:LINE or FILE::SYMBOL"
    )
    add_common(parser)
    parser.add_argument(
        "--continue",
        action="store_true",
        dest="goes_on",
        help="go on with the last conversation about this repository",
    )
    parser.set_defaults(run=run)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what questions and explanations share."""
    parser.add_argument(
        "--workspace",
        type=Path,
        metavar="W",
        help="only what is below this folder; default: the whole repository",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(options: argparse.Namespace) -> int:
    """Print the answer, or the answers."""
    target = None if options.at is None else read_target(options.at)
    place = asked_about(options, Path(), None if target is None else target.path)
    question = _question(options.question, target, place)
    turns = last_conversation(place.folder) if options.goes_on else ()
    if options.goes_on and not turns:
        print(f"note: {NOTHING_BEFORE}", file=sys.stderr)
    if options.question == "-":
        return asyncio.run(_ask_lines(place, question, turns, options))
    check_question(question)
    answer = asyncio.run(_ask_once(place, replace(question, turns=turns), options))
    return ExitStatus.DONE if answer.found else ExitStatus.FINDINGS


def asked_about(options: argparse.Namespace, near: Path, path: Path | None) -> Place:
    """Return what a question is about: the folder that is named, else the repository around one."""
    place = place_of(options.workspace or near, path)
    if options.workspace is None:
        return place
    return replace(place, folder=options.workspace.resolve())


async def _ask_once(place: Place, question: Question, options: argparse.Namespace) -> Answer:
    async with sources_for(place) as sources:
        return await _asked(place, question, sources, options)


async def _ask_lines(
    place: Place, question: Question, turns: tuple[Turn, ...], options: argparse.Namespace
) -> int:
    """Answer each line of standard input; each is the next turn of one conversation."""
    status = ExitStatus.DONE
    async with sources_for(place) as sources:
        for text in lines_of_input():
            if not text:
                continue
            try:
                check_question(Question(text))
            except UsageError as trouble:
                complain(str(trouble))
                status = ExitStatus.FINDINGS
                continue
            asked = replace(question, text=text, turns=turns)
            answer = await _asked(place, asked, sources, options)
            turns = continued(asked, answer, sources.data_class)
            status = status if answer.found else ExitStatus.FINDINGS
    return status


async def _asked(
    place: Place, question: Question, sources: AskSources, options: argparse.Namespace
) -> Answer:
    printer = AnswerPrinter(options)
    answer = await ask(question, sources, printer)
    printer.end(answer)
    if answer.found:
        keep_conversation(place.folder, continued(question, answer, sources.data_class))
    return answer


@asynccontextmanager
async def sources_for(place: Place) -> AsyncIterator[AskSources]:
    """Open what a question is answered from."""
    application = place.application

    async def open_model(role: str) -> ChatModel:
        need = Need(role, place.data_class, application.settings.preferred_models)
        return await application.open_model(need)

    async with index_of(place) as index:
        inner = place.folder.relative_to(place.root).as_posix()
        yield AskSources(
            place.folder,
            index,
            open_model,
            application.workspace_policy,
            place.data_class,
            link_in_text,
            "" if inner == "." else f"{inner}/",
            asking=application.settings.asking("ask"),
            wait_for_index=None if index is None else lambda: _made_whole(index),
        )


async def _made_whole(index: IndexClient) -> bool:
    if not is_growing(await index.status()):
        return False
    async with progress_shown(index, lines=True):
        await index.refresh()
    return True


def link_in_text(citation: Citation) -> str:
    """Return a citation as it is read in a terminal and in a file."""
    return as_code(str(citation))


def _question(text: str, target: Target | None, place: Place) -> Question:
    if target is None:
        return Question(text)
    if target.path.is_dir():
        raise UsageError(f"{target.path} is a folder; name one file, or leave --at out.")
    if target.line is None and target.symbol is None:
        return Question(text, target.path)
    snapshot = read_snapshot(target.path, place.application.settings)
    return Question(text, target.path, *meant(target, snapshot))


def meant(target: Target, snapshot: Snapshot) -> tuple[str, range | None]:
    """Return the symbol that a target means and its lines; of a line what it stands in."""
    lines = lines_of(target, snapshot)
    if target.symbol is not None or target.line is None:
        return target.symbol or "", lines
    offset = offset_of_line(snapshot.text, target.line)
    symbol = None if offset is None else symbol_at(snapshot.source, offset)
    if symbol is None or not symbol.name:
        return "", lines
    return symbol.qualified_name, lines_of_span(snapshot.text, symbol.extent)


@dataclass
class AnswerPrinter:
    """Prints an answer as it comes, or all of it as JSON at the end."""

    options: argparse.Namespace
    _is_begun: bool = False

    def say(self, words: str) -> None:
        """Say on standard error what is being done now."""
        if not self.options.quiet:
            print(visible(words), file=sys.stderr, flush=True)

    def write(self, markdown: str) -> None:
        """Print the next piece of the answer."""
        if not self.options.json:
            self._is_begun = True
            print(_printable(markdown), end="", flush=True)

    def start_over(self) -> None:
        """Say that what was printed does not count."""
        if self._is_begun:
            print("\n\n(The model began its answer anew; what stands above does not count.)\n")

    def end(self, answer: Answer) -> None:
        """Finish the answer, with what stands behind it."""
        if self.options.json:
            print(json.dumps(answer_as_json(answer)), flush=True)
            return
        print(flush=True)
        for notice in answer.notices:
            print(visible(f"note: {notice}"), file=sys.stderr)
        if answer.model and not self.options.quiet:
            tokens = f"{answer.prompt_tokens} + {answer.completion_tokens} tokens"
            spent = f"{tokens}, {answer.seconds:.1f} s"
            if answer.cost is not None:
                spent += f", {answer.cost}"
            print(visible(f"by {answer.model} ({answer.route}), {spent}"), file=sys.stderr)


def answer_as_json(answer: Answer) -> dict[str, object]:
    """Return an answer for programs."""
    return {
        "schema": JSON_SCHEMA_VERSION,
        "found": answer.found,
        "answer": plain(answer.markdown),
        "citations": list(map(_place_as_json, answer.citations)),
        "quoted": bool(answer.quoted),
        "shown": [_place_as_json(it.citation) | {"symbol": it.symbol} for it in answer.pieces],
        "dropped": answer.dropped,
        "notices": list(answer.notices),
        "model": answer.model or None,
        "route": answer.route or None,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "cost": None if answer.cost is None else str(answer.cost),
        "seconds": round(answer.seconds, 3),
        "support": round(answer.support, 4),
    }


def _place_as_json(citation: Citation) -> dict[str, object]:
    return {
        "path": citation.path,
        "start_line": citation.start_line,
        "end_line": citation.end_line,
    }


def _printable(markdown: str) -> str:
    return "\n".join(map(visible, markdown.split("\n")))
