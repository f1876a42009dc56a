"""Own what a gate is to compare, and what is written down of its verdict.

It must not decide the verdict, nor print.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from glossator_clients.adapters import NONE, adapters_folder, adapters_of, read_record
from glossator_clients.model_files import KNOWN_MODELS
from glossator_server.errors import UsageError
from glossator_server.evals.folder import runs_folder
from glossator_server.evals.measuring import Measurement, Wish
from glossator_server.evals.running import Follow
from glossator_server.evals.types import CaseSource, Configuration
from glossator_server.tuning.choosing import (
    TRAINED_FROM,
    Verdict,
    folder_of,
    keep_verdict,
    prompt_trouble,
)
from glossator_server.tuning.gate import Gate, means
from glossator_server.tuning.held_out import SUITE, held_out
from glossator_server.tuning.leaks import Learned, learned_from
from glossator_server.tuning.verdicts import GatePlan, Look

BASELINE = "as it is"
_CASES_FILE = "held-out.jsonl"
# A table has no room for longer ones.
_MOST_OF_A_NAME = 32


@dataclass(frozen=True, slots=True)
class GateOrders:
    """What is compared: the baseline first. `adapter` is None where a prompt is compared.

    `forms` names the form of each candidate, by its configuration's name; `files` has the sha256 of
    each form's file. `drawn` says where the cases come from.
    """

    adapter: str | None
    configurations: tuple[Configuration, ...]
    forms: Mapping[str, str]
    learned: Learned
    cases_file: Path
    files: Mapping[str, str] = field(default_factory=dict)
    plan: GatePlan = field(default_factory=GatePlan)
    seed: int = 7
    known: int = 0
    drawn: str = ""

    def needing(self, measures: str | None) -> GateOrders:
        """Return the orders with other measures that must be better, as a person names them."""
        if measures is None:
            return self
        named = tuple(it.strip() for it in measures.split(",") if it.strip())
        every = (*self.plan.better, *self.plan.not_worse)
        unknown = [it for it in named if it not in every]
        if unknown or not named:
            raise UsageError(
                f"{', '.join(unknown) or 'Nothing'} is no measure of the gate; choose among "
                f"{', '.join(every)}."
            )
        others = tuple(it for it in every if it not in named)
        return replace(self, plan=replace(self.plan, better=named, not_worse=others))

    def cut_to(self, cases: int) -> GateOrders:
        """Return the orders for so many cases."""
        return replace(self, plan=self.plan.cut_to(cases))


def orders_for_adapter(name: str, forms: tuple[str, ...], data: Path | None) -> GateOrders:
    """Return what is compared for an adapter: what serves without it, and each form of it.

    Raises `UsageError` where it cannot be measured here.
    """
    folder = folder_of(name)
    record = read_record(folder)
    base = str(record["base"]["name"])
    if base not in KNOWN_MODELS:
        raise UsageError(
            f"The adapter {name} is for {base}, which the engine does not run; export it with "
            "`glossator tune export` and compare it with `glossator eval` where it runs."
        )
    if (trouble := prompt_trouble(record)) is not None:
        raise UsageError(trouble)
    prompt = str(record["prompt"]["name"])
    learned = learned_from(data or _trained_from(folder))
    configurations = [Configuration(BASELINE, base, prompt, adapter=_serving_without(name, record))]
    told: dict[str, str] = {}
    for form in forms:
        called = f"{name[:_MOST_OF_A_NAME]} {form}"
        told[called] = form
        configurations.append(Configuration(called, base, prompt, adapter=f"{name}:{form}"))
    files = {form: str(it["sha256"]) for form, it in record["files"].items()}
    return GateOrders(name, tuple(configurations), told, learned, folder / _CASES_FILE, files)


def orders_for_prompt(prompt: str) -> GateOrders:
    """Return what is compared for a prompt: what is used now, and the same with the prompt."""
    called = Path(prompt).stem[:40]
    configurations = (Configuration(BASELINE), Configuration(called, prompt=prompt))
    file = runs_folder() / _CASES_FILE
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return GateOrders(None, configurations, {called: ""}, Learned(), file)


def wish_of(orders: GateOrders, source: CaseSource, wanted: int) -> tuple[Wish, GateOrders]:
    """Return what is to be measured, on cases that were not trained on; at most `wanted`.

    Raises `UsageError` where there are none.
    """
    found = held_out(source, wanted, orders.learned, orders.cases_file)
    wish = Wish(SUITE, found.source, orders.configurations)
    return wish, replace(orders.cut_to(found.cases), known=found.known, drawn=str(source.kind))


async def gated(measurement: Measurement, orders: GateOrders, follow: Follow) -> Mapping[str, Look]:
    """Run the gate; return the last look at each candidate, by its configuration's name."""
    gate = Gate(measurement, orders.plan, orders.learned, orders.seed)
    return await gate.run(follow)


def keep_verdicts(
    measurement: Measurement, orders: GateOrders, looks: Mapping[str, Look]
) -> dict[str, Any]:
    """Write the verdicts into the adapter's record; return them by candidate."""
    outcomes = measurement.folder.outcomes()
    found: dict[str, Any] = {}
    for name, look in looks.items():
        told = {who: means(look, outcomes, at) for who, at in (("base", BASELINE), ("tuned", name))}
        verdict = Verdict(
            orders.forms[name],
            orders.files.get(orders.forms[name], ""),
            measurement.subjects[0].configuration.adapter or BASELINE,
            look,
            orders.plan,
            orders.seed,
            measurement.folder.name,
            orders.drawn,
            told,
        )
        found[name] = verdict.in_json()
        if orders.adapter is not None:
            keep_verdict(adapters_folder() / orders.adapter, verdict)
    return found


def _serving_without(name: str, record: Mapping[str, Any]) -> str:
    """Return what answers where this adapter does not: another one, or the bare model."""
    others = (
        f"{it.name}:{it.form}"
        for it in adapters_of(str(record["base"]["name"])).for_role(str(record["role"]))
        if it.name != name and it.prompt == record["prompt"]["sha256"]
    )
    return next(others, NONE)


def _trained_from(folder: Path) -> Path:
    try:
        return Path(json.loads((folder / TRAINED_FROM).read_text("utf-8"))["folder"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"Nobody knows what {folder.name} was trained on; name that folder with --data, so "
            "that it is not measured on what it has seen."
        ) from error
