"""Own the suite `intent`: what free text is taken for, and how often a model has to be asked.

It must not act on what a text asks for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from glossator_gate.types import DataClass
from glossator_server.actions.understanding import understand
from glossator_server.errors import UsageError
from glossator_server.evals.case_lines import CaseLine, read_case_lines
from glossator_server.evals.drawing import drawn
from glossator_server.evals.lending import lending
from glossator_server.evals.types import (
    Better,
    Case,
    CaseResult,
    CaseSource,
    Measure,
    MeasureKind,
    SourceKind,
    Subject,
)
from glossator_server.evals.workspaces import PREPARED
from glossator_server.intent import Intent, classify
from glossator_server.intent.asking import ROLE
from glossator_server.shortening import shortened

_KEYS = ("id", "text", "intent", "speaker", "carrier")
_MOST_TITLE = 60
NOTHING_TO_MINE = (
    "A repository holds no labelled requests to mine for intent; leave --mined out, or name a file "
    "with --cases."
)


def create() -> IntentSuite:
    """Return the suite, for one run."""
    return IntentSuite()


class IntentSuite:
    """Sorts labelled requests; follows `types.Suite`."""

    name = "intent"
    roles = (ROLE,)
    measures = (
        Measure(
            "right",
            "right",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "The request is taken for what the person who labelled it meant.",
        ),
        Measure(
            "asked",
            "model asked",
            Better.LOWER,
            MeasureKind.CHECK,
            "Rules and examples were not sure, so that a model was asked.",
            when_failed=None,
        ),
        Measure(
            "sure_right",
            "right, no model",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "Of the requests that no model was asked about: taken for what was meant.",
            when_failed=None,
        ),
    )

    def cases(self, source: CaseSource) -> Sequence[Case]:
        """Return labelled requests; raises `UsageError` for a repository, which has none."""
        match source.kind:
            case SourceKind.MINED:
                raise UsageError(NOTHING_TO_MINE)
            case SourceKind.FILE if source.file is not None:
                lines = read_case_lines(source.file, _KEYS)
                data_class = source.policy.class_of(source.file)
            case _:
                lines = read_case_lines(PREPARED / "intent" / "cases.jsonl", _KEYS)
                data_class = DataClass.PUBLIC
        found = list(_cases(lines, source.workspace, data_class))
        return drawn(found, source.limit, source.seed)

    async def run(self, case: Case, subject: Subject) -> CaseResult:
        """Sort one request as `glossator do` does."""
        meant = str(case.data["intent"])
        open_model = lending(subject, case.data_class)
        prompt = subject.settings.prompts.get(ROLE, "")
        known = await understand(str(case.data["text"]), case.data_class, open_model, prompt)
        right = float(known.guess.intent == meant)
        measures = {"right": right, "asked": float(known.model is not None)}
        if known.model is None and known.trouble is None:
            measures["sure_right"] = right
        checks = () if known.trouble is None else (f"no model was asked: {known.trouble}",)
        return CaseResult(measures, known.in_short, meant, checks)

    async def open(self, cases: Sequence[Case], subjects: Sequence[Subject]) -> None:  # noqa: ARG002
        """Load the weights and the examples, which the first text would wait for."""
        await asyncio.to_thread(classify, str(cases[0].data["text"]))

    async def close(self) -> None:
        """Hold nothing."""


def _cases(lines: Iterable[CaseLine], root: Path, data_class: DataClass) -> Iterable[Case]:
    for it in lines:
        text = it.words("text")
        data = {"text": text, "intent": it.one_of("intent", tuple(Intent))}
        title = shortened(text, _MOST_TITLE)
        yield Case(it.id, "intent", title, "", root, "", "", data, data_class)
