"""Own exporting: from records to the files that trainers take, with a manifest and a data card.

It must not decide how an example is asked (examples.py) or what splits are (splitting.py). The
folder is written beside and put in place when whole.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from glossator_clients.types import ModelInfo
from glossator_indexer.styles.judging import is_callable
from glossator_server import __version__
from glossator_server.datasets.cards import data_card
from glossator_server.datasets.examples import Example, ExampleOptions, conversation_of, example_of
from glossator_server.datasets.near_duplicates import NearDuplicates, Signature, signature_of
from glossator_server.datasets.records import Record, read_records
from glossator_server.datasets.splitting import Split, SplitOptions, leaking, splits_of
from glossator_server.datasets.surroundings import Surroundings
from glossator_server.datasets.words import plain_fields
from glossator_server.errors import UsageError
from glossator_server.files import told
from glossator_server.prompts.document import tokens_of

SCHEMA = 1
MANIFEST = "manifest.json"
CARD = "data-card.md"
FORMATS: Mapping[str, str] = {
    "openai": "One object a line with `messages`, as OpenAI's and most other services take it.",
    "trl": "One object a line with `prompt` and `completion`, as TRL's trainers take it.",
}


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is exported, and how.

    `licences` are globs of SPDX expressions that are kept (all where there are none); `without`
    those that are dropped. `kinds` are of symbols; none means all that can be called.
    """

    examples: ExampleOptions
    splits: SplitOptions = field(default_factory=SplitOptions)
    format: str = "openai"
    licences: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    all_kinds: bool = False


@dataclass(slots=True)
class Exported:
    """What was exported so far; `left_out` counts records by the reason."""

    total: int = 0
    done: int = 0
    examples: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    projects: Counter[str] = field(default_factory=Counter)
    styles: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)


Told = Callable[[Exported], None]


def export(files: Sequence[Path], out: Path, options: ExportOptions, told_now: Told) -> Exported:
    """Write train, valid and test of the records in `files` into the folder `out`.

    `told_now` hears of each record. Raises `UsageError` where a file cannot be read or written, or
    where nothing is left.
    """
    records = _unique(it for file in files for it in read_records(file))
    exported = Exported()
    chosen = [it for it in records if _is_chosen(it, options, exported)]
    signatures = {it.id: _signature(it) for it in chosen}
    splits = splits_of(records, options.splits)
    leaks = leaking(chosen, signatures, splits)
    exported.left_out["near-duplicate of another split"] += len(leaks)
    chosen = [it for it in chosen if it.id not in leaks]
    exported.total = len(chosen)
    if not chosen:
        raise UsageError("No record passes the filters; mine more, or take other --licence.")
    neighbours = _Neighbours(records, splits, chosen, signatures)
    with _folder(out) as folder:
        with _split_files(folder) as write:
            for record in chosen:
                example = example_of(record, neighbours.of(record), options.examples)
                exported.done += 1
                if example is None:
                    exported.left_out["prompt too long"] += 1
                else:
                    split = splits[record.id]
                    _count(exported, example, split)
                    write(split, json.dumps(_FORMATTED[options.format](example), ensure_ascii=False))
                told_now(exported)
        manifest = _manifest(files, folder, options, exported)
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (folder / MANIFEST).write_text(text, "utf-8")
        (folder / CARD).write_text(data_card(manifest), "utf-8")
    return exported


def _unique(records: Iterator[Record]) -> list[Record]:
    """Return the records, each id once: the same repository may be in two files."""
    return list({it.id: it for it in records}.values())


def _is_chosen(record: Record, options: ExportOptions, exported: Exported) -> bool:
    reason = ""
    if record.left_out:
        reason = record.left_out[0]
    elif not (options.all_kinds or is_callable(record.symbol)):
        reason = "kind"
    elif not _is_licensed(record.licence, options):
        reason = "licence"
    if reason:
        exported.left_out[reason] += 1
    return not reason


def _is_licensed(licence: str, options: ExportOptions) -> bool:
    if any(fnmatchcase(licence, it) for it in options.without):
        return False
    return not options.licences or any(fnmatchcase(licence, it) for it in options.licences)


def _signature(record: Record) -> Signature:
    words = plain_fields(record.fields, record.style)
    told_words = (words.summary, *(it for _, it in words.parameters), words.returns or "")
    return signature_of(" ".join(told_words) + "\n" + record.code)


class _Neighbours:
    """What stands around a record and may be shown beside it."""

    def __init__(
        self,
        records: Sequence[Record],
        splits: Mapping[str, Split],
        chosen: Sequence[Record],
        signatures: Mapping[str, Signature],
    ) -> None:
        self._surroundings = Surroundings.of(records)
        self._splits = splits
        self._signatures = signatures
        self._duplicates = NearDuplicates()
        for it in chosen:
            self._duplicates.add(it.id, signatures[it.id])

    def of(self, record: Record) -> list[Record]:
        """Return them, nearest place first; nothing that is measured with is learned from."""
        same = set(self._duplicates.like(self._signatures[record.id]))
        allowed = _LENDING[self._splits[record.id]]

        def may_lend(other: Record) -> bool:
            return (
                other.id not in same
                and self._splits[other.id] in allowed
                and other.data_class.rank <= record.data_class.rank
            )

        return self._surroundings.around(record, may_lend)


_LENDING = {
    Split.TRAIN: frozenset({Split.TRAIN}),
    Split.VALID: frozenset({Split.TRAIN, Split.VALID}),
    Split.TEST: frozenset(Split),
}


def _as_messages(example: Example) -> dict[str, object]:
    turns: list[dict[str, object]] = [
        {"role": role, "content": text} for role, text in conversation_of(example)
    ]
    # Only the last answer is to be learned: those before it stand there as examples.
    for turn in turns[:-1]:
        if turn["role"] == "assistant":
            turn["weight"] = 0
    return {"messages": turns}


def _as_completion(example: Example) -> dict[str, object]:
    *prompt, answer = [{"role": role, "content": text} for role, text in conversation_of(example)]
    return {"prompt": prompt, "completion": [answer]}


_FORMATTED: Mapping[str, Callable[[Example], dict[str, object]]] = {
    "openai": _as_messages,
    "trl": _as_completion,
}


def _count(exported: Exported, example: Example, split: Split) -> None:
    record = example.record
    exported.examples[split] += 1
    exported.tokens[split] += tokens_of(example.messages)
    exported.licences[record.licence] += 1
    exported.projects[record.project] += 1
    exported.styles[record.style] += 1
    exported.classes[str(record.data_class)] += 1
    exported.notices.update(example.notices)


def _manifest(
    files: Sequence[Path], folder: Path, options: ExportOptions, exported: Exported
) -> dict[str, Any]:
    template = options.examples.template
    return {
        "schema": SCHEMA,
        "kind": "glossator-dataset",
        "glossator": __version__,
        "format": options.format,
        "prompt": {"name": template.name, "sha256": template.sha256},
        "asks_for_known": options.examples.asks_for_known,
        "sources": [{"file": it.name, "sha256": _sha256(it)} for it in files],
        "splits": {
            str(it): {
                "file": f"{it}.jsonl",
                "sha256": _sha256(folder / f"{it}.jsonl"),
                "examples": exported.examples[it],
                "estimated_prompt_tokens": exported.tokens[it],
            }
            for it in Split
        },
        "split_by": options.splits.by,
        "hold_out": list(options.splits.hold_out),
        "seed": options.splits.seed,
        "kept_licences": list(options.licences),
        "dropped_licences": list(options.without),
        "left_out": _sorted(exported.left_out),
        "notices": _sorted(exported.notices),
        "licences": _sorted(exported.licences),
        "projects": _sorted(exported.projects),
        "styles": _sorted(exported.styles),
        "classes": _sorted(exported.classes),
    }


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.most_common() if count}


def _sha256(path: Path) -> str:
    with told(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _split_files(folder: Path) -> Iterator[Callable[[Split, str], None]]:
    files = {it: (folder / f"{it}.jsonl").open("w", encoding="utf-8") for it in Split}
    try:
        yield lambda split, line: print(line, file=files[split])
    finally:
        for it in files.values():
            it.close()


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into, and put it in the place of `out` when the block is through."""
    if out.exists() and not (out / MANIFEST).is_file():
        raise UsageError(f"{out} is there and was not exported to before; name another folder.")
    with told(out):
        work = Path(tempfile.mkdtemp(prefix=".glossator.", dir=out.absolute().parent))
        try:
            yield work
            work.chmod(0o755)
            if out.exists():
                shutil.rmtree(out)
            work.replace(out)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
