"""Own the start of an owner as a process of its own, and the finding of one that runs.

It must not know what an owner does; the command that starts it is given.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Collection, Sequence

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client import methods
from glossator_indexer.owner_client.connection import (
    Connection,
    ConnectionLostError,
    NoOwnerError,
    OtherVersionError,
    connect,
)
from glossator_indexer.owner_client.places import OwnerPlaces, make_private

# A start imports little before it listens; a busy machine may still take seconds.
START_SECONDS = 30.0
# How often to look for a socket that is about to appear, or to go.
LOOK_SECONDS = 0.02
# What an owner may know of its starter's environment: who the user is and where things lie. Nothing
# in it may redirect imports or connections.
_KEPT = ("HOME", "USER", "LOGNAME", "PATH", "LANG", "LANGUAGE", "TMPDIR", "TZ")
_KEPT_BEGINNINGS = ("XDG_", "LC_", "GLOSSATOR_")


async def connect_or_start(
    places: OwnerPlaces, command: Sequence[str], variables: Collection[str] = ()
) -> Connection:
    """Connect to the repository's owner, starting it with `command` where none runs.

    It is given `variables` of the environment beside the usual ones. An owner of another version is
    replaced where it makes room. Raises `IndexUnavailableError`.
    """
    make_private(places.run)
    until = time.monotonic() + START_SECONDS
    started = False
    while True:
        try:
            return await connect(places)
        except NoOwnerError:
            if not started:
                await _start(places, command, variables)
                started = True
                continue
        except OtherVersionError as other:
            if not other.leaves:
                raise IndexUnavailableError(
                    f"Glossator {other.version} serves the index of {places.root} to another "
                    f"program; restart that program, then try again."
                ) from other
            started = False
        if time.monotonic() > until:
            raise IndexUnavailableError(
                f"The index of {places.root} does not answer; see {places.log}, then try again."
            )
        await asyncio.sleep(LOOK_SECONDS)


async def have_owner_leave(places: OwnerPlaces) -> None:
    """Ask the owner to end, if there is one that can be asked; it may still be ending on return."""
    try:
        connection = await connect(places)
    except (NoOwnerError, OtherVersionError):
        # One that ends already greets nobody, and one of another version that leaves has ended.
        return
    try:
        async with asyncio.timeout(methods.SHUTDOWN.seconds):
            await connection.call(methods.SHUTDOWN, {})
    except (ConnectionLostError, TimeoutError):
        return
    finally:
        await connection.close()


async def _start(places: OwnerPlaces, command: Sequence[str], variables: Collection[str]) -> None:
    """Run the command, which ends once an owner listens, whoever won the race to be it."""
    empty = places.run / "empty"
    make_private(empty)
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=empty,
            env=_environment(variables),
            start_new_session=True,
        )
    except OSError as trouble:
        raise IndexUnavailableError(
            f"The index cannot be started ({trouble.strerror}); check the installation."
        ) from trouble
    try:
        async with asyncio.timeout(START_SECONDS):
            _, said = await process.communicate()
    except TimeoutError as trouble:
        raise IndexUnavailableError(
            f"The index did not start in {START_SECONDS:.0f} s; see {places.log}, then try again."
        ) from trouble
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise IndexUnavailableError(
            lines[-1].removeprefix("glossator: ") if lines else "The index could not be started."
        )


def _environment(variables: Collection[str]) -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name in variables or name.startswith(_KEPT_BEGINNINGS)
    }
