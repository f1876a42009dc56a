"""How near the words of the embedded model come to people's own.

Functions of linux-source-6.1 that people documented lose their comment, one at a time; the embedded
model writes a new one with the examples that the product finds. Compared by ROUGE-L (F1 of the
longest common subsequence of words; Lin 2004) for summaries and for parameter descriptions, beside
a template made of the names and a copy of the nearest neighbour's words in the same run.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.garbage import c_files
from benchmarks.kernel_tree import kernel_tree
from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.types import DataClass
from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.parsing import reparse
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Symbol, SymbolKind, TextChange
from glossator_server.actions.document import document_symbol
from glossator_server.actions.neighbours import neighbours_of
from glossator_server.app import load_application
from glossator_server.files import read_snapshot
from glossator_server.proposal import Proposal
from glossator_server.settings import DocumentOptions, Settings
from glossator_server.snapshot import Snapshot

SEED = 7
FUNCTIONS = int(os.environ.get("GLOSSATOR_BENCH_FUNCTIONS", "80"))
FOLDERS = ("mm", "lib", "kernel")
_WORD = re.compile(r"\w+")


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a function, with the texts and their likeness."""
    yield from asyncio.run(_rows())


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Average the likeness over functions, a dropped comment counting as nothing."""

    def mean(key: str) -> float:
        return round(
            statistics.fmean(float(str(it[key])) for it in found if it[key] is not None), 3
        )

    return {
        "functions": len(found),
        "proposed": sum(it["outcome"] == "proposed" for it in found),
        "summary": mean("summary"),
        "summary, neighbour copied": mean("summary_copy"),
        "summary, from the names": mean("summary_names"),
        "parameters": mean("parameters"),
        "parameters, neighbour copied": mean("parameters_copy"),
        "median seconds": round(statistics.median(float(str(it["seconds"])) for it in found), 2),
    }


async def _rows() -> list[dict[str, object]]:
    model = await load_application().open_model(Need("document", DataClass.PUBLIC))
    chosen = _chosen()
    try:
        return [await _row(model, snapshot, symbol, said) for snapshot, symbol, said in chosen]
    finally:
        await model.close()


def _chosen() -> list[tuple[Snapshot, Symbol, DocFields]]:
    tree = kernel_tree()
    files = [path for folder in FOLDERS for path in c_files(tree, folder)]
    shuffled = random.Random(SEED)
    shuffled.shuffle(files)
    style = STYLES["kernel-doc"]
    chosen: list[tuple[Snapshot, Symbol, DocFields]] = []
    for path in files:
        snapshot = replace(read_snapshot(tree / path, Settings()), lends=lambda _: True)
        documented = [
            it
            for it in documented_symbols(snapshot.source, style)
            if it.symbol.kind is SymbolKind.FUNCTION
        ]
        if not documented:
            continue
        picked = shuffled.choice(documented)
        comment = picked.symbol.comment
        assert comment is not None
        bare = replace(snapshot, source=reparse(snapshot.source, [TextChange(comment.span, "")]))
        symbols = [it for it in find_symbols(bare.source, picked.symbol.name) if it.body]
        if symbols:
            chosen.append((bare, symbols[0], picked.fields))
        if len(chosen) == FUNCTIONS:
            break
    return chosen


async def _row(
    model: ChatModel, snapshot: Snapshot, symbol: Symbol, said: DocFields
) -> dict[str, object]:
    outcome = await document_symbol(snapshot, symbol, model, DocumentOptions(), lambda _: None)
    nearest = neighbours_of(snapshot, symbol, STYLES["kernel-doc"])[0].fields
    fields = outcome.fields if isinstance(outcome, Proposal) else DocFields("")
    return {
        "path": str(Path(snapshot.uri).name),
        "symbol": symbol.name,
        "outcome": "proposed" if isinstance(outcome, Proposal) else outcome.cause,
        "said": said.summary,
        "wrote": fields.summary,
        "wrote_parameters": dict(fields.parameters),
        "wrote_returns": fields.returns,
        "summary": rouge_l(said.summary, fields.summary),
        "summary_copy": rouge_l(said.summary, nearest.summary),
        "summary_names": rouge_l(said.summary, symbol.name.replace("_", " ")),
        "parameters": _parameters(said, dict(fields.parameters)),
        "parameters_copy": _parameters(said, _copied(said, nearest)),
        "seconds": outcome.seconds if isinstance(outcome, Proposal) else 0.0,
    }


def _copied(said: DocFields, nearest: DocFields) -> dict[str, str]:
    own = dict(nearest.parameters)
    return {
        name: own.get(name) or (nearest.parameters[at][1] if at < len(nearest.parameters) else "")
        for at, (name, _) in enumerate(said.parameters)
    }


def _parameters(said: DocFields, wrote: dict[str, str]) -> float | None:
    if not said.parameters:
        return None
    return statistics.fmean(rouge_l(text, wrote.get(name, "")) for name, text in said.parameters)


def rouge_l(one: str, other: str) -> float:
    """Return the F1 of the longest common subsequence of lower-case words."""
    a, b = _WORD.findall(one.lower()), _WORD.findall(other.lower())
    if not a or not b:
        return 0.0
    row = [0] * (len(b) + 1)
    for word in a:
        last = 0
        for at, against in enumerate(b):
            above = row[at + 1]
            row[at + 1] = last + 1 if word == against else max(above, row[at])
            last = above
    common = row[-1]
    return 2 * common / (len(a) + len(b))
