"""Own the section of the report on the judge: what it prefers, and why to believe it or not.

It must not decide whether it counts: the verdict does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glossator_server.evals.report.marks import Mark, badge
from glossator_server.evals.report.markup import Element, Part, element
from glossator_server.evals.report.pictures import share_bar
from glossator_server.evals.report.tables import table
from glossator_server.evals.report.words import between, counted, figure, share

Row = Mapping[str, Any]


def judge_section(judge: Row, marks: Mapping[str, Mark]) -> list[Part]:
    """Return what there is to say of a judge."""
    rows: Sequence[Row] = judge.get("comparisons") or ()
    found: list[Part] = [element("p", _asked(judge))]
    if rows:
        heads = ("Compared", "Preferred", "Baseline", "Configuration", "Ties", "Share", "So it is")
        caption = "How often the judge preferred each, ties as a half of both"
        found.append(table(caption, heads, [_compared(it, marks) for it in rows]))
    found.append(element("ul", *(element("li", it) for it in _beliefs(judge) if it)))
    found.append(
        element(
            "details",
            element("summary", "The rubric, as the judge was given it"),
            element("pre", str(judge.get("rubric") or ""), class_="rubric"),
        )
    )
    return found


def _asked(judge: Row) -> str:
    size = judge.get("size") or {}
    known = f" ({size['words']})" if size.get("words") else ""
    words = (
        f"{judge.get('model')}{known} was shown {counted(int(judge.get('pairs') or 0), 'pair')}, "
        "each twice with the places of the two texts exchanged, without saying what made them. "
        f"{counted(int(judge.get('inconsistent') or 0), 'pair')} in which it changed its mind with "
        "the places count as ties."
    )
    if unreadable := int(judge.get("unreadable") or 0):
        words += f" {counted(unreadable, 'answer')} could not be read; such pairs count as ties."
    if identical := int(judge.get("identical") or 0):
        words += f" {counted(identical, 'pair')} of equal texts were ties unasked."
    return words


def _compared(row: Row, marks: Mapping[str, Mark]) -> Element:
    baseline, other = marks[str(row["baseline"])], marks[str(row["configuration"])]
    pairs = max(1, int(row["pairs"]))
    counts = [int(row[it]) for it in ("baseline_preferred", "ties", "configuration_preferred")]
    title = (
        f"{baseline.name} preferred in {counts[0]}, a tie in {counts[1]}, {other.name} preferred "
        f"in {counts[2]} of {pairs}"
    )
    bar = share_bar(
        title,
        [
            (counts[0] / pairs, f"{baseline.style} filled"),
            (counts[1] / pairs, "tie"),
            (counts[2] / pairs, f"{other.style} filled"),
        ],
    )
    low, high = float(row["low"]), float(row["high"])
    # Half of both is no preference.
    word = "preferred" if low > 0.5 else "not preferred" if high < 0.5 else "no preference seen"
    return element(
        "tr",
        element("th", badge(other), " beside ", badge(baseline), scope="row"),
        element("td", bar, class_="pictured"),
        element("td", str(counts[0]), class_="number"),
        element("td", str(counts[2]), class_="number"),
        element("td", str(counts[1]), class_="number"),
        element(
            "td",
            share(float(row["share"])),
            element("small", f"{share(low)} to {share(high)}"),
            class_="number",
        ),
        element("td", word),
    )


def _beliefs(judge: Row) -> list[str]:
    """Return what speaks for the judge and against it, a sentence each."""
    return [_agreement(judge.get("agreement")), _position(judge), _length(judge.get("length"))]


def _agreement(agreement: Row | None) -> str:
    if not agreement:
        return (
            "Agreement with people: unknown, because no pair of this run was labelled by a person."
        )
    words = (
        f"Agreement with people: {share(float(agreement['share']))} of "
        f"{counted(int(agreement['labels']), 'labelled pair')} "
        f"({share(float(agreement['low']))} to {share(float(agreement['high']))})"
    )
    if agreement.get("kappa") is not None:
        interval = between(float(agreement["kappa_low"]), float(agreement["kappa_high"]))
        words += f"; Cohen's kappa {figure(float(agreement['kappa']))} ({interval})"
    answers = agreement.get("answers")
    if answers and answers["of"]:
        words += (
            f". Of its single answers {share(float(answers['share']))} name the text that the "
            f"person named ({share(float(answers['low']))} to {share(float(answers['high']))})"
        )
    return f"{words}."


def _position(judge: Row) -> str:
    position = judge.get("position")
    if not position:
        return ""
    low, high = float(position["low"]), float(position["high"])
    if low <= 0.0 <= high:
        seen = "no leaning to a place is seen"
    else:
        seen = f"it leans to the {'first' if low > 0 else 'second'} place"
    return (
        f"Place: of the pairs that it answered readably both times, it chose the first text both "
        f"times in {position['first']} and the second both times in {position['second']}: {seen} "
        f"(bias {figure(float(position['bias']))}, {between(low, high)}). Such pairs count as "
        "ties, so that a leaning favours nobody."
    )


def _length(length: Row | None) -> str:
    if not length:
        return ""
    words = (
        f"Length: it preferred the longer text in {share(float(length['share']))} of "
        f"{counted(int(length['of']), 'decided pair')} "
        f"({share(float(length['low']))} to {share(float(length['high']))})"
    )
    people = length.get("people")
    if people is not None:
        words += f"; people did in {share(float(people))} of those that they labelled"
    return f"{words}."
