"""Own `glossator tune run`: training with progress, which Ctrl-C stops without losing anything."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from glossator_server.cli.printing import complain, visible
from glossator_server.cli.progress import LINE_SECONDS
from glossator_server.cli.status import ExitStatus
from glossator_server.tuning.options import AnswersTaught, Precision, TrainingProgress, TuneOptions


def run(options: argparse.Namespace) -> int:
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
            f"{made.seconds / 60:.1f} minutes on {made.device}; held-out loss "
            f"{made.loss_before:.3f} -> {made.loss_after:.3f}"
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
        elif time.monotonic() - self._last > LINE_SECONDS or progress.share >= 1.0:
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
