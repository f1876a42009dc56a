"""How near the words of the embedded model come to people's own, beside five other ways.

Functions that people documented, in held-out folders of linux-source-6.1 and in two projects that
nothing was taught with, lose their comment, one at a time, and get one (a) by the bare question
that a chat would be asked, (b) by the product without retrieval, (c) by the product with the bare
model, (d) by the product with an adapter, (e) by a template made of the names, (f) as a copy of the
nearest neighbour's. What each says is compared with what the people said: ROUGE-L, chrF, the cosine
of MiniLM's vectors, and the share of the names in it that exist; of (c) and (d) also which share
passed the checks, and at the first try. All in one run, function by function.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.retrieval_measures import interval
from benchmarks.words_functions import PROJECTS, Undocumented, undocumented
from glossator_clients.adapters import NONE, Adapter, adapter_for_measuring, adapters_of
from glossator_clients.errors import ModelError
from glossator_clients.model_files import KNOWN_MODELS
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.router import Need
from glossator_clients.types import Author, ChatRequest, Message, Sampling
from glossator_gate.types import DataClass, Errand
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Symbol
from glossator_server.actions.document import ROLE, document_symbol
from glossator_server.actions.neighbours import documented_around, neighbours_of
from glossator_server.app import load_application, open_model
from glossator_server.evals.measures.meaning import encoder
from glossator_server.evals.measures.mentions import mentions
from glossator_server.evals.measures.words import chrf, rouge_l
from glossator_server.evals.opened import pinned_to, with_adapter
from glossator_server.proposal import CommentProposal, Skipped
from glossator_server.settings import DocumentOptions
from glossator_server.snapshot import Snapshot

MODEL = "smollm2"
# One that is to be looked at before it is used: NAME, NAME:f16 or NAME:q8_0.
ADAPTER = os.environ.get("GLOSSATOR_BENCH_ADAPTER", "")
FUNCTIONS = int(os.environ.get("GLOSSATOR_BENCH_FUNCTIONS", "240"))
WAYS = ("bare", "without_retrieval", "ours", "tuned", "template", "neighbour")
# The product itself, of which is known whether its comments passed the checks.
CHECKED = ("ours", "tuned")
MEASURES = ("rouge_l", "chrf", "meaning", "mentions")
CHECKS = ("valid", "first_try")
_COMMENT = re.compile(r"/\*\*?(.*?)\*/", re.DOTALL)
_FENCE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_FRAME = re.compile(r"^[ \t]*(?:/\*+|\*+/?|//+)?[ \t]?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Models:
    """The embedded model as it is fetched, and with the adapter that is in use."""

    bare: ChatModel
    tuned: ChatModel


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a function, with how like each way's words are."""
    yield from asyncio.run(_rows())


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Give each way's means, and pairs of ways with the interval of the difference.

    First of all functions, then of each project by itself.
    """
    told: dict[str, object] = {
        "functions": len(found),
        "adapter": found[0]["adapter"],
        "proposed": sum(it["outcome"] == "proposed" for it in found),
        "added milliseconds, median": _median(found, "added_ms"),
        "model seconds, median": _median(found, "seconds"),
        **_figures(found, WAYS),
    }
    for project in PROJECTS:
        of_it = [it for it in found if it["project"] == project.name]
        if of_it:
            told[project.name] = {"functions": len(of_it), **_figures(of_it, ("bare", "neighbour"))}
    return told


def _figures(found: Sequence[dict[str, object]], beside: Sequence[str]) -> dict[str, object]:
    told: dict[str, object] = {}
    for way in (*CHECKED, *(it for it in beside if it not in CHECKED)):
        told[way] = {it: round(statistics.fmean(_values(found, way, it)), 3) for it in _of(way)}
    for way in beside:
        if way != "ours":
            told[f"ours beside {way}"] = {it: _beside(found, "ours", way, it) for it in _of(way)}
    for way in dict.fromkeys(("ours", *beside)):
        if way != "tuned":
            told[f"tuned beside {way}"] = {it: _beside(found, "tuned", way, it) for it in _of(way)}
    return told


def _of(way: str) -> tuple[str, ...]:
    return (*MEASURES, *CHECKS) if way in CHECKED else MEASURES


def _beside(
    found: Sequence[dict[str, object]], ours: str, theirs: str, measure: str
) -> dict[str, object]:
    pairs = zip(_values(found, ours, measure), _values(found, theirs, measure), strict=True)
    differences = [one - other for one, other in pairs]
    low, high = interval(differences)
    return {
        "difference": round(statistics.fmean(differences), 4),
        "interval": [round(low, 4), round(high, 4)],
    }


def _values(found: Sequence[dict[str, object]], way: str, measure: str) -> list[float]:
    return [float(str(it[f"{way} {measure}"])) for it in found]


def _median(found: Sequence[dict[str, object]], key: str) -> float:
    return round(statistics.median(float(str(it[key])) for it in found), 2)


async def _rows() -> list[dict[str, object]]:
    adapter = _adapter()
    policy = pinned_to(MODEL, load_application().policy)
    need = Need(ROLE, DataClass.PUBLIC)
    models = _Models(
        await open_model(need, with_adapter(NONE, MODEL, policy)),
        await open_model(need, with_adapter(f"{adapter.name}:{adapter.form}", MODEL, policy)),
    )
    try:
        functions = undocumented(FUNCTIONS)
        return [{**await _row(models, it), "adapter": adapter.label} for it in functions]
    finally:
        await models.bare.close()
        await models.tuned.close()


def _adapter() -> Adapter:
    """Return the adapter that is named, else the one in use."""
    if ADAPTER:
        named = adapter_for_measuring(ADAPTER, KNOWN_MODELS[MODEL].file_sha256)
        in_use = [] if named is None else [named]
    else:
        in_use = list(adapters_of(MODEL).for_role(ROLE))
    if not in_use:
        raise SystemExit("no adapter is in use: see `glossator tune list`")
    return in_use[0]


async def _row(models: _Models, function: Undocumented) -> dict[str, object]:
    snapshot, symbol = function.snapshot, function.symbol
    started = time.perf_counter()
    outcome = await _documented(models.bare, snapshot, symbol)
    seconds = time.perf_counter() - started
    tuned = await _documented(models.tuned, snapshot, symbol)
    around = documented_around(snapshot, STYLES[function.project.style])
    nearest = neighbours_of(snapshot, symbol, around)[:1]
    wrote = {
        "bare": await _bare(models.bare, _code(snapshot, symbol)),
        "without_retrieval": _told(await _alone(models.bare, snapshot, symbol)),
        "ours": _told(_fields(outcome)),
        "tuned": _told(_fields(tuned)),
        "template": _told(_template(symbol)),
        "neighbour": _told(_copied(function.said, nearest[0].fields)) if nearest else "",
    }
    expected = _told(function.said)
    row: dict[str, object] = {
        "project": function.project.name,
        "path": str(Path(snapshot.uri).name),
        "symbol": symbol.name,
        "outcome": "proposed" if isinstance(outcome, CommentProposal) else outcome.cause,
        "said": function.said.summary,
        "wrote": _fields(outcome).summary,
        "wrote, tuned": _fields(tuned).summary,
        "seconds": round(seconds, 2),
        "added_ms": _added_ms(outcome, seconds) if isinstance(outcome, CommentProposal) else 0.0,
    }
    for way, it in (("ours", outcome), ("tuned", tuned)):
        proposal = it if isinstance(it, CommentProposal) else None
        row[f"{way} valid"] = float(proposal is not None)
        row[f"{way} first_try"] = float(proposal is not None and proposal.rounds <= 1)
    for way, text in wrote.items():
        measured = {
            "rouge_l": rouge_l(expected, text),
            "chrf": chrf(expected, text),
            "meaning": encoder().likeness(expected, text),
            "mentions": mentions(text, _code(snapshot, symbol), snapshot.text).precision,
        }
        row |= {f"{way} {measure}": round(value, 4) for measure, value in measured.items()}
    return row


async def _documented(
    model: ChatModel, snapshot: Snapshot, symbol: Symbol
) -> CommentProposal | Skipped:
    return await document_symbol(snapshot, symbol, model, DocumentOptions(), lambda _: None)


def _fields(outcome: CommentProposal | Skipped) -> DocFields:
    return outcome.fields if isinstance(outcome, CommentProposal) else DocFields("")


def _added_ms(proposal: CommentProposal, seconds: float) -> float:
    """Return what the product took of the time, all but the model's own."""
    return round(max(0.0, seconds - proposal.answer_seconds) * 1000, 1)


async def _alone(model: ChatModel, snapshot: Snapshot, symbol: Symbol) -> DocFields:
    """Return what the product writes where it sees nothing but the function."""
    source = parse(_code(snapshot, symbol) + "\n", snapshot.source.language)
    alone = replace(snapshot, source=source, path=None)
    found = find_symbols(source, symbol.name)
    if not found:
        return DocFields("")
    try:
        outcome = await document_symbol(alone, found[0], model, DocumentOptions(), lambda _: None)
    except ModelError:
        return DocFields("")
    return outcome.fields if isinstance(outcome, CommentProposal) else DocFields("")


async def _bare(model: ChatModel, code: str) -> str:
    """Return the words of the answer to the plain question, without frames and code."""
    question = f"Write a documentation comment for this function:\n\n{code}"
    request = ChatRequest(
        (Message(Author.USER, question),),
        Sampling(temperature=0.0, max_tokens=320),
        errand=Errand("chat", "document", DataClass.PUBLIC),
    )
    try:
        text = (await complete(model, request)).text
    except ModelError:
        return ""
    comment = _COMMENT.search(text)
    if comment is not None:
        return _FRAME.sub("", comment[1])
    return _FENCE.sub("", text)


def _code(snapshot: Snapshot, symbol: Symbol) -> str:
    return snapshot.text[symbol.extent.start : symbol.extent.end]


def _told(fields: DocFields) -> str:
    """Return all words of a comment in one text."""
    parts = [fields.summary, *(text for _, text in fields.parameters), fields.returns or ""]
    return "\n".join(it for it in parts if it)


def _template(symbol: Symbol) -> DocFields:
    words = symbol.name.replace("_", " ").strip()
    parameters = tuple((it.name, f"the {it.name.replace('_', ' ')}") for it in symbol.parameters)
    returns = (
        None if symbol.return_type in (None, "void") else f"a value of type {symbol.return_type}"
    )
    return DocFields(words, parameters, returns)


def _copied(said: DocFields, nearest: DocFields) -> DocFields:
    own = dict(nearest.parameters)
    parameters = tuple(
        (
            name,
            own.get(name) or (nearest.parameters[at][1] if at < len(nearest.parameters) else ""),
        )
        for at, (name, _) in enumerate(said.parameters)
    )
    return DocFields(nearest.summary, parameters, nearest.returns)
