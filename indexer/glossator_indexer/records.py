"""Own the frozen data that the index keeps of a repository and answers with.

Lines count from 1 and ranges of lines include both ends; paths are relative to the root, with `/`.
Nothing in here does anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

# A key of a chunk is its file's number and its ordinal, so that neither needs a lookup.
ORDINAL_BITS = 16
MOST_CHUNKS_IN_A_FILE = 1 << ORDINAL_BITS

# The session of what is on disk; each editor's unsaved buffers have a session of their own.
DISK = 0


class EntityKind(StrEnum):
    """What a named thing of a program is, in the words of its language."""

    FUNCTION = "function"
    METHOD = "method"
    PROTOTYPE = "prototype"
    MACRO = "macro"
    STRUCT = "struct"
    UNION = "union"
    ENUM = "enum"
    TYPE = "type"
    CLASS = "class"
    INTERFACE = "interface"
    TRAIT = "trait"
    MODULE = "module"
    VARIABLE = "variable"
    # The part of a file that no named thing covers: its head, its imports, its tables.
    FILE = "file"


class Trust(StrEnum):
    """Where a text comes from, as far as that decides what weight it has."""

    PROJECT = "project"
    TEST = "test"
    VENDORED = "vendored"
    GENERATED = "generated"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that belongs into the index, as the walk saw it.

    `path` is relative to the root and holds what is not UTF-8 as surrogate escapes; `language` is
    the id of an indexed language; `trust` is what its path says. `ctime_ns` is 0 where no disk has
    told it.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    language: str
    trust: Trust = Trust.PROJECT
    ctime_ns: int = 0


class EntityRecord(NamedTuple):
    """A named thing that a file defines or declares.

    `container` is the qualified name of what it stands in ("" at the top level), joined as its
    language joins names. `signature` is its declaration without body, white space folded, at most
    300 characters. `start_line` to `end_line` is the declaration without the comment above it.
    A named tuple, as chunks are: a query makes thousands, and so does each file that is read.
    """

    name: str
    kind: EntityKind
    container: str
    start_line: int
    end_line: int
    signature: str
    is_definition: bool = True
    is_documented: bool = False


class ChunkRecord(NamedTuple):
    """A piece of a file that is found as one: an entity with its comment, a part of a long one.

    `entity` is the index of the entity that it belongs to, or -1. `hash` is the first 16 bytes of
    the SHA-256 of its redacted text. `calls` are the names that it calls and `types` the types that
    it uses, in order of appearance, without repeats.
    """

    kind: EntityKind
    entity: int
    start_line: int
    end_line: int
    hash: bytes
    calls: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the index keeps of one file; the text itself stays in the file.

    `content_hash` is the SHA-256 of its bytes. `imports` are the headers or modules that it names.
    `trouble` says in one sentence why less than all was read, None where all was.
    """

    path: str
    language: str
    trust: Trust
    content_hash: bytes
    entities: Sequence[EntityRecord] = ()
    chunks: Sequence[ChunkRecord] = ()
    imports: tuple[str, ...] = ()
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Extract:
    """A record of a file with the redacted text of each of its chunks, in the same order."""

    record: FileRecord
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file on its way into a derived store.

    Of each chunk `documents` has what the lexical store keeps, or nothing where that is not asked
    for. `vectors` are the chunks' embeddings, int8 row by row; None where they are not made yet.
    """

    number: int
    session: int
    path: str
    chunks: int
    documents: tuple[tuple[str, ...], ...] = ()
    vectors: bytes | None = None


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What a hit must be; empty says nothing. `paths` are globs as in `.gitignore`.

    Files below `folder` count, in all folders where it is empty; `changed_since` is a POSIX time in
    seconds.
    """

    paths: tuple[str, ...] = ()
    folder: str = ""
    languages: tuple[str, ...] = ()
    kinds: tuple[EntityKind, ...] = ()
    symbol: str | None = None
    changed_since: float | None = None


class SearchMode(StrEnum):
    """How much a search may cost: lexical and static vectors, or a transformer on the best."""

    FAST = "fast"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for, in words or names.

    `session` sees its own unsaved buffers; `open_paths` are the files that the user has before the
    eyes, nearest first.
    """

    text: str
    limit: int = 10
    mode: SearchMode = SearchMode.FAST
    filters: SearchFilters = field(default_factory=SearchFilters)
    session: int = DISK
    open_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found. `signals` name each part of the score, best explained first."""

    path: str
    start_line: int
    end_line: int
    symbol: str
    kind: EntityKind
    score: float
    signals: tuple[tuple[str, float | str], ...]
    trust: Trust = Trust.PROJECT


class PieceRole(StrEnum):
    """Why a piece helps to answer."""

    DEFINITION = "definition"
    CALLER = "caller"
    NEIGHBOUR = "neighbour"
    EXAMPLE = "example"
    HIT = "hit"


@dataclass(frozen=True, slots=True)
class PiecesQuery:
    """For which code context is wanted: by a place in a file, by words, or both."""

    path: str | None = None
    line: int | None = None
    text: str = ""
    roles: tuple[PieceRole, ...] = tuple(PieceRole)
    limit_per_role: int = 5
    session: int = DISK
    open_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextPiece:
    """A text from the repository with its place and its trust, secrets redacted."""

    role: PieceRole
    path: str
    start_line: int
    end_line: int
    symbol: str
    kind: EntityKind
    trust: Trust
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """A named thing that was looked up by its name."""

    path: str
    entity: EntityRecord
    score: float
    trust: Trust = Trust.PROJECT


class IndexPhase(StrEnum):
    """What the index is doing."""

    OPENING = "opening"
    WALKING = "walking"
    READING = "reading"
    EMBEDDING = "embedding"
    REPAIRING = "repairing"
    PAUSED = "paused"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How far the index has come; `files_total` is 0 while the walk has not said."""

    phase: IndexPhase
    files_done: int = 0
    files_total: int = 0
    files_per_second: float = 0.0
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What is indexed, how old, how big, by which model; `problems` are sentences for people.

    Those of them that somebody has to mend, because less is kept or found than should be, are
    `urgent`: who searches is told them too.
    `bytes_on_disk` counts the whole index folder; `updated` is a POSIX time, None before the first
    file.
    """

    root: str
    progress: IndexProgress
    files: int
    entities: int
    chunks: int
    vectors: int
    vector_store: str
    embedder: str
    bytes_on_disk: int
    updated: float | None
    buffers: int = 0
    problems: tuple[str, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    urgent: tuple[str, ...] = ()


def key_of(file_number: int, ordinal: int) -> int:
    """Return the key of a chunk, unique in the index."""
    return file_number << ORDINAL_BITS | ordinal


def place_of(key: int) -> tuple[int, int]:
    """Return the file's number and the ordinal of a chunk's key."""
    return key >> ORDINAL_BITS, key & (MOST_CHUNKS_IN_A_FILE - 1)
