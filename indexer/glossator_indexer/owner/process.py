"""Own the life of the owner's process: lock, socket, leaving its starter, the log, the end.

It must not know what is asked over the socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from glossator_gate.exchanges import end_watching
from glossator_gate.redaction.logs import redact_logs
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner.lodging import Lodging, lodging_of
from glossator_indexer.owner.service import Service
from glossator_indexer.owner_client.connection import somebody_listens
from glossator_indexer.owner_client.places import OwnerPlaces, make_private, with_address
from glossator_indexer.ports import RepositoryIndex

# Who lost the race waits for the winner to listen, or for an owner that ends to be gone.
RACE_SECONDS = 25.0
_LOOK_SECONDS = 0.02
MOST_LOG_BYTES = 1 << 20
# Clients that connect at the same moment; more are told to come again by the kernel.
_BACKLOG = 128
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnerOptions:
    """How an owner lives. `idle_seconds` counts from the last client and the last work.

    Where `in_background`, the process leaves its starter as soon as it listens.
    """

    idle_seconds: float = 600.0
    walk_seconds: float = 180.0
    in_background: bool = True


def serve(
    places: OwnerPlaces, open_index: Callable[[OwnerPlaces], RepositoryIndex], options: OwnerOptions
) -> int:
    """Be the owner of a repository's index until idle or told to end; return the exit status.

    Where another process is, or becomes, the owner, return at once. `open_index` is called after
    clients can connect already, with the places where the index is kept. Raises
    `IndexUnavailableError` where a folder cannot be used.
    """
    # What is in here is nobody else's matter, whatever a library asks for.
    os.umask(0o077)
    make_private(places.run)
    lock = _take_lock(places)
    if lock is None:
        return 0
    with lodging_of(places) as lodging:
        listening = _listen(places)
        own = places.socket.lstat().st_ino
        if options.in_background:
            _leave_starter(lodging.places)
        _sign(lock)
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        redact_logs()
        if lodging.notice is not None:
            _log.warning("%s", lodging.notice)
        try:
            asyncio.run(_run(lodging, listening, open_index, options))
        finally:
            with contextlib.suppress(OSError):
                # Where the folder was removed under this owner, another may listen there by now.
                if places.socket.lstat().st_ino == own:
                    places.socket.unlink()
            os.close(lock)
    end_watching()
    _log.info("the owner of %s ended", places.root)
    logging.shutdown()
    if options.in_background:
        # A thread that still reads a slow disk must not keep the process: all is closed.
        os._exit(0)
    return 0


def _take_lock(places: OwnerPlaces) -> int | None:
    """Return the locked file, None where another owner listens."""
    until = time.monotonic() + RACE_SECONDS
    try:
        lock = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as trouble:
        raise IndexUnavailableError(
            f"{places.lock} cannot be written ({trouble.strerror}); mend its permissions."
        ) from trouble
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as trouble:
            if trouble.errno in _NO_LOCKS:
                # A file system without locks: the socket alone says who the owner is.
                return None if somebody_listens(places) else lock
        else:
            return lock
        if somebody_listens(places):
            os.close(lock)
            return None
        if time.monotonic() > until:
            os.close(lock)
            raise IndexUnavailableError(
                f"Another process holds {places.lock} and does not answer; end it, then try again."
            )
        time.sleep(_LOOK_SECONDS)


def _sign(lock: int) -> None:
    """Say in the lock whose it is, for people; on a full disk it holds all the same."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.write(lock, b"%d\n" % os.getpid())


def _listen(places: OwnerPlaces) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # With the lock held, a socket that is there belonged to an owner that was killed.
        with contextlib.suppress(FileNotFoundError):
            places.socket.unlink()
        with_address(places.socket, listening.bind)
        places.socket.chmod(0o600)
        listening.listen(_BACKLOG)
    except OSError as trouble:
        listening.close()
        raise IndexUnavailableError(
            f"{places.socket} cannot be made ({trouble.strerror}); mend its folder."
        ) from trouble
    return listening


def _leave_starter(places: OwnerPlaces) -> None:
    """Go on in a process that has no terminal, no starter and only its log; the other one ends."""
    log = os.open(
        places.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
    )
    sys.stdout.flush()
    sys.stderr.flush()
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(nothing)
    os.close(log)


async def _run(
    lodging: Lodging,
    listening: socket.socket,
    open_index: Callable[[OwnerPlaces], RepositoryIndex],
    options: OwnerOptions,
) -> None:
    places = lodging.places
    service = Service(lodging, open_index, options.idle_seconds, options.walk_seconds)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.end)
    # A lost terminal ends nobody who has none.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    server = await asyncio.start_unix_server(service.on_client, sock=listening)
    # What is imported by now lives as long as the process.
    gc.freeze()
    watch = asyncio.create_task(_watch_places(places, service), name="watch places")
    try:
        await service.run()
    finally:
        watch.cancel()
        # First, so that whoever comes now finds nobody and starts another.
        server.close()
        await service.close()


async def _watch_places(places: OwnerPlaces, service: Service) -> None:
    """End where nobody can find this owner any more; keep the log short."""
    own = _identity(places)
    while _identity(places) == own:
        with contextlib.suppress(OSError):
            # Appended to as standard error: what was cut off leaves no hole.
            if os.fstat(2).st_size > MOST_LOG_BYTES and os.fstat(2).st_ino == _inode(places):
                os.ftruncate(2, 0)
        await asyncio.sleep(2)
    _log.warning("the folder or the socket of the index was removed; ending")
    service.end()


def _identity(places: OwnerPlaces) -> tuple[int, int] | None:
    try:
        return places.socket.lstat().st_ino, places.folder.lstat().st_ino
    except OSError:
        return None


def _inode(places: OwnerPlaces) -> int:
    return places.log.stat().st_ino
