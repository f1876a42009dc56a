"""Own the reading of one message body as JSON-RPC: a request, a notification, or a response.

It must not know methods, parameters or the state of the server.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from lsprotocol.types import ErrorCodes

MessageId = int | str | float


@dataclass(frozen=True, slots=True)
class Request:
    """A message that must be answered, once."""

    id: MessageId
    method: str
    params: object


@dataclass(frozen=True, slots=True)
class Notification:
    """A message that must not be answered."""

    method: str
    params: object


@dataclass(frozen=True, slots=True)
class Response:
    """The editor's answer to a request of ours; `error` is None where it went well."""

    id: object
    result: object
    error: object


@dataclass(frozen=True, slots=True)
class Invalid:
    """A message that is none of these; it is answered with an error to `id`, null if unknown."""

    id: MessageId | None
    code: int
    message: str


Incoming = Request | Notification | Response | Invalid


def read_message(body: bytes) -> Incoming:
    """Read a body; whatever it holds, say what it is."""
    try:
        message = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        return Invalid(None, ErrorCodes.ParseError, "The message is not UTF-8.")
    except (ValueError, RecursionError):
        return Invalid(None, ErrorCodes.ParseError, "The message is not JSON.")
    if isinstance(message, list):
        return _invalid(None, "Batches are not part of the protocol; send one message a frame.")
    if not isinstance(message, dict):
        return _invalid(None, "The message is not an object.")
    return _classify(message)


def _classify(message: dict[str, Any]) -> Incoming:
    method = message.get("method")
    has_id = "id" in message
    if "method" not in message and has_id and ("result" in message or "error" in message):
        # Even a malformed response must not be answered.
        return Response(message["id"], message.get("result"), message.get("error"))
    known_id = message.get("id") if _is_id(message.get("id")) else None
    if message.get("jsonrpc") != "2.0":
        return _invalid(known_id, 'The message does not say "jsonrpc": "2.0".')
    if not isinstance(method, str):
        return _invalid(known_id, "The message has no method that is a string.")
    if not has_id:
        return Notification(method, message.get("params"))
    if known_id is None or (isinstance(known_id, float) and not known_id.is_integer()):
        return _invalid(known_id, "A request's id must be an integer or a string.")
    return Request(known_id, method, message.get("params"))


def _is_id(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    # bool is an int to Python, not to JSON.
    return isinstance(value, int | str) and not isinstance(value, bool)


def _invalid(message_id: MessageId | None, sentence: str) -> Invalid:
    return Invalid(message_id, ErrorCodes.InvalidRequest, sentence)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
