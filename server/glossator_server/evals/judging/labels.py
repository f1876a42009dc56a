"""Own the file of people's labels: which of two texts a person found better, not knowing whose.

A line is `{"case", "first", "second", "better"}`: the id of a case, the names of two
configurations, and "first", "second" or "tie". `first_text` and `second_text` name the very texts
(`text_digest`); a label without them is taken for the texts that the run has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_server.errors import UsageError
from glossator_server.evals.judging.judgements import Side
from glossator_server.evals.judging.pairs import Pair, text_digest
from glossator_server.evals.judging.question import Preference
from glossator_server.files import read_source


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of two texts."""

    case: str
    first: str
    second: str
    better: Preference
    first_text: str | None = None
    second_text: str | None = None

    def side(self, pair: Pair) -> Side | None:
        """Return whose text of a pair it names; None where it is about others."""
        texts = {
            pair.baseline: text_digest(pair.baseline_text),
            pair.configuration: text_digest(pair.configuration_text),
        }
        if self.case != pair.case or {self.first, self.second} != texts.keys():
            return None
        for name, digest in ((self.first, self.first_text), (self.second, self.second_text)):
            if digest is not None and digest != texts[name]:
                return None
        if self.better is Preference.TIE:
            return Side.TIE
        named = self.first if self.better is Preference.FIRST else self.second
        return Side.BASELINE if named == pair.baseline else Side.CONFIGURATION


def read_labels(path: Path) -> list[Label]:
    """Return the labels of a file; raises `UsageError` that names the line of one that is none."""
    lines = enumerate(read_source(path).split("\n"), 1)
    return [_label(line, f"{path}, line {number}") for number, line in lines if line.strip()]


def label_line(label: Label) -> dict[str, Any]:
    """Return a label as it is kept."""
    return {
        "case": label.case,
        "first": label.first,
        "second": label.second,
        "better": label.better.value,
        "first_text": label.first_text,
        "second_text": label.second_text,
    }


def sides_of(labels: Iterable[Label], pairs: Iterable[Pair]) -> dict[tuple[str, str], Side]:
    """Return what people said by case and configuration, the last word on a pair counting."""
    by_case: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_case.setdefault(pair.case, []).append(pair)
    found: dict[tuple[str, str], Side] = {}
    for label in labels:
        for pair in by_case.get(label.case, ()):
            side = label.side(pair)
            if side is not None:
                found[pair.case, pair.configuration] = side
    return found


def _label(text: str, where: str) -> Label:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        line = None
    values = line if isinstance(line, dict) else {}
    words = [values.get(it) for it in ("case", "first", "second", "better")]
    if not all(isinstance(it, str) and it for it in words) or words[-1] not in set(Preference):
        raise UsageError(
            f'{where} is no label; it needs "case", "first", "second" (names of configurations) '
            'and "better", which is "first", "second" or "tie".'
        )
    case, first, second, better = map(str, words)
    if first == second:
        raise UsageError(f"{where} compares {first} with itself; name two configurations.")
    digests = (values.get("first_text"), values.get("second_text"))
    return Label(case, first, second, Preference(better), *digests)
