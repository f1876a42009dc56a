"""Own how a file is commented: as it is set, else as its own comments and those beside it are.

It reads files beside the one that is asked about; whoever may not wait must not ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from glossator_indexer.neighbourhood import comments_beside, comments_of
from glossator_indexer.styles import Habits, RenderOptions, Style, styles_of
from glossator_indexer.styles.detecting import (
    FEWEST_FOR_A_HABIT,
    Conventions,
    habits_of,
    style_among,
)
from glossator_indexer.styles.judging import is_callable
from glossator_indexer.types import Symbol
from glossator_server.actions.parts import CONTEXT
from glossator_server.actions.states import chosen_style, default_style
from glossator_server.document_options import USUAL_WIDTH, DocumentOptions
from glossator_server.snapshot import Snapshot

# The widths that people set their tools to; Python's own style guide says 79.
_WIDTHS = (USUAL_WIDTH, 88, 100, 120)
_PYTHON_WIDTH = 79
_TAB_WIDTH = 8
# One line in twenty may be a link that nobody could break.
_SHARE_WITHIN = 0.95
# Where one comment in five has such a section, the others lack it.
_SHARE_WITH_CONTEXT = 0.2


def conventions_of(snapshot: Snapshot, options: DocumentOptions) -> Conventions:
    """Return how a comment in a file is to be written.

    Raises `UsageError` for a language in which comments cannot be written.
    """
    own = comments_of(snapshot.source)
    around = list(own)
    language = snapshot.source.language.id
    if len(own) < FEWEST_FOR_A_HABIT and snapshot.path is not None:
        around += comments_beside(snapshot.path, snapshot.lends)
    learned = _learned(tuple(around), chosen_style(snapshot), language)
    layout = RenderOptions(
        options.width or learned.layout.width,
        options.max_lines,
        _habits(learned.layout.habits, options),
    )
    return replace(learned, layout=layout)


# Each symbol of a file is asked about by itself; a few files at once.
@lru_cache(maxsize=8)
def _learned(comments: tuple[str, ...], chosen: Style | None, language: str) -> Conventions:
    """Return how some comments are written, in the style that is chosen or else in their own."""
    style = chosen or style_among(comments, language) or default_style(language)
    written = [it for it in comments if style.recognises(it)]
    layout = RenderOptions(width_of(written, language), None, habits_of(written, style))
    return Conventions(style, layout, _has_context(written, style))


def habits_at(symbol: Symbol, conventions: Conventions) -> Habits:
    """Return the habits that a comment at `symbol` is written with, where nobody has one, too."""
    habits = conventions.layout.habits
    # PEP 257: what a docstring says of a function is a command, "Return" and not "Returns".
    is_command = conventions.style in styles_of("python") and is_callable(symbol)
    if is_command and habits.third_person is None:
        return replace(habits, third_person=False)
    return habits


def width_of(comments: Sequence[str], language: str) -> int:
    """Return the width within which nearly all lines of some comments stay."""
    usual = _PYTHON_WIDTH if language == "python" else USUAL_WIDTH
    lines = [line for it in comments if "\n" in it for line in it.split("\n")[1:]]
    lengths = sorted(len(it.rstrip().expandtabs(_TAB_WIDTH)) for it in lines)
    if len(comments) < FEWEST_FOR_A_HABIT or not lengths:
        return usual
    reached = lengths[int((len(lengths) - 1) * _SHARE_WITHIN)]
    if reached <= usual:
        return usual
    return next((it for it in _WIDTHS if reached <= it), usual)


def _habits(learned: Habits, options: DocumentOptions) -> Habits:
    """Return the habits with what is set in their place."""
    return replace(
        learned,
        opening=options.opening or learned.opening,
        command=options.command or learned.command,
        summary_below=_first(options.summary_below, learned.summary_below),
        full_stop=_first(options.full_stop, learned.full_stop),
        third_person=_first(options.third_person, learned.third_person),
    )


def _first(chosen: bool | None, learned: bool | None) -> bool | None:  # noqa: FBT001 -- both may be unknown
    return learned if chosen is None else chosen


def _has_context(comments: Sequence[str], style: Style) -> bool:
    parsed = [doc for it in comments if (doc := style.parse(it)) is not None]
    having = sum(any(title == CONTEXT for title, _ in it.fields.sections) for it in parsed)
    return having > 0 and having >= len(parsed) * _SHARE_WITH_CONTEXT
