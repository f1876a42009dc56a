"""Own `glossator doctor`: everything that can be wrong with an installation, with the mend.

It looks and says; it mends nothing by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import importlib.util
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import platformdirs

from glossator_clients.conditions import ModelState, describe_models
from glossator_clients.costs import cost_of
from glossator_clients.router import Need
from glossator_clients.types import ModelInfo, Usage
from glossator_gate.audit import default_folder
from glossator_gate.audit_check import verify
from glossator_gate.egress import ignored_environment
from glossator_gate.errors import GlossatorError
from glossator_gate.policy import Policy
from glossator_indexer.languages import LANGUAGES
from glossator_indexer.owner_client import OwnerPlaces, somebody_listens
from glossator_indexer.records import IndexStatus
from glossator_indexer.styles import styles_of
from glossator_indexer.walking.roots import repository_root
from glossator_server import __version__
from glossator_server.app import (
    MANAGED_POLICY,
    Application,
    index_places,
    load_application,
    open_approvals,
    sandbox_state,
    user_config,
)
from glossator_server.cli.index import lines_about
from glossator_server.cli.indexing import duration, size_in_words
from glossator_server.cli.policy_report import limit_rows
from glossator_server.cli.printing import visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.survey import lines_of_survey
from glossator_server.cli.workspaces import client_of
from glossator_server.spending import in_words, spent_today
from glossator_server.verify.programs import Programs, folders_of_path

_TOOLS = (
    *("gcc", "g++", "clang", "clang-tidy", "cppcheck", "python3", "ruff", "mypy", "pyright"),
    *("node", "tsc", "go", "cargo", "rustc", "javac"),
)
# A function with three examples, and the words of its comment.
_TYPICAL = Usage(1500, 150)


class Health(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of the report; `mend` is empty where nothing needs mending."""

    health: Health
    what: str
    mend: str = ""


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("doctor", help="what is wrong with this installation, if anything")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each thing that was looked at; the status is 1 where something is broken."""
    report = [line for examine in EXAMINATIONS for line in _carefully(examine)]
    if options.json:
        print(json.dumps({"schema": 1, "checks": [asdict(it) for it in report]}, indent=2))
    else:
        for it in report:
            print(visible(f"{it.health:<8} {it.what}"))
            if it.mend:
                print(visible(f"         -> {it.mend}"))
    broken = any(it.health is Health.BROKEN for it in report)
    return ExitStatus.FINDINGS if broken else ExitStatus.DONE


def _carefully(examine: Callable[[], Iterator[Diagnosis]]) -> list[Diagnosis]:
    try:
        return list(examine())
    except GlossatorError as trouble:
        return [Diagnosis(Health.BROKEN, str(trouble))]
    except OSError as trouble:
        # A working directory that was removed has no name any more.
        what = f"{trouble.filename or 'this folder'} cannot be looked at: {trouble.strerror}"
        return [Diagnosis(Health.BROKEN, what, "mend its permissions, or name another place")]


def _versions() -> Iterator[Diagnosis]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    yield Diagnosis(Health.OK, f"glossator {__version__}, Python {python}, {sys.platform}")
    for language in dict.fromkeys((it.id, it.grammar.partition(":")[0]) for it in LANGUAGES):
        grammar = importlib.metadata.version(f"tree-sitter-{language[1]}")
        styles = ", ".join(it.id for it in styles_of(language[0])) or "searched only"
        what = f"language {language[0]}: tree-sitter-{language[1]} {grammar}, {styles}"
        yield Diagnosis(Health.OK, what)
    if sys.platform == "win32":
        mend = "use WSL2, where all of it works"
        yield Diagnosis(Health.WARNING, "Windows itself is not supported yet", mend)


def _folders() -> Iterator[Diagnosis]:
    for name, folder in (
        ("cache", platformdirs.user_cache_path("glossator")),
        ("state", platformdirs.user_state_path("glossator")),
        ("data", platformdirs.user_data_path("glossator")),
    ):
        nearest = next(it for it in (folder, *folder.parents) if it.exists())
        if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
            yield Diagnosis(Health.OK, f"{name} folder {folder}")
        else:
            mend = f"make {nearest} a folder that you can write"
            yield Diagnosis(Health.BROKEN, f"{name} folder {folder} cannot be written", mend)


def _configuration() -> Iterator[Diagnosis]:
    for name, path in (("managed policy", MANAGED_POLICY), ("user configuration", user_config())):
        there = "read" if path.is_file() else "not there, which is fine"
        yield Diagnosis(Health.OK, f"{name} {path}: {there}")
    application = load_application(Path.cwd())
    if problem := application.policy.managed_problem:
        yield Diagnosis(Health.BROKEN, problem, "ask who manages this machine to mend it")
    for problem in application.problems:
        yield Diagnosis(Health.WARNING, problem)


def _environment() -> Iterator[Diagnosis]:
    names = ignored_environment()
    if names:
        words = f"ignored: {', '.join(names)}"
        mend = "nothing to do; Glossator takes its model servers from its configuration alone"
        yield Diagnosis(Health.OK, words, mend)


def _engine() -> Iterator[Diagnosis]:
    if importlib.util.find_spec("xllamacpp") is None:
        mend = "pip install 'glossator[embedded]', or configure a model server"
        yield Diagnosis(Health.WARNING, "the embedded engine is not installed", mend)
    else:
        version = importlib.metadata.version("xllamacpp")
        yield Diagnosis(Health.OK, f"embedded engine xllamacpp {version}")


def _models() -> Iterator[Diagnosis]:
    states = asyncio.run(_states(load_application().policy))
    for it in states:
        what = f"model {it.id} ({it.api}, {it.name}): {it.state}"
        health = Health.OK if it.state == "ready" else Health.WARNING
        yield Diagnosis(health, what, it.reason or "")
        for adapter in it.adapters:
            yield Diagnosis(Health.OK, f"    with the adapter {adapter}")
        for problem in it.adapter_problems:
            yield Diagnosis(Health.WARNING, f"an adapter of {it.id} is not used", problem)
    if not any(it.state == "ready" for it in states):
        mend = "run `glossator models fetch smollm2`, or configure a model server"
        yield Diagnosis(Health.BROKEN, "no model can be used", mend)


async def _states(policy: Policy) -> list[ModelState]:
    from glossator_clients.discovery import with_discovered

    return await describe_models(await with_discovered(policy))


def _routes() -> Iterator[Diagnosis]:
    """Say where each kind of text of this folder would go, why, and what it would cost."""
    application = load_application(Path.cwd())
    holds = application.workspace_policy
    for role in ("document", "intent"):
        need = Need(role, holds.class_of(None), application.settings.preferred_models)
        try:
            info = asyncio.run(_route(application, need))
        except GlossatorError as trouble:
            yield Diagnosis(Health.WARNING, f"route for {role}: none", str(trouble))
            continue
        context = "unknown" if info.context_tokens is None else f"{info.context_tokens:,} tokens"
        cost = cost_of(_TYPICAL, info.price)
        price = "" if cost is None else f", about {cost} a request"
        what = f"route for {role}: {info.id} ({info.route}), context {context}{price}"
        yield Diagnosis(Health.OK, what)
        yield Diagnosis(Health.OK, f"    {info.why}")


async def _route(application: Application, need: Need) -> ModelInfo:
    model = await application.open_model(need)
    await model.close()
    return model.info


def _accounts() -> Iterator[Diagnosis]:
    """Say whether the audit log is whole, and what was spent today."""
    folder = default_folder()
    verdict = verify(folder)
    if verdict.is_whole:
        yield Diagnosis(Health.OK, f"audit log {folder}: {verdict.lines} lines, whole")
    for flaw in verdict.flaws:
        mend = "find out who wrote to that folder; copies of the log elsewhere tell more"
        yield Diagnosis(Health.BROKEN, f"audit log: {flaw.sentence}", mend)
    policy = load_application(Path.cwd()).policy
    if (told := policy.telemetry) is not None:
        yield Diagnosis(Health.OK, f"telemetry: {told.origin} is told of every exchange")
    for name, amount in limit_rows(policy.limits):
        yield Diagnosis(Health.OK, f"limit {name}: {amount}")
    for usage in spent_today():
        yield Diagnosis(Health.OK, f"today {in_words(usage)}")


def _comments() -> Iterator[Diagnosis]:
    """Say how this folder is commented, which is how its next comment would be written."""
    for line in lines_of_survey(Path.cwd(), load_application(Path.cwd())):
        yield Diagnosis(Health.OK, line)


def _index() -> Iterator[Diagnosis]:
    root = repository_root(Path.cwd())
    places = index_places(root)
    # None is started only to be looked at.
    if not somebody_listens(places):
        yield _index_at_rest(places)
        return
    status = asyncio.run(_status(root))
    for line in lines_about(status):
        yield Diagnosis(Health.OK, f"index of {line.strip()}" if line[0] != " " else line.strip())
    for problem in status.problems:
        yield Diagnosis(Health.WARNING, problem)


async def _status(root: Path) -> IndexStatus:
    async with client_of(root) as index:
        return await index.status()


def _index_at_rest(places: OwnerPlaces) -> Diagnosis:
    kept = [it.stat() for it in places.folder.rglob("*") if it.is_file()]
    if not kept:
        mend = "run `glossator index`, or search, or open an editor"
        return Diagnosis(Health.OK, f"no index of {places.root} yet", mend)
    size = size_in_words(sum(it.st_size for it in kept))
    age = duration(max(0.0, time.time() - max(it.st_mtime for it in kept)))
    what = f"index of {places.root}: nobody uses it now, {size} on disk, written {age} ago"
    return Diagnosis(Health.OK, what)


def _checks() -> Iterator[Diagnosis]:
    """Look at what fixes are checked with: the sandbox, the tools, the approved commands."""
    state = asyncio.run(sandbox_state())
    if state.trouble is not None:
        # Doc comments, search and the index run nothing.
        yield Diagnosis(Health.WARNING, "no fix can be checked: there is no sandbox", state.trouble)
        return
    yield Diagnosis(Health.OK, f"sandbox {state.kind} {state.version} holds")
    root = repository_root(Path.cwd())
    programs = Programs(root, folders_of_path())
    found = [it for it in _TOOLS if programs.find(it) is not None]
    missing = ", ".join(it for it in _TOOLS if it not in found)
    yield Diagnosis(Health.OK, f"fixes are checked with {', '.join(found) or 'nothing'}")
    if missing:
        yield Diagnosis(Health.OK, f"not here: {missing}", "install those of your languages")
    approvals = open_approvals()
    for argv in load_application(Path.cwd()).policy.commands:
        if (refusal := approvals.refusal(root, argv)) is not None:
            yield Diagnosis(Health.WARNING, "a command of tests does not run", refusal)
        else:
            yield Diagnosis(Health.OK, f"tests are run by {shlex.join(argv)}")


# In the order of a newcomer's troubles.
EXAMINATIONS = (
    _versions,
    _folders,
    _configuration,
    _environment,
    _engine,
    _models,
    _routes,
    _accounts,
    _comments,
    _index,
    _checks,
)
