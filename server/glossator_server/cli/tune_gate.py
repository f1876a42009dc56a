"""Own `glossator tune gate`: an adapter, or a prompt, beside what is used now, until it is sure."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_clients.adapters import FORMS
from glossator_gate.errors import GlossatorError
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.errors import UsageError
from glossator_server.files import write_report

if TYPE_CHECKING:
    from glossator_server.evals.folder import RunFolder
    from glossator_server.evals.measuring import Measurement
    from glossator_server.tuning.gating import GateOrders
    from glossator_server.tuning.verdicts import Look

USUAL_SEED = 7
USUAL_CASES = 200
# Beside a gate's run: what was said when it began holds when it goes on, too.
_SAID_FILE = "gate.json"
_SAID = ("name", "prompt", "form", "data", "better", "seed")


def run(options: argparse.Namespace) -> int:
    """Run the gate and write down its verdict; the status is 1 where nothing passed."""
    if (options.name is None) == (options.prompt is None):
        raise UsageError("Name an adapter, or a prompt with --prompt.")
    if options.resume is not None:
        _check_alone(options)
    started: list[Measurement] = []
    try:
        return asyncio.run(_gated(options, started))
    except UsageError:
        raise
    except (GlossatorError, KeyboardInterrupt) as trouble:
        has_begun = any(it.has_begun for it in started)
        if has_begun:
            what = options.name or f"--prompt {options.prompt}"
            run_name = started[0].folder.name
            complain(f"Stopped; go on with `glossator tune gate {what} --resume {run_name}`.")
        if isinstance(trouble, KeyboardInterrupt) and has_begun:
            return ExitStatus.SIGINT
        raise


async def _gated(options: argparse.Namespace, started: list[Measurement]) -> int:
    from glossator_server.cli.eval_output import shown_steps
    from glossator_server.tuning.gating import gated, keep_verdicts

    async with _opened(options) as (measurement, orders):
        started.append(measurement)
        if orders.known:
            complain(f"{orders.known} functions were trained on and are left out.")
        with shown_steps(silent=options.quiet) as follow:
            looks = await gated(measurement, orders, follow)
        found = await asyncio.to_thread(keep_verdicts, measurement, orders, looks)
    if options.json:
        print(json.dumps({"schema": 1, "verdicts": found}, indent=2))
    else:
        for name, look in looks.items():
            _print(name, look)
    has_passed = any(it["verdict"] == "passed" for it in found.values())
    if has_passed and options.name and not options.json:
        print(visible(f"use it with `glossator tune use {options.name}`"))
    return ExitStatus.DONE if has_passed else ExitStatus.FINDINGS


@asynccontextmanager
async def _opened(
    options: argparse.Namespace,
) -> AsyncIterator[tuple[Measurement, GateOrders]]:
    """Open the gate's cases and models, or those of one that broke off."""
    from glossator_server.cli.eval import environment_of
    from glossator_server.evals.folder import RunFolder, runs_folder
    from glossator_server.evals.measuring import begun, resumed
    from glossator_server.evals.types import CaseSource, SourceKind
    from glossator_server.evals.workspaces import PREPARED
    from glossator_server.tuning.gating import wish_of
    from glossator_server.tuning.held_out import SUITE

    if options.resume is not None:
        folder = await asyncio.to_thread(RunFolder.find, options.resume, runs_folder())
        record = await asyncio.to_thread(folder.record)
        orders = await asyncio.to_thread(_orders_of, folder, options)
        async with (
            environment_of(Path(record["workspace"])) as environment,
            resumed(folder, environment) as measurement,
        ):
            yield measurement, orders.cut_to(len(measurement.cases))
        return
    orders = _orders(options)
    kind, workspace = SourceKind.MINED, (options.workspace or Path()).resolve()
    if options.cases is not None:
        kind = SourceKind.FILE
    elif options.prepared:
        kind, workspace = SourceKind.PREPARED, PREPARED / SUITE
    async with environment_of(workspace) as environment:
        source = CaseSource(
            kind,
            workspace,
            environment.policy,
            environment.settings,
            file=options.cases,
            seed=options.seed,
        )
        wish, orders = await asyncio.to_thread(wish_of, orders, source, options.n or USUAL_CASES)
        async with begun(wish, environment) as measurement:
            await asyncio.to_thread(_keep_said, measurement.folder, options, orders.drawn)
            yield measurement, orders


def _orders(options: argparse.Namespace) -> GateOrders:
    from glossator_server.tuning.gating import orders_for_adapter, orders_for_prompt

    if options.name is None:
        orders = orders_for_prompt(options.prompt)
    else:
        forms = (options.form,) if options.form else FORMS
        orders = orders_for_adapter(options.name, forms, options.data)
    return replace(orders, seed=options.seed).needing(options.better)


def _check_alone(options: argparse.Namespace) -> None:
    """Raise `UsageError` where a gate that goes on is told what it knows already."""
    others = (options.form, options.data, options.workspace, options.cases, options.n)
    if options.prepared or options.better or any(it is not None for it in others):
        raise UsageError(
            "A gate that goes on has its own cases and terms; name the adapter or the prompt, and "
            "--resume alone."
        )


def _keep_said(folder: RunFolder, options: argparse.Namespace, drawn: str) -> None:
    said = {it: getattr(options, it) for it in _SAID}
    data = None if options.data is None else str(options.data.resolve())
    text = json.dumps({**said, "data": data, "drawn": drawn})
    write_report(folder.path / _SAID_FILE, text + "\n", 0o600)


def _orders_of(folder: RunFolder, options: argparse.Namespace) -> GateOrders:
    """Return the orders of a gate that broke off.

    Raises `UsageError` where the run is none, or one of something else.
    """
    try:
        said = json.loads((folder.path / _SAID_FILE).read_text("utf-8"))
        wanted = argparse.Namespace(**{it: said[it] for it in _SAID})
        drawn = str(said["drawn"])
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise UsageError(
            f"The run {folder.name} is no gate; begin one with `glossator tune gate`."
        ) from trouble
    if (wanted.name, wanted.prompt) != (options.name, options.prompt):
        what = wanted.name or f"--prompt {wanted.prompt}"
        raise UsageError(
            f"The run {folder.name} is about {what}; say `glossator tune gate {what} --resume "
            f"{folder.name}`."
        )
    wanted.data = None if wanted.data is None else Path(wanted.data)
    return replace(_orders(wanted), drawn=drawn)


def _print(name: str, look: Look) -> None:
    print(visible(f"{name}: {look.decision} after {look.cases} cases"))
    for it in look.measures:
        found = it.comparison.difference
        words = f"  {it.name:<16} {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f})"
        print(visible(f"{words}  {it.comparison.verdict}"))
    for reason in look.reasons:
        print(visible(f"  because {reason}"))
