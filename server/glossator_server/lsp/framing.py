"""Own the cutting of a byte stream into LSP frames, and the way back from a broken one.

It must not know JSON, threads or files: bytes in, frames and problems out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_BODY_BYTES = 64 << 20
# The longest header of a real editor has about 100 bytes.
MAX_HEADER_BYTES = 8 << 10

_FIELD = re.compile(rb"content-length[ \t]*:", re.IGNORECASE)
_HEADER = re.compile(
    rb"(?:content-type[ \t]*:[^\r\n]*\r?\n)?"
    rb"content-length[ \t]*:[ \t]*[0-9]+[ \t]*\r?\n"
    rb"(?:content-type[ \t]*:[^\r\n]*\r?\n)?\r?\n",
    re.IGNORECASE,
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_NUMBER = re.compile(rb"[0-9]{1,18}")
_CHARSET = re.compile(rb"charset[ \t]*=[ \t]*\"?([^\s;\"]+)", re.IGNORECASE)
# A frame whose length is too large may end with the beginning of the next frame's header.
_HEADER_BEGUN = re.compile(
    rb"(?:c(?:o(?:n(?:t(?:e(?:n(?:t(?:-(?:l(?:e(?:n(?:g(?:th?)?)?)?)?)?)?)?)?)?)?)?)?"
    rb"|content-length[ \t]*(?::[ \t]*[0-9]*[ \t]*[\r\n]*)?)\Z",
    re.IGNORECASE,
)
_LONGEST_HEADER_BEGUN = 64
_GARBAGE = "There are bytes before a header that belong to nothing."


@dataclass(frozen=True, slots=True)
class Frame:
    """The body of one message, not yet decoded."""

    body: bytes


@dataclass(frozen=True, slots=True)
class FramingProblem:
    """Bytes that are no frame; `message` is one sentence about the first of them."""

    message: str


FramingEvent = Frame | FramingProblem


class FrameCutter:
    """Cut frames out of a stream that arrives in pieces.

    After bytes that make no sense it goes on at the next header that looks like one. Such a header
    cannot stand inside a message: a JSON text has no bare line break within a string.
    """

    def __init__(self, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._buffer = bytearray()
        self._max_body_bytes = max_body_bytes
        self._length: int | None = None
        self._is_lost = False
        # Where the search for the end of a header goes on, so that no byte is looked at twice.
        self._searched = 0

    def feed(self, piece: bytes) -> list[FramingEvent]:
        """Take the next bytes; return what they complete, in order."""
        self._buffer += piece
        events: list[FramingEvent] = []
        while self._step(events):
            pass
        return events

    def end(self) -> list[FramingEvent]:
        """Say what the end of the stream cuts off."""
        if self._length is not None:
            return [FramingProblem("The stream ended in the middle of a message.")]
        if self._buffer.strip() and not self._is_lost:
            return [FramingProblem("The stream ended in the middle of a header.")]
        return []

    def _step(self, events: list[FramingEvent]) -> bool:
        """Make one step; return whether there may be another with the bytes at hand."""
        if self._is_lost:
            return self._find_header()
        if self._length is None:
            return self._read_header(events)
        return self._read_body(self._length, events)

    def _find_header(self) -> bool:
        found = _HEADER.search(self._buffer)
        if found is None:
            # What may be the beginning of a header stays.
            del self._buffer[: max(0, len(self._buffer) - MAX_HEADER_BYTES)]
            return False
        self._drop(found.start())
        self._is_lost = False
        return True

    def _read_header(self, events: list[FramingEvent]) -> bool:
        blank = len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))
        if blank:
            self._drop(blank)
        end = _HEADER_END.search(self._buffer, max(0, self._searched - 3))
        if end is None:
            self._searched = len(self._buffer)
            if self._searched > MAX_HEADER_BYTES:
                return self._lose(events, "A header is longer than 8 KiB.", 1)
            return False
        if end.start() > MAX_HEADER_BYTES:
            return self._lose(events, "A header is longer than 8 KiB.", 1)
        header = bytes(self._buffer[: end.start()])
        fields = [it.start() for it in _FIELD.finditer(header)]
        misplaced = [at for at in fields if at and header[at - 1 : at] != b"\n"]
        if misplaced:
            events.append(FramingProblem(_GARBAGE))
            self._drop(misplaced[-1])
            return True
        length, problem = _content_length(header)
        if length is None:
            return self._lose(events, problem, end.end())
        if length > self._max_body_bytes:
            limit = self._max_body_bytes >> 20
            return self._lose(events, f"A message is longer than {limit} MiB.", end.end())
        if problem:
            events.append(FramingProblem(problem))
        self._drop(end.end())
        self._length = length
        return True

    def _read_body(self, length: int, events: list[FramingEvent]) -> bool:
        swallowed = self._swallowed_header(length)
        if swallowed is None and len(self._buffer) < length:
            return False
        body = bytes(memoryview(self._buffer)[: length if swallowed is None else swallowed])
        kept = _end_of_message(body) if swallowed is None else len(body)
        if kept < length:
            events.append(FramingProblem("A Content-Length is larger than its message."))
        events.append(Frame(body[:kept]))
        self._length = None
        self._drop(kept)
        return True

    def _swallowed_header(self, length: int) -> int | None:
        """Return where a header begins that stands where the body should go on.

        It is looked for while the body arrives: an editor that waits for its answer sends no more.
        """
        # Editors write a message on one line: most bodies need no closer look.
        if self._buffer.find(b"\n", self._searched, length) < 0:
            self._searched = min(len(self._buffer), length)
            return None
        begin = max(0, self._searched - MAX_HEADER_BYTES)
        found = _HEADER.search(self._buffer, begin, length)
        self._searched = min(len(self._buffer), length)
        return found.start() if found else None

    def _lose(self, events: list[FramingEvent], message: str, useless: int) -> bool:
        events.append(FramingProblem(message))
        # A header that is no good must go, or the search would find it again.
        self._drop(useless)
        self._is_lost = True
        return True

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._searched = 0


def _content_length(header: bytes) -> tuple[int | None, str]:
    """Return the length that a header states, and what is wrong with the header."""
    lengths: list[int] = []
    problem = ""
    for line in re.split(rb"\r?\n", header):
        name, colon, value = line.partition(b":")
        match name.strip().lower():
            case b"content-length":
                if _NUMBER.fullmatch(value.strip()):
                    lengths.append(int(value))
                else:
                    problem = "A Content-Length is not a number of bytes."
            case b"content-type":
                charset = _CHARSET.search(value)
                if charset and charset[1].lower() not in (b"utf-8", b"utf8"):
                    problem = "A message claims another character set than UTF-8."
            case _:
                if not colon:
                    problem = _GARBAGE
    if not lengths:
        return None, problem or "A header has no Content-Length."
    if len(set(lengths)) > 1:
        # Most likely a header without its message, and then one with it.
        problem = "A header has two different Content-Lengths; the last one counts."
    return lengths[-1], problem


def _end_of_message(body: bytes) -> int:
    """Return where the message in `body` ends: before the beginning of a header at its end."""
    if body[-1:] in (b"}", b"]"):
        return len(body)
    begun = _HEADER_BEGUN.search(body, max(0, len(body) - _LONGEST_HEADER_BEGUN))
    return begun.start() if begun else len(body)
