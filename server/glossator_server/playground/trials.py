"""Own the trial of a prompt for doc comments: on one symbol, by the product's own action.

It must not print, nor open models.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import dedent

from glossator_clients.protocol import ChatModel
from glossator_gate.errors import GlossatorError
from glossator_indexer.types import Symbol
from glossator_server.actions.document import document_symbol
from glossator_server.actions.states import CommentState, comment_status, style_of
from glossator_server.edits import apply_changes, unified_diff
from glossator_server.evals.comment_measures import compared
from glossator_server.evals.hidden_comments import Hidden, hidden
from glossator_server.evals.measures.words import told_words
from glossator_server.evals.suites.document import with_examples
from glossator_server.indexes import Indexes
from glossator_server.playground.recording import Exchange, NotAskedError, Recorder
from glossator_server.prompts.templates import PromptTemplate
from glossator_server.proposal import CommentProposal, Evidence
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Specimen:
    """What a prompt for comments is tried on: a symbol without its comment, and what that said.

    `hidden` is None where there was none that agrees with its code.
    """

    title: str
    snapshot: Snapshot
    symbol: Symbol
    hidden: Hidden | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a prompt: what was asked and answered, and what the product made of it.

    `text` is what was made, as people read it, `diff` what it changes; either may be empty.
    `measures` are numbers to compare by. `problem` says why nothing was made; with `dry` nobody was
    asked. `seconds` is wall time.
    """

    prompt: PromptTemplate
    target: str
    exchanges: tuple[Exchange, ...]
    text: str = ""
    diff: str = ""
    evidence: tuple[Evidence, ...] = ()
    notices: tuple[str, ...] = ()
    comment: str = ""
    measures: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""
    seconds: float = 0.0
    dry: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """A prompt that is tried: `settings` choose it, and `recorder` hears every model."""

    prompt: PromptTemplate
    settings: Settings
    recorder: Recorder = field(default_factory=Recorder)

    def begun(self, target: str) -> Trial:
        """Return a trial in which nothing has happened yet."""
        return Trial(self.prompt, target, (), dry=self.recorder.dry)

    def ended(self, trial: Trial, seconds: float) -> Trial:
        """Return a trial with what was heard, and what can be measured of every use."""
        heard = replace(trial, exchanges=tuple(self.recorder.exchanges), seconds=seconds)
        return replace(heard, measures=_cost(heard))


def specimen_of(snapshot: Snapshot, symbol: Symbol, title: str) -> Specimen:
    """Return a symbol to try a prompt on; a comment that agrees with it is hidden first.

    One that has drifted stays: the product brings it up to date.
    """
    style = style_of(snapshot)
    status = comment_status(symbol, style, snapshot.source)
    if status.state is CommentState.PRESENT:
        found = hidden(snapshot, symbol, style)
        if found is not None:
            return Specimen(title, found.snapshot, found.symbol, found)
    return Specimen(title, snapshot, symbol)


async def grounded(specimen: Specimen, indexes: Indexes | None) -> Specimen:
    """Return it with what an index of its repository shows, without the words that are hidden."""
    if indexes is None:
        return specimen
    if specimen.hidden is not None:
        return replace(specimen, snapshot=(await with_examples(specimen.hidden, indexes)).snapshot)
    snapshot = await indexes.with_examples(specimen.snapshot, specimen.symbol, ())
    return replace(specimen, snapshot=snapshot)


async def try_document(
    specimen: Specimen, attempt: Attempt, model: ChatModel, report: Report
) -> Trial:
    """Have a comment written as users get it; the attempt has to hear the model.

    What the model could not do is the trial's `problem`; raises what kept it from being asked.
    """
    started = time.monotonic()
    snapshot, symbol = specimen.snapshot, specimen.symbol
    found = specimen.hidden
    trial = replace(attempt.begun(specimen.title), comment=found.comment if found else "")
    outcome, problem = None, ""
    options = attempt.settings.documenting
    try:
        outcome = await document_symbol(snapshot, symbol, model, options, report)
    except NotAskedError:
        return attempt.ended(trial, 0.0)
    except GlossatorError as trouble:
        if not attempt.recorder.exchanges:
            raise
        problem = str(trouble)
    seconds = time.monotonic() - started
    if isinstance(outcome, CommentProposal):
        trial = attempt.ended(_made(trial, snapshot, outcome), seconds)
        # What compares by meaning is loaded for the first one.
        likeness = await asyncio.to_thread(_likeness, outcome, found)
        return replace(trial, measures={**trial.measures, **likeness})
    problem = outcome.reason if outcome is not None else problem
    return attempt.ended(replace(trial, problem=problem), seconds)


def _made(trial: Trial, snapshot: Snapshot, outcome: CommentProposal) -> Trial:
    name = snapshot.path.name if snapshot.path is not None else "text"
    changes = outcome.edits[0].changes
    return replace(
        trial,
        text=dedent(changes[0].new_text).strip("\n"),
        diff=unified_diff(name, snapshot.text, apply_changes(snapshot.text, changes)),
        evidence=outcome.evidence,
        notices=outcome.notices,
    )


MEASURES: Mapping[str, str] = {
    "valid": "passed the checks",
    "rouge_l": "words like the person's (ROUGE-L)",
    "chrf": "letters like the person's (chrF)",
    "meaning": "meaning like the person's",
    "length": "as long as the person's",
    "words": "words",
    "questions": "questions to models",
    "prompt_tokens": "prompt tokens",
    "completion_tokens": "answer tokens",
    "seconds": "seconds",
}


def means(trials: Sequence[Trial]) -> Mapping[str, float]:
    """Return the mean of each measure over the trials that have it."""
    found: dict[str, float] = {}
    for name in MEASURES:
        values = [it.measures[name] for it in trials if name in it.measures]
        if values:
            found[name] = sum(values) / len(values)
    return found


def _cost(trial: Trial) -> dict[str, float]:
    usages = [it.usage for it in trial.exchanges if it.usage is not None]
    return {
        "valid": float(not trial.problem),
        "questions": float(len(trial.exchanges)),
        "prompt_tokens": float(sum(it.prompt_tokens for it in usages)),
        "completion_tokens": float(sum(it.completion_tokens for it in usages)),
        "seconds": trial.seconds,
    }


def _likeness(proposal: CommentProposal, known: Hidden | None) -> dict[str, float]:
    words = {"words": float(len(told_words(proposal.fields).split()))}
    return words if known is None else words | dict(compared(known.fields, proposal.fields))
