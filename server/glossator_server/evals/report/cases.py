"""Own how the cases to read are shown: what was expected beside what each configuration made.

It must not choose them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glossator_server.evals.report.differences import Change, alike, word_changes
from glossator_server.evals.report.marks import Mark, badge
from glossator_server.evals.report.markup import Element, Part, element
from glossator_server.evals.report.reading import OutcomeRow, Result
from glossator_server.evals.report.words import duration, figure
from glossator_server.evals.report.worst import Reading, Shelf, shelves

# Hundreds of texts beside each other still make a page of a megabyte or two.
_LONGEST_TEXT = 5_000
_TWO = 2
# Of texts that have little in common a comparison shows nothing but marks.
_LEAST_ALIKE = 0.3
_TAGS = {Change.ADDED: "ins", Change.LEFT_OUT: "del"}


def cases_to_read(result: Result, marks: Mapping[str, Mark]) -> list[Element]:
    """Return the cases to read, those of one reason under a heading of their own."""
    return [_shelf(it, result, marks) for it in shelves(result)]


def _shelf(shelf: Shelf, result: Result, marks: Mapping[str, Mark]) -> Element:
    return element(
        "details",
        element("summary", element("h3", f"{shelf.title} ({len(shelf.readings)})")),
        *(_case(it, result, marks) for it in shelf.readings),
        open="open" if shelf.is_first else None,
        class_="shelf",
    )


def _case(reading: Reading, result: Result, marks: Mapping[str, Mark]) -> Element:
    first = reading.outcomes[0]
    expected = next((it.expected for it in reading.outcomes if it.expected.strip()), "")
    where = " · ".join(it for it in (first.path, first.language) if it)
    # Without a person's answer the baseline's is what others are held against.
    against = expected or (first.text if len(reading.outcomes) > 1 else "")
    columns = [] if not expected else [_expected(expected)]
    telling = _telling(reading, result)
    for it in reading.outcomes:
        held_against = against if expected or it is not first else ""
        measures = _measures(it, result, telling)
        columns.append(_column(it, held_against, measures, marks[it.configuration]))
    return element(
        "article",
        element("h4", _bounded(first.title), element("small", where)),
        element("p", f"{reading.why}.", class_="why"),
        element("div", columns, class_="columns"),
        [_judged(it, marks) for it in _judgements(result) if it.get("case") == reading.case],
        class_="case",
    )


def _judgements(result: Result) -> Sequence[Mapping[str, Any]]:
    return (result.judge or {}).get("judgements") or ()


def _judged(judgement: Mapping[str, Any], marks: Mapping[str, Mark]) -> Element:
    """Return whom the judge preferred, and what it said both ways round."""
    names = {it: str(judgement[it]) for it in ("baseline", "configuration")}
    preferred = names.get(str(judgement["verdict"]))
    who: list[Part] = ["a tie"] if preferred is None else ["prefers ", badge(marks[preferred])]
    reasons = [f" “{it}”" for it in judgement.get("reasons") or () if it]
    between: list[Part] = []
    if len(marks) > _TWO:
        between = [" between ", badge(marks[names["baseline"]])]
        between += [" and ", badge(marks[names["configuration"]])]
    return element("p", "The judge", between, ": ", who, ".", reasons, class_="judged")


def _expected(text: str) -> Element:
    return element(
        "section",
        element("h5", "Expected"),
        element("pre", _bounded(text)),
        class_="column expected",
    )


def _column(outcome: OutcomeRow, against: str, measures: Element, mark: Mark) -> Element:
    parts: list[Part] = []
    if outcome.problem is not None:
        parts.append(element("p", "⚠ ", _bounded(outcome.problem), class_="problem"))
    if outcome.text.strip():
        parts.append(element("pre", _compared(against, outcome.text)))
    if not parts:
        parts.append(element("p", "⚠ Nothing was made.", class_="problem"))
    return element(
        "section",
        element("h5", badge(mark)),
        parts,
        measures,
        class_="column",
    )


def _compared(against: str, text: str) -> list[Part]:
    """Return a text with marks on words that the other lacks, and with those that it lacks.

    Texts that are hardly alike are left as they are.
    """
    if not against:
        return [_bounded(text)]
    changes = word_changes(_bounded(against), _bounded(text))
    if alike(changes) < _LEAST_ALIKE:
        return [_bounded(text)]
    parts: list[Part] = []
    for words in changes:
        tag = _TAGS.get(words.change)
        parts.append(words.text if tag is None else element(tag, words.text))
    return parts


def _measures(outcome: OutcomeRow, result: Result, telling: frozenset[str]) -> Element:
    rows: list[Element] = []
    for measure in result.measures:
        if measure.name in outcome.measures and measure.name in telling:
            rows.append(element("dt", measure.title))
            rows.append(element("dd", figure(outcome.measures[measure.name], measure.unit)))
    rows += [element("dt", "took"), element("dd", duration(outcome.seconds))]
    return element("dl", rows)


def _telling(reading: Reading, result: Result) -> frozenset[str]:
    """Return the measures in which the outcomes of a case differ, and the headline always."""
    names = [it.name for it in result.measures if it.is_quality and it.kind != "judge"]
    values = {name: {it.measures.get(name) for it in reading.outcomes} for name in names}
    headline = {result.headline.name} if result.headline else set()
    return frozenset(name for name in names if len(values[name]) > 1) | headline


def _bounded(text: str) -> str:
    if len(text) <= _LONGEST_TEXT:
        return text
    left = len(text) - _LONGEST_TEXT
    return f"{text[:_LONGEST_TEXT]}\n(… {left} more characters are left out)"
