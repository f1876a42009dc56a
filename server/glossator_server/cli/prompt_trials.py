"""Own `glossator prompt try` and `compare`: what a prompt says, and what comes of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from glossator_clients.router import Need
from glossator_gate.errors import GlossatorError
from glossator_server.app import open_model
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.prompt_output import print_comparison, print_trial
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import symbols_of
from glossator_server.cli.workshop import Subject, read_subject
from glossator_server.errors import UsageError
from glossator_server.playground.recording import Recorder
from glossator_server.playground.reports import SCHEMA, trial_as_json
from glossator_server.playground.trials import (
    Attempt,
    Report,
    Specimen,
    Trial,
    grounded,
    specimen_of,
    try_document,
)
from glossator_server.prompts.files import PRODUCT, load_template
from glossator_server.prompts.templates import PromptTemplate
from glossator_server.setting_keys import is_prompt_name
from glossator_server.settings import Settings


def add_to(actions: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the two actions to the parser of `glossator prompt`."""
    tried = actions.add_parser("try", help="ask by a prompt, and show all that was said")
    tried.add_argument("name", metavar="NAME", help="a prompt, or the path of its file")
    tried.add_argument("target", metavar="TARGET", help="FILE::SYMBOL or FILE:LINE")
    tried.add_argument("--dry", action="store_true", help="show the messages, ask nobody")
    tried.set_defaults(run=run_try)
    compared = actions.add_parser("compare", help="two prompts side by side on the same code")
    compared.add_argument("first", metavar="A", help="a prompt; product:NAME is the product's own")
    compared.add_argument("second", metavar="B")
    compared.add_argument("targets", metavar="TARGET", nargs="+", help="FILE::SYMBOL or FILE:LINE")
    compared.set_defaults(run=run_compare)
    for action in (tried, compared):
        action.add_argument("--model", metavar="ID", help="ask this approved model")
        action.add_argument("--json", action="store_true", help="print JSON")
        action.add_argument("--quiet", action="store_true", help="show no progress")


def run_try(options: argparse.Namespace) -> int:
    """Try a prompt on one target; the status is 1 where nothing was made."""
    prompt = load_template(options.name)
    (subject,) = _subjects([options.target], options)
    trial = asyncio.run(_tried(prompt, options.name, subject, options))
    if options.json:
        print(json.dumps({"schema": SCHEMA, **trial_as_json(trial)}, indent=2))
    else:
        print_trial(trial)
    return ExitStatus.FINDINGS if trial.problem else ExitStatus.DONE


def run_compare(options: argparse.Namespace) -> int:
    """Try two prompts on each target, turn about; the status is 1 where nothing was made at all."""
    words = (options.first, options.second)
    prompts = _told_apart(words)
    if prompts[0].use != prompts[1].use:
        raise UsageError(
            f"{words[0]} is for {prompts[0].use} and {words[1]} for {prompts[1].use}; compare two "
            "that are for the same."
        )
    subjects = _subjects(options.targets, options)
    trials: list[Trial] = []

    async def work() -> None:
        for subject in subjects:
            # In turns, so that a busy machine is slow for both.
            for word, prompt in zip(words, prompts, strict=True):
                trials.append(await _tried(prompt, word, subject, options))

    try:
        asyncio.run(work())
    except (GlossatorError, KeyboardInterrupt):
        if trials:
            _show(trials, as_json=options.json)
        raise
    _show(trials, as_json=options.json)
    return ExitStatus.FINDINGS if all(it.problem for it in trials) else ExitStatus.DONE


def _show(trials: Sequence[Trial], *, as_json: bool) -> None:
    if as_json:
        report = {"schema": SCHEMA, "trials": list(map(trial_as_json, trials))}
        print(json.dumps(report, indent=2))
    else:
        print_comparison(trials)


def _told_apart(words: Sequence[str]) -> list[PromptTemplate]:
    """Return the prompts, under names that differ."""
    prompts = list(map(load_template, words))
    if len({it.name for it in prompts}) == len(prompts):
        return prompts
    return [replace(it, name=word) for it, word in zip(prompts, words, strict=True)]


async def _tried(
    prompt: PromptTemplate, word: str, subject: Subject, options: argparse.Namespace
) -> Trial:
    if prompt.use != "document":
        raise UsageError(
            f"{word} is for {prompt.use}; only prompts for document can be tried so far."
        )
    recorder = Recorder(dry=getattr(options, "dry", False))
    attempt = Attempt(prompt, _settings(subject, prompt, word), recorder)

    def report(words: str) -> None:
        if not options.quiet:
            print(visible(f"{prompt.name}: {words}"), file=sys.stderr, flush=True)

    return await _on_symbol(subject, attempt, report)


async def _on_symbol(subject: Subject, attempt: Attempt, report: Report) -> Trial:
    """Have a comment written for the symbol that is meant."""
    application, path = subject.application, subject.target.path
    specimen = _specimen(subject)
    need = Need("document", subject.snapshot.data_class, attempt.settings.preferred_models)
    async with running_indexes([path], attempt.settings.index) as indexes:
        specimen = await grounded(specimen, indexes)
        model = await attempt.recorder.recorded(open_model)(need, application.policy)
        try:
            return await try_document(specimen, attempt, model, report)
        finally:
            await model.close()


def _specimen(subject: Subject) -> Specimen:
    target = subject.target
    if target.line is None and target.symbol is None:
        raise UsageError(f"{target.path} is a whole file; name one symbol, as FILE::SYMBOL.")
    (symbol,) = symbols_of(target, subject.snapshot)
    title = f"{target.path}::{symbol.qualified_name}"
    return specimen_of(subject.snapshot, symbol, title)


def _subjects(targets: Sequence[str], options: argparse.Namespace) -> list[Subject]:
    """Return what is tried on; each problem of the configuration is told once."""
    found = [_with_model(read_subject(it, "tried on"), options.model) for it in targets]
    for problem in dict.fromkeys(it for one in found for it in one.application.problems):
        complain(problem)
    return found


def _with_model(subject: Subject, model: str | None) -> Subject:
    """Return a subject for which a model is the first choice; raises `UsageError` for no such."""
    if model is None:
        return subject
    application = subject.application
    if application.policy.model(model) is None:
        raise UsageError(f"{model} is no approved model; see glossator models list.")
    settings = replace(application.settings, preferred_models=(model,))
    return replace(subject, application=replace(application, settings=settings))


def _settings(subject: Subject, prompt: PromptTemplate, word: str) -> Settings:
    is_name = is_prompt_name(word) or word.startswith(PRODUCT)
    chosen = word if is_name else str(Path(word).absolute())
    return subject.application.settings.with_prompt(prompt.use, chosen)
