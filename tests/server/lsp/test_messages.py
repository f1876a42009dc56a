"""A body is a request, a notification, a response, or it is told what is wrong with it."""

from __future__ import annotations

import json

import pytest
from lsprotocol.types import ErrorCodes

from glossator_server.lsp.messages import (
    Invalid,
    Notification,
    Request,
    Response,
    read_message,
)

PARSE, REQUEST = ErrorCodes.ParseError, ErrorCodes.InvalidRequest


@pytest.mark.parametrize("message_id", [1, 0, -7, 2**40, "1", "", "é", 1.0])
def test_a_request_keeps_its_id(message_id: object) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": message_id, "method": "a"}).encode()
    message = read_message(body)
    assert isinstance(message, Request)
    assert (message.id, type(message.id)) == (message_id, type(message_id))


@pytest.mark.parametrize(
    ("message", "code", "answered"),
    [
        ({"jsonrpc": "2.0", "id": None, "method": "a"}, REQUEST, None),
        ({"jsonrpc": "2.0", "id": True, "method": "a"}, REQUEST, None),
        ({"jsonrpc": "2.0", "id": [1], "method": "a"}, REQUEST, None),
        ({"jsonrpc": "2.0", "id": 1.5, "method": "a"}, REQUEST, 1.5),
        ({"id": 1, "method": "a"}, REQUEST, 1),
        ({"jsonrpc": "1.0", "id": "x", "method": "a"}, REQUEST, "x"),
        ({"jsonrpc": "2.0", "id": 1}, REQUEST, 1),
        ({"jsonrpc": "2.0", "id": 1, "method": 5}, REQUEST, 1),
        ({"method": "a"}, REQUEST, None),
        ([{"jsonrpc": "2.0", "id": 1, "method": "a"}], REQUEST, None),
        ("text", REQUEST, None),
        (None, REQUEST, None),
    ],
)
def test_an_invalid_message_says_whom_to_answer(
    message: object, code: int, answered: object
) -> None:
    found = read_message(json.dumps(message).encode())
    assert isinstance(found, Invalid)
    assert (found.code, found.id) == (code, answered)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": NaN}', b'{"a": Infinity}', b"1" * 5000]
)
def test_what_is_no_json_is_a_parse_error(body: bytes) -> None:
    found = read_message(body)
    assert isinstance(found, Invalid)
    assert (found.code, found.id) == (PARSE, None)


def test_a_message_without_id_is_a_notification() -> None:
    found = read_message(b'{"jsonrpc": "2.0", "method": "a", "params": [1]}')
    assert found == Notification("a", [1])


def test_a_malformed_response_is_never_answered() -> None:
    assert read_message(b'{"id": [], "result": 1}') == Response([], 1, None)
