"""Own `glossator.prompt.try`: a prompt file as it stands in the editor, tried on a symbol.

What came of it is a Markdown file, the same each time, so that an editor shows it anew in place.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from glossator_gate.errors import ConfigurationError
from glossator_indexer.symbols import all_symbols
from glossator_server.actions.states import is_documented_kind
from glossator_server.errors import UsageError
from glossator_server.files import read_source
from glossator_server.lsp.asking import ask, show_file
from glossator_server.lsp.commands.arguments import (
    Target,
    read_object,
    read_target,
    snapshot_of,
    symbol_of,
)
from glossator_server.lsp.examples import indexes_of
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.places import place_of
from glossator_server.lsp.prompting import is_prompt_file, remember_symbol
from glossator_server.lsp.shown_files import write_anew
from glossator_server.lsp.uris import path_of
from glossator_server.playground.recording import Recorder
from glossator_server.playground.reports import comparison_in_markdown, trial_in_markdown
from glossator_server.playground.trials import (
    Attempt,
    Specimen,
    Trial,
    grounded,
    specimen_of,
    try_document,
)
from glossator_server.prompts.files import PRODUCT, judge_prompt, load_template
from glossator_server.prompts.templates import PromptTemplate
from glossator_server.prompts.uses import USES

TRIAL = "glossator/trial"
_KEYS = frozenset({"uri", "target", "compare", "ask"})
# A message of the editor's has no room for more.
_MOST_CHOICES = 6


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which prompt is tried on what; a target of None is the last one, or is asked for."""

    path: Path
    text: str
    template: PromptTemplate
    target: Target | None
    compares: bool
    asks: bool


async def try_prompt(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that tries a prompt; answer with the job's number."""
    wish = _wish(ls, arguments)
    title = f"Try the prompt {wish.template.name}"

    async def work(report: JobReport) -> str:
        return await _try(ls, wish, report)

    key = f"try {wish.path}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


def _wish(ls: GlossatorServer, arguments: Sequence[object]) -> _Wish:
    """Return what is wanted; raises `UsageError` or `ConfigurationError` where it cannot be."""
    argument = read_object(arguments, _KEYS)
    uri, target = argument.get("uri"), argument.get("target")
    compares, asks = argument.get("compare", False), argument.get("ask", False)
    path = path_of(uri) if isinstance(uri, str) else None
    if path is None or not is_prompt_file(path):
        raise UsageError(
            "The command needs `uri`, a prompt file of yours; glossator prompt copy makes one."
        )
    if not isinstance(compares, bool) or not isinstance(asks, bool):
        raise UsageError("`compare` and `ask` must be true or false.")
    if target is not None and not isinstance(target, Mapping):
        raise UsageError("`target` must be an object with `uri` and `symbol` or `range`.")
    document = ls.session.documents.get(str(uri))
    text = read_source(path) if document is None else document.text
    file = judge_prompt(text, path)
    if file.template is None:
        raise ConfigurationError(file.sentences[0])
    if file.template.use != "document":
        raise UsageError(
            f"The prompt {file.name} is for {file.template.use}: try it in a terminal, with "
            f"glossator prompt try {file.name}."
        )
    meant = None if target is None else read_target([target])
    return _Wish(path, text, file.template, meant, compares, asks)


async def _try(ls: GlossatorServer, wish: _Wish, report: JobReport) -> str:
    target = wish.target or (None if wish.asks else _last(ls))
    target = target or await _chosen(ls, wish.template.name)
    if target is None:
        return "nothing was tried"
    snapshot = snapshot_of(ls, target)
    symbol = symbol_of(ls, target, snapshot)
    remember_symbol(ls, target.uri, symbol.qualified_name)
    name = target.uri if snapshot.path is None else place_of(ls, snapshot.path)[1]
    specimen = specimen_of(snapshot, symbol, f"{name}::{symbol.qualified_name}")
    specimen = await grounded(specimen, indexes_of(ls))
    trials = await _trials(ls, wish, specimen, report)
    text = comparison_in_markdown(trials) if wish.compares else trial_in_markdown(trials[0])
    path = await asyncio.to_thread(write_anew, "trials", wish.path.name, text)
    if path is None:
        raise UsageError("What came of it could not be written to a file; the log says why.")
    if ls.editor.panels:
        params = {"job": report.job, "prompt": wish.path.as_uri(), "uri": path.as_uri()}
        ls.protocol.notify(TRIAL, params)
    else:
        await show_file(ls, path)
    ending = "a comment came of it" if not trials[0].problem else "no comment came of it"
    return ending if ls.editor.shows_documents or ls.editor.panels else f"{ending}: {path}"


async def _trials(
    ls: GlossatorServer, wish: _Wish, specimen: Specimen, report: JobReport
) -> list[Trial]:
    with tempfile.TemporaryDirectory(prefix="glossator-") as folder:
        # The editor's own text is tried, saved or not.
        tried = Path(folder) / wish.path.name
        tried.write_text(wish.text, "utf-8", newline="")
        trials = [await _trial(ls, wish.template, str(tried), specimen, report)]
    if wish.compares:
        model = trials[0].exchanges[0].model if trials[0].exchanges else None
        own = f"{PRODUCT}{USES[wish.template.use].own_prompt(model)}"
        trials.append(await _trial(ls, load_template(own), own, specimen, report))
    return trials


async def _trial(
    ls: GlossatorServer, template: PromptTemplate, word: str, specimen: Specimen, report: JobReport
) -> Trial:
    recorder = Recorder()
    settings = ls.session.settings.with_prompt(template.use, word)
    attempt = Attempt(template, settings, recorder)
    model = await ls.session.open_model("document", specimen.snapshot, recorder.recorded)
    try:
        return await try_document(specimen, attempt, model, report.say)
    finally:
        await model.close()


def _last(ls: GlossatorServer) -> Target | None:
    """Return what was documented or tried last, as long as its document is open."""
    place = ls.session.last_documented
    if place is None or place.uri not in ls.session.documents:
        return None
    return Target(place.uri, None, None, place.symbol)


async def _chosen(ls: GlossatorServer, prompt: str) -> Target | None:
    """Return the symbol that a person chooses among those of the open documents."""
    places: dict[str, Target] = {}
    for document in reversed(list(ls.session.documents.values())):
        snapshot = document.snapshot(ls.session.settings.document)
        if snapshot is None:
            continue
        for it in all_symbols(snapshot.source):
            if it.name and is_documented_kind(it):
                name = it.qualified_name
                places.setdefault(name, Target(document.uri, None, None, name))
    if not places:
        raise UsageError("Open a source file with a function first; the prompt is tried on it.")
    chosen = list(places)[:_MOST_CHOICES]
    answer = await ask(ls, f"Try the prompt {prompt} on which symbol?", chosen)
    return None if answer is None else places[answer]
