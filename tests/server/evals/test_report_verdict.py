"""The verdict of a report: what the figures say, and nothing that they do not."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from glossator_server.evals.report import read_result, verdict_of
from glossator_server.evals.report.marks import marks_of
from glossator_server.evals.report.tradeoff import tradeoffs
from tests.server.evals.results import Shape, comparison, result

ROUGE_UP = comparison("rouge_l", 0.04, 0.02)
ROUGE_SAME = comparison("rouge_l", 0.01, 0.02)
ROUGE_DOWN = comparison("rouge_l", -0.04, 0.02)
LENGTH_UP = comparison("length", -3.0, 1.0)
LENGTH_DOWN = comparison("length", 3.0, 1.0)
CHRF_UP_BARELY = comparison("chrf", 0.03, 0.029, p=0.04)
SLOWER = comparison("seconds", 1.0, 0.2)
JUDGED_UP = comparison("chrf", 0.5, 0.1) | {"measure": "preferred"}
PREFERRED = {
    "name": "preferred",
    "title": "preferred by jury",
    "better": "higher",
    "kind": "judge",
    "unit": "",
}


def verdict(*comparisons: dict[str, Any], **changes: Any) -> Any:  # noqa: ANN401 -- keys of a result
    return verdict_of(read_result(result(comparisons=list(comparisons), **changes)))


def with_seconds(base: float, tuned: float) -> list[dict[str, Any]]:
    rows = result()["configurations"]
    for row, seconds in zip(rows, (base, tuned), strict=True):
        row["seconds"] |= {"p50": seconds}
    return rows


@pytest.mark.parametrize(
    ("comparisons", "headline", "sentence"),
    [
        (
            [ROUGE_UP, LENGTH_UP, SLOWER],
            "Approve “tuned”",
            (
                "“tuned” is better than “base” in ROUGE-L by 0.040 (0.020 to 0.060) and Length by "
                "3.00 words (2.00 to 4.00), and worse in nothing. It takes 1.5 s a case (“base”: "
                "1.0 s) and runs on this machine."
            ),
        ),
        (
            [ROUGE_UP, LENGTH_DOWN],
            "Keep “base”, unless a gain is worth its loss to you",
            (
                "“tuned” is better than “base” in ROUGE-L by 0.040 (0.020 to 0.060), but worse in "
                "Length by 3.00 words (2.00 to 4.00)."
            ),
        ),
        (
            [ROUGE_DOWN],
            "Keep “base”: no reason to change",
            (
                "“tuned” is worse than “base” in ROUGE-L by 0.040 (0.020 to 0.060), and better in "
                "nothing."
            ),
        ),
        (
            [ROUGE_SAME],
            "Keep “base”: no reason to change",
            (
                "The difference of “tuned” and “base” is within the interval: in ROUGE-L it may be "
                "anything from 0.010 worse to 0.030 better. No measure gives a reason to change."
            ),
        ),
        (
            [CHRF_UP_BARELY, ROUGE_SAME],
            "Measure more cases before you change from “base” to “tuned”",
            "So few cases and so many comparisons may show as much by chance.",
        ),
        (
            [comparison("rouge_l", 0.0, 0.0)],
            "Keep “base”: no reason to change",
            "“tuned” and “base” do not differ in ROUGE-L.",
        ),
        ([SLOWER], "Nothing could be compared", "have no measure in common."),
    ],
)
def test_the_advice_follows_from_the_figures(
    comparisons: list[dict[str, Any]], headline: str, sentence: str
) -> None:
    found = verdict(*comparisons, configurations=with_seconds(1.0, 1.5))
    assert found.headline == headline
    assert sentence in found.sentences[0]


def test_who_saves_time_and_is_no_worse_is_named() -> None:
    found = verdict(ROUGE_SAME, configurations=with_seconds(2.0, 0.5))
    assert found.headline == "Keep “base”, or take “tuned” to save time or money"
    assert found.chosen == ("base", "tuned")
    worse = verdict(ROUGE_DOWN, configurations=with_seconds(2.0, 0.5))
    assert worse.chosen == ("base",)
    # Not where the single cases do not bear it out, nor where nobody would notice.
    unclear = comparison("seconds", -1.5, 2.0)
    assert verdict(ROUGE_SAME, unclear, configurations=with_seconds(2.0, 0.5)).chosen == ("base",)
    assert verdict(ROUGE_SAME, configurations=with_seconds(0.02, 0.01)).chosen == ("base",)


def test_who_did_no_case_saves_nothing() -> None:
    rows = with_seconds(2.0, 0.0)
    rows[1] |= {"cases": 0, "failed": 0}
    found = verdict(configurations=rows, complete=False)
    assert found.chosen != ("base", "tuned")
    assert "0 cases tell little" in " ".join(found.cautions)
    rows[1] |= {"cases": 1}
    assert "1 case tells little" in " ".join(verdict(configurations=rows).cautions)


def test_a_price_that_nobody_named_saves_nothing() -> None:
    rows = with_seconds(1.0, 1.0)
    rows[0] |= {"local": False, "cost": {"amount": 1.0, "currency": "EUR"}}
    assert verdict(ROUGE_SAME, configurations=rows).chosen == ("base", "tuned")
    rows[1] |= {"local": False}
    found = verdict(ROUGE_SAME, configurations=rows)
    assert found.chosen == ("base",)
    assert "costs what the policy does not say" in " ".join(found.sentences)
    _, money = tradeoffs(read_result(result(configurations=rows)), marks_of(["base", "tuned"]))
    drawn = ET.tostring(money, "unicode")
    assert "EUR for a thousand cases. base: " in drawn
    assert "tuned" not in drawn


def test_a_judge_of_its_own_texts_is_told() -> None:
    found = verdict(ROUGE_SAME, judge={"model": "smollm2", "agreement": None})
    assert "The judge is the model of “base” and “tuned”: models like their own texts." in (
        found.cautions
    )
    other = verdict(ROUGE_SAME, judge={"model": "jury", "agreement": None})
    assert not any("like their own" in it for it in other.cautions)


@pytest.mark.parametrize(
    ("agreement", "advice", "caution"),
    [
        (None, "Keep", "Nobody has compared the judge with people"),
        ({"labels": 50, "kappa": 0.2}, "Keep", "agrees with people too little (kappa 0.200)"),
        ({"labels": 50, "kappa": None}, "Keep", "agrees with people too little (kappa unknown)"),
        ({"labels": 5, "kappa": 0.9}, "Keep", "Only 5 pairs were labelled by people"),
        ({"labels": 50, "kappa": 0.6}, "Approve", ""),
    ],
)
def test_a_judge_decides_only_where_people_agree_with_it(
    agreement: dict[str, Any] | None, advice: str, caution: str
) -> None:
    measures = [*result()["measures"], PREFERRED]
    judge = {"agreement": agreement}
    found = verdict(
        ROUGE_SAME,
        JUDGED_UP,
        measures=measures,
        judge=judge,
        configurations=with_seconds(1.0, 1.0),
    )
    assert found.headline.startswith(advice)
    assert caution in " ".join(found.cautions)
    assert bool(caution) == any("judge" in it.lower() or "judge" in it for it in found.cautions)


def test_of_several_that_are_better_one_is_named_with_the_reason() -> None:
    names = ("base", "small", "large")
    found = verdict_of(
        read_result(result(Shape(cases=200, names=names, gains=(0.10, 0.10), fails=0.0)))
    )
    assert found.headline == "Approve “small”"
    assert any(
        re.match("“(large|small)” and “(large|small)” are not told apart in ROUGE-L", it)
        for it in found.sentences
    )
    clear = verdict_of(
        read_result(result(Shape(cases=200, names=names, gains=(0.05, 0.25), fails=0.0)))
    )
    assert clear.headline == "Approve “large”"


def test_a_server_is_not_taken_where_this_machine_does_as_well() -> None:
    names = ("base", "near", "also near", "far")
    data = result(Shape(cases=200, names=names, gains=(0.1, 0.0, 0.12), fails=0.0))
    found = verdict_of(read_result(data))
    assert found.headline == "Approve “near”"
    assert any(it.endswith("“near” runs on this machine.") for it in found.sentences)
    assert any("runs on a server that code is sent to" in it for it in found.sentences)


@pytest.mark.parametrize(
    ("changes", "caution"),
    [
        ({"complete": False}, "The run was not finished"),
        ({}, "comparisons were made: of twenty"),
    ],
)
def test_what_to_keep_in_mind_is_said(changes: dict[str, Any], caution: str) -> None:
    assert caution in " ".join(verdict_of(read_result(result() | changes)).cautions)


def test_few_cases_and_failures_are_told() -> None:
    found = verdict_of(read_result(result(Shape(cases=10, fails=0.5))))
    assert "10 cases tell little" in " ".join(found.cautions)
    assert "Cases in which nothing was made: " in " ".join(found.cautions)


def test_one_configuration_is_told_and_not_judged() -> None:
    found = verdict_of(read_result(result(Shape(names=("base",)))))
    assert found.headline == "“base” alone was measured: there is nothing to compare it with"
    assert found.chosen == ()
    assert found.sentences[0].startswith("ROUGE-L: 0.")
