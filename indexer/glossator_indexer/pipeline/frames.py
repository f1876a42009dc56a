"""Own how messages are told apart in a pipe between an owner and its workers."""

from __future__ import annotations

import struct
from typing import IO

_LENGTH = struct.Struct("<Q")


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next frame of a pipe, None at its end, also where that cuts one short."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def write_frame(stream: IO[bytes], body: bytes) -> None:
    """Write a frame to a pipe, all of it now."""
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()
