"""Own the tables of the report: what was compared, what came out, what the checks said.

It must not draw pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from glossator_server.evals.report.marks import Mark, badge
from glossator_server.evals.report.markup import Element, Part, element
from glossator_server.evals.report.reading import ConfigurationRow, MeasureRow, Result
from glossator_server.evals.report.words import between, duration, figure, share

_SHORT_HASH = 12
_MOST_REASONS = 8
_LONGEST_REASON = 240
_KINDS = {
    "reference": "Compared with what people wrote",
    "check": "Checks that need no reference",
    "retrieval": "What was found, and how high",
    "judge": "What the judge prefers",
    "time": "Time",
    "cost": "Cost",
}
_VERDICTS = {"better": ("▶", "better"), "worse": ("◀", "worse")}


def scrolled(table: Element, label: str) -> Element:
    """Return a table that scrolls by itself where the window is narrow, by keyboard too."""
    return element("div", table, class_="scrolled", role="region", aria_label=label, tabindex="0")


def table(
    caption: str, heads: Iterable[Part], rows: Iterable[Element], class_: str | None = None
) -> Element:
    """Return a table with headings that scrolls by itself."""
    head = element("thead", element("tr", *(element("th", it, scope="col") for it in heads)))
    body = element("tbody", list(rows))
    return scrolled(
        element("table", element("caption", caption), head, body, class_=class_), caption
    )


def configurations_table(result: Result, marks: dict[str, Mark]) -> Element:
    """Return what was compared and what each took, a row a configuration."""
    heads = (
        *("Configuration", "Model", "Prompt", "Retrieval", "Adapter", "Cases"),
        *("A case takes", "On top of the model", "Tokens", "Cost"),
    )
    rows = [
        _configuration(it, marks[it.name], is_baseline=it is result.baseline)
        for it in result.configurations
    ]
    return table("What was compared, and what it took", heads, rows, "configurations")


def scores_table(result: Result, marks: dict[str, Mark]) -> Element:
    """Return the mean of each measure under each configuration, with its interval."""
    verdicts = {
        (it.measure, it.configuration): it.verdict
        for it in result.comparisons
        if it.baseline == result.baseline.name
    }
    columns = len(result.configurations) + 1
    rows: list[Element] = []
    kind = ""
    for measure in result.measures:
        if not any(measure.name in scores for scores in result.scores.values()):
            continue
        if measure.kind != kind:
            kind = measure.kind
            title = _KINDS.get(kind, kind)
            rows.append(
                element(
                    "tr",
                    element("th", title, colspan=str(columns), scope="colgroup"),
                    class_="kind",
                )
            )
        cells = [
            _score(result, measure, it, verdicts.get((measure.name, it.name), ""))
            for it in result.configurations
        ]
        rows.append(element("tr", _measure_head(measure), *cells))
    heads: list[Part] = ["Measure", *(badge(marks[it.name]) for it in result.configurations)]
    return table("Means over the cases, with their intervals of 95 %", heads, rows, "scores")


def problems_table(result: Result, marks: dict[str, Mark]) -> Element | None:
    """Return why nothing was made, by reason and configuration; None where all was well."""
    counts = Counter(
        (_shortened(it.problem), it.configuration) for it in result.outcomes if it.problem
    )
    totals: Counter[str] = Counter()
    for (reason, _), count in counts.items():
        totals[reason] += count
    if not totals:
        return None
    rows = [
        element(
            "tr",
            element("th", reason, scope="row", class_="reason"),
            *(
                element("td", str(counts[reason, it.name] or "–"), class_="number")
                for it in result.configurations
            ),
        )
        for reason, _ in totals.most_common(_MOST_REASONS)
    ]
    left = len(totals) - len(rows)
    caption = "Cases in which nothing was made, by reason"
    heads: list[Part] = ["Reason", *(badge(marks[it.name]) for it in result.configurations)]
    return table(f"{caption}; {left} rarer ones are left out" if left else caption, heads, rows)


def _configuration(row: ConfigurationRow, mark: Mark, *, is_baseline: bool) -> Element:
    runs = "on this machine" if row.local else "⚠ on a server: code is sent there"
    tokens = (_thousands(row.prompt_tokens), f"{_thousands(row.completion_tokens)} written")
    overhead = "–" if row.overhead_share is None else share(row.overhead_share)
    cost = "–" if row.cost is None else figure(row.cost.amount, row.cost.currency)
    return element(
        "tr",
        element("th", badge(mark), _small("baseline" if is_baseline else None), scope="row"),
        element("td", row.model, _small(runs)),
        element("td", row.prompt or "–", _hash(row.prompt_sha256)),
        element("td", "on" if row.retrieval else "off"),
        element("td", row.adapter or "none"),
        _number(str(row.cases), f"{row.failed} failed" if row.failed else None),
        _number(duration(row.p50), f"95 % within {duration(row.p95)}"),
        _number(overhead),
        _number(f"{tokens[0]} read", tokens[1]),
        _number(cost),
    )


def _number(text: str, below: str | None = None) -> Element:
    return element("td", text, _small(below), class_="number")


def _small(text: str | None) -> Element | None:
    return None if text is None else element("small", text)


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _hash(sha256: str | None) -> Element | None:
    if sha256 is None:
        return None
    code = element("code", sha256[:_SHORT_HASH], title=f"SHA-256 of the prompt's file: {sha256}")
    return element("small", code)


def _measure_head(measure: MeasureRow) -> Element:
    direction = "higher is better" if measure.is_higher_better else "lower is better"
    says = f"{measure.says} {direction.capitalize()}." if measure.says else f"{direction}"
    return element("th", measure.title, element("small", says), scope="row")


def _score(result: Result, measure: MeasureRow, row: ConfigurationRow, verdict: str) -> Element:
    score = result.scores.get(row.name, {}).get(measure.name)
    if score is None:
        return element("td", "–", class_="number")
    sign, word = _VERDICTS.get(verdict, ("", ""))
    told = element("span", f"{sign} {word}", class_=f"verdict {word}") if word else None
    interval = element("small", between(score.low, score.high, measure.unit))
    return element("td", figure(score.mean, measure.unit), " ", told, interval, class_="number")


def _shortened(reason: str | None) -> str:
    words = " ".join((reason or "").split())
    return words if len(words) <= _LONGEST_REASON else f"{words[: _LONGEST_REASON - 1]}…"
