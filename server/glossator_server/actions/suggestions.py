"""Own what tools suggest by themselves, as changes that are worth a check before a model's.

It must not check them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from glossator_indexer.types import Span, TextChange
from glossator_server.edits import apply_changes, line_and_column, offset_of_line
from glossator_server.reflection.judging import FixTask
from glossator_server.verify.checker import Checker, Suggestion
from glossator_server.verify.problems import Problem, Stage

MOST_TRIED = 4
# A name that is wrong in more places of a function is not mended by a guess.
MOST_PLACES = 12
_STAGES = (Stage.COMPILE, Stage.LINT, Stage.TYPES)
# "‘struct s’ has no member named ‘nxt’; did you mean ‘next’?": of the words before, the wrong one
# stands on the line. Each tool has its own quotes.
_QUOTED = re.compile(r"[‘'`\"](\w+)[’'`\"]")
_MEANT = re.compile(
    r"\b(?:did you mean|maybe) (?:the \w+ )?[‘'`\"](?P<word>\w+)[’'`\"]", re.IGNORECASE
)


async def suggestions_for(task: FixTask, checker: Checker) -> tuple[Suggestion, ...]:
    """Return what tools suggest where something is to be mended, the likeliest first.

    As many together as go together, each alone, and each name in all its places: of a name that it
    does not know a compiler speaks once in a function.
    """
    lines = {it.line for it in task.targets if it.stage in _STAGES}
    if not lines:
        return ()
    text = task.source.text
    near = [it for it in await _advice(task, checker, text) if _is_about(text, it.changes, lines)]
    near.sort(key=lambda it: it.changes[0].span)
    tried = near[:MOST_TRIED]
    together = _together(near)
    if together is not None:
        tried.insert(0, together)
    tried += [await _in_all_places(task, checker, it) for it in near[:MOST_TRIED]]
    return tuple(dict.fromkeys(tried))


def _is_about(text: str, changes: Sequence[TextChange], lines: set[int]) -> bool:
    # A header that is missing goes to the top, wherever it is missed.
    return any(
        it.new_text.startswith("#include") or line_and_column(text, it.span.start)[0] in lines
        for it in changes
    )


def _together(some: Sequence[Suggestion]) -> Suggestion | None:
    """Return suggestions as one, without those that meet one before; None for fewer than two."""
    taken: list[Suggestion] = []
    end = -1
    for it in some:
        spans = sorted(change.span for change in it.changes)
        if spans[0].start >= end:
            taken.append(it)
            end = spans[-1].end
    if len(taken) < 2:
        return None
    return Suggestion(taken[0].tool, tuple(change for it in taken for change in it.changes))


async def _advice(task: FixTask, checker: Checker, text: str) -> tuple[Suggestion, ...]:
    """Return the changes that tools offer for a text, and those that their messages name."""
    offered = await checker.suggestions(task.subject, text)
    said = [
        Suggestion(outcome.tool, (change,))
        for stage in _STAGES
        for outcome in await checker.check(task.subject, {task.subject.path: text}, stage)
        for problem in outcome.problems
        if problem.path in (None, task.subject.path)
        for change in _named(text, problem)
    ]
    known = {it.changes: it for it in (*said, *offered) if it.changes}
    return tuple(known.values())


def _named(text: str, problem: Problem) -> Iterator[TextChange]:
    """Yield the renamings of a line for which a message gives the name that was meant."""
    meant = _MEANT.search(problem.message)
    start = offset_of_line(text, problem.line) if problem.line else None
    if meant is None or start is None:
        return
    line = text[start:].partition("\n")[0]
    for wrong in _QUOTED.findall(problem.message[: meant.start()]):
        places = list(re.finditer(rf"\b{re.escape(wrong)}\b", line))
        for it in places:
            yield TextChange(Span(start + it.start(), start + it.end()), meant["word"])
        if places:
            return


async def _in_all_places(task: FixTask, checker: Checker, first: Suggestion) -> Suggestion:
    """Return a renaming with those that its tool asks for as soon as it is done."""
    if len(first.changes) != 1:
        return first
    change = first.changes[0]
    changes: tuple[TextChange, ...] = first.changes
    text = task.source.text
    word = text[change.span.start : change.span.end]
    while word.isidentifier() and len(changes) < MOST_PLACES:
        now = apply_changes(text, changes)
        more = [
            TextChange(span, change.new_text)
            for it in await _advice(task, checker, now)
            for other in it.changes
            if other.new_text == change.new_text
            and now[other.span.start : other.span.end] == word
            and (span := _before(changes, other.span)) is not None
        ]
        if not more:
            break
        changes = tuple(sorted((*changes, *more), key=lambda it: it.span))
    return Suggestion(first.tool, changes)


def _before(changes: Sequence[TextChange], span: Span) -> Span | None:
    """Return where a span of the changed text was before, None where it is in what was changed."""
    moved = 0
    for it in changes:
        start = it.span.start + moved
        if span.end <= start:
            break
        if span.start < start + len(it.new_text):
            return None
        moved += len(it.new_text) - (it.span.end - it.span.start)
    return Span(span.start - moved, span.end - moved)
