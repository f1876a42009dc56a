"""Frames are cut whatever arrives, in whatever pieces."""

from __future__ import annotations

import random

import pytest

from benchmarks.lsp_messages import framed
from glossator_server.lsp.framing import Frame, FrameCutter, FramingProblem

ONE, TWO = b'{"id": 1}', b'{"id": 2}'
# What comes before a good frame, and which bodies are found beside it.
BROKEN = {
    "garbage": (b"garbage", []),
    "garbage lines": (b"what\r\nis this\r\n\r\n", []),
    "blank lines": (b"\r\n\r\n", []),
    "no length": (b"Content-Type: a\r\n\r\n" + ONE, []),
    "not a number": (b"Content-Length: many\r\n\r\n" + ONE, []),
    "negative": (b"Content-Length: -5\r\n\r\n" + ONE, []),
    "too large": (b"Content-Length: 99999999999\r\n\r\n" + ONE, []),
    "large, but less so": (b"Content-Length: 6000\r\n\r\n" + ONE, [ONE]),
    "too long by a piece of the next header": (b"Content-Length: 15\r\n\r\n" + ONE, [ONE]),
    "too long by the next header": (b"Content-Length: 29\r\n\r\n" + ONE, [ONE]),
    "too short": (b"Content-Length: 4\r\n\r\n" + ONE, [ONE[:4]]),
    "no body": (b"Content-Length: 9\r\n\r\n", [b""]),
    "half a body": (b'Content-Length: 9\r\n\r\n{"id', [b'{"id']),
    "header only begun": (b"Content-Length: 800\r\n", []),
    "header without its end": (b"Content-Length: 9" + ONE, []),
    "endless header": (b"a" * 9000, []),
}


def bodies(events: list[Frame | FramingProblem]) -> list[bytes]:
    return [it.body for it in events if isinstance(it, Frame)]


@pytest.mark.parametrize("pieces", [1, 7, 10_000])
@pytest.mark.parametrize("name", BROKEN)
def test_goes_on_at_the_next_header_after(name: str, pieces: int) -> None:
    broken, found = BROKEN[name]
    stream = broken + framed(TWO)
    cutter = FrameCutter()
    events = [
        event
        for at in range(0, len(stream), pieces)
        for event in cutter.feed(stream[at : at + pieces])
    ]
    assert bodies(events) == [*found, TWO]
    if broken.strip():
        assert any(isinstance(it, FramingProblem) for it in events)


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: 9\r\n\r\n",
        b"CONTENT-LENGTH:9\r\n\r\n",
        b"Content-Length: 9\n\n",
        b"Content-Length: 9\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: 9\r\n\r\n",
        b"X-Other: 1\r\nContent-Length: 9\r\n\r\n",
        b"Content-Length: 9\r\nContent-Length: 9\r\n\r\n",
    ],
)
def test_reads_every_header_that_makes_sense(header: bytes) -> None:
    assert FrameCutter().feed(header + ONE) == [Frame(ONE)]


def test_says_that_another_character_set_is_claimed() -> None:
    header = b"Content-Length: 9\r\nContent-Type: a; charset=latin-1\r\n\r\n"
    problem, frame = FrameCutter().feed(header + ONE)
    assert isinstance(problem, FramingProblem)
    assert frame == Frame(ONE)


def test_skips_the_body_of_a_message_that_is_too_long() -> None:
    cutter = FrameCutter(max_body_bytes=100)
    events = cutter.feed(framed(b'{"a": "' + b"x" * 200 + b'"}') + framed(TWO))
    assert [type(it) for it in events] == [FramingProblem, Frame]
    assert bodies(events) == [TWO]


def test_does_not_wait_for_a_body_that_goes_on_with_a_header() -> None:
    events = FrameCutter().feed(b"Content-Length: 50000\r\n\r\n" + ONE + framed(TWO))
    assert bodies(events) == [ONE, TWO]


def test_a_header_quoted_in_a_message_is_part_of_the_message() -> None:
    body = b'{"text": "Content-Length: 5\\r\\n\\r\\n",\n "more": 1}\n'
    assert FrameCutter().feed(framed(body)) == [Frame(body)]


def test_the_end_of_the_stream_in_a_message_is_a_problem() -> None:
    cutter = FrameCutter()
    assert cutter.feed(framed(ONE)[:-1]) == []
    assert [type(it) for it in cutter.end()] == [FramingProblem]


def test_the_end_of_the_stream_between_messages_is_none() -> None:
    cutter = FrameCutter()
    assert cutter.feed(framed(ONE)) == [Frame(ONE)]
    assert cutter.end() == []


def test_good_frames_are_the_same_in_all_pieces() -> None:
    chance = random.Random(5)
    good = [b'{"id": "%b"}' % (b"x" * chance.randrange(300)) for _ in range(200)]
    stream = b"".join(map(framed, good))
    cutter, found = FrameCutter(), []
    while stream:
        count = chance.randint(1, 400)
        found += cutter.feed(stream[:count])
        stream = stream[count:]
    assert found == [Frame(it) for it in good]
