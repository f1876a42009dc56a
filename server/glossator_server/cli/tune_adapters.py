"""Own `glossator tune use`, `back`, `list` and `export`: what becomes of trained adapters."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glossator_clients.adapters import FORMS, is_proven
from glossator_server.cli.printing import visible
from glossator_server.cli.status import ExitStatus

if TYPE_CHECKING:
    from glossator_server.tuning.choosing import Kept


def run_use(options: argparse.Namespace) -> int:
    """Put an adapter to use, or none."""
    from glossator_server.tuning.choosing import use

    choice = use(options.name, options.form, options.role)
    what = "the bare model" if not choice.form else f"{choice.name} ({choice.form})"
    print(visible(f"{what} is in use; `glossator tune back` goes back"))
    return ExitStatus.DONE


def run_back(options: argparse.Namespace) -> int:
    """Go back to what was in use before."""
    from glossator_server.tuning.choosing import back

    choice = back(options.role)
    if choice is None:
        print("what the product ships is in use")
    else:
        what = "the bare model" if not choice.form else f"{choice.name} ({choice.form})"
        print(visible(f"{what} is in use"))
    return ExitStatus.DONE


def run_list(options: argparse.Namespace) -> int:
    """Print every adapter with its figures, and which is in use."""
    from glossator_server.tuning.choosing import kept

    found = list(kept())
    if options.json:
        rows = [{**it.record, "shipped": it.is_shipped, "in_use": it.form} for it in found]
        print(json.dumps({"schema": 1, "adapters": rows}, indent=2))
        return ExitStatus.DONE
    for it in found:
        print(visible(_in_words(it)))
    if not found:
        print("there is no adapter; train one with `glossator tune run`")
    return ExitStatus.DONE


def run_export(options: argparse.Namespace) -> int:
    """Write an adapter for another program."""
    from glossator_server.tuning.exports import export, proven_words

    out = options.out or Path(f"{options.name}-{options.to}")
    # vLLM is given the weights themselves, which the float16 form holds.
    form = FORMS[0] if options.to == "vllm" else options.form
    words = proven_words(options.name, form)
    print(visible(f"{export(options.name, options.to, out, form)}: see README.txt; {words}"))
    return ExitStatus.DONE


def _in_words(it: Kept) -> str:
    if it.trouble:
        return f"{it.name}  {it.trouble}"
    record = it.record
    verdicts = ", ".join(f"{form} {_verdict(record, form)}" for form in record["files"])
    prompt = record["prompt"]["name"] or "an unknown prompt"
    words = f"{it.name}  {record['role']} of {record['base']['name']}, {prompt}: {verdicts}"
    if it.is_shipped:
        words += "; shipped"
    if it.form is None:
        return words
    is_used = it.is_shipped or is_proven(record, it.form)
    return f"{words}; {'in use' if is_used else 'chosen, not used'} ({it.form})"


def _verdict(record: Mapping[str, Any], form: str) -> str:
    told = record["gate"].get(form)
    if told is None:
        return "not gated"
    return "passed" if is_proven(record, form) else str(told["verdict"])
