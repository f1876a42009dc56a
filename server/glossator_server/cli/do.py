"""Own `glossator do`: free text, sorted by intent, then one of the other subcommands.

What it was taken for, and why, is told first; what no subcommand does is one sentence.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_server.actions.understanding import Understanding, query_of, understand, why_not
from glossator_server.app import load_application
from glossator_server.cli.output import JSON_SCHEMA_VERSION
from glossator_server.cli.printing import complain
from glossator_server.cli.status import ExitStatus
from glossator_server.errors import UsageError


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("do", help="say in your own words what is to be done")
    parser.add_argument("text", metavar="TEXT", help="what is to be done")
    parser.add_argument(
        "target", nargs="?", metavar="TARGET", help="FILE, FILE:LINE, FILE::SYMBOL or a folder"
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--diff", action="store_true", help="print diffs, write nothing (default)")
    mode.add_argument("--write", action="store_true", help="write what is proposed into the files")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Tell what the text is taken for, and do it."""
    application = load_application()

    async def asked() -> Understanding:
        preferred = application.settings.preferred_models
        data_class = application.workspace_policy.class_of(None)

        async def open_model(role: str) -> ChatModel:
            return await application.open_model(Need(role, data_class, preferred))

        prompt = application.settings.prompts.get("intent", "")
        return await understand(options.text, data_class, open_model, prompt)

    known = asyncio.run(asked())
    if known.trouble is not None:
        complain(f"No model was asked what the text means: {known.trouble}")
    reason = why_not(known.guess.intent)
    if options.json:
        done = _Done(ExitStatus.USAGE, None) if reason else _captured(options, known)
        print(json.dumps(_as_json(known) | {"reason": reason, "result": done.result}, indent=2))
    else:
        asker = f", {known.model} was asked" if known.model else ""
        complain(f"Taken for {known.in_short}{asker}.")
        done = _Done(ExitStatus.USAGE, None) if reason else _Done(_done(options, known), None)
    if reason is not None:
        complain(reason)
    return done.status


@dataclass(frozen=True, slots=True)
class _Done:
    """How the other subcommand ended, and what it printed, where that was JSON."""

    status: int
    result: object


def _captured(options: argparse.Namespace, known: Understanding) -> _Done:
    """Run the other subcommand and keep its JSON."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = _done(options, known)
    said = printed.getvalue().strip()
    return _Done(status, json.loads(said) if said else None)


def _done(options: argparse.Namespace, known: Understanding) -> int:
    """Run the subcommand that an intent means, with the options that it has by default."""
    if known.guess.intent == "search":
        from glossator_server.cli import search

        return search.run(_parsed(search, ["search", _flag(options), "--", query_of(options.text)]))
    if known.guess.intent == "edit":
        from glossator_server.cli import edit

        words = ["edit", _flag(options), *(["--write"] if options.write else [])]
        words += [] if options.target is None else ["--at", options.target]
        return edit.run(_parsed(edit, [*words, "--", options.text]))
    if known.guess.intent == "ask":
        from glossator_server.cli import ask

        words = ["ask", _flag(options)]
        words += [] if options.target is None else ["--at", options.target]
        return ask.run(_parsed(ask, [*words, "--", options.text]))
    if options.target is None:
        raise UsageError("Say in what: add FILE, FILE:LINE, FILE::SYMBOL or a folder.")
    if known.guess.intent == "fix":
        from glossator_server.cli import fix

        words = ["fix", _flag(options), *(["--write"] if options.write else [])]
        words += ["--about", options.text, "--", options.target]
        return fix.run(_parsed(fix, words))
    if known.guess.intent == "explain":
        from glossator_server.cli import explain

        return explain.run(_parsed(explain, ["explain", _flag(options), "--", options.target]))
    from glossator_server.cli import document

    words = ["document", _flag(options)]
    words += ["--write"] if options.write else []
    words += ["--all"] if Path(options.target).is_dir() else []
    return document.run(_parsed(document, [*words, "--", options.target]))


def _flag(options: argparse.Namespace) -> str:
    return "--json" if options.json else ""


def _parsed(module: Any, words: list[str]) -> argparse.Namespace:  # noqa: ANN401 -- a subcommand
    parser = argparse.ArgumentParser(prog="glossator")
    module.add_to(parser.add_subparsers())
    return parser.parse_args([it for it in words if it])


def _as_json(known: Understanding) -> dict[str, object]:
    guess = known.guess
    return {
        "schema": JSON_SCHEMA_VERSION,
        "intent": guess.intent,
        "confidence": guess.confidence,
        "decided_by": guess.decided_by,
        "runner_up": guess.runner_up,
        "model": known.model,
    }
