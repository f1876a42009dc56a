"""Own what becomes of one file on its way into the index: read, extracted, embedded, encoded.

It runs in workers and, for a saved file, in the owner itself; it writes nothing.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from glossator_indexer.chunking import contextual_text
from glossator_indexer.extraction import extract
from glossator_indexer.lexical import documents_of
from glossator_indexer.pipeline.reading import Reading, UnreadableError, read_file
from glossator_indexer.record_codec import encode_record
from glossator_indexer.records import Extract, FileRecord, FoundFile, Trust

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glossator_indexer.ports import Embedder

_NOTHING: Mapping[bytes, bytes] = MappingProxyType({})
_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """A file to be made; plain values only, because it crosses a pipe.

    `known_hash` is that of the contents that the index has; where the file still has it, nothing
    is made unless `force`. `embed` says that vectors are missing.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int
    language: str
    trust: str
    known_hash: bytes
    force: bool
    embed: bool


class Made(NamedTuple):
    """What came of a job; plain values only.

    `gone` has nothing but its path, `same` nothing but its stamps. What could not be read or
    extracted is `made` with a record that says why.
    """

    path: str
    outcome: Literal["made", "same", "gone"]
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    ctime_ns: int = 0
    read_ns: int = 0
    content_hash: bytes = b""
    language: str = ""
    entities: int = 0
    chunks: int = 0
    trouble: int = 0
    record: bytes = b""
    documents: tuple[tuple[str, ...], ...] = ()
    vectors: bytes | None = None


def job_for(found: FoundFile, known_hash: bytes = b"") -> Job:
    """Return the job that takes in a file as the walk saw it."""
    return Job(
        found.path,
        found.size,
        found.mtime_ns,
        found.inode,
        found.ctime_ns,
        found.language,
        found.trust.value,
        known_hash,
        force=False,
        embed=True,
    )


def make(
    root: str, job: Job, embedder: Embedder | None, reusable: Mapping[bytes, bytes] = _NOTHING
) -> Made:
    """Do a job. An embedder of None leaves the vectors for later, unless all are in `reusable`.

    `reusable` has vectors of chunks by their hash, from the same path and model.
    """
    try:
        reading = read_file(root, job.path)
    except UnreadableError as exc:
        return failed(job, str(exc))
    if reading is None:
        return Made(job.path, "gone")
    content_hash = hashlib.sha256(reading.raw).digest()
    if content_hash == job.known_hash and not job.force:
        return Made(job.path, "same", *reading[1:], content_hash)
    found = FoundFile(job.path, *reading[1:4], job.language, Trust(job.trust))
    try:
        extract_of_file = extract(found, reading.raw)
    except Exception:  # noqa: BLE001 - background job: one file must not end the others
        _log.exception("a file cannot be extracted")
        return failed(job, "The file could not be taken apart; please report it.", reading)
    wanted = job.embed or content_hash != job.known_hash
    vectors = vectors_for(extract_of_file, embedder, reusable) if wanted else None
    return made_of(extract_of_file, reading, vectors)


def made_of(extracted: Extract, reading: Reading, vectors: bytes | None) -> Made:
    """Return what is to be kept of an extract; `reading` gives the stamps."""
    record = extracted.record
    return Made(
        record.path,
        "made",
        *reading[1:],
        record.content_hash,
        record.language,
        len(record.entities),
        len(record.chunks),
        int(record.trouble is not None),
        encode_record(record),
        documents_of(record, extracted.texts),
        vectors,
    )


def failed(job: Job, sentence: str, reading: Reading | None = None) -> Made:
    """Return a file without contents that says why; it is tried again when it changes.

    One that could not be read at all is tried at each refresh, because a permission or a network
    that comes back leaves no stamp.
    """
    stamps = reading[1:] if reading else (job.size, job.mtime_ns, job.inode, job.ctime_ns, 0)
    record = FileRecord(job.path, job.language, Trust(job.trust), b"\0" * 32, trouble=sentence)
    return Made(
        job.path, "made", *stamps, record.content_hash, job.language, 0, 0, 1, encode_record(record)
    )


def vectors_for(
    extracted: Extract, embedder: Embedder | None, reusable: Mapping[bytes, bytes] = _NOTHING
) -> bytes | None:
    """Return the vectors of all chunks, int8 row by row; None where one cannot be made here."""
    rows = [reusable.get(it.hash) for it in extracted.record.chunks]
    missing = [at for at, row in enumerate(rows) if row is None]
    if missing:
        if embedder is None:
            return None
        record, texts = extracted.record, extracted.texts
        encoded = embedder.encode([contextual_text(record, at, texts[at]) for at in missing])
        flat, width = quantised(encoded), encoded.shape[1]
        for place, at in enumerate(missing):
            rows[at] = flat[place * width : (place + 1) * width]
    return b"".join(it for it in rows if it is not None)


def vectors_by_hash(record: FileRecord, vectors: bytes) -> dict[bytes, bytes]:
    """Return the vector of each chunk by the chunk's hash."""
    width = len(vectors) // len(record.chunks) if record.chunks else 0
    return {it.hash: vectors[at * width : (at + 1) * width] for at, it in enumerate(record.chunks)}


def quantised(vectors: NDArray[np.float32]) -> bytes:
    """Return unit vectors as int8, 127 for 1: their cosines keep three digits."""
    import numpy as np

    return bytes(np.clip(np.rint(vectors * 127.0), -127, 127).astype(np.int8).tobytes())
