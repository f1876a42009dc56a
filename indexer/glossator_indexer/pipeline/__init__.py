"""Own the way from the files of a repository to the stores of its index.

`plan` says what has changed, a `WorkerPool` makes it, a `Writer` puts it into the truth first and
into what is derived from it then. Nothing in here answers a search.
"""

from __future__ import annotations

from glossator_indexer.pipeline.derived import Derived
from glossator_indexer.pipeline.making import (
    Job,
    Made,
    job_for,
    made_of,
    make,
    quantised,
    vectors_by_hash,
)
from glossator_indexer.pipeline.planning import Missing, Plan, plan
from glossator_indexer.pipeline.pool import WorkerPool
from glossator_indexer.pipeline.reading import MOST_BYTES, Reading, UnreadableError, read_file
from glossator_indexer.pipeline.turns import Turns
from glossator_indexer.pipeline.writing import Writer

__all__ = [
    "MOST_BYTES",
    "Derived",
    "Job",
    "Made",
    "Missing",
    "Plan",
    "Reading",
    "Turns",
    "UnreadableError",
    "WorkerPool",
    "Writer",
    "job_for",
    "made_of",
    "make",
    "plan",
    "quantised",
    "read_file",
    "vectors_by_hash",
]
