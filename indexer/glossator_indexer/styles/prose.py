"""Own how prose is kept within a number of lines, whole sentences at a time.

It must not know what a comment looks like.
"""

from __future__ import annotations

import re
from dataclasses import replace

from glossator_indexer.styles.wrapping import BULLET, Measure, chunks, flow, is_literal, wrap
from glossator_indexer.types import DocFields

_CLAUSE_ENDS = (". ", "; ", ", ", " which ", " that ", " and ", " or ")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def within_lines(
    fields: DocFields, width: int, max_lines: int | None, lead: int = 0, hang: int = 0
) -> DocFields:
    """Drop whole paragraphs and sentences of prose, from the end, until `max_lines` are kept.

    The summary's first line does not count; `lead` columns of it are taken, the rest of it begins
    with `hang` blanks.
    """
    if max_lines is None:
        return fields
    measure = Measure(width, lead, hang)
    summary = longest_beginning(fields.summary, measure, max_lines + 1)
    left = max_lines - len(wrap(summary, measure)) + 1
    kept: list[str] = []
    for chunk in chunks(fields.details or ""):
        lines = [line for line in flow(chunk, width) if line]
        if len(lines) > left:
            if not is_literal(chunk) and not BULLET.match(chunk) and left > 0:
                kept.append(longest_beginning(chunk, Measure(width), left))
            break
        kept.append(chunk)
        left -= len(lines)
    details = "\n\n".join(chunk for chunk in kept if chunk)
    return replace(fields, summary=summary, details=details or None)


def with_summary_on_one_line(fields: DocFields, width: int) -> DocFields:
    """Return the words with a summary that fits a line, as PEP 257 wants it.

    One that does not is cut where a clause ends, and stands in full before the details.
    """
    text = one_line(fields.summary)
    if len(text) <= width:
        return replace(fields, summary=text)
    beginning = text[: width - 1]
    cut = max(beginning.rfind(it) for it in _CLAUSE_ENDS)
    if cut < width // 3:
        cut = max(beginning.rfind(" "), 0) or width - 1
    details = "\n\n".join(filter(None, (text, fields.details)))
    return replace(fields, summary=beginning[:cut].rstrip(" .,;:") + ".", details=details)


def longest_beginning(text: str, measure: Measure, lines: int) -> str:
    """Return as many whole sentences as fit; a summary with a lead keeps at least its first."""
    sentences = _SENTENCE_END.split(one_line(text))
    while len(sentences) > 1 and len(wrap(" ".join(sentences), measure)) > lines:
        sentences.pop()
    kept = " ".join(sentences)
    fits = len(wrap(kept, measure)) <= lines
    return kept if fits or measure.used else ""


def one_line(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())
