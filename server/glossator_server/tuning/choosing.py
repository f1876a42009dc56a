"""Own what is kept of adapters: the gate's verdict, which one is in use, which were before.

It must not train or measure. A choice is written in one step.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glossator_clients.adapters import (
    FORMS,
    NONE,
    RECORD_FILE,
    Choice,
    adapters_folder,
    adapters_in_use,
    check_name,
    choices_file,
    choices_so_far,
    chosen,
    is_proven,
    read_record,
    shipped_folders,
)
from glossator_clients.errors import ModelUnavailableError
from glossator_server import __version__
from glossator_server.errors import UsageError
from glossator_server.files import write_report
from glossator_server.prompts.files import load_template
from glossator_server.tuning.checkpoints import writing
from glossator_server.tuning.verdicts import Decision, GatePlan, Look, MeasureVerdict

SCHEMA = 1
# Beside the adapter, not in its record: a place on this machine is nobody else's business.
TRAINED_FROM = "trained-from.json"
# Older choices than anybody remembers.
_MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """An adapter of this machine; `form` is the one in use, None where it is not.

    `trouble` is a sentence where its record cannot be read.
    """

    name: str
    record: Mapping[str, Any]
    is_shipped: bool
    form: str | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate found of one form, and under which terms; `sha256` is that of the form's file.

    `baseline` is the adapter that it was compared with, "none" for the bare model.
    """

    form: str
    sha256: str
    baseline: str
    look: Look
    plan: GatePlan
    seed: int
    run: str
    source: str
    means: Mapping[str, Mapping[str, float]]

    def in_json(self) -> dict[str, Any]:
        """Return it as it is written down."""
        looked = self.look
        return {
            "sha256": self.sha256,
            "baseline": self.baseline,
            "verdict": str(looked.decision),
            "reasons": list(looked.reasons),
            "cases": looked.cases,
            "looks": list(self.plan.looks),
            "alpha": self.plan.alpha,
            "harm": self.plan.harm,
            "seed": self.seed,
            "run": self.run,
            "source": self.source,
            "glossator": __version__,
            "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "measures": {it.name: self._measure(it) for it in looked.measures},
        }

    def _measure(self, it: MeasureVerdict) -> dict[str, Any]:
        found = it.comparison.difference
        told = {who: round(of[it.name], 4) for who, of in self.means.items() if it.name in of}
        return {
            **told,
            "difference": round(found.mean, 4),
            "low": round(found.low, 4),
            "high": round(found.high, 4),
            "chance": it.chance,
            "bound": it.bound,
            "verdict": str(it.comparison.verdict),
        }


def folder_of(name: str) -> Path:
    """Return the folder of a user's own adapter; raises `UsageError` where there is none."""
    check_name(name)
    folder = adapters_folder() / name
    if not (folder / RECORD_FILE).is_file():
        raise UsageError(
            f"There is no adapter {name}; see `glossator tune list`, or train one with "
            "`glossator tune run`."
        )
    return folder


def keep_verdict(folder: Path, verdict: Verdict) -> None:
    """Write what the gate found into the adapter's record.

    Raises `UsageError` where the file is not the one any more that the gate saw.
    """
    record = read_record(folder)
    if record["files"].get(verdict.form, {}).get("sha256") != verdict.sha256:
        raise UsageError(
            f"{folder.name} was trained anew while it was judged; run `glossator tune gate "
            f"{folder.name}` again."
        )
    record["gate"][verdict.form] = verdict.in_json()
    write_report(folder / RECORD_FILE, json.dumps(record, indent=2) + "\n")


def use(name: str, form: str | None, role: str) -> Choice:
    """Put an adapter to use for its role, or "none" for `role`: then the bare model answers.

    One that is shipped can be named as well, where none of the user's own has its name.

    Raises `UsageError` for one that has not passed its gate, or whose prompt has changed.
    """
    if name == NONE:
        choice = Choice(NONE, "")
        _choose(role, choice)
        return choice
    record = read_record(_own_or_shipped(name))
    passed = [it for it in FORMS if is_proven(record, it)]
    if not passed or (form is not None and form not in passed):
        raise UsageError(_why_not(name, form, record))
    if (sentence := prompt_trouble(record)) is not None:
        raise UsageError(sentence)
    # The smaller one is read faster, and passed all the same.
    choice = Choice(name, form or passed[-1])
    _choose(str(record["role"]), choice)
    return choice


def back(role: str) -> Choice | None:
    """Go back to what was in use for a role before; None is what the product ships.

    Raises `UsageError` where nothing was chosen.
    """
    choices = choices_so_far()
    if not choices.get(role):
        raise UsageError(f"No adapter was chosen for {role}; there is nothing to go back from.")
    choices[role].pop()
    _write(choices)
    return chosen().get(role)


def kept() -> Iterator[Kept]:
    """Yield the adapters of this machine, the user's own first, each with what is known of it."""
    choices = chosen()
    in_use = {it.name: it.form for it in choices.values()}
    own = sorted(it.parent for it in adapters_folder().glob(f"*/{RECORD_FILE}"))
    for folder in own:
        yield _kept(folder, in_use.get(folder.name), is_shipped=False)
    for folder in shipped_folders():
        found = _kept(folder, None, is_shipped=True)
        yield found if found.trouble else replace(found, form=_shipped_in_use(found))


def _shipped_in_use(shipped: Kept) -> str | None:
    """Return the form in which a shipped adapter answers, None where another one does or none."""
    record = shipped.record
    able = adapters_in_use(record["base"]["sha256"]).for_role(record["role"])
    first = next((it for it in able if it.prompt == record["prompt"]["sha256"]), None)
    if first is None or not first.is_shipped or first.name != shipped.name:
        return None
    return first.form


def prompt_trouble(record: Mapping[str, Any]) -> str | None:
    """Return why an adapter would not be asked: its prompt is another one by now."""
    told = record["prompt"]
    if not told["name"]:
        return (
            f"The adapter {record['name']} was trained on data that do not name their prompt; "
            "export them with `glossator data export` and train it again."
        )
    if load_template(told["name"]).sha256 != told["sha256"]:
        return (
            f"The prompt {told['name']} is not the one that {record['name']} was taught; export "
            "the data and train it again, or take the prompt back."
        )
    return None


def _own_or_shipped(name: str) -> Path:
    if not (adapters_folder() / name / RECORD_FILE).is_file():
        for folder in shipped_folders():
            if folder.name == name:
                return folder
    return folder_of(name)


def _kept(folder: Path, form: str | None, *, is_shipped: bool) -> Kept:
    try:
        return Kept(folder.name, read_record(folder), is_shipped, form)
    except ModelUnavailableError as trouble:
        return Kept(folder.name, {}, is_shipped, form, str(trouble))


def _why_not(name: str, form: str | None, record: Mapping[str, Any]) -> str:
    told = record["gate"].get(form or FORMS[-1])
    which = f"The form {form} of {name}" if form else name
    if told is None:
        return f"{which} has not passed its gate; run `glossator tune gate {name}` first."
    if told["verdict"] == Decision.PASSED:
        return f"{which} has changed since its gate; run `glossator tune gate {name}` again."
    reasons = "; ".join(told["reasons"])
    return f"{which} was refused by its gate: {reasons}; train it on more or better data."


def _choose(role: str, choice: Choice) -> None:
    choices = choices_so_far()
    made = choices.setdefault(role, [])
    made.append({"name": choice.name, "form": choice.form})
    choices[role] = made[-_MOST_KEPT:]
    _write(choices)


def _write(choices: Mapping[str, list[dict[str, str]]]) -> None:
    file = choices_file()
    with writing(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_report(file, json.dumps({"schema": SCHEMA, "roles": choices}, indent=2) + "\n")
