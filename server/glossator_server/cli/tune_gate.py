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

if TYPE_CHECKING:
    from glossator_server.evals.measuring import Measurement
    from glossator_server.tuning.gating import GateOrders
    from glossator_server.tuning.verdicts import Look

USUAL_SEED = 7
USUAL_CASES = 200


def run(options: argparse.Namespace) -> int:
    """Run the gate and write down its verdict; the status is 1 where nothing passed."""
    if (options.name is None) == (options.prompt is None):
        raise UsageError("Name an adapter, or a prompt with --prompt.")
    started: list[Measurement] = []
    try:
        return asyncio.run(_gated(options, started))
    except UsageError:
        raise
    except (GlossatorError, KeyboardInterrupt) as trouble:
        if started:
            what = options.name or f"--prompt {options.prompt}"
            run_name = started[0].folder.name
            complain(f"Stopped; go on with `glossator tune gate {what} --resume {run_name}`.")
        if isinstance(trouble, KeyboardInterrupt) and started:
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
    from glossator_server.tuning.gating import orders_for_adapter, orders_for_prompt, wish_of
    from glossator_server.tuning.held_out import SUITE

    orders = (
        orders_for_prompt(options.prompt)
        if options.name is None
        else orders_for_adapter(
            options.name, (options.form,) if options.form else FORMS, options.data
        )
    )
    orders = replace(orders, seed=options.seed).needing(options.better)
    if options.resume is not None:
        folder = await asyncio.to_thread(RunFolder.find, options.resume, runs_folder())
        record = await asyncio.to_thread(folder.record)
        async with (
            environment_of(Path(record["workspace"])) as environment,
            resumed(folder, environment) as measurement,
        ):
            yield measurement, orders.cut_to(len(measurement.cases))
        return
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
            yield measurement, orders


def _print(name: str, look: Look) -> None:
    print(visible(f"{name}: {look.decision} after {look.cases} cases"))
    for it in look.measures:
        found = it.comparison.difference
        words = f"  {it.name:<16} {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f})"
        print(visible(f"{words}  {it.comparison.verdict}"))
    for reason in look.reasons:
        print(visible(f"  because {reason}"))
