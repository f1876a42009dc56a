"""Own the table of a measurement: a row a measure, a column a configuration, a word for each.

It reads the published shape of a result, and is imported only by who prints one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from glossator_server.cli.console import PipeConsole
from glossator_server.cli.printing import visible
from glossator_server.evals.report import read_result, verdict_of

_VERDICTS = {
    "better": ("better", "green"),
    "worse": ("worse", "red"),
    "same": ("no difference", ""),
}
_Report = Mapping[str, Any]


def print_table(report: _Report, folder: Path) -> None:
    """Print what was measured, the table, and what follows from it in sentences."""
    console = PipeConsole(file=sys.stdout, highlight=False)
    console.print(Text(_head(report)))
    console.print(_table(report))
    verdict = verdict_of(read_result(report))
    console.print(Text(visible(verdict.headline), style="bold"))
    # Of one configuration there is nothing to say that the table does not.
    sentences = verdict.sentences if report["comparisons"] else ()
    for sentence in (*sentences, *verdict.cautions, *_slowness(report)):
        console.print(Text(visible(sentence)))
    console.print(Text(f"Every case: {visible(str(folder))}"))


def _head(report: _Report) -> str:
    where = visible(str(report["source"]["where"]))
    case = "case" if report["cases"] == 1 else "cases"
    kinds = {"prepared": f"prepared {case}", "mined": f"{case} drawn from {where}"}
    what = kinds.get(report["source"]["kind"], f"{case} of {where}")
    part = "" if report["complete"] else ", not complete"
    return f"{report['suite']}: {report['cases']} {what}, seed {report['seed']}{part}"


def _table(report: _Report) -> Table:
    told = report["configurations"]
    names = [str(it["name"]) for it in told]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("measure; ↑: more is better")
    for name in names:
        note = "" if name != names[0] or len(names) == 1 else ", compared with"
        table.add_column(Text(visible(name) + note))
    for measure in report["measures"]:
        arrow = "↑" if measure["better"] == "higher" else "↓"
        cells = [_cell(report, it, measure) for it in names]
        table.add_row(Text(f"{arrow} {measure['title']}"), *cells)
    table.add_section()
    rows = [*_ROWS, _ADAPTER] if any(it["adapter"] for it in told) else _ROWS
    for title, cell in rows:
        table.add_row(title, *(Text(visible(cell(it))) for it in told))
    return table


def _cell(report: _Report, name: str, measure: Mapping[str, Any]) -> Text:
    """Return a mean with its interval, or with a word on how it differs from the baseline."""
    score = report["scores"].get(name, {}).get(measure["name"])
    if score is None:
        return Text("–")
    text = Text(_number(score["mean"], measure))
    found = next(
        (
            it
            for it in report["comparisons"]
            if it["configuration"] == name and it["measure"] == measure["name"]
        ),
        None,
    )
    if found is None:
        low, high = _number(score["low"], measure), _number(score["high"], measure)
        return text.append(f"\n[{low}, {high}]", style="dim")
    words, style = _VERDICTS[found["verdict"]]
    text.append(f"  {words}", style=style)
    low, high = _signed(found["low"], measure), _signed(found["high"], measure)
    return text.append(f"\n{_signed(found['difference'], measure)} [{low}, {high}]", style="dim")


def _number(value: float, measure: Mapping[str, Any]) -> str:
    return f"{value:.{_digits(measure)}f}"


def _signed(value: float, measure: Mapping[str, Any]) -> str:
    return f"{value:+.{_digits(measure)}f}"


def _digits(measure: Mapping[str, Any]) -> int:
    """Return how many digits say something: prices are small, seconds are not."""
    if measure["kind"] == "cost":
        return 5
    return 2 if measure["unit"] else 3


def _failed(told: Mapping[str, Any]) -> str:
    return f"{told['failed']} of {told['cases']}"


def _tokens(told: Mapping[str, Any]) -> str:
    cases = max(1, told["cases"])
    tokens = told["tokens"]
    return f"{tokens['prompt'] / cases:.0f} in, {tokens['completion'] / cases:.0f} out"


def _model(told: Mapping[str, Any]) -> str:
    place = "this machine" if told["local"] else "another machine"
    return f"{told['model']}, {place}"


def _prompt(told: Mapping[str, Any]) -> str:
    prompt = told["prompt"]
    return "–" if prompt is None else f"{prompt['name']} ({prompt['sha256'][:8]})"


_ROWS: Sequence[tuple[str, Callable[[Mapping[str, Any]], str]]] = (
    ("failed", _failed),
    ("tokens a case", _tokens),
    ("model", _model),
    ("prompt", _prompt),
)


_ADAPTER: tuple[str, Callable[[Mapping[str, Any]], str]] = (
    "adapter",
    lambda told: str(told["adapter"] or "–"),
)


def _slowness(report: _Report) -> Iterator[str]:
    for it in report["configurations"]:
        seconds, cases = it["seconds"], it["cases"]
        if not cases:
            continue
        model, own = seconds["model_total"], seconds["total"] - seconds["model_total"]
        told = (
            f"{it['name']}: half of the cases took under {seconds['p50']:.2f} s, 19 of 20 under "
            f"{seconds['p95']:.2f} s"
        )
        if it["tokens"]["completion"]:
            told += (
                f"; on average the model answered for {model / cases:.2f} s and Glossator itself "
                f"took {own / cases:.2f} s"
            )
        yield f"{told}."
