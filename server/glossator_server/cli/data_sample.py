"""Own what people see of mined and exported data: a drawn sample, in words."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from glossator_server.cli.printing import visible
from glossator_server.datasets.records import Record, from_json
from glossator_server.datasets.words import plain_fields
from glossator_server.errors import UsageError


def sample_of(path: Path, count: int, seed: int) -> list[str]:
    """Return the lines that show some of a file's examples, drawn by the seed.

    Records that are left out are not among them. Raises `UsageError` where the file is none of
    ours.
    """
    drawn = random.Random(seed)  # noqa: S311 -- a draw to look at, no secret
    kept: list[tuple[int, Mapping[str, Any]]] = []
    seen = 0
    for number, value in _values(path):
        if value.get("left_out"):
            continue
        seen += 1
        # Each has the same chance, and no more than the sample is held (Vitter's algorithm R).
        if len(kept) < count:
            kept.append((number, value))
        elif (place := drawn.randrange(seen)) < count:
            kept[place] = (number, value)
    return [line for number, value in sorted(kept, key=_number) for line in _shown(value, number)]


def _number(found: tuple[int, Mapping[str, Any]]) -> int:
    return found[0]


def _values(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    number = 0
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                value = json.loads(line)
                if not isinstance(value, dict):
                    raise ValueError("no object")  # noqa: TRY301, TRY004 -- told below
                yield number, value
    except ValueError as trouble:
        raise UsageError(
            f"{path}:{number} cannot be used; name a file that `data` wrote."
        ) from trouble
    except OSError as trouble:
        raise UsageError(f"{path} cannot be read: {trouble.strerror}.") from trouble


def _shown(value: Mapping[str, Any], number: int) -> Iterator[str]:
    if "kind" in value:
        yield from _record(from_json(value))
    else:
        yield f"line {number}"
        yield from (line for turn in _turns(value) for line in turn)
    yield ""


def _record(record: Record) -> Iterator[str]:
    words = plain_fields(record.fields, record.style)
    weak = dict(record.weak)
    head = f"{record.path}:{record.line} {record.symbol.qualified_name}"
    yield f"{head} ({record.project}, {record.style}, {record.licence})"
    yield f"  {words.summary}"
    told = [(f"@{name}", text) for name, text in words.parameters]
    told += [("returns", words.returns)] if words.returns else []
    for part, text in told:
        yield f"  {part}: {text}" + (f"  [not asked for: {weak[part]}]" if part in weak else "")


def _turns(value: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the turns of an example or a pair, whatever it is written for."""
    for key, inner in value.items():
        turns = inner.get("messages", ()) if isinstance(inner, dict) else inner
        if not isinstance(turns, list):
            continue
        for turn in turns:
            said = key if key not in {"messages", "prompt", "input"} else str(turn.get("role"))
            yield [f"  {said}: {line}" for line in _lines(turn)]


def _lines(turn: Mapping[str, Any]) -> list[str]:
    return [visible(it) for it in str(turn.get("content", "")).split("\n")]
