"""Own how a file's record becomes bytes and comes back, with a checksum over all of it.

It knows no database: who keeps the bytes, and what becomes of damaged ones, is decided elsewhere.
"""

from __future__ import annotations

import json
import struct
import zlib

from glossator_indexer.errors import StoreCorruptError
from glossator_indexer.records import ChunkRecord, EntityKind, EntityRecord, FileRecord, Trust

# Raised whenever an older reader would misread what is written.
FORMAT = 1

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

# Format, checksum of the body, its unpacked size, number of chunks.
_HEAD = struct.Struct("<BIII")
_HASH_BYTES = 16
_CONTENT_HASH_BYTES = 32
# Most of a record are names and line numbers: the fastest level halves it at 100 MB/s.
_LEVEL = 1
# No record of a real file comes near; a damaged length must not ask for all memory.
_MOST_BYTES = 1 << 30


def encode_record(record: FileRecord) -> bytes:
    """Return a record as bytes; columns stand together, because that packs and reads best."""
    entities, chunks = record.entities, record.chunks
    columns = [
        record.path,
        record.language,
        record.trust.value,
        record.trouble,
        record.imports,
        [
            [it.name for it in entities],
            [_CODES[it.kind] for it in entities],
            [it.container for it in entities],
            [it.start_line for it in entities],
            [it.end_line for it in entities],
            [it.signature for it in entities],
            [it.is_definition * _DEFINITION + it.is_documented * _DOCUMENTED for it in entities],
        ],
        [
            [_CODES[it.kind] for it in chunks],
            [it.entity for it in chunks],
            [it.start_line for it in chunks],
            [it.end_line for it in chunks],
            [it.calls for it in chunks],
            [it.types for it in chunks],
        ],
    ]
    text = json.dumps(columns, separators=(",", ":"), check_circular=False).encode("ascii")
    hashes = b"".join([record.content_hash, *(it.hash for it in chunks)])
    body = zlib.compress(hashes + text, _LEVEL)
    return _HEAD.pack(FORMAT, zlib.crc32(body), len(hashes) + len(text), len(chunks)) + body


def decode_record(blob: bytes) -> FileRecord:
    """Return the record that `encode_record` was given; raises `StoreCorruptError`."""
    try:
        version, checksum, length, chunks = _HEAD.unpack_from(blob)
        body = memoryview(blob)[_HEAD.size :]
        if version != FORMAT or length > _MOST_BYTES or zlib.crc32(body) != checksum:
            raise StoreCorruptError("A record of the index is damaged; it is read again.")
        return _record_of(zlib.decompress(body, bufsize=length), chunks)
    except (struct.error, zlib.error, ValueError, LookupError, TypeError) as exc:
        raise StoreCorruptError("A record of the index is damaged; it is read again.") from exc


def is_whole(blob: bytes) -> bool:
    """Tell whether bytes are a record as it was encoded, without decoding it."""
    if len(blob) < _HEAD.size:
        return False
    version, checksum, _, _ = _HEAD.unpack_from(blob)
    return bool(version == FORMAT and zlib.crc32(memoryview(blob)[_HEAD.size :]) == checksum)


def _record_of(body: bytes, chunk_count: int) -> FileRecord:
    begin = _CONTENT_HASH_BYTES + _HASH_BYTES * chunk_count
    path, language, trust, trouble, imports, entities, chunks = json.loads(body[begin:])
    kinds, owners, starts, ends, calls, types = chunks
    hashes = [body[at : at + _HASH_BYTES] for at in range(_CONTENT_HASH_BYTES, begin, _HASH_BYTES)]
    return FileRecord(
        path,
        language,
        Trust(trust),
        body[:_CONTENT_HASH_BYTES],
        _entities_of(*entities),
        tuple(
            map(
                ChunkRecord,
                map(_KINDS.__getitem__, kinds),
                owners,
                starts,
                ends,
                hashes,
                map(tuple, calls),
                map(tuple, types),
            )
        ),
        tuple(imports),
        trouble,
    )


def _entities_of(
    names: list[str],
    kinds: list[int],
    containers: list[str],
    starts: list[int],
    ends: list[int],
    signatures: list[str],
    flags: list[int],
) -> tuple[EntityRecord, ...]:
    return tuple(
        map(
            EntityRecord,
            names,
            map(_KINDS.__getitem__, kinds),
            containers,
            starts,
            ends,
            signatures,
            (bool(it & _DEFINITION) for it in flags),
            (bool(it & _DOCUMENTED) for it in flags),
        )
    )
