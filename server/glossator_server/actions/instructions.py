"""Own the comment line `glossator: TEXT`: finding it, its symbol, and taking it out once done.

It reads lines, not trees, so that it works in any text; it must not run anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from glossator_indexer.code_tokens import code_tokens
from glossator_indexer.languages import Language
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Span, Symbol, TextChange
from glossator_server.edits import apply_changes, file_edit
from glossator_server.errors import UsageError
from glossator_server.proposal import CommentProposal, Outcome, SkipCause, Skipped
from glossator_server.snapshot import Snapshot

# A line that is longer was not typed by a person.
_MOST_COLUMNS = 500
_MARKED = re.compile(
    r"(?P<open>//[/!]*|/\*+!?|<!--|#+|--+|;+|%+|(?<!\S)\*)[ \t]*glossator:", re.IGNORECASE
)
_CLOSED = re.compile(r"\*+/\Z|-->\Z")
_PLACEHOLDERS = "add a parameter NAME of type TYPE"
# What opens a comment that must be closed.
_BLOCKS = ("/*", "<!--")


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a comment asks for; `removal` is the span to delete, None where it cannot be alone."""

    text: str
    start: int
    removal: Span | None


def instruction_at(text: str, offset: int) -> Instruction | None:
    """Return the instruction on the line of an offset, None where there is none."""
    line = _line_around(text, offset)
    match = _MARKED.search(text[line.start : line.end])
    if match is None or line.end - line.start > _MOST_COLUMNS:
        return None
    rest = text[line.start + match.end() : line.end].strip()
    closed = _CLOSED.search(rest)
    words = rest[: closed.start()].rstrip() if closed else rest
    if not words:
        return None
    begin = Span(line.start + match.start(), line.end)
    is_whole = match["open"].startswith(_BLOCKS) == (closed is not None)
    return Instruction(words, line.start, _removal(text, line.start, begin) if is_whole else None)


def instructed_symbol(snapshot: Snapshot, instruction: Instruction) -> Symbol | None:
    """Return the symbol that an instruction is about: the one around it, else the next one."""
    named = [it for it in all_symbols(snapshot.source) if it.name]
    around = [it for it in named if it.extent.start <= instruction.start < it.extent.end]
    after = [it for it in named if it.extent.start >= instruction.start]
    return around[-1] if around else next(iter(after), None)


def without_instruction(proposal: CommentProposal, snapshot: Snapshot, line: str) -> Outcome:
    """Return the proposal with the instruction's deletion among its changes.

    `line` is the instruction's own line; of several like it the nearest goes. Where it is gone, or
    is no comment of its own, the proposal stays as it is. The code's tokens are compared again.
    """
    edit = proposal.edits[0]
    removal = _nearest_removal(snapshot.text, line, edit.changes[0].span.start)
    if removal is None or any(_overlap(it.span, removal) for it in edit.changes):
        return proposal
    changes = [*edit.changes, TextChange(removal, "")]
    after = parse(apply_changes(snapshot.text, changes), snapshot.source.language)
    if code_tokens(after) != code_tokens(snapshot.source):
        reason = (
            f"the line of the instruction for {proposal.symbol} holds code; delete it yourself."
        )
        return Skipped(snapshot.path, proposal.symbol, SkipCause.FAILED_CHECKS, reason)
    return replace(proposal, edits=(file_edit(snapshot, changes),))


def text_without(text: str, removal: Span, language: Language | None) -> str:
    """Return a text without the comment of an instruction.

    Raises `UsageError` where that would take code away.
    """
    after = apply_changes(text, [TextChange(removal, "")])
    if language is not None and code_tokens(parse(after, language)) != code_tokens(
        parse(text, language)
    ):
        raise UsageError(
            "The line of the instruction holds code; put the comment on a line of its own."
        )
    return after


def parameter_wanted(name: str) -> str:
    """Return the instruction that a person fills in, to give a function another parameter."""
    return f"{_PLACEHOLDERS} to {name} and pass it from all callers"


def check_is_filled_in(text: str) -> None:
    """Raise `UsageError` where a placeholder was left as it was offered."""
    if _PLACEHOLDERS in text:
        raise UsageError(
            "The instruction still says NAME and TYPE; write the parameter's there, and run it "
            "again."
        )


def line_at(text: str, offset: int) -> str:
    """Return the line of an offset, without its end."""
    line = _line_around(text, offset)
    return text[line.start : line.end]


def _line_around(text: str, offset: int) -> Span:
    """Return the line of an offset; of one that is too long, more than is read, but not all."""
    low, high = max(0, offset - _MOST_COLUMNS), offset + _MOST_COLUMNS
    start = max(text.rfind(it, low, offset) for it in "\n\r") + 1 or low
    ends = (text.find(it, offset, high) for it in "\n\r")
    end = min((it for it in ends if it >= 0), default=min(len(text), high))
    return Span(start, end)


def _removal(text: str, start: int, comment: Span) -> Span:
    """Return what goes with a comment that ends its line: the line, where it holds nothing else."""
    before = text[start : comment.start]
    if before.strip():
        return Span(start + len(before.rstrip()), comment.end)
    after = comment.end + (2 if text[comment.end : comment.end + 2] == "\r\n" else 1)
    return Span(start, min(after, len(text)))


def _nearest_removal(text: str, line: str, near: int) -> Span | None:
    found = (instruction_at(text, it) for it in _starts_of(text, line))
    removals = [it.removal for it in found if it is not None and it.removal is not None]
    return min(removals, key=lambda it: abs(it.start - near), default=None)


def _starts_of(text: str, line: str) -> Iterator[int]:
    at = text.find(line) if line else -1
    while at >= 0:
        yield at
        at = text.find(line, at + len(line))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
