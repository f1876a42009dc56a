"""Own what compilers suggest by themselves, as changes that are worth a check before a model's.

It must not check them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from glossator_indexer.types import Span, TextChange
from glossator_server.edits import apply_changes, line_and_column, offset_of_line
from glossator_server.reflection.judging import FixTask
from glossator_server.reflection.loop import Suggestion
from glossator_server.verify.checker import Checker
from glossator_server.verify.problems import Problem, Stage

MOST_TRIED = 4
# A name that is wrong in more places of a function is not mended by a guess.
MOST_PLACES = 12
_STAGES = (Stage.COMPILE, Stage.TYPES)
# "‘struct s’ has no member named ‘nxt’; did you mean ‘next’?", in gcc's, clang's and tsc's quotes:
# the word that stands on the line is the wrong one.
_QUOTED = re.compile(r"[‘'`\"](\w+)[’'`\"]")
_MEANT = re.compile(r"\bdid you mean (?:the \w+ )?[‘'`\"](?P<word>\w+)[’'`\"]", re.IGNORECASE)


async def suggestions_for(task: FixTask, checker: Checker) -> tuple[Suggestion, ...]:
    """Return what compilers suggest where something is to be mended, the likeliest first.

    All together, each alone, and each name in all its places: of a name that it does not know a
    compiler speaks once in a function.
    """
    asked = [it for it in task.targets if it.stage in _STAGES]
    if not asked:
        return ()
    text = task.source.text
    lines = {it.line for it in asked}
    # A header that is missing goes to the top, wherever it is missed.
    near = [
        it
        for it in await _advice(task, checker, text)
        if it.new_text.startswith("#include") or line_and_column(text, it.span.start)[0] in lines
    ]
    near.sort(key=lambda it: it.span)
    apart = all(one.span.end <= other.span.start for one, other in pairwise(near))
    tried: list[tuple[TextChange, ...]] = [(it,) for it in near[:MOST_TRIED]]
    if len(near) > 1 and apart:
        tried.insert(0, tuple(near))
    tried += [await _in_all_places(task, checker, it) for it in near[:MOST_TRIED]]
    return tuple(Suggestion(asked[0].tool, it) for it in dict.fromkeys(tried))


async def _advice(task: FixTask, checker: Checker, text: str) -> tuple[TextChange, ...]:
    """Return the changes that a compiler offers for a text, and those that its messages name."""
    offered = await checker.suggested_changes(task.subject, text)
    said = [
        change
        for stage in _STAGES
        for outcome in await checker.check(task.subject, {task.subject.path: text}, stage)
        for problem in outcome.problems
        if problem.path in (None, task.subject.path)
        for change in _named(text, problem)
    ]
    return tuple(dict.fromkeys((*offered, *said)))


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


async def _in_all_places(
    task: FixTask, checker: Checker, first: TextChange
) -> tuple[TextChange, ...]:
    """Return a renaming with those that the compiler asks for as soon as it is done."""
    text = task.source.text
    word = text[first.span.start : first.span.end]
    changes: tuple[TextChange, ...] = (first,)
    while word and len(changes) < MOST_PLACES:
        now = apply_changes(text, changes)
        more = [
            TextChange(span, first.new_text)
            for it in await _advice(task, checker, now)
            if it.new_text == first.new_text
            and now[it.span.start : it.span.end] == word
            and (span := _before(changes, it.span)) is not None
        ]
        if not more:
            break
        changes = tuple(sorted((*changes, *more), key=lambda it: it.span))
    return changes


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
