"""Own `glossator tune`: teaching a small model, and deciding what of it is used."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.tuning.options import AnswersTaught, Precision, TrainingProgress, TuneOptions

# A line of progress in a log, where nobody watches.
_LINE_S = 30.0


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("tune", help="teach a small model your project's words")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_run(actions)


def _add_run(actions: Any) -> None:  # noqa: ANN401 -- as above
    run = actions.add_parser("run", help="train an adapter on exported data")
    usual = TuneOptions()
    run.add_argument("data", metavar="FOLDER", type=Path, help="what `glossator data export` wrote")
    run.add_argument("--name", required=True, help="the adapter's name")
    run.add_argument("--base", default="smollm2", help="a model of the engine, or a folder")
    run.add_argument("--minutes", type=float, help="end within so many minutes")
    run.add_argument("--epochs", type=float, default=usual.epochs, help="how often all is read")
    run.add_argument("--layers", type=int, help="how many, from the top, learn")
    run.add_argument("--rank", type=int, default=usual.rank, help="the size of the adapter")
    run.add_argument("--learning-rate", type=float, default=usual.learning_rate)
    run.add_argument("--step-tokens", type=int, default=usual.step_tokens)
    run.add_argument("--batch-tokens", type=int, default=usual.batch_tokens)
    run.add_argument("--longest", type=int, default=usual.longest, help="tokens of a conversation")
    run.add_argument("--answers", choices=tuple(AnswersTaught), default=usual.answers)
    run.add_argument("--precision", choices=tuple(Precision), default=usual.precision)
    run.add_argument("--evaluations", type=int, default=usual.evaluations)
    run.add_argument("--patience", type=int, default=usual.patience)
    run.add_argument("--validated", type=int, default=usual.validated)
    run.add_argument("--seed", type=int, default=usual.seed)
    run.add_argument("--threads", type=int, help="cores to use; all without it")
    again = run.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="go on with an unfinished run")
    again.add_argument("--restart", action="store_true", help="throw an unfinished run away")
    run.set_defaults(run=run_training)


def run_training(options: argparse.Namespace) -> int:
    """Train an adapter; Ctrl-C keeps what was learned."""
    from glossator_server.tuning.extra import check_installed

    check_installed()
    from glossator_server.tuning.runs import RunOrders, train
    from glossator_server.tuning.training import TrainingHooks, TrainingStoppedError

    orders = RunOrders(
        options.data,
        options.name,
        options.base,
        _tune_options(options),
        is_resumed=options.resume,
        is_restarted=options.restart,
    )
    with _stop_signal() as is_stopped:
        try:
            made = train(orders, TrainingHooks(_Lines(), is_stopped))
        except TrainingStoppedError:
            complain(
                f"Stopped; go on with `glossator tune run {options.data} --name "
                f"{options.name} --resume` and the same options."
            )
            return ExitStatus.SIGINT
    print(
        visible(
            f"{made.folder}: {made.steps} steps, {made.tokens:,} tokens in "
            f"{made.seconds / 60:.1f} minutes on {made.device}; held-out loss {made.loss_before:.3f} -> {made.loss_after:.3f}"
        )
    )
    if made.left_out:
        print(visible(f"{made.left_out} conversations were too long and left out"))
    print(visible(f"it is not used yet: run `glossator tune gate {options.name}`"))
    return ExitStatus.DONE


def _tune_options(options: argparse.Namespace) -> TuneOptions:
    return replace(
        TuneOptions(),
        rank=options.rank,
        alpha=2 * options.rank,
        learning_rate=options.learning_rate,
        epochs=options.epochs,
        minutes=options.minutes,
        step_tokens=options.step_tokens,
        batch_tokens=options.batch_tokens,
        longest=options.longest,
        layers=options.layers,
        answers=AnswersTaught(options.answers),
        precision=Precision(options.precision),
        evaluations=options.evaluations,
        patience=options.patience,
        validated=options.validated,
        seed=options.seed,
        threads=options.threads,
    )


class _Lines:
    """Progress on standard error: one line that is written over, or one now and then in a log."""

    def __init__(self) -> None:
        self._is_watched = sys.stderr.isatty()
        self._last = 0.0

    def __call__(self, progress: TrainingProgress) -> None:
        """Show where the run stands."""
        words = f"{progress.share:4.0%}  {progress.in_words()}"
        if self._is_watched:
            end = "\n" if progress.share >= 1.0 else ""
            print(f"\r\x1b[K{words}", end=end, file=sys.stderr, flush=True)
        elif time.monotonic() - self._last > _LINE_S or progress.share >= 1.0:
            self._last = time.monotonic()
            print(words, file=sys.stderr, flush=True)


@contextmanager
def _stop_signal() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C, or a request to end, into a stop at the next step."""
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- the shape of a handler
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)
        complain("stopping after this step; once more to stop at once")

    before = {it: signal.signal(it, stop) for it in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(stopped)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
