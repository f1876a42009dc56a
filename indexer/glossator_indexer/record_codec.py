"""Own how a file's record becomes bytes and comes back, with a checksum over all of it.

It knows no database: who keeps the bytes, and what becomes of damaged ones, is decided elsewhere.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import TypeVar, overload

from glossator_indexer.errors import StoreCorruptError
from glossator_indexer.records import ChunkRecord, EntityKind, EntityRecord, FileRecord, Trust

# Raised whenever an older reader would misread what is written.
FORMAT = 2

# A code is a place in this tuple: what is new goes to the end, or `FORMAT` is raised.
_KINDS = (
    EntityKind.FUNCTION,
    EntityKind.METHOD,
    EntityKind.PROTOTYPE,
    EntityKind.MACRO,
    EntityKind.STRUCT,
    EntityKind.UNION,
    EntityKind.ENUM,
    EntityKind.TYPE,
    EntityKind.CLASS,
    EntityKind.INTERFACE,
    EntityKind.TRAIT,
    EntityKind.MODULE,
    EntityKind.VARIABLE,
    EntityKind.FILE,
)
_CODES = {kind: code for code, kind in enumerate(_KINDS)}
_DEFINITION, _DOCUMENTED = 1, 2

# Format, checksum of the body, its unpacked size.
_HEAD = struct.Struct("<BII")
# In the body, behind the hash of the contents: the length of each column.
_LENGTHS = struct.Struct("<17I")
# What a column of joined texts begins with, as no JSON does.
_JOINED = b"\0"
_CONTENT_HASH_BYTES = 32
# Most of a record are names and line numbers: the fastest level halves it at 100 MB/s.
_LEVEL = 1
# No record of a real file comes near; a damaged length must not ask for all memory.
_MOST_BYTES = 1 << 30


def encode_record(record: FileRecord) -> bytes:
    """Return a record as bytes; columns stand together, because that packs and reads best."""
    entities, chunks = record.entities, record.chunks
    about = [record.path, record.language, record.trust.value, record.trouble, record.imports]
    columns = [
        json.dumps(about, separators=(",", ":")).encode("ascii"),
        _texts([it.name for it in entities]),
        _numbers([_CODES[it.kind] for it in entities]),
        _texts([it.container for it in entities]),
        _numbers([it.start_line for it in entities]),
        _numbers([it.end_line for it in entities]),
        _texts([it.signature for it in entities]),
        _numbers(
            [it.is_definition * _DEFINITION + it.is_documented * _DOCUMENTED for it in entities]
        ),
        _numbers([_CODES[it.kind] for it in chunks]),
        _numbers([it.entity for it in chunks]),
        _numbers([it.start_line for it in chunks]),
        _numbers([it.end_line for it in chunks]),
        b"".join([it.hash for it in chunks]),
        *_names([it.calls for it in chunks]),
        *_names([it.types for it in chunks]),
    ]
    lengths = _LENGTHS.pack(*map(len, columns))
    plain = b"".join([record.content_hash, lengths, *columns])
    body = zlib.compress(plain, _LEVEL)
    return _HEAD.pack(FORMAT, zlib.crc32(body), len(plain)) + body


def decode_record(blob: bytes) -> FileRecord:
    """Return the record that `encode_record` was given; raises `StoreCorruptError`."""
    try:
        version, checksum, length = _HEAD.unpack_from(blob)
        body = memoryview(blob)[_HEAD.size :]
        if version != FORMAT or length > _MOST_BYTES or zlib.crc32(body) != checksum:
            raise StoreCorruptError("A record of the index is damaged; it is read again.")
        return _record_of(zlib.decompress(body, bufsize=length))
    except (struct.error, zlib.error, ValueError, LookupError, TypeError) as exc:
        raise StoreCorruptError("A record of the index is damaged; it is read again.") from exc


def is_whole(blob: bytes) -> bool:
    """Tell whether bytes are a record as it was encoded, without decoding it."""
    if len(blob) < _HEAD.size:
        return False
    version, checksum, _ = _HEAD.unpack_from(blob)
    return bool(version == FORMAT and zlib.crc32(memoryview(blob)[_HEAD.size :]) == checksum)


def _record_of(plain: bytes) -> FileRecord:
    begin = _CONTENT_HASH_BYTES + _LENGTHS.size
    columns = []
    for length in _LENGTHS.unpack_from(plain, _CONTENT_HASH_BYTES):
        columns.append(plain[begin : begin + length])
        begin += length
    path, language, trust, trouble, imports = json.loads(columns[0])
    return FileRecord(
        path,
        language,
        Trust(trust),
        plain[:_CONTENT_HASH_BYTES],
        _Entities(columns[1:8]),
        _Chunks(columns[8:]),
        tuple(imports),
        trouble,
    )


RecordT = TypeVar("RecordT")


class _Made(Sequence[RecordT]):
    """Records that are made when they are looked at: a query looks at few of a file's thousands."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._seen: dict[int, RecordT] = {}

    def _at(self, at: int) -> RecordT:
        raise NotImplementedError

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> RecordT: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[RecordT, ...]: ...
    def __getitem__(self, at: int | slice) -> RecordT | tuple[RecordT, ...]:
        if isinstance(at, slice):
            return tuple(map(self._at, range(*at.indices(self._count))))
        found = self._seen.get(at)
        if found is None:
            found = self._seen[at] = self._at(range(self._count)[at])
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class _Entities(_Made[EntityRecord]):
    """The entities of a file, from their columns."""

    def __init__(self, columns: Sequence[bytes]) -> None:
        names, kinds, containers, starts, ends, signatures, flags = columns
        self._names, self._kinds = _texts_of(names), _numbers_of(kinds)
        self._containers, self._signatures = _texts_of(containers), _texts_of(signatures)
        self._starts, self._ends, self._flags = map(_numbers_of, (starts, ends, flags))
        super().__init__(len(self._starts))

    def _at(self, at: int) -> EntityRecord:
        flags = self._flags[at]
        return EntityRecord(
            self._names[at],
            _KINDS[self._kinds[at]],
            self._containers[at],
            self._starts[at],
            self._ends[at],
            self._signatures[at],
            flags & _DEFINITION != 0,
            flags & _DOCUMENTED != 0,
        )


class _Chunks(_Made[ChunkRecord]):
    """The chunks of a file, from their columns."""

    def __init__(self, columns: Sequence[bytes]) -> None:
        kinds, owners, starts, ends, self._hashes, calls, call_ends, types, type_ends = columns
        self._kinds, self._owners = _numbers_of(kinds), _numbers_of(owners)
        self._starts, self._ends = _numbers_of(starts), _numbers_of(ends)
        self._calls, self._call_ends = _texts_of(calls), _numbers_of(call_ends)
        self._types, self._type_ends = _texts_of(types), _numbers_of(type_ends)
        self._hash_bytes = len(self._hashes) // max(1, len(self._starts))
        super().__init__(len(self._starts))

    def _at(self, at: int) -> ChunkRecord:
        size = self._hash_bytes
        return ChunkRecord(
            _KINDS[self._kinds[at]],
            self._owners[at],
            self._starts[at],
            self._ends[at],
            self._hashes[at * size : (at + 1) * size],
            tuple(self._calls[self._call_ends[at - 1] if at else 0 : self._call_ends[at]]),
            tuple(self._types[self._type_ends[at - 1] if at else 0 : self._type_ends[at]]),
        )


def _numbers(values: Sequence[int]) -> bytes:
    return array("q", values).tobytes()


def _numbers_of(column: bytes) -> array[int]:
    found = array("q")
    found.frombytes(column)
    return found


def _texts(values: Sequence[str]) -> bytes:
    """Return texts one after the other, as JSON where one holds what stands between them."""
    joined = "\0".join(values)
    if values and joined.count("\0") == len(values) - 1:
        return _JOINED + joined.encode("utf-8", "surrogatepass")
    return json.dumps(values).encode("ascii")


def _texts_of(column: bytes) -> list[str]:
    if column.startswith(_JOINED):
        return column[len(_JOINED) :].decode("utf-8", "surrogatepass").split("\0")
    texts: list[str] = json.loads(column)
    return texts


def _names(lists: Sequence[Sequence[str]]) -> tuple[bytes, bytes]:
    """Return all names of some lists, and where each list ends among them."""
    return _texts(list(chain.from_iterable(lists))), _numbers(list(accumulate(map(len, lists))))
