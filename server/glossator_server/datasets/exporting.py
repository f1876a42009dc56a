"""Own exporting: from records and decisions to the files that trainers take, manifest and card.

It must not decide how an example is asked (examples.py), what splits are (splitting.py) or what a
line looks like (formats.py). The folder is written beside and put in place when whole.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from glossator_indexer.styles.judging import is_callable
from glossator_server import __version__
from glossator_server.datasets.cards import data_card
from glossator_server.datasets.decisions import Decision
from glossator_server.datasets.examples import Example, ExampleOptions, example_of
from glossator_server.datasets.formats import FORMATS
from glossator_server.datasets.near_duplicates import NearDuplicates, Signature, signature_of
from glossator_server.datasets.preferences import FromPeople, from_people
from glossator_server.datasets.reading import told_text
from glossator_server.datasets.records import Record, read_records
from glossator_server.datasets.splitting import Split, SplitOptions, repeated, splits_of, unit_for
from glossator_server.datasets.surroundings import Surroundings
from glossator_server.errors import UsageError
from glossator_server.files import told
from glossator_server.prompts.document import tokens_of

SCHEMA = 1
MANIFEST = "manifest.json"
CARD = "data-card.md"
PREFERENCES = "preferences.jsonl"
_KIND = "glossator-dataset"
_NAMES = frozenset({MANIFEST, CARD, PREFERENCES, *(f"{it}.jsonl" for it in Split)})


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is exported, and how.

    `licences` are globs of SPDX expressions that are kept (all where there are none), `without`
    those that are dropped. `all_kinds` has types, too, beside what can be called; `let_in` are
    filters that do not count. `decisions` are those of people on offered comments, None where they
    are not wanted.
    """

    examples: ExampleOptions
    splits: SplitOptions = field(default_factory=SplitOptions)
    format: str = "openai"
    licences: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    all_kinds: bool = False
    let_in: frozenset[str] = frozenset()
    decisions: tuple[Decision, ...] | None = None


@dataclass(slots=True)
class Exported:
    """What was exported so far; `left_out` counts records by the reason, `unit` stays together."""

    total: int = 0
    done: int = 0
    examples: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unasked: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    projects: Counter[str] = field(default_factory=Counter)
    styles: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    pairs: int = 0
    unit: str = ""


Told = Callable[[Exported], None]


def export(files: Sequence[Path], out: Path, options: ExportOptions, told_now: Told) -> Exported:
    """Write the examples and pairs that records and decisions make into the folder `out`.

    `told_now` hears of each record. Raises `UsageError` where a file cannot be read or written, or
    where nothing is left.
    """
    records = _unique(it for file in files for it in read_records(file))
    exported = Exported()
    chosen = _Chosen.among(records, options, exported)
    exported.total = len(chosen.records)
    people = from_people(options.decisions or (), chosen.around_code, options.examples)
    if not chosen.records and not people.examples and not people.pairs:
        raise UsageError("No record passes the filters; mine more, or take other licences.")
    with _folder(out) as folder:
        with _split_files(folder) as write:
            for example in _examples(chosen, options, exported, told_now):
                split = chosen.splits[example.record.id]
                _count(exported, example, split)
                write(split, FORMATS[options.format].example(example))
            for example in people.examples:
                if chosen.is_measured(example.record):
                    exported.left_out["decision on what is measured with"] += 1
                else:
                    _count(exported, example, Split.TRAIN)
                    write(Split.TRAIN, FORMATS[options.format].example(example))
        if options.decisions is not None:
            _write_pairs(folder / PREFERENCES, people, chosen, options.format, exported)
        manifest = _manifest(files, folder, options, exported)
        (folder / MANIFEST).write_text(_indented(manifest), "utf-8")
        (folder / CARD).write_text(data_card(manifest), "utf-8")
    return exported


def _examples(
    chosen: _Chosen, options: ExportOptions, exported: Exported, told_now: Told
) -> Iterator[Example]:
    for record in chosen.records:
        around = [it.documented for it in chosen.around(record)]
        example = example_of(record, around, options.examples)
        exported.done += 1
        if example is None:
            exported.left_out["prompt too long"] += 1
        else:
            yield example
        told_now(exported)


def _write_pairs(
    path: Path, people: FromPeople, chosen: _Chosen, format_name: str, exported: Exported
) -> None:
    exported.decisions = people.counts
    with path.open("w", encoding="utf-8") as file:
        for pair in people.pairs:
            if chosen.is_measured(pair.example.record):
                exported.decisions["pair on what is measured with"] += 1
                continue
            exported.pairs += 1
            print(_line(FORMATS[format_name].pair(pair)), file=file)


def _unique(records: Iterator[Record]) -> list[Record]:
    """Return the records, each id once: the same repository may be in two files."""
    return list({it.id: it for it in records}.values())


class _Chosen:
    """The records that become examples, with what stands around each and may be shown beside it."""

    def __init__(
        self, all_records: Sequence[Record], records: Sequence[Record], splits: Mapping[str, Split]
    ) -> None:
        self.records = records
        self.splits = splits
        self._surroundings = Surroundings.of(all_records)
        self._signatures: dict[str, Signature] = {}
        self._alike = NearDuplicates()
        for it in records:
            self._signatures[it.id] = signature_of(told_text(it))
            self._alike.add(it.id, self._signatures[it.id])

    @classmethod
    def among(
        cls, records: Sequence[Record], options: ExportOptions, exported: Exported
    ) -> _Chosen:
        """Choose by filters, divide, and leave out what is there already."""
        passing = [it for it in records if _is_chosen(it, options, exported)]
        splits = splits_of(records, options.splits)
        exported.unit = unit_for(records, options.splits)
        again = repeated([(it, signature_of(told_text(it))) for it in passing], splits)
        exported.left_out.update(again.values())
        return cls(records, [it for it in passing if it.id not in again], splits)

    def around(self, record: Record) -> list[Record]:
        """Return them, nearest place first; nothing that is measured with is learned from."""
        same = set(self._alike.like(self._signatures[record.id]))
        allowed = _LENDING[self.splits[record.id]]

        def may_lend(other: Record) -> bool:
            return (
                other.id not in same
                and self.splits[other.id] in allowed
                and other.data_class.rank <= record.data_class.rank
            )

        return self._surroundings.around(record, may_lend)

    def around_code(self, offered: Record) -> list[Record]:
        """Return what stands around code of which only a copy is known; nothing, where nothing is.

        The same function is looked for by name and code.
        """
        code = " ".join(offered.code.split())
        place = next(
            (
                it
                for it in self._surroundings.named(offered.symbol.name)
                if " ".join(it.code.split()) == code and it.style == offered.style
            ),
            None,
        )
        if place is None:
            return []
        return self._surroundings.around(place, lambda it: self.splits[it.id] is Split.TRAIN)

    def is_measured(self, record: Record) -> bool:
        """Tell whether a record is nearly the same as one that is measured with."""
        return any(
            self.splits[str(it)] is not Split.TRAIN
            for it in self._alike.like(signature_of(told_text(record)))
        )


_LENDING = {
    Split.TRAIN: frozenset({Split.TRAIN}),
    Split.VALID: frozenset({Split.TRAIN, Split.VALID}),
    Split.TEST: frozenset(Split),
}


def _is_chosen(record: Record, options: ExportOptions, exported: Exported) -> bool:
    reason = ""
    if not options.let_in.issuperset(record.left_out):
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


def _count(exported: Exported, example: Example, split: Split) -> None:
    record = example.record
    exported.examples[split] += 1
    exported.tokens[split] += tokens_of(example.messages)
    exported.licences[record.licence] += 1
    exported.projects[record.project] += 1
    exported.styles[record.style] += 1
    exported.classes[str(record.data_class)] += 1
    exported.notices.update(example.notices)
    exported.unasked.update(reason for _, reason in record.weak)


def _manifest(
    files: Sequence[Path], folder: Path, options: ExportOptions, exported: Exported
) -> dict[str, Any]:
    template = options.examples.template
    return {
        "schema": SCHEMA,
        "kind": _KIND,
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
        "split_by": exported.unit,
        "hold_out": list(options.splits.hold_out),
        "seed": options.splits.seed,
        "kept_licences": list(options.licences),
        "dropped_licences": list(options.without),
        "left_out": _sorted(exported.left_out),
        "unasked": _sorted(exported.unasked),
        "notices": _sorted(exported.notices),
        "licences": _sorted(exported.licences),
        "projects": _sorted(exported.projects),
        "styles": _sorted(exported.styles),
        "classes": _sorted(exported.classes),
        "decisions": _sorted(exported.decisions),
        "pairs": exported.pairs,
    }


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.most_common() if count}


def _sha256(path: Path) -> str:
    with told(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _line(value: Mapping[str, object]) -> str:
    # A line of JSON must hold no other line's end, whatever a reader takes for one.
    text = json.dumps(value, ensure_ascii=False)
    return text.translate({0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"})


def _indented(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


@contextmanager
def _split_files(folder: Path) -> Iterator[Callable[[Split, Mapping[str, object]], None]]:
    with ExitStack() as opened:
        files = {
            it: opened.enter_context((folder / f"{it}.jsonl").open("w", encoding="utf-8"))
            for it in Split
        }
        yield lambda split, value: print(_line(value), file=files[split])


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into, and put it in the place of `out` when the block is through."""
    place = out.resolve()
    # Named before they are made: an interrupt at any instant leaves nothing.
    work, before = (place.parent / f".glossator.{secrets.token_hex(8)}" for _ in range(2))
    with told(out):
        _check_is_ours(out, place)
        try:
            work.mkdir()
            yield work
            if place.exists():
                place.replace(before)
            work.replace(place)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            if before.exists() and not place.exists():
                before.replace(place)
            raise
        finally:
            shutil.rmtree(before, ignore_errors=True)


def _check_is_ours(out: Path, place: Path) -> None:
    """Raise `UsageError` where a folder would go that holds what no export has written.

    Many programs have a file of the manifest's name.
    """
    if not place.exists():
        return
    try:
        kind = json.loads((place / MANIFEST).read_text("utf-8"))["kind"]
    except (OSError, ValueError, KeyError, TypeError):
        kind = None
    if kind != _KIND:
        raise UsageError(f"{out} is there and was not exported to before; name another folder.")
    others = sorted(it.name for it in place.iterdir() if it.name not in _NAMES)
    if others:
        raise UsageError(
            f"{out} holds {others[0]}, too, which an export would take away; name another folder."
        )
