"""Own what becomes of one file on its way into the index: read, extracted, embedded, encoded.

It runs in workers and, for a saved file, in the owner itself; it writes nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from glossator_indexer.chunking import contextual_text
from glossator_indexer.extraction import extract
from glossator_indexer.languages.deadline import Deadline, OutOfTimeError
from glossator_indexer.lexical import documents_of
from glossator_indexer.pipeline.reading import Reading, UnreadableError, read_file
from glossator_indexer.record_codec import encode_record
from glossator_indexer.records import Extract, FileRecord, FoundFile, Trust

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glossator_indexer.ports import Embedder

# The time for the words, and for the vectors, of a file of any size. Ten megabytes of code take two
# seconds, tables of registers less; what takes longer has no word twice, and is no code.
_SECONDS = 1.0
_CHARACTERS_A_SECOND = 8 << 20
_CHUNKS_AT_ONCE = 64
_TOO_MUCH_WORK = "it took too long to take apart, so that only its start can be found by words"

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
    if not job.embed and content_hash == job.known_hash:
        embedder, reusable = None, _NOTHING
    return made_of(extract_of_file, reading, embedder, reusable)


def made_of(
    extracted: Extract,
    reading: Reading,
    embedder: Embedder | None,
    reusable: Mapping[bytes, bytes] = _NOTHING,
) -> Made:
    """Return what is to be kept of an extract; `reading` gives the stamps, the rest is as `make`'s.

    Chunks for which a file's time is too short are left out, and the record says so.
    """
    extracted, documents = _with_documents(extracted)
    vectors = None
    if embedder is not None or reusable:
        extracted, vectors = _with_vectors(extracted, embedder, reusable)
        documents = documents[: len(extracted.texts)]
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
        documents,
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


def _with_documents(extracted: Extract) -> tuple[Extract, tuple[tuple[str, ...], ...]]:
    """Return the words of all chunks that there is time for, and the extract with these only."""
    documents: list[tuple[str, ...]] = []
    for first, texts in _in_time(extracted):
        documents += documents_of(extracted.record, texts, first)
    return _cut_to(extracted, len(documents)), tuple(documents)


def _with_vectors(
    extracted: Extract, embedder: Embedder | None, reusable: Mapping[bytes, bytes]
) -> tuple[Extract, bytes | None]:
    """Return the vectors of all chunks that there is time for, and the extract with these only.

    They are int8, row by row; None where one cannot be made here.
    """
    record, rows = extracted.record, list[bytes]()
    for first, texts in _in_time(extracted):
        own = [reusable.get(it.hash) for it in record.chunks[first : first + len(texts)]]
        missing = [at for at, row in enumerate(own) if row is None]
        if missing:
            if embedder is None:
                return extracted, None
            words = [contextual_text(record, first + at, texts[at]) for at in missing]
            encoded = embedder.encode(words)
            flat, width = quantised(encoded), encoded.shape[1]
            for place, at in enumerate(missing):
                own[at] = flat[place * width : (place + 1) * width]
        rows += [it for it in own if it is not None]
    return _cut_to(extracted, len(rows)), b"".join(rows)


def _in_time(extracted: Extract) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield texts of chunks, some at a time, with the place of the first, until time is up.

    Of the processor's time, so that waiting for a server's vectors is no fault of the file.
    """
    texts = extracted.texts
    deadline = Deadline(_SECONDS + sum(map(len, texts)) / _CHARACTERS_A_SECOND)
    with contextlib.suppress(OutOfTimeError):
        for first in range(0, len(texts), _CHUNKS_AT_ONCE):
            yield first, texts[first : first + _CHUNKS_AT_ONCE]
            deadline.check()


def _cut_to(extracted: Extract, chunks: int) -> Extract:
    record = extracted.record
    if chunks == len(record.chunks):
        return extracted
    record = replace(
        record, chunks=record.chunks[:chunks], trouble=record.trouble or _TOO_MUCH_WORK
    )
    return Extract(record, extracted.texts[:chunks])


def vectors_by_hash(record: FileRecord, vectors: bytes) -> dict[bytes, bytes]:
    """Return the vector of each chunk by the chunk's hash."""
    width = len(vectors) // len(record.chunks) if record.chunks else 0
    return {it.hash: vectors[at * width : (at + 1) * width] for at, it in enumerate(record.chunks)}


def quantised(vectors: NDArray[np.float32]) -> bytes:
    """Return unit vectors as int8, 127 for 1: their cosines keep three digits."""
    import numpy as np

    return bytes(np.clip(np.rint(vectors * 127.0), -127, 127).astype(np.int8).tobytes())
