"""Own the page: its sections in the order in which a team lead reads, its head, and its style.

It must not need anything from elsewhere: no script at all, one style in it, and a policy that says so.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from glossator_server.evals.report.cases import cases_to_read
from glossator_server.evals.report.forest import forest
from glossator_server.evals.report.histograms import spreads
from glossator_server.evals.report.judging import judge_section
from glossator_server.evals.report.marks import Mark, badge, marks_of
from glossator_server.evals.report.markup import Element, Part, document, element
from glossator_server.evals.report.pictures import share_bar
from glossator_server.evals.report.reading import Result, outcomes_by_case
from glossator_server.evals.report.tables import (
    configurations_table,
    problems_table,
    scores_table,
    table,
)
from glossator_server.evals.report.tradeoff import tradeoffs
from glossator_server.evals.report.verdict import Tone, Verdict, verdict_of
from glossator_server.evals.report.words import counted, duration, share

_SIGNS = {Tone.TAKE: "✔", Tone.KEEP: "＝", Tone.CHOOSE: "⚖", Tone.NOTHING: "·"}
_SOURCES = {
    "prepared": "the prepared cases that come with Glossator",
    "mined": "documented functions of the repository itself, their comments hidden",
    "file": "a file of cases",
}


def report_page(result: Result) -> str:
    """Return the whole page of a measurement."""
    marks = marks_of([it.name for it in result.configurations])
    title = f"Evaluation: {result.suite}"
    sections = _sections(result, marks)
    body = element(
        "body",
        element("a", "Skip to the verdict", href="#verdict", class_="skip"),
        _header(result, title),
        element(
            "main", _verdict(result, verdict_of(result), marks), _contents(sections), *sections
        ),
        element("footer", f"Made by Glossator {result.glossator}. This page is whole: it loads nothing."),
    )
    return document(element("html", _head(title), body, lang="en"))


def _head(title: str) -> Element:
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", style),
    )


@cache
def _style() -> str:
    return (files(__package__) / "style.css").read_text("utf-8")


def _header(result: Result, title: str) -> Element:
    where = _SOURCES.get(result.source_kind, result.source_kind)
    return element(
        "header",
        element("h1", title),
        element(
            "p",
            f"{counted(result.cases, 'case')} from {where}",
            *([" (", element("code", result.source_where), ")"] if result.source_where else []),
            f" · {result.started} · {duration(result.seconds)}",
        ),
    )


def _verdict(result: Result, verdict: Verdict, marks: Mapping[str, Mark]) -> Element:
    chosen = [it for it in result.configurations if it.name in verdict.chosen]
    cautions = element(
        "div",
        element("h3", "Keep in mind"),
        element("ul", *(element("li", it) for it in verdict.cautions)),
        class_="cautions",
    )
    return element(
        "section",
        element("p", "Verdict", class_="over"),
        element(
            "h2",
            element("span", _SIGNS[verdict.tone], aria_hidden="true", class_="sign"),
            " ",
            verdict.headline,
        ),
        *(_approved(result, it.name, marks) for it in chosen),
        element("ul", *(element("li", it) for it in verdict.sentences), class_="reasons"),
        cautions if verdict.cautions else None,
        id="verdict",
        class_=f"verdict-box {verdict.tone}",
    )


def _approved(result: Result, name: str, marks: Mapping[str, Mark]) -> Element:
    row = next(it for it in result.configurations if it.name == name)
    return element(
        "p",
        badge(marks[name]),
        ": model ",
        element("code", row.model),
        *([", prompt ", element("code", row.prompt)] if row.prompt else []),
        f", retrieval {'on' if row.retrieval else 'off'}",
        *([", adapter ", element("code", row.adapter)] if row.adapter else []),
        class_="approved",
    )


def _contents(sections: list[Element]) -> Element:
    links = [
        element("li", element("a", "".join(it[0].itertext()), href=f"#{it.get('id')}"))
        for it in sections
    ]
    return element("nav", element("ul", links), aria_label="Contents")


def _sections(result: Result, marks: dict[str, Mark]) -> list[Element]:
    """Return what follows the verdict; a section that would be empty is left out."""
    return [
        it
        for it in (
            _section("compared", "What was compared", None, [configurations_table(result, marks)]),
            _section("differences", "Differences from the baseline", _DIFFERENCES, [*forest(result, marks), _wins(result, marks)]),
            _section("scores", "All scores", None, [scores_table(result, marks), problems_table(result, marks)]),
            _section("price", "Quality against time and cost", None, tradeoffs(result, marks)),
            _section("spread", "How the measures are spread", _SPREAD, spreads(result, marks)),
            _section("cases", "Cases to read", _CASES, cases_to_read(result, marks)),
            _section("judge", "The judge", None, judge_section(result.judge, marks) if result.judge else []),
            _section("how", "How it was measured", None, _method(result)),
        )
        if it is not None
    ]


_DIFFERENCES = (
    "Each configuration is compared with the baseline case by case. The mark is the mean difference, "
    "the line its interval of 95 %: where the line crosses zero, the cases do not show a difference."
)
_SPREAD = "Each bar counts the cases with about that value; all rows of a picture share their scale."
_CASES = (
    "Figures say how much, only texts say what. Words that the expected text lacks are underlined; "
    "words that it has and that are missing are struck out."
)


def _section(name: str, title: str, lead: str | None, parts: list[Element] | list[Part]) -> Element | None:
    if not any(it is not None for it in parts):
        return None
    return element(
        "section",
        element("h2", title),
        element("p", lead, class_="lead") if lead else None,
        *parts,
        id=name,
    )


def _wins(result: Result, marks: Mapping[str, Mark]) -> Element | None:
    """Return in how many cases each configuration did better and worse, by the headline."""
    measure, baseline = result.headline, result.baseline.name
    if measure is None or len(result.configurations) < 2:
        return None
    cases = outcomes_by_case(result.outcomes)
    rows = []
    for other in result.configurations[1:]:
        gains = [
            measure.gain(
                it[other.name].measures[measure.name] - it[baseline].measures[measure.name]
            )
            for it in cases.values()
            if all(name in it and measure.name in it[name].measures for name in (baseline, other.name))
        ]
        if gains:
            counts = (sum(it < 0 for it in gains), sum(it == 0 for it in gains), sum(it > 0 for it in gains))
            rows.append(_won(marks[other.name], counts))
    if not rows:
        return None
    heads = ("Configuration", "Worse, equal, better", "Worse", "Equal", "Better")
    return table(f"In how many cases {measure.title} was better or worse than with {baseline}", heads, rows)


def _won(mark: Mark, counts: tuple[int, int, int]) -> Element:
    total = sum(counts)
    words = "worse in {}, equal in {}, better in {} cases".format(*counts)
    classes = ("bad-part", "tie", "good-part")
    return element(
        "tr",
        element("th", badge(mark), scope="row"),
        element(
            "td",
            share_bar(
                f"{mark.name}: {words}",
                [(it / total, class_) for it, class_ in zip(counts, classes, strict=True)],
            ),
        ),
        *(
            element("td", str(it), element("small", share(it / total)), class_="number")
            for it in counts
        ),
    )


def _method(result: Result) -> list[Part]:
    resamples = f"{result.resamples:,}".replace(",", "\u202f") if result.resamples else "many"
    whole = "All of them were run." if result.complete else "The run was not finished."
    rows = {
        "Suite": result.suite,
        "Cases": f"{counted(result.cases, 'case')}, {_SOURCES.get(result.source_kind, result.source_kind)}. {whole}",
        "Seed": f"{result.seed}: the same seed draws the same cases.",
        "Order": "Each case is run under every configuration before the next, so that what else the machine does meets all alike.",
        "Intervals": f"95 %, by paired bootstrap over the cases with {resamples} resamples; p by exchanging signs at random.",
        "Verdicts": "A configuration is better or worse in a measure where the interval of its difference from the baseline leaves out zero. Approved is what is better in something, worse in nothing, and stands Holm's correction for all comparisons.",
        "Glossator": result.glossator,
    }
    measures = [it for it in result.measures if it.says]
    parts: list[Part] = [
        element("dl", *(part for key, value in rows.items() for part in (element("dt", key), element("dd", value))), class_="method")
    ]
    if measures:
        parts.append(element("h3", "The measures"))
        parts.append(
            element("dl", *(part for it in measures for part in (element("dt", it.title), element("dd", it.says))), class_="method")
        )
    return parts
