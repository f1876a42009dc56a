"""Own what compilers suggest by themselves, as changes that are worth a check before a model's.

It must not check them.
"""

from __future__ import annotations

from itertools import pairwise

from glossator_indexer.types import Span, TextChange
from glossator_server.edits import apply_changes, line_and_column
from glossator_server.reflection.judging import FixTask
from glossator_server.reflection.loop import Suggestion
from glossator_server.verify.checker import Checker
from glossator_server.verify.problems import Stage

MOST_TRIED = 4
# A name that is wrong in more places of a function is not mended by a guess.
MOST_PLACES = 12


async def suggestions_for(task: FixTask, checker: Checker) -> tuple[Suggestion, ...]:
    """Return what the compiler suggests where something is to be mended, the likeliest first.

    All together, each alone, and each name in all its places: of a name that it does not know a
    compiler speaks once in a function.
    """
    compiled = [it for it in task.targets if it.stage is Stage.COMPILE]
    if not compiled:
        return ()
    text = task.source.text
    lines = {it.line for it in compiled}
    found = await checker.suggested_changes(task.subject, text)
    # A header that is missing goes to the top, wherever it is missed.
    near = [
        it
        for it in found
        if it.new_text.startswith("#include") or line_and_column(text, it.span.start)[0] in lines
    ]
    near.sort(key=lambda it: it.span)
    apart = all(one.span.end <= other.span.start for one, other in pairwise(near))
    tried: list[tuple[TextChange, ...]] = [(it,) for it in near[:MOST_TRIED]]
    if len(near) > 1 and apart:
        tried.insert(0, tuple(near))
    tried += [await _in_all_places(task, checker, it) for it in near[:MOST_TRIED]]
    return tuple(Suggestion(compiled[0].tool, it) for it in dict.fromkeys(tried))


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
            for it in await checker.suggested_changes(task.subject, now)
            if it.new_text == first.new_text
            and now[it.span.start : it.span.end] == word
            and (span := _before(changes, it.span)) is not None
        ]
        if not more:
            break
        changes = tuple(sorted((*changes, *more), key=lambda it: it.span))
    return changes


def _before(changes: tuple[TextChange, ...], span: Span) -> Span | None:
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
