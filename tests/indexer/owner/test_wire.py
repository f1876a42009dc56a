"""Records survive the way over the socket, and nothing else is taken for one."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_indexer import records
from glossator_indexer.records import ContextPiece, Hit, SearchQuery
from glossator_indexer.wire import WireError, frame, from_json, read_frame, to_json

RECORDS = [
    it
    for _, it in inspect.getmembers(records, inspect.isclass)
    # What is kept of a whole file is never sent.
    if dataclasses.is_dataclass(it) and it not in (records.FileRecord, records.Extract)
]
# A path may hold any byte but NUL; what is no UTF-8 comes as lone surrogates.
NAMES = st.binary(max_size=20).map(lambda raw: raw.decode("utf-8", "surrogateescape"))

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@pytest.mark.parametrize("record", RECORDS, ids=lambda it: it.__name__)
@given(data=st.data())
def test_every_record_survives_the_way(record: type, data: st.DataObject) -> None:
    sent = data.draw(st.from_type(record))
    assert from_json(record, json.loads(json.dumps(to_json(sent)))) == sent


@given(NAMES)
def test_a_path_that_is_not_utf8_survives_a_frame(path: str) -> None:
    async def over_the_wire() -> dict[str, Any] | None:
        reader = asyncio.StreamReader()
        reader.feed_data(frame({"path": path}))
        reader.feed_eof()
        return await read_frame(reader)

    assert asyncio.run(over_the_wire()) == {"path": path}


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        (SearchQuery, None),
        (SearchQuery, {}),
        (SearchQuery, {**to_json(SearchQuery("x")), "limit": "10"}),
        (SearchQuery, {**to_json(SearchQuery("x")), "limit": True}),
        (SearchQuery, {**to_json(SearchQuery("x")), "mode": "reckless"}),
        (SearchQuery, {**to_json(SearchQuery("x")), "more": 1}),
        (SearchQuery, {**to_json(SearchQuery("x")), "open_paths": "ab"}),
        (Hit, []),
        (ContextPiece, {"role": "hit"}),
        (list[Hit], {"0": 1}),
        (tuple[str, int], ["a", 1, 2]),
        (bytes, "not base64!"),
        (dict[str, str | None], {"a": 1}),
    ],
)
def test_what_is_no_record_is_refused_in_one_sentence(expected: type, data: object) -> None:
    with pytest.raises(WireError, match=r"^[^\n]+\.$"):
        from_json(expected, data)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00",
        b"\x00\x00\x00\x05{}",
        b"\xff\xff\xff\xff{}",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x02{]",
        b"\x00\x00\x00\x04\xff\xfe\xfd\xfc",
        b"\x00\x03\x0d\x40" + b"[" * 200_000,
    ],
    ids=["half a length", "half a body", "huge", "array", "no JSON", "no UTF-8", "deep"],
)
async def test_what_is_no_frame_is_refused(raw: bytes) -> None:
    reader = asyncio.StreamReader(limit=1 << 20)
    reader.feed_data(raw)
    reader.feed_eof()
    with pytest.raises(WireError):
        await read_frame(reader)


async def test_the_end_between_two_frames_is_no_trouble() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(frame({"one": 1}))
    reader.feed_eof()
    assert await read_frame(reader) == {"one": 1}
    assert await read_frame(reader) is None
