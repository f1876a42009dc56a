"""Own what tools suggest by themselves, as changes that are worth a check before a model's.

It must not check them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from glossator_indexer.types import Span, TextChange
from glossator_server.edits import apply_changes, line_and_column
from glossator_server.reflection.judging import FixTask
from glossator_server.verify.checker import Checker, Suggestion
from glossator_server.verify.problems import Problem, Stage
from glossator_server.verify.tools import Offsets

MOST_TRIED = 4
# To follow a name costs a run of the compiler for each of its places.
MOST_FOLLOWED = 2
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
    tried += [await _in_all_places(task, checker, it) for it in near[:MOST_FOLLOWED]]
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
    changes: list[TextChange] = []
    for it in some:
        first, *_ = parts = sorted(it.changes, key=lambda it: it.span)
        last = changes[-1] if changes else None
        if last is not None and last.span == first.span and first.span.start == first.span.end:
            # Of two at one place, editors and we could differ in the order: they become one.
            changes[-1:] = [TextChange(last.span, last.new_text + first.new_text), *parts[1:]]
        elif last is None or first.span.start >= last.span.end:
            changes += parts
        else:
            continue
        taken.append(it)
    return Suggestion(taken[0].tool, tuple(changes)) if len(taken) > 1 else None


async def _advice(task: FixTask, checker: Checker, text: str) -> tuple[Suggestion, ...]:
    """Return the changes that tools offer for a text, and those that their messages name."""
    offered = await checker.suggestions(task.subject, text)
    said = [
        Suggestion(outcome.tool, (change,))
        for stage in dict.fromkeys(it.stage for it in task.targets if it.stage in _STAGES)
        for outcome in await checker.check(task.subject, {task.subject.path: text}, stage)
        for problem in outcome.problems
        if problem.path in (None, task.subject.path)
        for change in _named(text, problem)
    ]
    known = {it.changes: it for it in (*said, *offered) if it.changes}
    return tuple(known.values())


def _named(text: str, problem: Problem) -> Iterator[TextChange]:
    """Yield the renaming for which a message gives the name that was meant.

    It is that of the place that the message is about: the same word may be right elsewhere on the
    line, or stand in a text or a comment.
    """
    meant = _MEANT.search(problem.message)
    start = Offsets(text).of_points(problem.line, 1)
    if meant is None or start is None:
        return
    line = text[start:].partition("\n")[0]
    for wrong in _QUOTED.findall(problem.message[: meant.start()]):
        places = list(re.finditer(rf"\b{re.escape(wrong)}\b", line))
        if len(places) > 1 and not problem.column:
            return
        for it in sorted(places, key=lambda it: _distance(it.span(), problem.column - 1))[:1]:
            yield TextChange(Span(start + it.start(), start + it.end()), meant["word"])
        if places:
            return


def _distance(span: tuple[int, int], column: int) -> int:
    # A compiler may point at the sign before a word, never at one behind it.
    return span[0] - column if span[1] > column else 1000 + column - span[1]


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
