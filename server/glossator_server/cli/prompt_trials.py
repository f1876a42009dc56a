"""Own `glossator prompt try` and `compare`: what a prompt says, and what comes of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from glossator_clients.router import Need
from glossator_gate.errors import GlossatorError
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.prompt_output import print_comparison, print_trial
from glossator_server.cli.prompt_uses import Made, Tried, made_by
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import Target, read_target, symbols_of
from glossator_server.cli.workshop import Subject, subject_at
from glossator_server.errors import UsageError
from glossator_server.playground.cases import SUFFIX, place_of_case
from glossator_server.playground.recording import NotAskedError, Recorder
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
from glossator_server.prompts.uses import USES
from glossator_server.setting_keys import is_prompt_name


@dataclass(frozen=True, slots=True)
class _On:
    """What a prompt is tried on, with the words that a person gave, or its case has."""

    subject: Subject
    text: str


def run_try(options: argparse.Namespace) -> int:
    """Try a prompt on one target; the status is 1 where nothing was made."""
    prompt = load_template(options.name)
    (on,) = _subjects([options.target], options)
    trial = asyncio.run(_tried(prompt, options.name, on, options))
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
        for on in subjects:
            # In turns, so that a busy machine is slow for both.
            for word, prompt in zip(words, prompts, strict=True):
                trials.append(await _tried(prompt, word, on, options))

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


async def _tried(prompt: PromptTemplate, word: str, on: _On, options: argparse.Namespace) -> Trial:
    recorder = Recorder(dry=getattr(options, "dry", False))
    application = on.subject.application
    settings = application.settings.with_prompt(prompt.use, _chosen(word))
    attempt = Attempt(prompt, settings, recorder)
    heard = replace(application, settings=settings, heard=recorder.recorded)
    subject = replace(on.subject, application=heard)

    def report(words: str) -> None:
        if not options.quiet:
            print(visible(f"{prompt.name}: {words}"), file=sys.stderr, flush=True)

    if prompt.use == "document":
        return await _on_symbol(subject, attempt, report)
    return await _by_its_use(Tried(subject, on.text, report, recorder.dry), attempt)


async def _by_its_use(tried: Tried, attempt: Attempt) -> Trial:
    """Have done what a prompt is for that does not ask for comments."""
    target = tried.subject.target
    place = target.symbol or target.line
    trial = attempt.begun(f"{target.path}::{place}" if place else str(target.path))
    started = time.monotonic()
    try:
        made = await made_by(attempt.prompt.use, tried)
    except NotAskedError:
        made = Made()
    except GlossatorError as trouble:
        if not attempt.recorder.exchanges:
            raise
        made = Made(problem=str(trouble))
    if attempt.recorder.dry:
        use = attempt.prompt.use
        if all(it.role != USES[use].role for it in attempt.recorder.exchanges):
            reason = f"A prompt for {use} is sent after another answer; leave --dry out to see it."
            trial = replace(trial, problem=reason)
        return attempt.ended(trial, 0.0)
    found = {it.name: getattr(made, it.name) for it in fields(made)}
    return attempt.ended(replace(trial, **found), time.monotonic() - started)


async def _on_symbol(subject: Subject, attempt: Attempt, report: Report) -> Trial:
    """Have a comment written for the symbol that is meant."""
    application, path = subject.application, subject.target.path
    specimen = _specimen(subject)
    need = Need("document", subject.snapshot.data_class, attempt.settings.preferred_models)
    async with running_indexes([path], attempt.settings.index) as indexes:
        specimen = await grounded(specimen, indexes)
        model = await application.open_model(need)
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


def _subjects(targets: Sequence[str], options: argparse.Namespace) -> list[_On]:
    """Return what is tried on; each problem of the configuration is told once."""
    found = [_subject(it, options) for it in targets]
    for problem in dict.fromkeys(it for one in found for it in one.subject.application.problems):
        complain(problem)
    return found


def _subject(word: str, options: argparse.Namespace) -> _On:
    """Return a target of the command line, or of a case, with the words that belong to it."""
    target, text = read_target(word), options.text
    if target.path.suffix == SUFFIX and target.symbol is not None:
        place = place_of_case(target.path, target.symbol, options.workspace)
        target, text = Target(place.path, place.line, place.symbol), text or place.text
        # A line tells apart what has one name.
        target = target if target.line is None else replace(target, symbol=None)
    return _On(_with_model(subject_at(target, "tried on"), options.model), text)


def _with_model(subject: Subject, model: str | None) -> Subject:
    """Return a subject for which a model is the first choice; raises `UsageError` for no such."""
    if model is None:
        return subject
    application = subject.application
    if application.policy.model(model) is None:
        raise UsageError(f"{model} is no approved model; see glossator models list.")
    settings = replace(application.settings, preferred_models=(model,))
    return replace(subject, application=replace(application, settings=settings))


def _chosen(word: str) -> str:
    """Return a prompt as settings choose it: by its name, or its whole path."""
    is_name = is_prompt_name(word) or word.startswith(PRODUCT)
    return word if is_name else str(Path(word).absolute())
