"""Own the section that says how it was measured, so that a reader can do it again.

It must not say what came out.
"""

from __future__ import annotations

from collections.abc import Iterable

from glossator_server.evals.report.markup import Element, Part, element
from glossator_server.evals.report.reading import Result
from glossator_server.evals.report.words import counted
from glossator_server.evals.statistics import RESAMPLES

_SOURCES = {
    "prepared": "the prepared cases that come with Glossator",
    "mined": "documented functions of the repository itself, their comments hidden",
    "file": "a file of cases",
}
_ORDER = (
    "Each case is run under every configuration before the next, so that what else the machine "
    "does meets all alike."
)
_VERDICTS = (
    "A configuration is better or worse in a measure where the interval of its difference from the "
    "baseline leaves out zero. Approved is what is better in something, worse in nothing, and "
    "stands Holm's correction for all comparisons."
)


def source_of(result: Result) -> str:
    """Return where the cases come from, in words."""
    return _SOURCES.get(result.source_kind, result.source_kind)


def method(result: Result) -> list[Part]:
    """Return how it was measured, and what each measure is."""
    whole = "All of them were run." if result.complete else "The run was not finished."
    resamples = f"{RESAMPLES:,}".replace(",", "\u202f")
    intervals = (
        f"95 %, by paired bootstrap over the cases with {resamples} resamples; p by exchanging "
        "signs at random."
    )
    rows = (
        ("Suite", result.suite),
        ("Cases", f"{counted(result.cases, 'case')}, {source_of(result)}. {whole}"),
        ("Seed", f"{result.seed}: the same seed draws the same cases."),
        ("Order", _ORDER),
        ("Intervals", intervals),
        ("Verdicts", _VERDICTS),
        ("Glossator", result.glossator),
    )
    said = [(it.title, it.says) for it in result.measures if it.says]
    parts: list[Part] = [_described(rows)]
    if said:
        parts += [element("h3", "The measures"), _described(said)]
    return parts


def _described(rows: Iterable[tuple[str, str]]) -> Element:
    parts = [it for key, value in rows for it in (element("dt", key), element("dd", value))]
    return element("dl", parts, class_="method")
