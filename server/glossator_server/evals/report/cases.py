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
    # What lost is read first; the rest is there for who wants more.
    is_open = shelf.title.startswith("Where") and "lost most" in shelf.title
    return element(
        "details",
        element("summary", element("h3", f"{shelf.title} ({len(shelf.readings)})")),
        *(_case(it, result, marks) for it in shelf.readings),
        open="open" if is_open else None,
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
    problem = element("p", "⚠ ", outcome.problem, class_="problem") if outcome.problem else None
    text = element("pre", _compared(against, outcome.text)) if outcome.text.strip() else None
    return element(
        "section",
        element("h5", badge(mark)),
        problem,
        text or (None if problem else element("p", "Nothing.", class_="problem")),
        _measures(outcome, result),
        class_="column",
    )


def _compared(against: str, text: str) -> list[Part]:
    """Return a text in whose words those that the other one lacks are marked, and those it lacks."""
    parts: list[Part] = []
    if not against:
        return [_bounded(text)]
    for words in word_changes(_bounded(against), _bounded(text)):
        tag = _TAGS.get(words.change)
        if tag is None:
            parts.append(words.text)
            continue
        # White space around a run stays outside, or its mark would be drawn on nothing.
        bare = words.text.strip()
        start = words.text.index(bare)
        parts += [words.text[:start], element(tag, bare), words.text[start + len(bare) :]]
        if words.change is Change.LEFT_OUT:
            parts.append(" ")
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
