"""Own how the owner of an index and its clients talk: framed JSON, and records to and from it.

A frame is its length in four bytes, big-endian, and one JSON object in ASCII, so that a path that
is not UTF-8 survives as the surrogates that stand for its bytes. It must open no socket and know no
method.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import struct
import types
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from glossator_gate.errors import GlossatorError

# Raised whenever a frame or a record changes its meaning; both ends compare it first.
PROTOCOL = 1
# An editor's unsaved text is the largest thing that is sent; larger ones are read from the disk.
MOST_FRAME_BYTES = 64 << 20
# Before both ends know each other, nothing long is to be said.
MOST_GREETING_BYTES = 64 << 10

_LENGTH = struct.Struct(">I")
_Decoder = Callable[[Any], Any]
T = TypeVar("T")


class WireError(GlossatorError):
    """What came over the socket is not what the other end would have sent."""


def frame(message: Mapping[str, object]) -> bytes:
    """Return one whole frame; raises `WireError` where it would be too long."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    if len(body) > MOST_FRAME_BYTES:
        raise WireError(f"A message of {len(body)} bytes is too long for the index; send less.")
    return _LENGTH.pack(len(body)) + body


async def read_frame(
    reader: asyncio.StreamReader, most: int = MOST_FRAME_BYTES
) -> dict[str, Any] | None:
    """Return the next message, None at the end of the stream.

    Raises `WireError` for a length over `most`, half a frame, or anything but a JSON object.
    """
    try:
        length = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))[0]
        if length > most:
            raise WireError(f"A message of {length} bytes was announced; at most {most} are read.")
        body = await reader.readexactly(length)
    except asyncio.IncompleteReadError as trouble:
        if trouble.partial or trouble.expected != _LENGTH.size:
            raise WireError("The connection ended inside a message; connect again.") from trouble
        return None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as trouble:
        raise WireError("A message was no JSON; connect again.") from trouble
    if not isinstance(message, dict):
        raise WireError("A message was no JSON object; connect again.")
    return message


def to_json(value: object) -> Any:  # noqa: ANN401 -- any JSON
    """Return a record, or a sequence or mapping of such, as JSON's own types."""
    match value:
        case Enum():
            return value.value
        case None | str() | bool() | int() | float():
            return value
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case Mapping():
            return {str(key): to_json(it) for key, it in value.items()}
        case tuple() if _is_named_tuple(type(value)):
            return {name: to_json(it) for name, it in zip(value._fields, value, strict=True)}  # type: ignore[attr-defined]
        case Sequence():
            return [to_json(it) for it in value]
        case _ if is_dataclass(value):
            return {it.name: to_json(getattr(value, it.name)) for it in fields(value)}
    raise WireError(f"{type(value).__name__} cannot be sent; send records of the index only.")


def from_json(expected: type[T], data: object) -> T:
    """Return what `to_json` was given, an `expected`; raises `WireError` for anything else."""
    try:
        made: T = _decoder(cast("Hashable", expected))(data)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as trouble:
        name = getattr(expected, "__name__", str(expected))
        raise WireError(f"What came over the socket is no {name}; connect again.") from trouble
    return made


@cache
def _decoder(expected: Any) -> _Decoder:  # noqa: ANN401 -- typing forms have no type
    origin, arguments = get_origin(expected), get_args(expected)
    if origin in (Union, types.UnionType):
        return _one_of([_decoder(it) for it in arguments])
    if origin is tuple and arguments[-1] is not Ellipsis:
        return _fixed([_decoder(it) for it in arguments])
    if origin in (tuple, list):
        return _many(origin, _decoder(arguments[0]))
    if origin in (dict, Mapping):
        return _mapping(_decoder(arguments[1]))
    if is_dataclass(expected) and isinstance(expected, type):
        return _record(expected, [it.name for it in fields(expected)])
    if isinstance(expected, type) and _is_named_tuple(expected):
        return _record(expected, expected._fields)  # type: ignore[attr-defined]
    if isinstance(expected, type) and issubclass(expected, Enum):
        return expected
    return _PLAIN[expected]


def _exactly(*allowed: type) -> _Decoder:
    def decode(data: Any) -> Any:  # noqa: ANN401 -- any JSON
        # A bool is an int to Python, not to a record.
        if type(data) not in allowed:
            raise TypeError(data)
        return data

    return decode


def _number(data: object) -> float:
    if type(data) not in (int, float):
        raise TypeError(data)
    return float(data)  # type: ignore[arg-type]  # the two types are numbers


def _bytes(data: object) -> bytes:
    if not isinstance(data, str):
        raise TypeError(data)
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as trouble:
        raise ValueError(data) from trouble


_PLAIN: dict[Any, _Decoder] = {
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    type(None): _exactly(type(None)),
    float: _number,
    bytes: _bytes,
}


def _one_of(decoders: Sequence[_Decoder]) -> _Decoder:
    def decode(data: object) -> object:
        for decoder in decoders:
            try:
                return decoder(data)
            except (TypeError, ValueError, KeyError):
                continue
        raise TypeError(data)

    return decode


def _fixed(decoders: Sequence[_Decoder]) -> _Decoder:
    def decode(data: object) -> tuple[object, ...]:
        if not isinstance(data, list):
            raise TypeError(data)
        return tuple(decoder(it) for decoder, it in zip(decoders, data, strict=True))

    return decode


def _many(make: Callable[[Any], Any], decoder: _Decoder) -> _Decoder:
    def decode(data: object) -> Any:  # noqa: ANN401 -- a tuple or a list
        if not isinstance(data, list):
            raise TypeError(data)
        return make(decoder(it) for it in data)

    return decode


def _mapping(decoder: _Decoder) -> _Decoder:
    def decode(data: object) -> dict[str, object]:
        if not isinstance(data, dict):
            raise TypeError(data)
        return {key: decoder(it) for key, it in data.items()}

    return decode


def _is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and hasattr(kind, "_fields")


def _record(expected: type, names: Sequence[str]) -> _Decoder:
    hints = get_type_hints(expected)
    decoders = {name: _decoder(hints[name]) for name in names}

    def decode(data: Any) -> object:  # noqa: ANN401 -- any JSON
        if not isinstance(data, dict) or data.keys() != decoders.keys():
            raise TypeError(data)
        return expected(**{name: decoder(data[name]) for name, decoder in decoders.items()})

    return decode
