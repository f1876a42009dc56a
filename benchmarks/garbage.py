"""Garbage in, valid out: what becomes of random, hostile and malformed replies of a model.

Functions of linux-source-6.1 that people documented lose their comment, and a scripted model is
asked for a new one. Each comment that is applied is judged by the kernel's own script and by lexers
that share nothing with the product.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.hostile_replies import Asked, Reply, any_reply, reply_of
from benchmarks.kernel_tree import KernelDocWarning, kernel_doc_report, kernel_tree
from benchmarks.plain_lexer import code_words, compiler_words
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES
from glossator_indexer.styles.names import demands_return, documented_names
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Span, Symbol, SymbolKind, TextChange
from glossator_server.actions.document import document_symbol
from glossator_server.edits import apply_changes
from glossator_server.proposal import CommentProposal
from glossator_server.settings import DocumentOptions
from glossator_server.snapshot import Snapshot

SEED = 20261123
LEAST_FUNCTIONS = 2000
FOLDERS = ("mm", "lib", "kernel", "fs")
PROCESSES = 2
# A model that repeats its mistake is as likely as one that makes another.
SAME_FAMILY_AGAIN = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one function; `families` are those of the replies that were asked for.

    `usable` says whether any of these replies held usable text, `read` whether the kernel's script
    takes the comment for one of this function.
    """

    path: str
    symbol: str
    families: tuple[str, ...]
    usable: bool
    outcome: str
    cause: str
    warnings: tuple[str, ...] = ()
    code_same: bool = True
    read: bool = True


@dataclass(frozen=True, slots=True)
class BareFile:
    """A file of the tree whose documented functions lost their comments."""

    path: str
    snapshot: Snapshot
    symbols: tuple[Symbol, ...]


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a function, until there are enough of them."""
    tree = kernel_tree()
    with ProcessPoolExecutor(PROCESSES) as pool:
        done = 0
        for folder in FOLDERS:
            if done >= LEAST_FUNCTIONS:
                return
            for found in pool.map(partial(rows_of_file, tree), c_files(tree, folder), chunksize=4):
                done += len(found)
                yield from map(asdict, found)


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Count what was applied and dropped, and what must never happen."""
    applied = [it for it in found if it["outcome"] == "applied"]
    usable = [it for it in found if it["usable"]]
    saved = [it for it in usable if it["outcome"] == "applied"]
    dropped = Counter(str(it["cause"]) for it in found if it["outcome"] == "dropped")
    unfounded = Counter(_last_family(it) for it in applied if not it["usable"])
    unsaved = Counter(_last_family(it) for it in usable if it["outcome"] != "applied")
    return {
        "functions": len(found),
        "applied": len(applied),
        "applied of all": _share(len(applied), len(found)),
        "with usable text": len(usable),
        "applied of usable": _share(len(saved), len(usable)),
        "dropped by cause": dict(dropped.most_common()),
        "usable but dropped, by last family": dict(unsaved.most_common(12)),
        "applied without usable text, by last family": dict(unfounded.most_common(12)),
        "applied with warnings added": sum(bool(it["warnings"]) for it in applied),
        "applied but not read as a comment of the function": sum(not it["read"] for it in applied),
        "applied with code changed": sum(not it["code_same"] for it in applied),
    }


def c_files(tree: Path, folder: str) -> list[str]:
    """Return the C files of a folder of the tree, relative to it, sorted."""
    found: list[str] = []
    for root, _, names in os.walk(tree / folder):
        found += [str(Path(root, it).relative_to(tree)) for it in names if it.endswith(".c")]
    return sorted(found)


def rows_of_file(tree: Path, path: str) -> list[Row]:
    """Ask for a comment of each function that had one, and judge them all at once."""
    bare = bare_file(tree, path)
    if bare is None:
        return []
    outcomes = [asyncio.run(_outcome(bare, symbol)) for symbol in bare.symbols]
    return _judged(tree, bare, outcomes)


def bare_file(tree: Path, path: str) -> BareFile | None:
    """Take the comments off a file's documented functions; None where it has none."""
    try:
        text = (tree / path).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None
    language = language_for_path(Path(path))
    assert language is not None
    style = STYLES["kernel-doc"]
    changes: list[TextChange] = []
    starts: set[int] = set()
    removed = 0
    for symbol in all_symbols(parse(text, language)):
        comment = symbol.comment
        if symbol.kind is not SymbolKind.FUNCTION or comment is None:
            continue
        if style.recognises(comment.text):
            # Whole lines: what a comment was set in by must not set its function in.
            start = text.rfind("\n", 0, comment.span.start) + 1
            end = comment.span.end + 1
            changes.append(TextChange(Span(start, end), ""))
            removed += end - start
            starts.add(symbol.extent.start - removed)
    if not changes:
        return None
    source = parse(apply_changes(text, changes), language)
    snapshot = Snapshot(f"file:///{path}", Path(path), None, source)
    symbols = tuple(it for it in all_symbols(source) if it.extent.start in starts)
    if len(symbols) != len(starts):
        raise RuntimeError(f"{path}: {len(starts)} functions were bared, {len(symbols)} found")
    return BareFile(path, snapshot, symbols)


@dataclass(frozen=True, slots=True)
class _Answered:
    symbol: Symbol
    change: TextChange | None
    row: Row


async def _outcome(bare: BareFile, symbol: Symbol) -> _Answered:
    replies = _replies(bare, symbol)
    model = ScriptedModel(
        [
            ScriptedReply(it.text, break_after=len(it.text) if it.broken_off else None)
            for it in replies
        ]
    )
    options = DocumentOptions()
    outcome = await document_symbol(bare.snapshot, symbol, model, options, lambda _: None)
    asked = replies[: len(model.requests)]
    row = Row(
        path=bare.path,
        symbol=symbol.name,
        families=tuple(it.family for it in asked),
        usable=any(it.usable for it in asked),
        outcome="applied" if isinstance(outcome, CommentProposal) else "dropped",
        cause="" if isinstance(outcome, CommentProposal) else outcome.cause,
    )
    change = outcome.edits[0].changes[0] if isinstance(outcome, CommentProposal) else None
    return _Answered(symbol, change, row)


def _replies(bare: BareFile, symbol: Symbol) -> tuple[Reply, Reply]:
    rng = random.Random(f"{SEED} {bare.path} {symbol.name} {symbol.extent.start}")
    signature = symbol.signature
    asked = Asked(
        symbol.name,
        tuple(it.path for it in documented_names(symbol)),
        demands_return(symbol),
        bare.snapshot.text[signature.start : signature.end],
    )
    first = any_reply(asked, rng)
    again = rng.random() < SAME_FAMILY_AGAIN
    return first, reply_of(first.family, asked, rng) if again else any_reply(asked, rng)


def _judged(tree: Path, bare: BareFile, outcomes: Sequence[_Answered]) -> list[Row]:
    """Apply all comments of a file, and charge each for what the change added."""
    before = bare.snapshot.text
    applied = [it for it in outcomes if it.change is not None]
    if not applied:
        return [it.row for it in outcomes]
    after = apply_changes(before, [it.change for it in applied if it.change is not None])
    judgement = kernel_doc_report(tree, after)
    added = added_warnings(kernel_doc_report(tree, before).warnings, judgement.warnings)
    whole_file_same = _same_code(before, after)
    charged = _charged(before, applied, added)
    judged: list[Row] = []
    for it in outcomes:
        row = it.row
        if it.change is not None:
            same = whole_file_same or _same_code(before, apply_changes(before, [it.change]))
            warnings = tuple(charged.get(it.symbol.extent, ()))
            row = replace(
                row,
                warnings=warnings,
                code_same=same,
                read=it.symbol.name in judgement.described,
            )
        judged.append(row)
    return judged


def added_warnings(
    before: Sequence[KernelDocWarning], after: Sequence[KernelDocWarning]
) -> list[KernelDocWarning]:
    """Return the warnings of `after` that `before` lacks, whatever line they moved to."""
    known = Counter(it.message for it in before)
    added: list[KernelDocWarning] = []
    for warning in after:
        if known[warning.message]:
            known[warning.message] -= 1
        else:
            added.append(warning)
    return added


def _charged(
    before: str, applied: Sequence[_Answered], added: Iterable[KernelDocWarning]
) -> dict[Span, list[str]]:
    """Give each warning to the last comment that begins at or before its line."""
    starts: list[tuple[int, Span]] = []
    grown = 0
    for it in sorted(applied, key=lambda it: it.symbol.insertion):
        assert it.change is not None
        line = before.count("\n", 0, it.change.span.start) + grown + 1
        starts.append((line, it.symbol.extent))
        grown += it.change.new_text.count("\n")
    charged: dict[Span, list[str]] = {}
    for warning in added:
        # A warning above all comments can only come from the first one.
        earlier = [extent for line, extent in starts if line <= warning.line] or [starts[0][1]]
        charged.setdefault(earlier[-1], []).append(warning.message)
    return charged


def _same_code(before: str, after: str) -> bool:
    return code_words(before) == code_words(after) and (
        compiler_words(before) == compiler_words(after)
    )


def _last_family(row: dict[str, object]) -> str:
    families = row["families"]
    assert isinstance(families, Sequence)
    return str(families[-1])


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "none"
