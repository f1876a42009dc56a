"""Own the page: its sections in the order in which a team lead reads, its head, and its style.

It must not need anything from elsewhere: it has no script, one style, and a policy that says so.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from glossator_server.evals.report.cases import cases_to_read
from glossator_server.evals.report.forest import forest
from glossator_server.evals.report.histograms import spreads
from glossator_server.evals.report.judging import judge_section
from glossator_server.evals.report.marks import Mark, badge, marks_of
from glossator_server.evals.report.markup import Element, Part, document, element
from glossator_server.evals.report.method import method, source_of
from glossator_server.evals.report.reading import Result
from glossator_server.evals.report.tables import (
    configurations_table,
    problems_table,
    scores_table,
)
from glossator_server.evals.report.tradeoff import tradeoffs
from glossator_server.evals.report.verdict import Tone, Verdict, verdict_of
from glossator_server.evals.report.wins import wins_table
from glossator_server.evals.report.words import counted, duration, moment

_SIGNS = {Tone.TAKE: "✔", Tone.KEEP: "=", Tone.CHOOSE: "⚖", Tone.NOTHING: "·"}


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
        element(
            "footer", f"Made by Glossator {result.glossator}. This page is whole: it loads nothing."
        ),
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
    where: list[Part] = []
    # Where the package lies is of no use to a reader.
    if result.source_where and result.source_kind != "prepared":
        where = [" (", element("code", result.source_where), ")"]
    return element(
        "header",
        element("h1", title),
        element(
            "p",
            f"{counted(result.cases, 'case')} from {source_of(result)}",
            where,
            f" · {moment(result.started)} · {duration(result.seconds)}",
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
    parts: list[Part] = [badge(marks[name]), ": model ", element("code", row.model)]
    if row.prompt:
        parts += [", prompt ", element("code", row.prompt)]
    parts.append(f", retrieval {'on' if row.retrieval else 'off'}")
    if row.adapter:
        parts += [", adapter ", element("code", row.adapter)]
    return element("p", parts, class_="approved")


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
            _section(
                "differences",
                "Differences from the baseline",
                _DIFFERENCES,
                [*forest(result, marks), wins_table(result, marks)],
            ),
            _section(
                "scores",
                "All scores",
                None,
                [scores_table(result, marks), problems_table(result, marks)],
            ),
            _section("price", "Quality against time and cost", None, tradeoffs(result, marks)),
            _section("spread", "How the measures are spread", _SPREAD, spreads(result, marks)),
            _section("cases", "Cases to read", _CASES, cases_to_read(result, marks)),
            _section(
                "judge",
                "The judge",
                None,
                judge_section(result.judge, marks) if result.judge else [],
            ),
            _section("how", "How it was measured", None, method(result)),
        )
        if it is not None
    ]


_DIFFERENCES = (
    "Each configuration is compared with the baseline case by case. The mark is the mean "
    "difference, the line its interval of 95 %: where the line crosses zero, the cases do not show "
    "a difference."
)
_SPREAD = (
    "Each bar counts the cases with about that value; all rows of a picture share their scale."
)
_CASES = (
    "Figures say how much, only texts say what. Where a text is like the expected one, words that "
    "the expected one lacks are underlined, and words of it that are missing are struck out."
)


def _section(name: str, title: str, lead: str | None, parts: Sequence[Part]) -> Element | None:
    if not any(it is not None for it in parts):
        return None
    return element(
        "section",
        element("h2", title),
        element("p", lead, class_="lead") if lead else None,
        *parts,
        id=name,
    )
