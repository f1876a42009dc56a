"""Own how the cases to read are shown: what was expected beside what each configuration made.

It must not choose them.
"""

from __future__ import annotations

from collections.abc import Mapping

from glossator_server.evals.report.differences import Change, word_changes
from glossator_server.evals.report.marks import Mark, badge
from glossator_server.evals.report.markup import Element, Part, element
from glossator_server.evals.report.reading import OutcomeRow, Result
from glossator_server.evals.report.words import duration, figure
from glossator_server.evals.report.worst import Reading, Shelf, shelves

# Hundreds of texts beside each other still make a page of a megabyte or two.
_LONGEST_TEXT = 5_000
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
    columns += [
        _column(it, against if expected or it is not first else "", result, marks[it.configuration])
        for it in reading.outcomes
    ]
    return element(
        "article",
        element("h4", first.title, element("small", where)),
        element("p", f"{reading.why}.", class_="why"),
        element("div", columns, class_="columns"),
        class_="case",
    )


def _expected(text: str) -> Element:
    return element(
        "section",
        element("h5", "Expected: what people wrote"),
        element("pre", _bounded(text)),
        class_="column expected",
    )


def _column(outcome: OutcomeRow, against: str, result: Result, mark: Mark) -> Element:
    parts: list[Part] = []
    if outcome.problem is not None:
        parts.append(element("p", "⚠ ", outcome.problem, class_="problem"))
    if outcome.text.strip():
        parts.append(element("pre", _compared(against, outcome.text)))
    if not parts:
        parts.append(element("p", "⚠ Nothing was made.", class_="problem"))
    return element(
        "section",
        element("h5", badge(mark)),
        parts,
        _measures(outcome, result),
        class_="column",
    )


def _compared(against: str, text: str) -> list[Part]:
    """Return a text with marks on words that the other lacks, and with those that it lacks."""
    if not against:
        return [_bounded(text)]
    parts: list[Part] = []
    for words in word_changes(_bounded(against), _bounded(text)):
        tag = _TAGS.get(words.change)
        parts.append(words.text if tag is None else element(tag, words.text))
    return parts


def _measures(outcome: OutcomeRow, result: Result) -> Element:
    rows: list[Element] = []
    for measure in result.measures:
        if measure.name in outcome.measures and measure.is_quality:
            rows.append(element("dt", measure.title))
            rows.append(element("dd", figure(outcome.measures[measure.name], measure.unit)))
    rows += [element("dt", "Took"), element("dd", duration(outcome.seconds))]
    return element("dl", rows)


def _bounded(text: str) -> str:
    if len(text) <= _LONGEST_TEXT:
        return text
    left = len(text) - _LONGEST_TEXT
    return f"{text[:_LONGEST_TEXT]}\n(… {left} more characters are left out)"
