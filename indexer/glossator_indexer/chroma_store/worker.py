"""Own the process that holds Chroma, so that a crash or hang of it stays there.

It obeys the owner that started it and ends with it; it opens no file outside its folder.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from glossator_gate.redaction.logs import redact_logs
from glossator_indexer.chroma_store.library import embedded_collection
from glossator_indexer.chroma_store.link import receive, send

_LOCK_S = 20.0
_PROBE = "probe"


def main() -> None:
    """Open the folder, prove that it works, and serve both channels until the owner is gone."""
    redact_logs()
    write_fd, ask_fd, folder, dim = sys.argv[1:5]
    writing, asking = Connection(int(write_fd)), Connection(int(ask_fd))
    # The terminal's Ctrl-C is for the owner; the end of the channels is for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lock = _only_one(Path(folder))
    try:
        collection = embedded_collection(Path(folder))
        count = _probed(collection, int(dim))
    except BaseException as error:
        send(writing, {"trouble": _words(error)})
        raise
    send(writing, {"count": count})
    serving = _Serving(collection, int(dim))
    threading.Thread(target=_serve, args=(asking, serving.query), daemon=True).start()
    _serve(writing, serving.change)
    os.close(lock)
    # Finalisers of the library may take seconds or crash; nothing is left for them to do.
    os._exit(0)


def _only_one(folder: Path) -> int:
    """Lock the folder: two processes in one store lose vectors."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return descriptor


def _probed(collection: Any, dim: int) -> int:  # noqa: ANN401 -- the library's own type
    """Count, write, query and delete, so that what is broken breaks here; return the count."""
    collection.delete(ids=[_PROBE])
    count = int(collection.count())
    vector = np.zeros((1, dim), np.float32)
    vector[0, 0] = 1.0
    collection.upsert(ids=[_PROBE], embeddings=vector)
    found = collection.query(query_embeddings=vector, n_results=1, include=["distances"])
    collection.delete(ids=[_PROBE])
    if not found["ids"][0] or int(collection.count()) != count:
        raise RuntimeError("the store does not hold what is written into it")
    return count


class _Serving:
    """What can be asked of the collection."""

    def __init__(self, collection: Any, dim: int) -> None:  # noqa: ANN401
        self._collection = collection
        self._dim = dim

    def change(self, header: dict[str, Any], payload: list[bytes]) -> list[bytes]:
        """Put vectors in, take keys out; the header of the answer holds the count."""
        if header["do"] == "put":
            rows = np.frombuffer(payload[1], np.int8).reshape(-1, self._dim).astype(np.float32)
            # A row of zeros has no direction; it is stored as one that is like nothing.
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            np.divide(rows, lengths, out=rows, where=lengths > 0)
            rows[lengths[:, 0] == 0, 0] = 1e-6
            self._collection.upsert(ids=_ids(payload[0]), embeddings=rows)
        elif header["do"] == "drop":
            self._collection.delete(ids=_ids(payload[0]))
        header["count"] = int(self._collection.count())
        return []

    def query(self, header: dict[str, Any], payload: list[bytes]) -> list[bytes]:
        """Return the nearest keys and their cosines."""
        vector = np.frombuffer(payload[0], np.float32).reshape(1, -1)
        found = self._collection.query(
            query_embeddings=vector, n_results=header["limit"], include=["distances"]
        )
        keys = np.array([int(it) for it in found["ids"][0]], np.int64)
        cosines = 1.0 - np.array(found["distances"][0], np.float32)
        return [keys.tobytes(), cosines.tobytes()]


def _ids(keys: bytes) -> list[str]:
    return [str(key) for key in np.frombuffer(keys, np.int64).tolist()]


def _serve(link: Connection, answer: Callable[[dict[str, Any], list[bytes]], list[bytes]]) -> None:
    while True:
        try:
            header, payload = receive(link)
        except (EOFError, OSError):
            return
        try:
            parts = answer(header, payload)
            reply = {"count": header["count"]} if "count" in header else {}
        except Exception as error:  # noqa: BLE001 -- whatever the library raises, the owner decides
            reply, parts = {"trouble": _words(error)}, []
        try:
            send(link, reply, parts)
        except OSError:
            return


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"


if __name__ == "__main__":
    main()
