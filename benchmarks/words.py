"""How near the words of the embedded model come to people's own, beside four other ways.

Functions of `mm` and `lib` of linux-source-6.1 that people documented lose their comment, one at a
time, and get one (a) by the bare question that a chat would be asked, (b) by the product without
retrieval, (c) by the product, (d) by a template made of the names, (e) as a copy of the nearest
neighbour's. What each says is compared with what the people said: ROUGE-L, chrF, the cosine of
MiniLM's vectors, and the share of the names in it that exist in the file. All in one run.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.garbage import c_files
from benchmarks.kernel_tree import kernel_tree
from benchmarks.retrieval_measures import interval
from glossator_clients.errors import ModelError
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.router import Need
from glossator_clients.types import Author, ChatRequest, Message, Sampling
from glossator_gate.types import DataClass, Errand
from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.parsing import parse, reparse
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Symbol, SymbolKind, TextChange
from glossator_server.actions.document import document_symbol
from glossator_server.actions.neighbours import documented_around, neighbours_of
from glossator_server.app import load_application
from glossator_server.evals.measures.meaning import encoder
from glossator_server.evals.measures.mentions import mentions
from glossator_server.evals.measures.words import chrf, rouge_l
from glossator_server.files import read_snapshot
from glossator_server.proposal import CommentProposal
from glossator_server.settings import DocumentOptions, Settings
from glossator_server.snapshot import Snapshot

SEED = 7
FUNCTIONS = int(os.environ.get("GLOSSATOR_BENCH_FUNCTIONS", "300"))
FOLDERS = ("mm", "lib")
# Of one file, so that a large one does not count for all.
MOST_OF_A_FILE = 4
STYLE = STYLES["kernel-doc"]
WAYS = ("bare", "without_retrieval", "ours", "template", "neighbour")
MEASURES = ("rouge_l", "chrf", "meaning", "mentions")
_COMMENT = re.compile(r"/\*\*?(.*?)\*/", re.DOTALL)
_FENCE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_FRAME = re.compile(r"^[ \t]*(?:/\*+|\*+/?|//+)?[ \t]?", re.MULTILINE)


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a function, with how like each way's words are."""
    yield from asyncio.run(_rows())


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Give each way's means, and ours beside each other one with the interval of the difference."""
    told: dict[str, object] = {
        "functions": len(found),
        "proposed": sum(it["outcome"] == "proposed" for it in found),
        "added milliseconds, median": _median(found, "added_ms"),
        "model seconds, median": _median(found, "seconds"),
    }
    for way in WAYS:
        told[way] = {it: round(statistics.fmean(_values(found, way, it)), 3) for it in MEASURES}
    for way in WAYS:
        if way != "ours":
            told[f"ours beside {way}"] = {it: _beside(found, way, it) for it in MEASURES}
    return told


def _beside(found: Sequence[dict[str, object]], way: str, measure: str) -> dict[str, object]:
    pairs = zip(_values(found, "ours", measure), _values(found, way, measure), strict=True)
    differences = [ours - theirs for ours, theirs in pairs]
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
    model = await load_application().open_model(Need("document", DataClass.PUBLIC))
    try:
        return [await _row(model, *it) for it in _chosen()]
    finally:
        await model.close()


def _chosen() -> list[tuple[Snapshot, Symbol, DocFields]]:
    tree = kernel_tree()
    files = [path for folder in FOLDERS for path in c_files(tree, folder)]
    shuffled = random.Random(SEED)
    shuffled.shuffle(files)
    chosen: list[tuple[Snapshot, Symbol, DocFields]] = []
    for path in files:
        snapshot = replace(read_snapshot(tree / path, Settings()), lends=lambda _: True)
        documented = [
            it
            for it in documented_symbols(snapshot.source, STYLE)
            if it.symbol.kind is SymbolKind.FUNCTION
        ]
        for picked in shuffled.sample(documented, min(MOST_OF_A_FILE, len(documented))):
            bare = _without_comment(snapshot, picked.symbol)
            symbols = [it for it in find_symbols(bare.source, picked.symbol.name) if it.body]
            if symbols:
                chosen.append((bare, symbols[0], picked.fields))
        if len(chosen) >= FUNCTIONS:
            break
    return chosen[:FUNCTIONS]


def _without_comment(snapshot: Snapshot, symbol: Symbol) -> Snapshot:
    comment = symbol.comment
    assert comment is not None
    return replace(snapshot, source=reparse(snapshot.source, [TextChange(comment.span, "")]))


async def _row(
    model: ChatModel, snapshot: Snapshot, symbol: Symbol, said: DocFields
) -> dict[str, object]:
    started = time.perf_counter()
    outcome = await document_symbol(snapshot, symbol, model, DocumentOptions(), lambda _: None)
    seconds = time.perf_counter() - started
    ours = outcome.fields if isinstance(outcome, CommentProposal) else DocFields("")
    nearest = neighbours_of(snapshot, symbol, documented_around(snapshot, STYLE))[0].fields
    wrote = {
        "bare": await _bare(model, _code(snapshot, symbol)),
        "without_retrieval": _told(await _alone(model, snapshot, symbol)),
        "ours": _told(ours),
        "template": _told(_template(symbol)),
        "neighbour": _told(_copied(said, nearest)),
    }
    expected = _told(said)
    row: dict[str, object] = {
        "path": str(Path(snapshot.uri).name),
        "symbol": symbol.name,
        "outcome": "proposed" if isinstance(outcome, CommentProposal) else outcome.cause,
        "said": said.summary,
        "wrote": ours.summary,
        "seconds": round(seconds, 2),
        "added_ms": _added_ms(outcome, seconds) if isinstance(outcome, CommentProposal) else 0.0,
    }
    for way, text in wrote.items():
        measured = {
            "rouge_l": rouge_l(expected, text),
            "chrf": chrf(expected, text),
            "meaning": encoder().likeness(expected, text),
            "mentions": mentions(text, _code(snapshot, symbol), snapshot.text).precision,
        }
        row |= {f"{way} {measure}": round(value, 4) for measure, value in measured.items()}
    return row


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
