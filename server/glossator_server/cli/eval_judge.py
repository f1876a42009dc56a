"""Own the options of `glossator eval` for a judge, and the asking of it after the cases were run.

It must not decide what is a preference; `evals.judging` does.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glossator_server.errors import UsageError

if TYPE_CHECKING:
    from glossator_server.evals.durable_lines import DurableLines
    from glossator_server.evals.judging.labels import Label
    from glossator_server.evals.judging.opening import OpenedJudge
    from glossator_server.evals.measuring import Measurement
    from glossator_server.evals.opened import Environment
    from glossator_server.evals.result import Ran
    from glossator_server.evals.running import Follow

LABELS, _JUDGEMENTS = "labels.jsonl", "judgements.jsonl"


def add_judge_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser of `eval`."""
    parser.add_argument(
        "--judge", metavar="MODEL", help="an approved model that says which text is better"
    )
    parser.add_argument(
        "--judge-size",
        type=_size,
        metavar="SIZE",
        help="how many parameters the judge has, where its server does not say: 70B",
    )
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="people's labels, to compare the judge with"
    )
    parser.add_argument(
        "--label", metavar="RUN", help="label pairs of a run yourself, not knowing whose they are"
    )


def check_judge_options(options: argparse.Namespace) -> None:
    """Raise `UsageError` where the options do not go together."""
    if options.judge is None and options.judge_size is not None:
        raise UsageError("--judge-size is the size of a judge; name one with --judge.")
    others = (options.suite, options.judge, options.resume, options.configurations, options.html)
    drawn = (options.cases, options.prepared, options.mined, options.json)
    if options.label is not None and any((*others, *drawn)):
        raise UsageError("Labels are of a run that was made; say --label alone.")
    if options.labels is not None and options.judge is None and options.label is None:
        raise UsageError("Labels are compared with a judge; name one with --judge.")


@dataclass(frozen=True, slots=True)
class JudgeStep:
    """A judge that is ready to be asked about a run, and people's labels that it is compared with.

    `lines` is where its answers are kept, so that they are asked for once.
    """

    opened: OpenedJudge
    lines: DurableLines
    labels: tuple[Label, ...]

    async def result(self, ran: Ran, report: Mapping[str, Any], follow: Follow) -> dict[str, Any]:
        """Ask about all pairs of a run, and return its result with what the judge said."""
        from glossator_server.evals.judging.asking import Session
        from glossator_server.evals.judging.figures import Judged, with_judge
        from glossator_server.evals.judging.pairs import pairs_of

        pairs = pairs_of(ran)
        session = Session(self.opened.judge, pairs.pairs, self.lines, follow)
        judged = Judged(self.opened.judge, self.opened.size, pairs, await session.run())
        return await asyncio.to_thread(with_judge, report, judged, self.labels)


@asynccontextmanager
async def judge_of(
    options: argparse.Namespace, measurement: Measurement, environment: Environment
) -> AsyncIterator[JudgeStep | None]:
    """Open the judge that is asked for, before a case is run; None where none is.

    Raises `UsageError` where there is nothing to judge or the labels are none, and what
    `opened_judge` raises.
    """
    if options.judge is None:
        yield None
        return
    from glossator_server.evals.durable_lines import DurableLines
    from glossator_server.evals.judging.labels import read_labels
    from glossator_server.evals.judging.opening import JudgeWish, opened_judge
    from glossator_server.evals.judging.pairs import what_of

    what = what_of(measurement.suite.name, len(measurement.subjects))
    folder = measurement.folder.path
    own = folder / LABELS
    file = options.labels or (own if own.is_file() else None)
    labels = tuple(read_labels(file)) if file is not None else ()
    classes = {it.data_class for it in measurement.cases}
    wish = JudgeWish(options.judge, options.judge_size)
    async with opened_judge(wish, what, classes, environment) as opened:
        yield JudgeStep(opened, DurableLines(folder / _JUDGEMENTS), labels)


def _size(word: str) -> float:
    from glossator_server.evals.judging.sizes import read_size

    size = read_size(word)
    if size is None:
        raise argparse.ArgumentTypeError("write a number and B, for example 7B or 1.5B")
    return size
