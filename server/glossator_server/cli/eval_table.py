"""Own the table of a measurement: a row a measure, a column a configuration, a word for each.

It reads the published shape of a result, and is imported only by who prints one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from glossator_server.cli.console import PipeConsole
from glossator_server.cli.printing import visible

_VERDICTS = {
    "better": ("better", "green"),
    "worse": ("worse", "red"),
    "same": ("no difference shown", ""),
}
_Report = Mapping[str, Any]


def print_table(report: _Report, folder: Path) -> None:
    """Print what was measured, the table, and sentences about it."""
    console = PipeConsole(file=sys.stdout, highlight=False)
    console.print(Text(_head(report)))
    console.print(_table(report))
    for sentence in _notes(report):
        console.print(Text(sentence))
    console.print(Text(f"All of it, with every case: {visible(str(folder))}"))


def _head(report: _Report) -> str:
    where = visible(f"{report['source']['where']}")
    kinds = {"prepared": "prepared cases", "mined": f"cases mined from {where}"}
    what = kinds.get(report["source"]["kind"], f"cases of {where}")
    part = "" if report["complete"] else ", not complete"
    return f"{report['suite']}: {report['cases']} {what}, seed {report['seed']}{part}"


def _table(report: _Report) -> Table:
    names = [str(it["name"]) for it in report["configurations"]]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("measure")
    for name in names:
        table.add_column(visible(name), justify="left")
    for measure in report["measures"]:
        cells = [_cell(report, it, measure, names[0]) for it in names]
        arrow = "↑" if measure["better"] == "higher" else "↓"
        table.add_row(Text(f"{measure['title']} {arrow}"), *cells)
    table.add_section()
    table.add_row("failed", *(Text(_failed(it)) for it in report["configurations"]))
    table.add_row("tokens a case", *(Text(_tokens(it)) for it in report["configurations"]))
    table.add_row("model", *(Text(_model(it)) for it in report["configurations"]))
    table.add_row("prompt", *(Text(_prompt(it)) for it in report["configurations"]))
    return table


def _cell(report: _Report, name: str, measure: Mapping[str, Any], baseline: str) -> Text:
    """Return a mean with its interval, and how it differs from the baseline."""
    score = report["scores"].get(name, {}).get(measure["name"])
    if score is None:
        return Text("–")
    text = Text(_number(score["mean"], measure))
    if name == baseline:
        low, high = _number(score["low"], measure), _number(score["high"], measure)
        return text.append(f"  [{low}, {high}]", style="dim")
    found = next(
        (
            it
            for it in report["comparisons"]
            if it["configuration"] == name and it["measure"] == measure["name"]
        ),
        None,
    )
    if found is None:
        return text
    low, high = _signed(found["low"], measure), _signed(found["high"], measure)
    text.append(f"  {_signed(found['difference'], measure)} [{low}, {high}]", style="dim")
    words, style = _VERDICTS[found["verdict"]]
    return text.append(f"\n{words}", style=style)


def _number(value: float, measure: Mapping[str, Any]) -> str:
    digits = 2 if measure["unit"] else 3
    return f"{value:.{digits}f}"


def _signed(value: float, measure: Mapping[str, Any]) -> str:
    digits = 2 if measure["unit"] else 3
    return f"{value:+.{digits}f}"


def _failed(told: Mapping[str, Any]) -> str:
    return f"{told['failed']} of {told['cases']}"


def _tokens(told: Mapping[str, Any]) -> str:
    cases = max(1, told["cases"])
    tokens = told["tokens"]
    return f"{tokens['prompt'] / cases:.0f} in, {tokens['completion'] / cases:.0f} out"


def _model(told: Mapping[str, Any]) -> str:
    place = "this machine" if told["local"] else "another machine"
    return visible(f"{told['model']}, {place}")


def _prompt(told: Mapping[str, Any]) -> str:
    prompt = told["prompt"]
    return "–" if prompt is None else visible(f"{prompt['name']} ({prompt['sha256'][:8]})")


def _notes(report: _Report) -> Iterator[str]:
    """Yield what has to be known to read the table."""
    names = [str(it["name"]) for it in report["configurations"]]
    if len(names) > 1:
        yield (
            f"Behind each mean: the difference to {visible(names[0])} over the same cases, with "
            "its interval of 95 %. Better and worse are said where the interval leaves out 0."
        )
    yield from _slowness(report["configurations"])
    if report["cases"] < 30:
        yield "With so few cases only large differences show; -n takes more."


def _slowness(configurations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for it in configurations:
        name, seconds = visible(str(it["name"])), it["seconds"]
        yield (
            f"{name}: half of the cases took under {seconds['p50']:.1f} s, 19 of 20 under "
            f"{seconds['p95']:.1f} s; Glossator's own part is {seconds['overhead_share']:.1%} of "
            "the model's."
        )
