"""Own which style the comments of a code base are written in, and with which habits.

It counts comments that it is given; it must not look for them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from glossator_indexer.styles import Style, styles_of
from glossator_indexer.styles.options import Habits, RenderOptions
from glossator_indexer.styles.parsed import ParsedDoc

# Below this a habit may be an accident.
FEWEST_FOR_A_HABIT = 3
_SHARE_OF_A_HABIT = 0.7
_OPENING = re.compile(r"/\*\*|/\*!|///|//!|//|#|[rRuU]*(?:\"\"\"|'''|\"|')")
_COMMAND = re.compile(r"(?:^|[\s*/!])([@\\])(?:brief|param|returns?|details|throws|note|ref)\b")
_BRIEF = re.compile(r"[@\\](?:brief|short)\b")
_TAGGED = re.compile(r"@(?:param|returns?)\b")
_TYPED = re.compile(r"@(?:param|returns?)\s*\{")
_THIRD_PERSON = re.compile(r"[A-Z][a-z]+s\b")
_NO_VERB = re.compile(r"(?:This|Is|Has|Was|Does|Class|Its|As|Always|Process)\b")


@dataclass(frozen=True, slots=True)
class Conventions:
    """The style of a file's comments, their layout, and whether they have a Context section."""

    style: Style
    layout: RenderOptions
    has_context: bool = False


def style_among(comments: Iterable[str], language_id: str) -> Style | None:
    """Return the style in which most of the comments of a language are written, None for none.

    Only comments that show their style count: a sentence alone fits most of them.
    """
    styles = styles_of(language_id)
    votes = Counter[str]()
    for comment in comments:
        for style in styles:
            parsed = style.parse(comment)
            if parsed is not None and _shows_style(parsed):
                votes[style.id] += 1
    if not votes:
        return None
    # With equal votes the language's default is first.
    best = max(votes.values())
    return next(it for it in styles if votes[it.id] == best)


def habits_of(comments: Sequence[str], style: Style) -> Habits:
    """Return how comments of one style are written, where at least three show a habit."""
    parsed = [(it, doc) for it in comments if (doc := style.parse(it)) is not None]
    summaries = [doc.fields.summary for _, doc in parsed if doc.fields.summary]
    return Habits(
        opening=_usual(_opening(it) for it, _ in parsed),
        command=_usual(found[1] for it, _ in parsed if (found := _COMMAND.search(it))),
        summary_below=_agreed(_is_below(it) for it, _ in parsed if "\n" in it),
        brief=_agreed(_BRIEF.search(it) is not None for it, _ in parsed),
        types=_agreed(_TYPED.search(it) is not None for it, _ in parsed if _TAGGED.search(it)),
        full_stop=_agreed(it.endswith(".") for it in summaries),
        third_person=_agreed(_is_third_person(it) for it in summaries),
    )


def _shows_style(parsed: ParsedDoc) -> bool:
    fields = parsed.fields
    return bool(
        parsed.name or fields.parameters or fields.returns or fields.raises or fields.sections
    )


def _opening(comment: str) -> str:
    found = _OPENING.match(comment)
    return found[0] if found else ""


def _is_below(comment: str) -> bool:
    first = comment.split("\n", 1)[0].strip()
    return first == _opening(comment)


def _is_third_person(summary: str) -> bool:
    return bool(_THIRD_PERSON.match(summary)) and not _NO_VERB.match(summary)


def _usual(seen: Iterable[str]) -> str:
    counted = Counter(seen)
    if counted.total() < FEWEST_FOR_A_HABIT:
        return ""
    most, count = counted.most_common(1)[0]
    return most if count > counted.total() / 2 else ""


def _agreed(seen: Iterable[bool]) -> bool | None:
    counted = Counter(seen)
    if counted.total() < FEWEST_FOR_A_HABIT:
        return None
    share = counted[True] / counted.total()
    if share >= _SHARE_OF_A_HABIT:
        return True
    return False if share <= 1 - _SHARE_OF_A_HABIT else None
