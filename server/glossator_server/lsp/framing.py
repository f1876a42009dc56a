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
    rb"content-length[ \t]*:[ \t]*[0-9]+[ \t]*\r?\n"
    rb"(?:content-type[ \t]*:[^\r\n]*\r?\n)?\r?\n",
    re.IGNORECASE,
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_NUMBER = re.compile(rb"[0-9]{1,18}")
_CHARSET = re.compile(rb"charset[ \t]*=[ \t]*\"?([^\s;\"]+)", re.IGNORECASE)
# A frame whose length is too large ends with the beginning of the next frame's header.
_HEADER_BEGUN = re.compile(
    rb"(?<=[}\]\s])(?:c(?:o(?:n(?:t(?:e(?:n(?:t(?:-(?:l(?:e(?:n(?:g(?:th?)?)?)?)?)?)?)?)?)?)?)?)?"
    rb"|content-length[ \t]*(?::[ \t]*[0-9]*[ \t]*[\r\n]*)?)\Z",
    re.IGNORECASE,
)


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
        fields = list(_FIELD.finditer(header))
        if fields and (begin := fields[0].start()) and header[begin - 1 : begin] != b"\n":
            events.append(FramingProblem("There are bytes before a header that belong to nothing."))
            self._drop(begin)
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
        if len(self._buffer) < length:
            return False
        body = bytes(memoryview(self._buffer)[:length])
        self._length = None
        kept = _end_of_message(body)
        self._drop(kept)
        if kept < length:
            events.append(FramingProblem("A Content-Length is larger than its message."))
        events.append(Frame(body[:kept]))
        return True

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
    lengths: set[int] = set()
    problem = ""
    for line in re.split(rb"\r?\n", header):
        name, colon, value = line.partition(b":")
        match name.strip().lower():
            case b"content-length":
                if not _NUMBER.fullmatch(value.strip()):
                    return None, "A Content-Length is not a number of bytes."
                lengths.add(int(value))
            case b"content-type":
                charset = _CHARSET.search(value)
                if charset and charset[1].lower() not in (b"utf-8", b"utf8"):
                    problem = "A message claims another character set than UTF-8."
            case _:
                if not colon:
                    problem = "There are bytes before a header that belong to nothing."
    if not lengths:
        return None, "A header has no Content-Length."
    if len(lengths) > 1:
        return None, "A header has two different Content-Lengths."
    return lengths.pop(), problem


def _end_of_message(body: bytes) -> int:
    """Return where the message in `body` ends: before a header that the length swallowed."""
    # Editors write their messages on one line: most bodies need no search.
    if b"\n" in body and (swallowed := _HEADER.search(body)):
        return swallowed.start()
    if body[-1:] in b"}]":
        return len(body)
    tail = max(0, len(body) - 64)
    begun = _HEADER_BEGUN.search(body, tail)
    return begun.start() if begun else len(body)
