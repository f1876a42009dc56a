"""Own how trials of prompts are printed for people: all that was said, or two side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from glossator_server.cli.console import PipeConsole
from glossator_server.cli.output import DIFF_STYLES
from glossator_server.cli.printing import visible
from glossator_server.playground.recording import Exchange
from glossator_server.playground.reports import (
    answer_text,
    ending_of,
    figure,
    heading_of,
    repeated,
)
from glossator_server.playground.trials import MEASURES, Trial, means

# Of a column: comments are seldom wider than 80, and are folded.
_LEAST_WIDTH = 60


def print_trial(trial: Trial) -> None:
    """Print every word that was said, then what came of it."""
    console = _console()
    _say(console, f"{trial.prompt.name} ({trial.prompt.use}) on {trial.target}", "bold")
    before: Exchange | None = None
    for number, exchange in enumerate(trial.exchanges, 1):
        _say(console, f"== question {number}: {heading_of(exchange)}", "bold")
        if known := repeated(exchange, before):
            _say(console, f"the first {known} messages are those of question {number - 1}", "dim")
        _print_exchange(console, exchange, known)
        before = exchange
    if trial.dry:
        _say(console, trial.problem or "nobody was asked", "yellow")
        return
    if not trial.exchanges:
        _say(console, "no model was asked: its words were known, or nothing was wanted", "yellow")
    _say(console, "== result", "bold")
    _print_result(console, trial)
    for it in trial.evidence:
        _say(console, f"  {it.verdict} {it.check} ({it.tool} {it.version}): {it.after}", "dim")
    for notice in trial.notices:
        _say(console, f"  note: {notice}", "yellow")
    told = (
        f"{title}: {figure(name, trial.measures[name])}"
        for name, title in MEASURES.items()
        if name in trial.measures
    )
    _say(console, f"  {', '.join(told)}", "dim")


def print_comparison(trials: Sequence[Trial]) -> None:
    """Print what each prompt made of each target, then the measures side by side."""
    console = _console()
    names = list(dict.fromkeys(it.prompt.name for it in trials))
    for target in dict.fromkeys(it.target for it in trials):
        tried = [it for it in trials if it.target == target]
        _say(console, f"== {target}", "bold")
        if console.is_terminal and console.width >= _LEAST_WIDTH * len(tried):
            _print_beside(console, tried)
            continue
        for trial in tried:
            _say(console, f"-- {trial.prompt.name}", "bold")
            _print_made(console, trial)
        if tried[0].comment:
            _say(console, "-- a person", "bold")
            _print_lines(console, tried[0].comment)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in names:
        table.add_column(Text(visible(name)), justify="right")
    columns = [means([it for it in trials if it.prompt.name == name]) for name in names]
    for measure, title in MEASURES.items():
        if any(measure in it for it in columns):
            cells = [figure(measure, it[measure]) if measure in it else "-" for it in columns]
            table.add_row(title, *cells)
    console.print(table)


def _print_beside(console: PipeConsole, tried: Sequence[Trial]) -> None:
    """Print what prompts made of one target in columns, a person's words last."""
    told = {it.prompt.name: it.problem or it.text for it in tried}
    told |= {"a person": tried[0].comment} if tried[0].comment else {}
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for name in told:
        table.add_column(Text(visible(name)), ratio=1, overflow="fold")
    lines = ("\n".join(map(visible, it.strip("\n").split("\n"))) for it in told.values())
    table.add_row(*(Text(it) for it in lines))
    console.print(table)


def _print_exchange(console: PipeConsole, exchange: Exchange, known: int) -> None:
    shares = zip(exchange.request.messages, exchange.tokens.messages, strict=True)
    for message, share in list(shares)[known:]:
        _say(console, f"-- {message.author} ({share} tokens)", "cyan")
        _print_lines(console, message.text)
    if exchange.answer is not None:
        _say(console, f"-- answer ({ending_of(exchange)})", "cyan")
        _print_lines(console, answer_text(exchange))


def _print_result(console: PipeConsole, trial: Trial) -> None:
    if not trial.diff:
        _print_made(console, trial)
        return
    for line in trial.diff.removesuffix("\n").split("\n"):
        console.print_code(line, DIFF_STYLES.get(line[:1], "none"))


def _print_made(console: PipeConsole, trial: Trial) -> None:
    if trial.problem:
        _say(console, f"nothing was made: {trial.problem}", "yellow")
    if trial.text:
        _print_lines(console, trial.text)


def _print_lines(console: PipeConsole, text: str) -> None:
    for line in text.strip("\n").split("\n"):
        console.print_code(line, "none")


def _say(console: PipeConsole, line: str, style: str) -> None:
    console.print(visible(line), style=style, markup=False)


def _console() -> PipeConsole:
    return PipeConsole(soft_wrap=True, highlight=False, emoji=False)
