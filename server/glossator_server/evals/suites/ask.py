"""Own the suite `ask`: whether an answer names the lines that say so, and is refused where none do.

The product's own action answers, with the index that its owner keeps. It must not judge words: what
is compared are places.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from glossator_server.actions.ask import ROLE, ask
from glossator_server.actions.questions import (
    Answer,
    AskSources,
    Citation,
    Question,
    SilentReport,
)
from glossator_server.errors import UsageError
from glossator_server.evals.asked_cases import Asking, asked_cases
from glossator_server.evals.citing import cited_in, is_valid, marked, plain_text
from glossator_server.evals.hidden_indexes import Searched, SearchedTrees
from glossator_server.evals.lending import lending
from glossator_server.evals.places import Place, places_of, shown_places
from glossator_server.evals.types import (
    Better,
    Case,
    CaseResult,
    CaseSource,
    Measure,
    MeasureKind,
    Subject,
)

_NO_INDEX = (
    "A question is answered from what the index finds, so that it cannot be asked without; leave "
    "retrieval=off out."
)
_NO_ANSWER = "There is no answer in this repository."


def create() -> AskSuite:
    """Return the suite, for one run."""
    return AskSuite()


def _worded(sentence: str) -> str:
    """Return what is said of a function as a question for it."""
    return f"Which code does this: {sentence}?"


_ASKING = Asking("ask", "question", _worded, needs_answer=False)


class AskSuite:
    """Asks questions; follows `types.Suite`."""

    name = "ask"
    roles = (ROLE,)
    measures = (
        Measure(
            "decided",
            "rightly answered or refused",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "There is an answer and one was given, or there is none and that was said.",
        ),
        Measure(
            "cites",
            "cites the place",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "Of questions that have an answer: some of the lines that answer it are cited.",
        ),
        Measure(
            "holds",
            "cites all of it",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "Of questions that have an answer: all lines of one that answers it are cited.",
        ),
        Measure(
            "valid",
            "citations valid",
            Better.HIGHER,
            MeasureKind.CHECK,
            "Of answers: every line that is cited exists, and was shown to the model or is quoted.",
            when_failed=None,
        ),
        Measure(
            "refused",
            "right refusals",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "Of questions that have no answer: that was said.",
            when_failed=None,
        ),
        Measure(
            "own_words",
            "in own words",
            Better.HIGHER,
            MeasureKind.CHECK,
            "Of answers: a model wrote them; a small one has the code speak for itself.",
            when_failed=None,
        ),
    )

    def __init__(self) -> None:
        self._trees = SearchedTrees()

    def cases(self, source: CaseSource) -> Sequence[Case]:
        """Return questions with the places that answer them."""
        return asked_cases(source, _ASKING, self._trees.keep)

    async def run(self, case: Case, subject: Subject) -> CaseResult:
        """Ask one question as `glossator ask` does."""
        searched = await self._trees.of(case, subject)
        sources = _sources(searched, subject)
        answer = await ask(Question(str(case.data["question"])), sources, SilentReport())
        return await asyncio.to_thread(_judged, case, answer, searched)

    async def open(self, cases: Sequence[Case], subjects: Sequence[Subject]) -> None:
        """Make the index; raises `UsageError` for a configuration without one."""
        for subject in subjects:
            if not subject.configuration.retrieval:
                raise UsageError(_NO_INDEX)
        await self._trees.open(cases, subjects[0])

    async def close(self) -> None:
        """Remove what was made to be searched."""
        await self._trees.close()


def _sources(searched: Searched, subject: Subject) -> AskSources:
    data_class = searched.policy.class_of(None)
    return AskSources(
        searched.root,
        searched.index,
        lending(subject, data_class),
        searched.policy,
        data_class,
        marked,
        searched.prefix,
        asking=subject.settings.asking(ROLE),
    )


def _judged(case: Case, answer: Answer, searched: Searched) -> CaseResult:
    right, cited = places_of(case), cited_in(answer)
    measures = {"decided": float(answer.found == bool(right))}
    if right:
        measures["cites"] = float(_any(right, cited, Place.is_met_by))
        measures["holds"] = float(_any(right, cited, Place.is_held_by))
    else:
        measures["refused"] = float(not answer.found)
    if answer.found:
        measures["valid"] = float(all(is_valid(it, searched.root, answer) for it in cited))
        measures["own_words"] = float(not answer.quoted)
    expected = shown_places(right, case.root) if right else _NO_ANSWER
    task = f"{case.data['question']}\n\nThe code that answers it:\n{expected}"
    return CaseResult(measures, plain_text(answer), expected, answer.notices, task=task)


def _any(
    places: Sequence[Place],
    cited: Sequence[Citation],
    is_so: Callable[[Place, str, int, int], bool],
) -> bool:
    return any(
        is_so(place, it.path, it.start_line, it.end_line) for place in places for it in cited
    )
