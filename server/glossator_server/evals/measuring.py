"""Own a measurement from its beginning, or from where another one broke off, to its result.

It must not print, nor parse what a user typed.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from glossator_clients.adapters import adapters_of
from glossator_gate.types import Api
from glossator_server import __version__
from glossator_server.errors import UsageError
from glossator_server.evals.folder import SCHEMA, RunFolder, runs_folder
from glossator_server.evals.lines import case_line, case_of
from glossator_server.evals.opened import Environment, OpenedConfiguration
from glossator_server.evals.prompting import prompts_used, with_prompt
from glossator_server.evals.reading import class_of
from glossator_server.evals.result import Ran, measure_line
from glossator_server.evals.running import Follow, Runner, Step, open_models
from glossator_server.evals.suites import SUITES, open_suite
from glossator_server.evals.types import Case, CaseSource, Configuration, Suite


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be measured: a suite on cases of a source, under configurations.

    The first configuration is the one that the others are compared with.
    """

    suite: str
    source: CaseSource
    configurations: tuple[Configuration, ...]


@dataclass(slots=True)
class Measurement:
    """A run that can be started; `folder` is where it goes on if it breaks off.

    `has_begun` says that it is under way, and in no other process.
    """

    folder: RunFolder
    suite: Suite
    cases: Sequence[Case]
    subjects: Sequence[OpenedConfiguration]
    has_begun: bool = False

    async def run(self, follow: Follow) -> Ran:
        """Run what is left, and return all that was found.

        Raises a `PolicyError` where a model may not be asked, a `ModelError` where one is not
        there; what was done until then stays.
        """
        followed = self.following(follow)
        await Runner(self.suite, self.cases, self.subjects, self.folder, followed).run()
        return await asyncio.to_thread(self.so_far)

    def following(self, follow: Follow) -> Follow:
        """Return what is to be told of each step of the run, so that it counts as begun."""

        def followed(step: Step) -> None:
            self.has_begun = True
            follow(step)

        return followed

    def so_far(self) -> Ran:
        """Return what was found until now."""
        return Ran(self.folder.record(), self.suite.measures, self.cases, self.folder.outcomes())


@asynccontextmanager
async def begun(wish: Wish, environment: Environment) -> AsyncIterator[Measurement]:
    """Draw the cases, open the models and make a folder for a new run.

    Raises `UsageError` where there is nothing to run, a `PolicyError` or `ModelError` where a model
    may not or cannot be asked. There is no folder then, nor after what else came before the first
    case.
    """
    suite = open_suite(wish.suite)
    try:
        cases = await asyncio.to_thread(suite.cases, wish.source)
    except asyncio.CancelledError:
        # A thread is not cancelled, and the process waits for it.
        wish.source.stopped.set()
        raise
    async with _opened(suite, cases, wish.configurations, environment) as subjects:
        record = {
            "schema": SCHEMA,
            "suite": wish.suite,
            "workspace": str(wish.source.workspace),
            "source": {"kind": wish.source.kind.value, "where": str(_where(wish.source))},
            "index": bool(environment.indexes.clients),
            "seed": wish.source.seed,
            "glossator": __version__,
            "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "measures": [measure_line(it) for it in suite.measures],
            "wishes": [asdict(it) for it in wish.configurations],
            "configurations": [_told(it) for it in subjects],
        }
        lines = [case_line(it) for it in cases]
        folder = await asyncio.to_thread(RunFolder.create, record, lines, runs_folder())
        measurement = Measurement(folder, suite, cases, subjects)
        try:
            yield measurement
        except BaseException:
            if not measurement.has_begun:
                await asyncio.to_thread(folder.discard)
            raise


@asynccontextmanager
async def resumed(folder: RunFolder, environment: Environment) -> AsyncIterator[Measurement]:
    """Open a run that broke off, with the very same cases, models and prompts.

    Raises `UsageError` where they are not the same any more.
    """
    record = await asyncio.to_thread(folder.record)
    if record["suite"] not in SUITES:
        raise _changed(f"{record['suite']} is no suite")
    suite = open_suite(record["suite"])
    lines = await asyncio.to_thread(folder.cases)
    try:
        cases = [
            case_of(it, class_of(Path(it["root"], it["path"]), environment.policy)) for it in lines
        ]
        wishes = [Configuration(**it) for it in record["wishes"]]
    except (KeyError, TypeError, ValueError) as trouble:
        raise folder.unreadable() from trouble
    async with _opened(suite, cases, wishes, environment) as subjects:
        now = [_told(it) for it in subjects]
        for before, after in zip(record["configurations"], now, strict=True):
            if before != after:
                raise _changed(f"{before['name']} has another {_difference(before, after)}")
        if record["measures"] != [measure_line(it) for it in suite.measures]:
            raise _changed("its measures are made in another way")
        if record.get("index") != bool(environment.indexes.clients):
            raise _changed("its index is not there" if record.get("index") else "there is an index")
        yield Measurement(folder, suite, cases, subjects)


@asynccontextmanager
async def _opened(
    suite: Suite,
    cases: Sequence[Case],
    configurations: Sequence[Configuration],
    environment: Environment,
) -> AsyncIterator[Sequence[OpenedConfiguration]]:
    """Open the configurations with all models that will be asked; close them, and the suite."""
    with tempfile.TemporaryDirectory(prefix="glossator-eval-") as scratch:
        subjects: list[OpenedConfiguration] = []
        try:
            for it in configurations:
                folder = Path(tempfile.mkdtemp(dir=scratch))
                settings = environment.settings
                if it.prompt is not None:
                    settings = with_prompt(settings, it.prompt, suite.roles)
                subjects.append(OpenedConfiguration(it, settings, environment, folder))
            await open_models(suite, cases, subjects)
            await suite.open(cases, subjects)
            yield subjects
        finally:
            await suite.close()
            for subject in subjects:
                await subject.close()


def _told(subject: OpenedConfiguration) -> dict[str, Any]:
    """Return what a run's folder and its result say of a configuration."""
    wish = subject.configuration
    used = prompts_used(subject.settings, subject.infos)
    ids = dict.fromkeys(it.id for it in subject.infos.values())
    main = next(iter(used.values()), None)
    return {
        "name": wish.name,
        "model": ", ".join(ids) or "none",
        "local": all(it.local for it in subject.infos.values()),
        "models": {role: it.route for role, it in subject.infos.items()},
        "prompt": None if main is None else asdict(main),
        "prompts": {use: asdict(it) for use, it in used.items()},
        "retrieval": wish.retrieval,
        "adapter": wish.adapter or _adapter_in_use(subject, {it.sha256 for it in used.values()}),
    }


def _adapter_in_use(subject: OpenedConfiguration, prompts: Collection[str]) -> str | None:
    """Return the label of what a configuration that names no adapter uses with these prompts."""
    in_use = (
        adapter
        for role, info in subject.infos.items()
        if info.api == Api.EMBEDDED
        for adapter in adapters_of(info.name.partition("+")[0]).for_role(role)
    )
    return next((it.label for it in in_use if it.prompt in prompts), None)


def _where(source: CaseSource) -> Path:
    return source.workspace if source.file is None else source.file


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    parts: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
        "model": lambda it: it["models"],
        "prompt": lambda it: it["prompts"],
        "adapter": lambda it: it["adapter"],
    }
    return next((name for name, of in parts.items() if of(before) != of(after)), "setting")


def _changed(what: str) -> UsageError:
    return UsageError(f"The run cannot go on: {what} by now; begin a new one.")
