"""Ask what a developer would ask about six projects, and hold what is found and said against lines.

A row a question: whether the annotated lines are among the pieces that fit prompts of several
sizes, what support was measured and whether it was called enough; and what the answer cites, which
with the embedded model is the code itself. Citations are read from the answer's Markdown and looked
up in the files again. GLOSSATOR_BENCH_PROJECTS chooses projects by name.

It takes four minutes.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.ask_data import (
    PROJECTS,
    AskedQuestion,
    Project,
    lay_out,
    misplaced,
    questions_of,
)
from benchmarks.figures import percentile
from benchmarks.retrieval_measures import interval
from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.types import DataClass
from glossator_indexer import rerank, static_embedder
from glossator_indexer.errors import EmbedderError
from glossator_indexer.index import Index, IndexParts, open_index
from glossator_indexer.records import DISK, ContextPiece, FoundEntity, Hit, PiecesQuery, SearchQuery
from glossator_indexer.walking import RepositoryWalker, WalkOptions
from glossator_server.actions.ask import ROLE, ask, shown_piece
from glossator_server.actions.ask_retrieval import retrieve
from glossator_server.actions.questions import (
    AskSources,
    Citation,
    Piece,
    Question,
    Retrieved,
    SilentReport,
)
from glossator_server.actions.support import features_of
from glossator_server.app import load_application
from glossator_server.evals.citing import cited_in, is_valid, marked
from glossator_server.evals.places import Place
from glossator_server.prompts.document import estimated_tokens

# Of the pieces alone; the last is what the prompt for models that are not small has room for.
BUDGETS = (1_000, 2_000, 4_000, 8_000, 12_000)
# What "the lines were retrieved" means where refusals are judged.
PROMPT = BUDGETS[-1]
_USES = ("development", "held-out")


class Opened:
    """An index in this process, asked as its owner is."""

    def __init__(self, index: Index) -> None:
        self._index = index

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Return the best hits, best first."""
        return self._index.search(query)

    async def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a place or a question."""
        return self._index.pieces(query)

    async def entities(self, name: str, limit: int = 50) -> list[FoundEntity]:
        """Return named things."""
        return self._index.entities(name, limit, DISK)


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row a question."""
    chosen = os.environ.get("GLOSSATOR_BENCH_PROJECTS", ",".join(PROJECTS)).split(",")
    with tempfile.TemporaryDirectory(prefix="ask-") as work:
        for project in map(PROJECTS.__getitem__, chosen):
            yield from asyncio.run(_project_rows(project, Path(os.path.realpath(work))))


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return recall, refusals and what answers cite, of each half and of both."""
    told: dict[str, Any] = {
        "questions": len(rows),
        "without_answer": sum(row["kind"] != "answered" for row in rows),
        "near_misses": sum(row["kind"] == "near miss" for row in rows),
        "projects": len({row["project"] for row in rows}),
        "retrieval_p50_s": round(percentile([row["retrieval_s"] for row in rows], 0.5), 2),
    }
    halves = [(use, [row for row in rows if row["use"] == use]) for use in _USES]
    for name, some in [*halves, ("all", rows)]:
        if some:
            told |= {f"{name}: {key}": value for key, value in _retrieval_figures(some).items()}
            told |= {f"{name}: {key}": value for key, value in _answer_figures(some).items()}
    return told


async def _project_rows(project: Project, work: Path) -> list[dict[str, Any]]:
    if wrong := list(misplaced(project)):
        raise SystemExit(f"lines are not where {', '.join(wrong)} of {project.name} say they are")
    root = lay_out(project, work)
    with _opened(root, work / f"index-{project.name}") as index:
        sources = _sources(root, index)
        found = []
        for question in questions_of(project):
            began = time.perf_counter()
            retrieved = await retrieve(Question(question.text), sources)
            row = _retrieval_row(project, question, retrieved)
            row["retrieval_s"] = round(time.perf_counter() - began, 3)
            row |= await _answer_row(question, sources)
            found.append(row)
            print(f"  {question.id}: {row['supported']}", file=sys.stderr, flush=True)
        return found


@contextmanager
def _opened(root: Path, folder: Path) -> Iterator[Index]:
    folder.mkdir()
    try:
        reranker = rerank.load(folder)
    except EmbedderError:
        reranker = None
    load = static_embedder.load
    parts = IndexParts(
        RepositoryWalker(root, WalkOptions()), load(), worker_embedder=load, reranker=reranker
    )
    index = open_index(folder, root, parts)
    try:
        index.refresh(lambda _: None, lambda: False)
        yield index
    finally:
        index.close()


def _sources(root: Path, index: Index) -> AskSources:
    application = load_application(root)

    async def open_model(role: str) -> ChatModel:
        assert role == ROLE
        return await application.open_model(Need(role, DataClass.PUBLIC))

    policy = application.workspace_policy
    return AskSources(root, Opened(index), open_model, policy, policy.class_of(None), marked)


def _retrieval_row(project: Project, question: AskedQuestion, found: Retrieved) -> dict[str, Any]:
    features = features_of(question.text, found.pieces)
    held = {budget: _has(question, _fitting(found.pieces, budget)) for budget in BUDGETS}
    return {
        "project": project.name,
        "use": project.use,
        "id": question.id,
        "language": question.language,
        "kind": question.kind,
        "question": question.text,
        "pieces": len(found.pieces),
        "held": {str(budget): it for budget, it in held.items()},
        "support": round(found.support, 4),
        "supported": found.is_supported,
        "features": {name: getattr(features, name) for name in type(features).__dataclass_fields__},
        "best": [str(it.citation) for it in found.pieces[:3]],
    }


def _fitting(pieces: Sequence[Piece], budget: int) -> list[Piece]:
    """Return the first pieces that fit so many tokens as models are shown them."""
    kept: list[Piece] = []
    for number, piece in enumerate(pieces, 1):
        budget -= estimated_tokens(shown_piece(number, piece))
        if budget < 0:
            break
        kept.append(piece)
    return kept


def _has(question: AskedQuestion, pieces: Sequence[Piece]) -> bool:
    """Say whether pieces together have all lines of one of the answers."""
    lines = {(it.path, line) for it in pieces for line in range(it.start_line, it.end_line + 1)}
    return any(
        all((place.path, line) in lines for line in range(place.start, place.end + 1))
        for place in question.answers
    )


async def _answer_row(question: AskedQuestion, sources: AskSources) -> dict[str, Any]:
    """Return what the answer cites, and whether that is so."""
    began = time.perf_counter()
    answer = await ask(Question(question.text), sources, SilentReport())
    seconds = time.perf_counter() - began
    cited = cited_in(answer)
    return {
        "found": answer.found,
        "quoted": bool(answer.quoted),
        "model": answer.model,
        "cited": [f"{it.path}:{it.start_line}-{it.end_line}" for it in cited],
        "valid": all(is_valid(it, sources.root, answer) for it in cited),
        "meets": _any_place(question, cited, Place.is_met_by),
        "holds": _any_place(question, cited, Place.is_held_by),
        "dropped": answer.dropped,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "seconds": round(seconds, 2),
    }


def _any_place(
    question: AskedQuestion,
    cited: Sequence[Citation],
    is_so: Callable[[Place, str, int, int], bool],
) -> bool:
    return any(
        is_so(place, it.path, it.start_line, it.end_line)
        for place in question.answers
        for it in cited
    )


def _retrieval_figures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    answered = [row for row in rows if row["kind"] == "answered"]
    rest = [row for row in rows if row["kind"] != "answered"]
    found = [row for row in answered if row["held"][str(PROMPT)]]
    told = {
        f"recall at {budget} tokens": _share([row["held"][str(budget)] for row in answered])
        for budget in BUDGETS
    }
    return told | {
        f"wrong refusals where found at {PROMPT}": _share([not it["supported"] for it in found]),
        "wrong refusals": _share([not it["supported"] for it in answered]),
        "right refusals": _share([not it["supported"] for it in rest]),
        "right refusals of near misses": _share(
            [not it["supported"] for it in rest if it["kind"] == "near miss"]
        ),
    }


def _answer_figures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    said = [row for row in rows if row["found"]]
    if not said:
        return {}
    lines = [row for row in said if row["kind"] == "answered"]
    return {
        "answers": len(said),
        "citations": sum(len(row["cited"]) for row in said),
        "answers with valid citations only": _share([row["valid"] for row in said]),
        "answers without a citation": sum(not row["cited"] for row in said),
        "answers that cite some of the lines": _share([row["meets"] for row in lines]),
        "answers that cite all of the lines": _share([row["holds"] for row in lines]),
        "answers in the code's own words": _share([row["quoted"] for row in said]),
        "seconds of an answer, median": round(statistics.median(it["seconds"] for it in said), 2),
    }


def _share(values: Sequence[bool]) -> dict[str, Any] | None:
    """Return a share with its interval of 95 % over questions."""
    if not values:
        return None
    low, high = interval([float(it) for it in values])
    share = sum(values) / len(values)
    return {
        "share": round(share, 3),
        "of": len(values),
        "interval": [round(low, 3), round(high, 3)],
    }
